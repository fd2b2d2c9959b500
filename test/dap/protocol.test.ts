/** The protocol request by request, beyond steps and variables: over a running script, and over a recording. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const lines = fixture('lines.py');
const train = fixture('train.py');

describe.skipIf(!built)('the protocol', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client();
    await client.start();
  });
  afterEach(() => client.stop());

  const ask = async <Body>(command: string, args: object = {}): Promise<Body> =>
    (await client.customRequest(command, args)).body;

  const frames = async () => (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;

  /** A request that leads to a stop. */
  const led = async (command: string, args: object) => {
    const [stop] = await Promise.all([client.nextStop(), client.customRequest(command, args)]);
    return stop;
  };

  const stopsAt = (breakpoints: object[]) =>
    ask<{ breakpoints: DebugProtocol.Breakpoint[] }>('setFunctionBreakpoints', { breakpoints });

  test('every capability that is not offered is refused in words', async () => {
    const { body } = await client.initializeRequest();
    expect(body).toMatchObject({ supportsRestartFrame: true, supportsStepInTargetsRequest: true });
    expect(Object.keys(body!).filter((name) => /memory|disassemble|instruction|modules|threads/i.test(name))).toEqual(
      [],
    );
    await expect(ask('attach')).rejects.toThrow(/use a "launch" configuration/);
    await expect(ask('disassemble')).rejects.toThrow(/op by op/);
    await expect(ask('readMemory')).rejects.toThrow(/elements/);
    await expect(ask('writeMemory')).rejects.toThrow(/setVariable/);
    await expect(ask('modules')).rejects.toThrow(/loadedSources/);
    await expect(ask('setInstructionBreakpoints')).rejects.toThrow(/data breakpoint/);
    await expect(ask('terminateThreads')).rejects.toThrow(/terminate/);
    await expect(ask('locations')).rejects.toThrow(/last write/);
  });

  test('a frame that is restarted begins again, at its first line; nothing runs twice', async () => {
    await client.stopped({ program: lines, breakpoints: [{ line: 11 }] });
    const [inner, outer] = await frames();
    expect(await led('restartFrame', { frameId: inner!.id })).toMatchObject({ line: 10, frame: 'double', depth: 2 });
    expect(await led('restartFrame', { frameId: outer!.id })).toMatchObject({ line: 1, frame: '<module>', depth: 1 });
    await client.breakAt(lines, []);
    await client.go('continue');
    expect(client.printed()).toBe('z 20\n');
  });

  test("restarting an op's frame goes back to where its pass began", async () => {
    const { frameId } = await client.stopped({ program: train, breakpoints: [{ line: 26 }] });
    const [first] = (await ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', { frameId })).targets;
    expect(first).toBeUndefined();
    const entered = await client.go('stepIn');
    const label = entered.frame;
    await client.go('next');
    await client.go('next');
    const [op] = await frames();
    expect(op!.name).not.toBe(label);
    expect(await led('restartFrame', { frameId: op!.id })).toMatchObject({ frame: label });
  });

  test('a line says what it calls, and any of it can be stepped into', async () => {
    await client.stopped({ program: train, breakpoints: [{ line: 25, hitCondition: '2' }] });
    await client.go('continue');
    await client.go('reverseContinue');
    const [{ id: frameId }] = (await frames()) as [DebugProtocol.StackFrame];
    const { targets } = await ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', { frameId });
    expect(targets.map(({ label, line }) => [label, line])).toEqual([['Net.forward', 15]]);
    const stop = await led('stepIn', { threadId: 1, targetId: targets[0]!.id });
    expect(stop).toMatchObject({ frame: 'Net.forward', line: 16 });
    expect(await client.go('stepOut')).toMatchObject({ line: 26 });
    const [{ id }] = (await frames()) as [DebugProtocol.StackFrame];
    const passes = await ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', { frameId: id });
    expect(passes.targets.map(({ label }) => label)).toEqual(['backward()']);
  });

  test('stops where a function begins, in both directions, by its short or its full name', async () => {
    await client.initializeRequest();
    await Promise.all([
      client.waitForEvent('initialized', client.defaultTimeout),
      client.launchRequest({ program: train } as DebugProtocol.LaunchRequestArguments),
    ]);
    const { breakpoints } = await stopsAt([{ name: 'forward', hitCondition: '>= 2' }, { name: 'nothing' }]);
    expect(breakpoints).toMatchObject([
      { verified: true, line: 15, source: { path: train } },
      { verified: false, message: expect.stringContaining('nothing') },
    ]);
    const [stop] = await Promise.all([client.nextStop(), client.configurationDoneRequest()]);
    expect(stop).toMatchObject({ reason: 'breakpoint', frame: 'Net.forward', line: 16 });
    expect(stop.hitBreakpointIds).toEqual([breakpoints[0]!.id]);
    const outer = async () => client.value('epoch', (await frames())[1]!.id);
    expect(await outer()).toBe('1');
    await stopsAt([{ name: 'Net.forward' }]);
    await client.go('continue');
    expect(await outer()).toBe('2');
    await client.go('reverseContinue');
    expect(await outer()).toBe('1');
    await stopsAt([{ name: 'Net.forward', condition: 'x.sum() < 0' }]);
    expect((await client.go('continue')).description).toContain('has ended');
  });

  test('exceptions stop by their type, by a condition of the filter or by an option', async () => {
    const program = fixture('raises.py');
    const begun = { program, exceptions: [] as string[] };
    await client.stopped({ ...begun, stopOnEntry: true });
    const filter = (types: string) => ({ filters: [], filterOptions: [{ filterId: 'raised', condition: types }] });
    await client.setExceptionBreakpointsRequest(filter('KeyError, builtins.ValueError'));
    expect(await client.go('continue')).toMatchObject({ reason: 'exception', line: 11 });
    const exceptionOptions = [
      { path: [{ names: ['Python Exceptions'] }, { names: ['IndexError'] }], breakMode: 'always' as const },
    ];
    await client.setExceptionBreakpointsRequest({ filters: [], exceptionOptions });
    expect(await client.go('continue')).toMatchObject({ reason: 'exception', line: 7 });
  });

  test('an exception of another type than asked for stops nowhere', async () => {
    const program = fixture('raises.py');
    await client.stopped({ program, exceptions: [], stopOnEntry: true });
    const exceptionOptions = [{ path: [{ names: ['KeyError'] }], breakMode: 'always' as const }];
    await client.setExceptionBreakpointsRequest({ filters: [], exceptionOptions });
    expect((await client.go('continue')).description).toContain('has ended');
  });

  test('the filter for a loss that is not finite may have a condition', async () => {
    const program = fixture('nan_loss.py');
    await client.stopped({ program, stopOnEntry: true });
    await client.setExceptionBreakpointsRequest({
      filters: [],
      filterOptions: [{ filterId: 'nonfinite', condition: '1 > 2' }],
    });
    expect((await client.go('continue')).description).toContain('has ended');
  });

  test('says which files ran, and what is printed says from where, and when', async () => {
    const loaded = client.waitForEvent('loadedSource', client.defaultTimeout);
    const program = fixture('branching.py');
    await client.stopped({ program });
    expect((await loaded).body).toMatchObject({ reason: 'new', source: { path: fixture('branching_data.py') } });
    const { sources } = await ask<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
    expect(sources.map(({ name }) => name)).toEqual(['branching.py', 'branching_data.py']);
  });

  test('going to the tick of an output shows the line that printed it', async () => {
    await client.stopped({ program: train });
    const outputs = client.output as DebugProtocol.OutputEvent['body'][];
    const printed = outputs.find(({ output }) => output.startsWith('2 '))!;
    expect(printed).toMatchObject({ line: 28, source: { path: train } });
    const stop = await led('goto', { threadId: 1, targetId: printed.data.tick });
    expect(stop).toMatchObject({ reason: 'goto', line: 28 });
    expect(await client.value('epoch')).toBe('2');
  });

  test('names of the past are completed, and what is inside of them', async () => {
    await client.stopped({ program: train, breakpoints: [{ line: 26 }] });
    await client.go('stepBack');
    const frameId = (await frames())[0]!.id;
    const labels = async (text: string) =>
      (await client.completionsRequest({ text, column: text.length + 1, frameId })).body.targets.map((t) => t.label);
    expect(await labels('print(crit')).toEqual(['criterion']);
    expect(await labels('net.')).toEqual(expect.arrayContaining(['linear1', 'output']));
    expect(await labels('net.linear1.w')).toEqual(['weight']);
  });

  test("attributes are completed in a running script's frame", async () => {
    const { frameId } = await client.stopped({ program: train, breakpoints: [{ line: 26 }] });
    const { targets } = (await client.completionsRequest({ text: 'net.', column: 5, frameId })).body;
    expect(targets.map(({ label }) => label)).toEqual(expect.arrayContaining(['linear1', 'parameters']));
  });

  test('an edit tells the client to ask for the variables again', async () => {
    const { frameId } = await client.stopped({ program: lines, breakpoints: [{ line: 11 }] });
    const invalidated = client.waitForEvent('invalidated');
    await client.customRequest('setExpression', { expression: 'm', value: '7', frameId });
    expect((await invalidated).body.areas).toEqual(['variables']);
  });

  test('what an expression prints goes to the console, and is no part of the run', async () => {
    const { frameId } = await client.stopped({ program: lines, breakpoints: [{ line: 14 }] });
    await client.evaluateRequest({ expression: 'print("seen", total)', frameId, context: 'repl' });
    expect(client.printed()).toBe('seen 10\n');
    const back = await client.go('stepBack');
    await client.evaluateRequest({ expression: 'print("then", total)', frameId: back.frameId, context: 'repl' });
    expect(client.printed()).toBe('seen 10\nthen 10\n');
    expect((await frames())[0]).toMatchObject({ line: back.line });
    const ended = await client.go('continue');
    expect(ended).toMatchObject({ line: 14 });
  });

  describe('over a recording', () => {
    let folder: string;
    let program: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'backstep-'));
      program = join(folder, 'train.backstep');
      const cli = join(import.meta.dirname, '../../dist/cli.js');
      await promisify(execFile)(process.execPath, [cli, 'record', train, '-q', '-o', program]);
    });
    afterAll(() => rm(folder, { recursive: true }));

    test('an expression prints into the console; a statement is refused in words', async () => {
      await client.stopped({ program, breakpoints: [{ line: 26 }] });
      const { frameId } = await client.go('continue');
      const evaluate = (expression: string) => client.evaluateRequest({ expression, frameId, context: 'repl' });
      await evaluate('print("loss", round(loss.item(), 3))');
      expect(client.printed()).toMatch(/^loss \d\.\d+\n$/);
      await expect(evaluate('loss = 1')).rejects.toThrow(/the past takes expressions, not statements/);
      await expect(evaluate('1 +')).rejects.toThrow(/SyntaxError/);
    });

    test('functions, targets and frames are as in a run', async () => {
      await client.stopped({ program, stopOnEntry: true });
      await stopsAt([{ name: 'forward' }]);
      expect(await client.go('continue')).toMatchObject({ frame: 'Net.forward', line: 16 });
      expect(await led('restartFrame', { frameId: (await frames())[1]!.id })).toMatchObject({ line: 1 });
      expect((await ask<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources')).sources).toHaveLength(1);
    });
  });
});
