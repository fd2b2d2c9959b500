import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test, vi } from 'vitest';
import { PAST_STANDS } from '../../src/protocol/branch';
import { FakeSession } from './fakeSession';
import { InlineClient } from './inlineClient';

const program = join(import.meta.dirname, '../fixtures/lines.py');
type Handlers = FakeSession['handlers'];

/** A client over fake sessions; `sessions` are those that were opened, the newest last. */
function start(handlers: Handlers = {}) {
  const sessions: FakeSession[] = [];
  const client = new InlineClient(async (args, loading) => {
    loading?.('Loading Python');
    sessions.push(FakeSession.from(args, handlers));
    return sessions.at(-1)!;
  });
  return { client, sessions };
}

async function stoppedOnEntry(handlers: Handlers = {}) {
  const { client, sessions } = start(handlers);
  await client.launch({ program, stopOnEntry: true });
  await client.request('configurationDone');
  await client.event('stopped');
  return { client, sessions };
}

test('breakpoints set before the start stop the script, under the ids the client was given', async () => {
  const { client } = start();
  await client.launch({ program });
  const set = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
    source: { path: program },
    breakpoints: [{ line: 3 }, { line: 5 }],
  });
  await client.request('configurationDone');
  const stopped = await client.event<DebugProtocol.StoppedEvent['body']>('stopped');
  expect(stopped).toMatchObject({ reason: 'breakpoint', threadId: 1, allThreadsStopped: true });
  expect(stopped.hitBreakpointIds).toEqual([set.breakpoints[0]!.id]);
});

test('a client hears the answer to its step before the stop that follows it', async () => {
  const { client } = await stoppedOnEntry();
  const seq = client.send('next', { threadId: 1 });
  await client.event('stopped');
  const answer = client.messages.findIndex((m) => 'request_seq' in m && m.request_seq === seq);
  const stop = client.messages.findLastIndex((m) => 'event' in m && m.event === 'stopped');
  expect(answer).toBeGreaterThan(0);
  expect(answer).toBeLessThan(stop);
});

test("a client's own continue is not told again as an event, a view's is", async () => {
  const { client, sessions } = await stoppedOnEntry();
  await client.request('continue', { threadId: 1 });
  await client.event('stopped');
  expect(client.events('continued')).toHaveLength(0);
  sessions[0]!.rest('goto', 0);
  await client.event('continued');
  await client.event('stopped');
});

test.each([
  ['next', undefined, 'next'],
  ['next', 'instruction', 'tickForward'],
  ['stepIn', undefined, 'stepIn'],
  ['stepIn', 'instruction', 'tickForward'],
  ['stepOut', undefined, 'stepOut'],
  ['stepBack', undefined, 'stepBack'],
  ['stepBack', 'instruction', 'tickBack'],
  ['continue', undefined, 'continue'],
  ['reverseContinue', undefined, 'reverseContinue'],
])('%s with granularity %s is the move %s', async (command, granularity, move) => {
  const { client, sessions } = await stoppedOnEntry();
  await client.request(command, { threadId: 1, ...(granularity ? { granularity } : {}) });
  await client.event('stopped');
  expect(sessions[0]!.asked.at(-1)).toEqual({ name: 'move', args: { move } });
});

test('an op with a line is a frame that clients focus; one without is a label', async () => {
  const { client } = await stoppedOnEntry();
  const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  expect(stackFrames[0]).toMatchObject({ name: 'relu', line: 1, source: { path: program, name: 'lines.py' } });
  expect(stackFrames[0]!.presentationHint).toBeUndefined();
  expect(stackFrames[1]).toMatchObject({ name: 'engine', presentationHint: 'label' });
  const page = await client.request('stackTrace', { threadId: 1, startFrame: 2, levels: 1 });
  expect(page).toMatchObject({ totalFrames: 3, stackFrames: [{ name: '<module>' }] });
});

test('a client that counts lines from 0 gets them so', async () => {
  const { client } = start();
  await client.launch({ program, stopOnEntry: true }, { linesStartAt1: false });
  const breakpoints = [{ line: 2 }];
  const set = await client.request('setBreakpoints', { source: { path: program }, breakpoints });
  expect(set).toMatchObject({ breakpoints: [{ line: 2 }] });
  await client.request('configurationDone');
  await client.event('stopped');
  const stack = await client.request('stackTrace', { threadId: 1 });
  expect(stack).toMatchObject({ stackFrames: [{ line: 0 }, {}, { line: 0 }] });
});

test('variables that cannot be set are read-only, tensors get their menu', async () => {
  const { client } = await stoppedOnEntry({
    variables: ({ start, count }) => [
      { name: `${start} ${count}`, value: '1', type: 'int', ref: 0, settable: true },
      { name: 'w', value: 'float32 [2]', type: 'Tensor', ref: 5, settable: false, tensor: { tensor: 7 }, indexed: 2 },
    ],
  });
  const args = { variablesReference: 4, filter: 'indexed', start: 100, count: 50 };
  const { variables } = await client.request<DebugProtocol.VariablesResponse['body']>('variables', args);
  expect(variables[0]).toEqual({ name: '100 50', value: '1', type: 'int', variablesReference: 0 });
  expect(variables[1]).toMatchObject({
    indexedVariables: 2,
    presentationHint: { attributes: ['readOnly'] },
    __vscodeVariableMenuContext: 'tensor',
  });
});

test('named and indexed children are asked for apart; a client that does not page gets both', async () => {
  const child = (name: string) => ({ name, value: '1', type: 'int', ref: 0, settable: true });
  const { client } = await stoppedOnEntry({
    variables: ({ start, count }) => [child(start === undefined ? 'mean' : `[${start}] of ${count}`)],
  });
  const names = async (args: object) => {
    const body = await client.request<DebugProtocol.VariablesResponse['body']>('variables', {
      variablesReference: 4,
      ...args,
    });
    return body.variables.map(({ name }) => name);
  };
  expect(await names({ filter: 'named' })).toEqual(['mean']);
  expect(await names({ filter: 'indexed', start: 0, count: 8 })).toEqual(['[0] of 8']);
  expect(await names({})).toEqual(['mean', '[0] of 100']);
});

test("a failing request fails with the session's words, braces and all", async () => {
  const { client } = await stoppedOnEntry({
    evaluate: () => {
      throw new Error("NameError: name 'x' is not defined in {scope}");
    },
  });
  const response = await client.response(client.send('evaluate', { expression: 'x', context: 'hover' }));
  expect(response).toMatchObject({
    success: false,
    message: "NameError: name 'x' is not defined in {scope}",
    body: { error: { showUser: false } },
  });
});

test('a script outside of the only folder that it would see is refused', async () => {
  const { client } = start();
  const cwd = join(import.meta.dirname, '../golden');
  await client.request('initialize', { adapterID: 'backstep' });
  await expect(client.request('launch', { program, cwd })).rejects.toThrow(
    `${program} is not in ${cwd} ("cwd"), the only folder that a script sees.`,
  );
});

test('a hover may carry any source: only the expression counts', async () => {
  const value = { value: '3', type: 'int', ref: 0, settable: false };
  const { client, sessions } = await stoppedOnEntry({ evaluate: () => value });
  const source = { path: 'vscode-remote://host/a.py' };
  await client.request('evaluate', { expression: 'x', context: 'hover', frameId: 1, source });
  expect(sessions[0]!.asked.at(-1)!.args).toEqual({ expression: 'x', context: 'hover', frame: 1 });
});

test('completions count columns before the caret', async () => {
  const { client, sessions } = await stoppedOnEntry({ completions: () => [{ label: 'linear1', type: 'field' }] });
  const answer = await client.request('completions', { text: 'a\nnet.lin', line: 2, column: 8 });
  expect(sessions[0]!.asked.at(-1)!.args).toEqual({ text: 'net.lin', column: 7 });
  expect(answer).toEqual({ targets: [{ label: 'linear1', type: 'field' }] });
});

test('breakpoint locations are lines without columns', async () => {
  const { client } = await stoppedOnEntry();
  const answer = await client.request('breakpointLocations', { source: { path: program }, line: 2, endLine: 3 });
  expect(answer).toEqual({ breakpoints: [{ line: 2 }, { line: 3 }] });
});

test('Jump to Cursor goes to the tick of the line; a line that never ran has no target', async () => {
  const { client } = await stoppedOnEntry();
  const source = { path: program };
  const { targets } = await client.request<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
    source,
    line: 4,
  });
  await client.request('goto', { threadId: 1, targetId: targets[0]!.id });
  expect(await client.event('stopped')).toMatchObject({ reason: 'goto' });
  expect(await client.request('gotoTargets', { source, line: 99 })).toEqual({ targets: [] });
});

test('a restart opens a new session with the same breakpoints under the same ids, and hears the old one no more', async () => {
  const { client, sessions } = start();
  await client.launch({ program });
  const args = { source: { path: program }, breakpoints: [{ line: 3, condition: 'x > 1' }] };
  const set = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', args);
  await client.request('setExceptionBreakpoints', { filters: ['raised'] });
  await client.request('configurationDone');
  await client.event('stopped');
  await client.request('restart', {});
  const stopped = await client.event<DebugProtocol.StoppedEvent['body']>('stopped');
  expect(stopped.hitBreakpointIds).toEqual([set.breakpoints[0]!.id]);
  expect(sessions).toHaveLength(2);
  expect(sessions[0]!.disposed).toBe(true);
  expect(sessions[1]!.asked.slice(0, 3).map(({ name }) => name)).toEqual([
    'setExceptionFilters',
    'setBreakpoints',
    'start',
  ]);
  expect(sessions[1]!.asked[0]!.args).toEqual({ filters: ['raised'] });
  const before = client.messages.length;
  sessions[0]!.emit('terminated', { exitCode: 0 });
  await client.request('threads');
  expect(client.messages.length).toBe(before + 1);
});

test('a breakpoint that stays at its line keeps its id when others are added', async () => {
  const { client } = await stoppedOnEntry();
  type Body = DebugProtocol.SetBreakpointsResponse['body'];
  const set = (lines: number[]) =>
    client.request<Body>('setBreakpoints', {
      source: { path: program },
      breakpoints: lines.map((line) => ({ line })),
    });
  const before = await set([3]);
  const after = await set([2, 3]);
  expect(after.breakpoints[1]!.id).toBe(before.breakpoints[0]!.id);
  expect(after.breakpoints[0]!.id).not.toBe(after.breakpoints[1]!.id);
});

test('a request can be cancelled; its late answer is dropped', async () => {
  const never = new Promise<never>(() => {});
  const { client } = await stoppedOnEntry({ evaluate: () => never });
  const seq = client.send('evaluate', { expression: 'slow()', context: 'repl' });
  await client.request('cancel', { requestId: seq });
  expect(await client.response(seq)).toMatchObject({ success: false, message: 'cancelled' });
});

test('the end of the script is told as a stop from which one can step back, then as exit and termination', async () => {
  const { client, sessions } = start();
  await client.launch({ program });
  await client.request('configurationDone');
  expect(await client.event('stopped')).toMatchObject({ description: expect.stringContaining('has ended') });
  sessions[0]!.emit('terminated', { exitCode: 3 });
  expect(await client.event('exited')).toEqual({ exitCode: 3 });
  await client.event('terminated');
});

test('a script that is not on this machine is shown from the recording, and takes breakpoints', async () => {
  const place = { path: '/elsewhere/train.py', line: 2 };
  const { client, sessions } = await stoppedOnEntry({
    stack: () => [{ id: 1, name: '<module>', place, presentation: 'normal' }],
    source: ({ path }) => ({ text: `# ${path}` }),
  });
  const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  const source = stackFrames[0]!.source!;
  expect(source).toMatchObject({ name: 'train.py', sourceReference: 1 });
  const { content } = await client.request<DebugProtocol.SourceResponse['body']>('source', { sourceReference: 1 });
  expect(content).toBe('# /elsewhere/train.py');
  await client.request('setBreakpoints', { source: { sourceReference: 1 }, breakpoints: [{ line: 2 }] });
  expect(sessions[0]!.asked.at(-1)!.args).toMatchObject({ path: '/elsewhere/train.py' });
});

test('output carries its category and line', async () => {
  const { client, sessions } = await stoppedOnEntry();
  const place = { path: program, line: 2 };
  sessions[0]!.emit('output', { category: 'stdout', text: 'loss 1\n', tick: 1, place });
  const output = await client.event('output');
  expect(output).toMatchObject({ category: 'stdout', output: 'loss 1\n', line: 2, source: { path: program } });
});

test('loading is shown as progress to clients that can, and ends', async () => {
  const { client } = start();
  await client.launch({ program }, { supportsProgressReporting: true });
  await client.request('configurationDone');
  await client.event('progressEnd');
  expect(client.events('progressStart')).toHaveLength(1);
  expect(client.events('progressUpdate')[0]!.body).toMatchObject({ message: 'Loading Python' });
});

test.each([
  [{ program: '/nowhere/train.py' }, 'There is no file /nowhere/train.py.'],
  [{}, 'Nothing to debug: "program" is empty'],
  [{ program: import.meta.dirname }, 'is a folder'],
  [{ program: import.meta.filename }, 'is neither a Python script'],
  [{ program, args: 'x' }, '"args" must be a list'],
  [{ program, cwd: '/nowhere' }, 'is not a folder'],
])('launching %j says what is wrong', async (args, words) => {
  const { client } = start();
  await client.request('initialize', { adapterID: 'backstep' });
  await expect(client.request('launch', args)).rejects.toThrow(words);
});

test('terminate and disconnect end the session at once', async () => {
  const { client, sessions } = await stoppedOnEntry();
  await client.request('terminate');
  await client.event('terminated');
  expect(sessions[0]!.disposed).toBe(true);
  await client.request('disconnect');
  await expect(client.request('next', { threadId: 1 })).rejects.toThrow('The debug session has ended.');
});

test('of two restarts while the first one loads, only the last one lives', async () => {
  const arrivals: ((session: FakeSession) => void)[] = [];
  const client = new InlineClient(() => new Promise((resolve) => arrivals.push(resolve)));
  const sessions = [0, 1, 2].map(() => new FakeSession(program));
  const arrive = async (i: number) => {
    await vi.waitFor(() => expect(arrivals.length).toBeGreaterThan(i));
    arrivals[i]!(sessions[i]!);
  };
  const launched = client.launch({ program, stopOnEntry: true });
  await arrive(0);
  await launched;
  await client.request('configurationDone');
  const restarts = [client.send('restart'), client.send('restart')];
  await arrive(2);
  await arrive(1);
  for (const seq of restarts) expect(await client.response(seq)).toMatchObject({ success: true });
  expect(sessions.map(({ disposed }) => disposed)).toEqual([true, true, false]);
  expect(sessions[1]!.asked).toEqual([]);
  expect(sessions[2]!.asked.at(-1)).toMatchObject({ name: 'start' });
});

test('a session that is stopped while it loads is disposed when it arrives', async () => {
  let arrive!: (_: FakeSession) => void;
  const connect = vi.fn(() => new Promise<FakeSession>((resolve) => (arrive = resolve)));
  const client = new InlineClient(connect);
  await client.request('initialize', { adapterID: 'backstep' });
  const launch = client.send('launch', { program });
  await vi.waitFor(() => expect(connect).toHaveBeenCalled());
  await client.request('disconnect');
  const session = new FakeSession(program);
  arrive(session);
  expect(await client.response(launch)).toMatchObject({ success: false, message: 'Stopped while loading.' });
  expect(session.disposed).toBe(true);
});

test.each([
  ['vscode', true],
  ['other', false],
])('a value set in the past: %s gets a button for a branch with it: %s', async (clientID, offered) => {
  const refuse = () => {
    throw new Error(PAST_STANDS.past());
  };
  const child = { value: '1', type: 'int', ref: 0, settable: true };
  const { client } = start({
    setVariable: refuse,
    setExpression: refuse,
    variables: () => [{ ...child, name: 'lr', evaluateName: 'self.lr' }],
  });
  await client.launch({ program, stopOnEntry: true }, { clientID });
  await client.request('configurationDone');
  const asked: [string, object, string][] = [
    ['setVariable', { variablesReference: 5, name: 'lr', value: '0.5' }, 'self.lr'],
    ['setExpression', { expression: 'w[0]', value: '0.5' }, 'w[0]'],
  ];
  for (const [command, args, target] of asked) {
    const { success, message, body } = await client.response(client.send(command, args));
    expect({ success, message }).toMatchObject({
      success: false,
      message: expect.stringContaining(PAST_STANDS.past()),
    });
    const { url, urlLabel } = body.error;
    if (!offered) expect(url).toBeUndefined();
    else {
      expect(urlLabel).toBe('Branch from Here');
      expect(JSON.parse(decodeURIComponent(url.replace('command:backstep.branchWith?', '')))).toEqual([target, '0.5']);
    }
  }
});

test('a branch is answered as a configuration, and a client that can start sessions is asked to', async () => {
  const mark = { tick: 7, kind: 'line', place: null, op: null, iteration: 2, losses: '', values: [] };
  const origin = { entropy: 'ab', args: ['-q'], folder: '/work', edits: [], left: null };
  const point = { script: program, sources: [], origin, mark };
  const { client } = start({ branchPoint: () => point as never });
  await client.launch({ program, stopOnEntry: true }, { supportsStartDebuggingRequest: true });
  await client.request('configurationDone');
  const edits = [{ target: 'lr', value: '0.01' }];
  const { configuration } = await client.request<{ configuration: object }>('backstep.branch', { edits });
  expect(configuration).toMatchObject({ name: 'lines.py branch 1 (lr = 0.01 at iteration 3)', program, args: ['-q'] });
  const reverse = client.messages.find((m) => m.type === 'request') as DebugProtocol.StartDebuggingRequest;
  expect(reverse).toMatchObject({ command: 'startDebugging', arguments: { request: 'launch', configuration } });
  await client.request('backstep.branch', { edits, start: false });
  expect(client.messages.filter((m) => m.type === 'request')).toHaveLength(1);
  await expect(client.request('backstep.branch', {})).rejects.toThrow('Say what the branch changes');
});

test('work that takes long is a progress report, whose button cancels it', async () => {
  const { client, sessions } = start({ cancel: () => null });
  await client.launch({ program, stopOnEntry: true }, { supportsProgressReporting: true });
  await client.request('configurationDone');
  await client.event('stopped');
  const [session] = sessions;
  session!.emit('working', { title: 'History', text: 'Iteration 10 of 100', percent: 10 });
  const started = await client.event<DebugProtocol.ProgressStartEvent['body']>('progressStart');
  expect(started).toMatchObject({
    title: 'History',
    message: 'Iteration 10 of 100',
    percentage: 10,
    cancellable: true,
  });
  session!.emit('working', { title: 'History', text: 'Iteration 20 of 100', percent: 20 });
  const { progressId } = started;
  expect(await client.event('progressUpdate')).toMatchObject({
    progressId,
    message: 'Iteration 20 of 100',
    percentage: 20,
  });
  await client.request('cancel', { progressId });
  expect(session!.asked.at(-1)).toEqual({ name: 'cancel', args: {} });
  session!.emit('working', null);
  expect(await client.event('progressEnd')).toEqual({ progressId });
  await client.request('cancel', { progressId });
  expect(session!.asked.filter(({ name }) => name === 'cancel')).toHaveLength(1);
});

test('a branch that catches up can be cancelled: its session ends', async () => {
  const { client, sessions } = start({ start: () => null });
  await client.launch({ program }, { supportsProgressReporting: true });
  await client.request('configurationDone');
  sessions[0]!.emit('loading', { text: 'Catching up: iteration 3 of 9', percent: 30 });
  const update = await client.event<DebugProtocol.ProgressStartEvent['body']>('progressStart');
  await client.request('cancel', { progressId: client.events('progressStart').at(-1)!.body.progressId });
  await client.event('terminated');
  expect(update.cancellable).toBe(true);
  expect(sessions[0]!.disposed).toBe(true);
  expect(client.events('progressEnd').length).toBe(client.events('progressStart').length);
});

test('a comparison that is cancelled closes the other run', async () => {
  const sessions: FakeSession[] = [];
  const client = new InlineClient(async (args) => {
    // The other run never ends.
    sessions.push(FakeSession.from(args, sessions.length > 0 ? { start: () => null } : {}));
    return sessions.at(-1)!;
  });
  await client.launch({ program, stopOnEntry: true });
  await client.request('configurationDone');
  await client.event('stopped');
  const asked = client.send('backstep.compare', { seed: 2 });
  await vi.waitFor(() => expect(sessions[1]?.asked.some(({ name }) => name === 'start')).toBe(true));
  await client.request('cancel', { requestId: asked });
  expect(await client.response(asked)).toMatchObject({ success: false, message: 'cancelled' });
  await vi.waitFor(() => expect(sessions[1]!.disposed).toBe(true));
  expect(sessions[0]!.disposed).toBe(false);
});

test('a client that does not know of invalidated variables is not told', async () => {
  const { client, sessions } = await stoppedOnEntry();
  sessions[0]!.emit('invalidated', {});
  await client.request('threads');
  expect(client.events('invalidated')).toHaveLength(0);
});
