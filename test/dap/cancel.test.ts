/** What takes long says how far it is, and can be paused and cancelled. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const program = fixture('long.py');
/** Never true, and slow: over all iterations it would take minutes. */
const SLOW = { line: 8, condition: 'sum(range(3000000)) < 0' };

describe.skipIf(!built)('long work', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  const event = async <Body>(name: string) =>
    (await client.waitForEvent(name, client.defaultTimeout)).body as Body & { progressId: string };

  /** At the end of a run, with a breakpoint behind it that takes long to find out about; the search has begun. */
  async function searching() {
    const end = await client.stopped({ program });
    const tick = await client.value('i');
    await client.breakAt(program, [SLOW]);
    const started = event<DebugProtocol.ProgressStartEvent['body']>('progressStart');
    const accepted = client.send('reverseContinue', { threadId: 1 });
    return { end, tick, started: await started, accepted: await accepted };
  }

  test('a search tells how many iterations it has looked at, and a pause stops it there', async () => {
    const { started } = await searching();
    expect(started).toMatchObject({ title: 'Searching Backward', cancellable: true });
    expect(started.message).toMatch(/^Iteration \d+ of 400$/);
    const update = await event<DebugProtocol.ProgressUpdateEvent['body']>('progressUpdate');
    expect(update.progressId).toBe(started.progressId);
    const ended = event('progressEnd');
    const stop = await client.go('pause');
    expect(stop.reason).toBe('pause');
    expect((await ended).progressId).toBe(started.progressId);
    const i = Number(await client.value('i'));
    expect(i).toBeGreaterThan(0);
    expect(i).toBeLessThan(399);
  });

  test.each(['progressId', 'requestId'])('cancelled by its %s, a search leaves the cursor where it was', async (by) => {
    const { tick, started, accepted } = await searching();
    const id = by === 'progressId' ? started.progressId : accepted.request_seq;
    const [stop] = await Promise.all([client.nextStop(), client.customRequest('cancel', { [by]: id })]);
    expect(stop.text).toMatch(/^The search was cancelled at iteration \d+ of 400/);
    expect(await client.value('i')).toBe(tick);
    await client.breakAt(program, []);
    expect((await client.go('reverseContinue')).description).toContain('start of the recording');
  });

  test('an endless expression can be cancelled, and the session goes on', async () => {
    const { frameId } = await client.stopped({ program });
    const endless = { expression: '[1 for _ in iter(int, 1)]', frameId, context: 'repl' };
    const sent = client.customRequest('evaluate', endless).then(
      () => 'answered',
      (error: Error) => error.message,
    );
    const request = client.lastRequest;
    await client.customRequest('cancel', { requestId: request });
    expect(await sent).toBe('cancelled');
    expect(await client.value('1 + 1')).toBe('2');
  });

  test('loading can be cancelled: the session is over', async () => {
    await client.initializeRequest({ adapterID: 'backstep', supportsProgressReporting: true, pathFormat: 'path' });
    const started = event<DebugProtocol.ProgressStartEvent['body']>('progressStart');
    const launched = client
      .launchRequest({ program } as DebugProtocol.LaunchRequestArguments)
      .catch((e: Error) => e.message);
    expect(await started).toMatchObject({ cancellable: true, message: `Loading ${program}` });
    const over = event('terminated');
    await client.customRequest('cancel', { progressId: (await started).progressId });
    await over;
    expect(await launched).toMatch(/Stopped while loading/);
  });
});
