/** Any Python script, over stdio: stops, steps both ways, variables, expressions. No tensors. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const program = fixture('lines.py');

describe.skipIf(!built)('a plain script', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  test('stops on entry, steps over lines, back, and on to its end', async () => {
    expect(await client.stopped({ program, stopOnEntry: true })).toMatchObject({ reason: 'entry', line: 1 });
    expect(await client.go('next')).toMatchObject({ reason: 'step', line: 2, file: 'lines.py' });
    expect(await client.go('next')).toMatchObject({ line: 3 });
    expect(await client.go('stepBack')).toMatchObject({ reason: 'step', line: 2 });
    expect(await client.go('stepBack')).toMatchObject({ line: 1 });
    expect(await client.go('stepBack')).toMatchObject({ reason: 'entry', line: 1 });
    expect(await client.go('next')).toMatchObject({ line: 2 });
    expect((await client.go('continue')).description).toContain('has ended');
    expect(client.printed()).toBe('z 20\n');
    expect((await client.go('next')).description).toContain('has ended');
  });

  test('Continue at the end stays there and says so: what was recorded is not lost', async () => {
    expect((await client.stopped({ program })).description).toContain('has ended');
    for (let i = 0; i < 2; i++)
      expect(await client.go('continue')).toMatchObject({
        line: 15,
        description: expect.stringContaining('nothing to continue'),
      });
    expect(client.printed('important')).toMatch(/^There is nothing to continue: the script has ended\./);
    expect(await client.go('stepBack')).toMatchObject({ reason: 'step', line: 15 });
    expect((await client.go('continue')).description).toContain('Step back to see');
    const ends = client.waitForEvent('terminated');
    await client.send('terminate', {});
    await ends;
  });

  test('without a stop at its end it is over there, with its exit code', async () => {
    const ends = Promise.all([client.waitForEvent('exited'), client.waitForEvent('terminated')]);
    await client.begin({ program, stopAtEnd: false });
    expect((await ends)[0].body).toEqual({ exitCode: 0 });
  });

  test('breakpoints stop in both directions; in reverse, the one it stands on is passed', async () => {
    const [breakpoint] = await client.begin({ program, breakpoints: [{ line: 5 }] });
    expect(breakpoint).toMatchObject({ verified: true, line: 5 });
    const first = await client.nextStop();
    expect(first).toMatchObject({ reason: 'breakpoint', line: 5, hitBreakpointIds: [breakpoint!.id] });
    await client.go('continue');
    expect(await client.value('i')).toBe('1');
    await client.go('continue');
    expect(await client.value('i')).toBe('2');
    expect(await client.go('reverseContinue')).toMatchObject({ reason: 'breakpoint', line: 5 });
    expect(await client.value('i')).toBe('1');
    expect(await client.value('total')).toBe('0');
    await client.go('reverseContinue');
    expect(await client.go('reverseContinue')).toMatchObject({ reason: 'entry', line: 1 });
  });

  test('a breakpoint on an empty line moves to the next line that runs', async () => {
    const [breakpoint] = await client.begin({ program, stopOnEntry: true, breakpoints: [{ line: 8 }] });
    expect(breakpoint).toMatchObject({ verified: true, line: 9 });
  });

  test('conditions, hit counts and log points', async () => {
    const condition = await client.stopped({ program, breakpoints: [{ line: 5, condition: 'i == 3' }] });
    expect(condition).toMatchObject({ reason: 'breakpoint', line: 5 });
    expect(await client.value('i')).toBe('3');
    await client.breakAt(program, [{ line: 15, logMessage: 'z is {z}' }]);
    await client.go('continue');
    expect(client.printed('console') + client.printed()).toContain('z is 20');
  });

  test('a hit count stops at the n-th time', async () => {
    await client.stopped({ program, breakpoints: [{ line: 5, hitCondition: '4' }] });
    expect(await client.value('i')).toBe('3');
  });

  test('a condition that is no Python says so and stops', async () => {
    const stop = await client.stopped({ program, breakpoints: [{ line: 5, condition: 'i ==' }] });
    expect(stop).toMatchObject({ reason: 'breakpoint', line: 5 });
    expect(client.printed('stderr') + client.printed('console') + stop.text).toContain('SyntaxError');
  });

  test('steps into a function and out again, and back into it', async () => {
    await client.stopped({ program, breakpoints: [{ line: 14 }] });
    expect(await client.go('stepIn')).toMatchObject({ line: 10, frame: 'double', depth: 2 });
    expect((await client.locals()).get('n')?.value).toBe('10');
    await client.go('next');
    expect((await client.locals()).get('m')?.value).toBe('20');
    expect(await client.go('stepOut')).toMatchObject({ frame: '<module>', depth: 1 });
  });

  test('evaluates, hovers and completes in the frame', async () => {
    const { frameId } = await client.stopped({ program, breakpoints: [{ line: 11 }] });
    expect(await client.value('n + m')).toBe('30');
    const hover = await client.evaluateRequest({ expression: 'm', frameId, context: 'hover' });
    expect(hover.body).toMatchObject({ result: '20', type: 'int' });
    await expect(client.value('nothing')).rejects.toThrow("name 'nothing' is not defined");
    const repl = { expression: 'm += 1', frameId, context: 'repl' };
    await client.evaluateRequest(repl);
    expect(await client.value('m')).toBe('21');
    const { targets } = (await client.completionsRequest({ text: 'doub', column: 5, frameId })).body;
    expect(targets.map(({ label }) => label)).toContain('double');
  });

  test('a variable that is set is seen by the script; the past cannot be set', async () => {
    const { frameId } = await client.stopped({ program, breakpoints: [{ line: 11 }] });
    const { scopes } = (await client.scopesRequest({ frameId })).body;
    const variablesReference = scopes[0]!.variablesReference;
    const set = await client.setVariableRequest({ variablesReference, name: 'm', value: '5' });
    expect(set.body.value).toBe('5');
    await client.go('continue');
    expect(client.printed()).toBe('z 5\n');
    await client.go('stepBack');
    const past = (await client.scopesRequest({ frameId: (await client.go('stepBack')).frameId })).body.scopes[0]!;
    const setPast = { variablesReference: past.variablesReference, name: 'total', value: '1' };
    await expect(client.setVariableRequest(setPast)).rejects.toThrow();
  });

  test('goes to a line that has run, and only to such a line', async () => {
    await client.stopped({ program, breakpoints: [{ line: 14 }] });
    const source = { path: program };
    const { targets } = (await client.gotoTargetsRequest({ source, line: 2 })).body;
    const stop = client.nextStop();
    await client.gotoRequest({ threadId: 1, targetId: targets[0]!.id });
    expect(await stop).toMatchObject({ reason: 'goto', line: 2 });
    const none = await client.gotoTargetsRequest({ source, line: 15 });
    expect(none.body.targets).toEqual([]);
  });

  test('says where a breakpoint can stand', async () => {
    await client.stopped({ program, stopOnEntry: true });
    const answer = await client.send('breakpointLocations', { source: { path: program }, line: 1, endLine: 11 });
    const lines = answer.body.breakpoints.map(({ line }: { line: number }) => line);
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 9, 10, 11]);
  });

  test('restarts from the beginning, with its breakpoints', async () => {
    await client.stopped({ program, breakpoints: [{ line: 14 }] });
    const [stop] = await Promise.all([client.nextStop(), client.send('restart', {})]);
    expect(stop).toMatchObject({ reason: 'breakpoint', line: 14 });
    await client.go('continue');
    expect(client.printed()).toBe('z 20\n');
  });

  test('without debugging it runs to its end and stops nowhere', async () => {
    const ended = client.waitForEvent('terminated');
    await client.begin({ program, noDebug: true, breakpoints: [{ line: 5 }] });
    await ended;
    expect(client.printed()).toBe('z 20\n');
  });
});
