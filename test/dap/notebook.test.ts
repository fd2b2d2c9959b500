/** A notebook under the debugger: each code cell is a source of its own, and all of them are one frame. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const program = fixture('notebook/steps.ipynb');
const cell = (number: number) => `${program}[${number}]`;

describe.skipIf(!built)('a notebook', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  test('stops at a breakpoint of a cell, and steps over the edge of cells, both ways', async () => {
    await client.initializeRequest();
    await Promise.all([client.launchRequest({ program } as never), client.waitForEvent('initialized')]);
    const [set] = await client.breakAt(cell(3), [{ line: 1 }]);
    expect(set).toMatchObject({ verified: true, line: 1 });
    expect(await client.breakAt(cell(2), [{ line: 2 }, { line: 9 }])).toMatchObject([
      { verified: true, line: 2 },
      { verified: false, line: 9 },
    ]);
    const [stop] = await Promise.all([client.nextStop(), client.configurationDoneRequest()]);
    expect(stop).toMatchObject({ reason: 'breakpoint', line: 1, file: 'steps.ipynb[3]', depth: 1 });
    expect(await client.value('net.weight.shape')).toContain('[1, 3]');
    expect(await client.go('stepBack')).toMatchObject({ line: 1, file: 'steps.ipynb[2]', depth: 1 });
    expect(await client.go('stepBack')).toMatchObject({ line: 5, file: 'steps.ipynb[1]' });
    expect((await client.locals()).has('step')).toBe(false);
    expect(await client.go('next')).toMatchObject({ line: 1, file: 'steps.ipynb[2]' });
    expect(await client.go('continue')).toMatchObject({ reason: 'breakpoint', line: 1, file: 'steps.ipynb[3]' });
    const inside = await client.go('continue');
    expect(inside).toMatchObject({ reason: 'breakpoint', line: 2, file: 'steps.ipynb[2]', frame: 'step', depth: 2 });
    const { stackFrames } = (await client.stackTraceRequest({ threadId: 1 })).body;
    expect(stackFrames[1]).toMatchObject({ line: 3, source: { name: 'steps.ipynb[3]' } });
    const { content } = (await client.sourceRequest({ sourceReference: stackFrames[1]!.source!.sourceReference! }))
      .body;
    expect(content.split('\n')[0]).toBe('losses = []');
    await client.breakAt(cell(2), []);
    expect((await client.go('continue')).description).toContain('has ended');
    expect(client.printed()).toBe('3\n');
    expect((await client.value('losses')).startsWith('[')).toBe(true);
  });
});
