/** What a script reads by input(): a shell's standard input, or what is typed in the Debug Console. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const cli = join(import.meta.dirname, '../../dist/cli.js');

describe.skipIf(!built)('input()', () => {
  test('reads standard input, line by line', async () => {
    const child = spawn(process.execPath, [cli, 'run', fixture('asks.py')]);
    let printed = '';
    child.stdout.on('data', (data) => (printed += data));
    child.stdin.end('Ada\none\ntwo\n');
    await new Promise((done) => child.on('close', done));
    expect(printed).toBe('name? hello Ada\n8\nEOF when reading a line\n');
  });

  test.each([true, false])('takes what is typed in the Debug Console, noDebug %s', async (noDebug) => {
    const client = new Client();
    await client.start();
    try {
      const asked = new Promise<void>((resolve) =>
        client.on(
          'output',
          ({ body }) => body.category === 'console' && /waits for a line/.test(body.output) && resolve(),
        ),
      );
      await client.begin({ program: fixture('asks.py'), noDebug });
      await asked;
      await client.evaluateRequest({ expression: 'Grace', context: 'repl' });
      expect(client.printed()).toContain('name? ');
      await expect.poll(() => client.printed(), { timeout: 20_000 }).toContain('hello Grace');
    } finally {
      await client.stop();
    }
  });
});
