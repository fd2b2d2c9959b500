/** Branches over stdio: a run that leaves another at a tick, with an edit. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BranchSpec } from '../../src/protocol/branch';
import { built, Client, fixture } from './client';

const program = fixture('branching.py');
const BACKWARD = 15;
const STEP = 16;
const PRINT = 17;

describe.skipIf(!built)('a branch', () => {
  const clients: Client[] = [];
  const fresh = async () => {
    const client = new Client();
    clients.push(client);
    await client.start();
    return client;
  };
  let first: Client;
  beforeEach(async () => {
    first = await fresh();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.stop();
  });

  const losses = (client: Client) => client.printed().match(/^\d+ .*$/gm)!;

  /** The first run at its end, and back at a line in iteration `step`. */
  async function at(step: number, line: number): Promise<void> {
    await first.stopped({ program, breakpoints: [{ line, condition: `step == ${step}` }] });
    await first.breakAt(program, []);
    await first.go('continue');
    await first.breakAt(program, [{ line, condition: `step == ${step}` }]);
    await first.go('reverseContinue');
  }

  async function branch(edits: object, more: object = {}): Promise<{ client: Client; name: string }> {
    const { body } = await first.customRequest('backstep.branch', edits);
    const { configuration } = body as { configuration: { name: string; branch: BranchSpec } };
    const client = await fresh();
    const [{ body: stopped }] = await Promise.all([
      client.waitForEvent('stopped') as Promise<DebugProtocol.StoppedEvent>,
      client.begin({ ...configuration, ...more } as never),
    ]);
    expect(stopped.description).toContain('Branched here');
    return { client, name: configuration.name };
  }

  test('runs to the tick, has its edit there, and goes on: beside the first run, whose numbers stay', async () => {
    await at(4, STEP);
    const { client, name } = await branch({ edits: [{ target: 'lr', value: '0.01' }] });
    expect(name).toBe('branching.py branch 1 (lr = 0.01 at iteration 5)');
    expect(client.printed('console')).toContain('Up to here all is as in the first run.');
    // What the first run printed up to here is not printed again.
    expect(client.printed()).toBe('');
    expect(await client.value('opt.param_groups[0]["lr"]')).toBe('0.01');
    expect(await client.value('step')).toBe('4');
    await client.go('continue');
    const [there, here] = [losses(first), losses(client)];
    expect(here[0]).toBe(there[4]);
    expect(here[1]).not.toBe(there[5]);
    expect(here).toHaveLength(4);
    // Both stay explorable.
    await client.go('stepBack');
    expect(await first.value('step')).toBe('4');
  });

  test('an edit that changes nothing gives the same numbers to the end, entropy and all', async () => {
    await at(2, BACKWARD);
    const { client } = await branch({ edits: [{ target: 'net.weight[0,0]', value: 'net.weight[0,0]' }] });
    await client.go('continue');
    expect(losses(client)).toEqual(losses(first).slice(2));
  });

  test.each([
    ['a weight', 'net.weight[0,1]', '5.0', STEP],
    ['a gradient', 'net.weight.grad', 'torch.zeros(1, 3)', STEP],
    ['a momentum buffer', 'opt.state[net.weight]["momentum_buffer"]', 'torch.ones(1, 3)', STEP],
    ['a name', 'noise', 'torch.zeros(8, 1)', 13],
  ])('%s is edited', async (_, target, value, line) => {
    await at(3, line);
    const { client } = await branch({ edits: [{ target, value }] });
    expect(await client.value(`bool((${target} == ${value}).all())`)).toBe('True');
    await client.go('continue');
    expect(losses(client).at(-1)).not.toBe(losses(first).at(-1));
    expect(client.printed('stderr')).toBe('');
  });

  test('a gradient can be taken away: the recording knows that too', async () => {
    await at(3, STEP);
    const { client } = await branch({ edits: [{ target: 'net.weight.grad', value: 'None' }] });
    expect(client.printed('stderr')).toBe('');
    expect(await client.value('net.weight.grad')).toBe('None');
    await client.go('next');
    await client.go('stepBack');
    expect(await client.value('net.weight.grad')).toBe('None');
    await client.go('continue');
    expect(losses(client).at(-1)).not.toBe(losses(first).at(-1));
  });

  test('an edit that fails says why, and the branch is there all the same', async () => {
    await at(1, STEP);
    const { client } = await branch({ edits: [{ target: 'nothing.here', value: '1' }] });
    expect(client.printed('stderr')).toContain(
      "nothing.here = 1 was not done: NameError: name 'nothing' is not defined",
    );
    expect(await client.value('step')).toBe('1');
  });

  test('another text for a line: the branch leaves where that line first ran', async () => {
    await at(5, PRINT);
    const { client, name } = await branch({
      lines: [{ path: program, line: 14, text: 'loss = (net(X) - y).abs().mean()' }],
    });
    expect(name).toBe('branching.py branch 1 (line 14: loss = (net(X) - y).abs().mean() at iteration 1)');
    expect(client.printed('console')).toContain('Up to here all is as in the first run.');
    expect(await client.value('step')).toBe('0');
    // What is shown is what ran, not the file.
    const [{ source }] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    const shown = await client.sourceRequest({ source, sourceReference: source!.sourceReference! });
    expect(shown.body.content.split('\n')[13]).toBe('    loss = (net(X) - y).abs().mean()');
    await client.go('continue');
    expect(losses(client)).toHaveLength(8);
    expect(losses(client)[0]).not.toBe(losses(first)[0]);
  });

  test('a branch of a branch has the first one’s edit on its way', async () => {
    await at(2, STEP);
    const { client } = await branch({ edits: [{ target: 'lr', value: '0.01' }] });
    await client.breakAt(program, [{ line: STEP, condition: 'step == 5' }]);
    await client.go('continue');
    first = client;
    const second = await branch({ edits: [{ target: 'net.bias', value: 'torch.zeros(1)' }] });
    expect(second.client.printed('console')).toContain('Up to here all is as in the first run.');
    expect(await second.client.value('opt.param_groups[0]["lr"]')).toBe('0.01');
  });

  test('what is set in the past is offered as a branch', async () => {
    await at(2, STEP);
    const locals = await first.locals();
    expect(locals.get('shift')!.presentationHint?.attributes ?? []).not.toContain('readOnly');
    await expect(first.customRequest('setExpression', { expression: 'shift', value: '0' })).rejects.toThrow(
      'branch from here',
    );
  });
});
