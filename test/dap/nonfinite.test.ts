/** NaN in the loss: the debugger stops at backward() and names the op that made the first one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

describe.skipIf(!built)('a loss that is not finite', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  test('stops at backward(), says which op made the first NaN, and can be stepped back from', async () => {
    const stop = await client.stopped({ program: fixture('nan_loss.py') });
    expect(stop).toMatchObject({ reason: 'exception', line: 8 });
    expect(stop.text).toContain('The first NaN was made by log (nan_loss.py:6)');
    expect(client.printed('stderr')).toContain('The loss is NaN');
    expect(await client.go('stepBack')).toMatchObject({ line: 7 });
    expect(await client.value('i')).toBe('1');
  });

  test('does not stop where the filter is off', async () => {
    const stop = await client.stopped({ program: fixture('nan_loss.py'), exceptions: ['uncaught'] });
    expect(stop.line).not.toBe(8);
    expect(client.printed('stdout')).toContain('end');
  });
});
