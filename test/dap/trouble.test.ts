/** Bad input over stdio: each kind of trouble has its own words, and what came before it can be explored. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

describe.skipIf(!built)('trouble', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  test('an uncaught exception stops at its line, with its traceback, and everything before it explorable', async () => {
    const program = fixture('raises.py');
    const stop = await client.stopped({ program });
    expect(stop).toMatchObject({ reason: 'exception', line: 7, frame: 'fail' });
    expect(stop.text).toContain('IndexError');
    const info = (await client.exceptionInfoRequest({ threadId: 1 })).body;
    expect(info).toMatchObject({ exceptionId: 'IndexError', description: 'list index out of range' });
    expect(info.details?.stackTrace).toContain(`File "${program}", line 14, in <module>`);
    expect(await client.value('len(values)')).toBe('3');
    await client.go('stepBack');
    await client.go('reverseContinue');
    let at = await client.go('continue');
    while (at.reason === 'exception') at = await client.go('continue');
    expect(at.description).toContain('has ended');
    expect(client.printed('stderr')).toContain('IndexError: list index out of range');
  });

  test('a caught exception stops only where that was asked for', async () => {
    const stop = await client.stopped({ program: fixture('raises.py'), exceptions: ['raised', 'uncaught'] });
    expect(stop).toMatchObject({ reason: 'exception', line: 11 });
    expect(stop.text).toContain('ValueError');
  });

  test.each([
    ['syntax_error.py', 2, /SyntaxError: expected ':'/],
    ['import_error.py', 2, /ModuleNotFoundError: No module named 'nonexistent_package'/],
    ['unsupported.py', 4, /torch.sspaddmm is not in Backstep yet \(unsupported.py:4\)/],
    ['shape_mismatch.py', 5, /mat1 and mat2 shapes cannot be multiplied \(2x3 and 2x3\)/],
  ])('%s stops at line %i and says why', async (name, line, words) => {
    const stop = await client.stopped({ program: fixture(name) });
    expect(stop).toMatchObject({ reason: 'exception', line });
    expect(stop.text).toMatch(words);
  });

  test('a missing file, a file of another kind', async () => {
    await client.initializeRequest();
    const launch = (program: string) => client.send('launch', { program });
    await expect(launch('/nowhere/train.py')).rejects.toThrow('There is no file /nowhere/train.py.');
    await expect(launch(import.meta.filename)).rejects.toThrow('neither a Python script');
  });

  test('an endless loop can be paused, looked at, and gone on', async () => {
    const program = fixture('endless.py');
    await client.stopped({ program, breakpoints: [{ line: 3, hitCondition: '100' }] });
    await client.breakAt(program, []);
    await client.continueRequest({ threadId: 1 });
    const stop = await client.go('pause');
    expect(stop).toMatchObject({ reason: 'pause', file: 'endless.py' });
    const n = Number(await client.value('n'));
    expect(n).toBeGreaterThan(0);
    // Each time it goes on by one line at least, and the loop has two.
    for (let round = 0; round < 3; round++) {
      await client.continueRequest({ threadId: 1 });
      await client.go('pause');
    }
    expect(Number(await client.value('n'))).toBeGreaterThan(n);
  });

  test('stopping an endless loop ends the adapter and leaves no process', async () => {
    await client.begin({ program: fixture('endless.py') });
    const exited = once(client.process, 'exit');
    await client.disconnectRequest();
    await exited;
  });

  test('a long call into C can be terminated', async () => {
    await client.begin({ program: fixture('long_call.py') });
    const terminated = client.waitForEvent('terminated');
    await client.send('terminate', {});
    await terminated;
  });
});
