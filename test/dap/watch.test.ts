/** Watchpoints over the protocol: data breakpoints, conditions, and the exception filter for the first NaN. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

describe.skipIf(!built)('watchpoints', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  const watch = async (dataId: string, more: object = {}) => {
    const answer = await client.customRequest('setDataBreakpoints', { breakpoints: [{ dataId, ...more }] });
    return answer.body.breakpoints as { id: number; verified: boolean; message?: string }[];
  };

  test('a data breakpoint stops at every write of a weight, forward, over what is recorded, and in reverse', async () => {
    const program = fixture('norms.py');
    await client.stopped({ program, breakpoints: [{ line: 10 }] });
    const scopes = (
      await client.scopesRequest({ frameId: (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0]!.id })
    ).body.scopes;
    const parameters = scopes.find((s) => s.name === 'Parameters')!;
    const info = await client.customRequest('dataBreakpointInfo', {
      variablesReference: parameters.variablesReference,
      name: '0.weight',
    });
    expect(info.body).toMatchObject({ dataId: 'changed(0.weight)', description: '0.weight', accessTypes: ['write'] });
    await client.breakAt(program, []);
    const [set] = await watch(info.body.dataId);
    expect(set).toMatchObject({ verified: true });
    const first = await client.go('continue');
    expect(first).toMatchObject({ reason: 'data breakpoint', line: 14, hitBreakpointIds: [set!.id] });
    expect(first.text).toMatch(/^0\.weight changed in iteration 1 \(norms\.py:14\)/);
    const second = await client.go('continue');
    expect(second.text).toContain('in iteration 2');
    expect((await client.go('reverseContinue')).text).toBe(first.text);
    expect((await client.go('continue')).text).toBe(second.text);
    expect((await client.go('continue')).text).toContain('in iteration 3');
  });

  test('a number of the script can be watched, with a condition and a hit count', async () => {
    const program = fixture('norms.py');
    await client.stopped({ program, breakpoints: [{ line: 11 }] });
    const info = await client.customRequest('dataBreakpointInfo', { name: 'count' });
    expect(info.body.dataId).toBe('changed(count)');
    await client.breakAt(program, []);
    await watch('changed(count)', { condition: 'count > 5' });
    const stop = await client.go('continue');
    expect(await client.value('count')).toBe('6');
    expect(stop.text).toContain('from 4 to 6');
    await watch('changed(count)', { hitCondition: '5' });
    await client.go('continue');
    expect(await client.value('count')).toBe('10');
  });

  test('an expression over gradients stops where it begins to hold; in reverse it says when all was well', async () => {
    const program = fixture('norms.py');
    await client.stopped({ program });
    expect(await watch('norm(p.grad) > 1e4')).toMatchObject([{ verified: true }]);
    const back = await client.go('reverseContinue');
    expect(back.reason).toBe('data breakpoint');
    expect(back.text).toMatch(
      /^norm\(\S+\.grad\) > 10000: it is \S+ in iteration \d+ \(norms\.py:\d+\)\. Before, in iteration \d+, it was /,
    );
    expect(await watch('norm(p.grad >')).toMatchObject([
      { verified: false, message: expect.stringContaining('not complete') },
    ]);
  });

  test("a line breakpoint's condition may be about tensors, forward and back", async () => {
    const program = fixture('norms.py');
    await client.stopped({ program, breakpoints: [{ line: 14, condition: 'norm(net[0].weight.grad) > 1e4' }] });
    expect(await client.value('i')).toBe('4');
    await client.breakAt(program, [{ line: 14, condition: 'any(isnan(p.grad))' }]);
    await client.go('continue');
    await client.breakAt(program, [{ line: 14, condition: 'loss < 2 and i == 2' }]);
    await client.go('reverseContinue');
    expect(await client.value('i')).toBe('2');
  });

  test('a log point set after the run is answered for every iteration that is recorded, once', async () => {
    const program = fixture('norms.py');
    await client.stopped({ program });
    const logged = { line: 14, logMessage: 'loss {loss.item():.3f}, norm {net[0].weight.grad.norm():.2f}' };
    await client.breakAt(program, [logged]);
    const lines = client.printed('console').trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[2]).toMatch(/^iteration 3: loss \d\.\d{3}, norm \d+\.\d{2}$/);
    await client.breakAt(program, [logged, { line: 15 }]);
    expect(client.printed('console').trim().split('\n')).toHaveLength(6);
  });

  test('the filter for the first NaN stops at the op that made it; a condition narrows it', async () => {
    const program = fixture('nan_loss.py');
    const stop = await client.stopped({ program, exceptions: ['origin'] });
    expect(stop).toMatchObject({ reason: 'exception', line: 6 });
    expect(stop.text).toBe('The first NaN: log made it out of finite inputs in iteration 2 (nan_loss.py:6).');
    const info = await client.exceptionInfoRequest({ threadId: 1 });
    expect(info.body.description).toBe(stop.text);
    await client.setExceptionBreakpointsRequest({
      filters: [],
      filterOptions: [{ filterId: 'origin', condition: 'any(isinf(out))' }],
    });
    expect((await client.go('continue')).description).toContain('has ended');
    await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [{ filterId: 'origin' }] });
    expect(await client.go('reverseContinue')).toMatchObject({ line: 6 });
  });

  test('what is looked at in the past draws nothing from the run', async () => {
    const program = fixture('draws.py');
    await client.stopped({ program });
    const whole = client.printed();
    await client.stop();
    client = new Client();
    await client.start();
    await client.stopped({ program, breakpoints: [{ line: 9, condition: 'step == 4' }] });
    await client.go('stepBack');
    expect(await client.value('torch.rand(3).shape')).toBe('torch.Size([3])');
    await client.value('random.random()');
    await client.breakAt(program, [{ line: 13, logMessage: '{torch.randn(2).norm():.2f} {random.random()}' }]);
    await client.breakAt(program, []);
    await client.go('continue');
    expect(client.printed()).toBe(whole);
  });

  test('a search from the past that finds nothing rests at the end, and says what is not there', async () => {
    const program = fixture('norms.py');
    await client.stopped({ program });
    await watch('norm(nothing) > 1');
    await client.go('stepBack');
    await client.go('stepBack');
    expect((await client.go('continue')).description).toContain('has ended');
    expect(client.printed('stderr')).toContain(
      "The watchpoint norm(nothing) > 1 never had a value: nothing in this run is called 'nothing'.",
    );
    await client.go('stepBack');
  });
});
