/** Microsoft's DAP test client over `backstep dap`, with the moves that the tests speak of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');

/** The suites over stdio need the built programs; `npm test` builds them first. */
export const built = existsSync(cli) && existsSync(join(root, 'dist/worker.mjs'));

/** Python starts in seconds, on a busy machine in many. */
const PATIENCE = 30_000;

export const fixture = (name: string): string => join(root, 'test/fixtures', name);

/** A stop, and where the first frame with a line is. */
export interface Stop {
  reason: string;
  description: string;
  text?: string;
  line: number;
  frame: string;
  frameId: number;
  depth: number;
  file: string;
  hitBreakpointIds?: number[];
}

export type Breakpoint = Omit<DebugProtocol.SourceBreakpoint, 'column'>;

export interface Launch {
  program: string;
  stopOnEntry?: boolean;
  stopAtEnd?: boolean;
  noDebug?: boolean;
  record?: string;
  args?: string[];
  breakpoints?: Breakpoint[];
  exceptions?: string[];
}

export class Client extends DebugClient {
  readonly output: { category: string; output: string; line?: number }[] = [];
  process!: ChildProcess;

  constructor() {
    super('node', cli, 'backstep');
    this.defaultTimeout = PATIENCE;
    this.on('output', (event: DebugProtocol.OutputEvent) => {
      this.output.push(event.body as (typeof this.output)[number]);
    });
  }

  override async start(): Promise<void> {
    this.process = spawn(process.execPath, [cli, 'dap'], { stdio: ['pipe', 'pipe', 'inherit'] });
    Object.assign(this, { _adapterProcess: this.process }); // what stop() ends
    this.connect(this.process.stdout!, this.process.stdin!);
  }

  override async stop(): Promise<void> {
    // The library waits for an answer that an adapter which has ended does not give.
    if (this.process.exitCode === null) await super.stop();
  }

  /** A client that shows progress, and reads variables again when it is told to. */
  override initializeRequest(
    args: DebugProtocol.InitializeRequestArguments = {
      adapterID: 'backstep',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
      supportsProgressReporting: true,
      supportsInvalidatedEvent: true,
    },
  ): Promise<DebugProtocol.InitializeResponse> {
    return super.initializeRequest(args);
  }

  /** The number of the request that was sent last. */
  get lastRequest(): number {
    return (this as unknown as { sequence: number }).sequence - 1;
  }

  /** All that was printed in a category so far. */
  printed(category = 'stdout'): string {
    return this.output.map((event) => (event.category === category ? event.output : '')).join('');
  }

  /** initialize, launch, breakpoints, configurationDone; answers the breakpoints. */
  async begin({ breakpoints = [], exceptions, ...args }: Launch): Promise<DebugProtocol.Breakpoint[]> {
    await this.initializeRequest();
    const initialized = this.waitForEvent('initialized', PATIENCE);
    await Promise.all([this.launchRequest(args as DebugProtocol.LaunchRequestArguments), initialized]);
    const set = await this.breakAt(args.program, breakpoints);
    if (exceptions) await this.setExceptionBreakpointsRequest({ filters: exceptions });
    await this.configurationDoneRequest();
    return set;
  }

  async breakAt(path: string, breakpoints: Breakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
    const answer = await this.setBreakpointsRequest({ source: { path }, breakpoints });
    return answer.body.breakpoints;
  }

  /** begin, up to the first stop. */
  async stopped(launch: Launch): Promise<Stop> {
    const stop = this.nextStop();
    await Promise.all([this.begin(launch), stop]);
    return stop;
  }

  async nextStop(): Promise<Stop> {
    const { body } = (await this.waitForEvent('stopped', PATIENCE)) as DebugProtocol.StoppedEvent;
    const { stackFrames } = (await this.stackTraceRequest({ threadId: 1 })).body;
    const top = stackFrames.find((frame) => frame.presentationHint !== 'label') ?? stackFrames[0];
    return {
      ...body,
      description: body.description ?? '',
      line: top?.line ?? 0,
      frame: stackFrames[0]?.name ?? '',
      frameId: stackFrames[0]?.id ?? 0,
      depth: stackFrames.length,
      file: basename(top?.source?.path ?? ''),
    };
  }

  /** A move, up to its stop. */
  async go(
    command: 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'continue' | 'reverseContinue' | 'pause',
    args: { granularity?: 'instruction' } = {},
  ): Promise<Stop> {
    const [stop] = await Promise.all([this.nextStop(), this.send(command, { threadId: 1, ...args })]);
    return stop;
  }

  /** The value of an expression in the stopped frame. */
  async value(expression: string, frameId?: number): Promise<string> {
    const frame = frameId ?? (await this.stackTraceRequest({ threadId: 1 })).body.stackFrames[0]!.id;
    return (await this.evaluateRequest({ expression, frameId: frame, context: 'watch' })).body.result;
  }

  /** The children of the first scope of the top frame, by name. */
  async locals(frameId?: number): Promise<Map<string, DebugProtocol.Variable>> {
    const frame = frameId ?? (await this.stackTraceRequest({ threadId: 1 })).body.stackFrames[0]!.id;
    const { scopes } = (await this.scopesRequest({ frameId: frame })).body;
    return this.children(scopes[0]!.variablesReference);
  }

  async children(variablesReference: number): Promise<Map<string, DebugProtocol.Variable>> {
    const { variables } = (await this.variablesRequest({ variablesReference })).body;
    return new Map(variables.map((variable) => [variable.name, variable]));
  }
}
