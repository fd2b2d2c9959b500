/** The Debug Adapter Protocol over a Session: serves VS Code inline and any client on stdio. */
import { basename } from 'node:path';
import {
  BreakpointEvent,
  ExitedEvent,
  InitializedEvent,
  InvalidatedEvent,
  OutputEvent,
  ProgressEndEvent,
  ProgressStartEvent,
  ProgressUpdateEvent,
  TerminatedEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { Connect, Events, ExceptionFilter, LaunchArguments, Move, Session } from '../protocol/session';
import { BranchIds, type BranchWish, branchOf } from './branches';
import { Breakpoints } from './breakpoints';
import { CAPABILITIES } from './capabilities';
import { type Comparison, compareRuns, comparisonText } from './compare';
import { checkLaunch } from './launch';
import { QuerySession } from './queries';
import { stoppedBody } from './words';

const LOADING = 'backstep.loading';
/** How long a client may take to start a session that it was asked to start, in milliseconds. */
const STARTING = 10_000;

/** A restart came while this one was loading. */
class Replaced extends Error {}

/** One debug session of one client. `connect` opens the script or recording; it is called again on restart. */
export class BackstepAdapter extends QuerySession {
  private readonly breakpoints = new Breakpoints();
  private session: Session | null = null;
  private subscriptions: { dispose(): void }[] = [];
  private launched: LaunchArguments | null = null;
  private branches = new BranchIds(undefined);
  private client: Partial<P.InitializeRequestArguments> = {};
  private started = false;
  private closed = false;
  /** Counts what was opened: only the newest may become the session, for a restart may come while another one loads. */
  private attempt = 0;
  private loading = false;
  /** What the client believes: it hears `continued` only when its own requests do not tell it. */
  private clientSees: 'running' | 'stopped' = 'running';

  constructor(private readonly connect: Connect) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(false);
  }

  // ---- life cycle ----

  /** The library refuses a client that leaves `pathFormat` out, though the protocol has a default for it. */
  protected override dispatchRequest(request: P.Request): void {
    if (request.command === 'initialize') request.arguments = { pathFormat: 'path', ...request.arguments };
    super.dispatchRequest(request);
  }

  protected override initializeRequest(response: P.InitializeResponse, args: P.InitializeRequestArguments): void {
    this.client = args;
    this.offersCommands = /^(vscode|code-oss)/.test(args.clientID ?? '');
    this.answer(response, async () => CAPABILITIES);
  }

  protected override launchRequest(response: P.LaunchResponse, args: P.LaunchRequestArguments): void {
    this.act(response, async () => {
      await this.open(args as unknown as LaunchArguments);
      // Only now: breakpoints are checked by the session, so there must be one when the client sends them.
      this.afterAct(() => this.sendEvent(new InitializedEvent()));
    });
  }

  protected override attachRequest(response: P.AttachResponse): void {
    this.answer(response, async () => {
      throw new Error('Backstep cannot attach to a running process; use a "launch" configuration.');
    });
  }

  protected override configurationDoneRequest(response: P.ConfigurationDoneResponse): void {
    this.act(response, () => this.startScript());
  }

  protected override restartRequest(response: P.RestartResponse, args: P.RestartArguments): void {
    const restart = async () => {
      const launch = (args?.arguments as LaunchArguments | undefined) ?? this.launched;
      if (!launch) throw new Error('Nothing was started yet, so there is nothing to restart.');
      await this.close();
      this.closed = false;
      const session = await this.open(launch).catch((error) => {
        if (error instanceof Replaced) return null;
        throw error;
      });
      if (!session) return;
      if (this.debugged) {
        for (const status of await this.breakpoints.apply(session)) {
          this.sendEvent(new BreakpointEvent('changed', this.toBreakpoint(status)));
        }
      }
      await this.startScript();
    };
    this.act(response, restart);
  }

  protected override terminateRequest(response: P.TerminateResponse): void {
    this.act(response, async () => {
      await this.close();
      this.afterAct(() => this.sendEvent(new TerminatedEvent()));
    });
  }

  protected override disconnectRequest(response: P.DisconnectResponse): void {
    this.act(response, async () => {
      await this.close();
      this.afterAct(() => this.shutdown());
    });
  }

  /** VS Code calls this when the debug session is over, however it ended. */
  override dispose(): void {
    void this.close();
  }

  override shutdown(): void {
    void this.close();
    super.shutdown();
  }

  private async open(args: LaunchArguments): Promise<Session> {
    const launch = await checkLaunch(args);
    this.launched = args;
    this.branches = new BranchIds(args.branch?.id);
    this.sources.ranOtherwise(args.branch?.lines.map(({ path }) => path) ?? []);
    const attempt = ++this.attempt;
    this.report(`Loading ${launch.program}`);
    try {
      const session = await this.connect(launch, (text) => this.report(text));
      if (this.closed || attempt !== this.attempt) {
        await session.dispose();
        throw this.closed ? new Error('Stopped while loading.') : new Replaced('Restarted while loading.');
      }
      this.session = session;
      this.started = false;
      this.clientSees = 'running';
      this.listen(session);
      return session;
    } catch (error) {
      if (attempt === this.attempt) this.endReport();
      throw error;
    }
  }

  private async startScript(): Promise<void> {
    if (this.started) return;
    this.started = true;
    const { stopOnEntry = false, noDebug = false } = this.launched ?? {};
    await this.live.request('start', { stopOnEntry: stopOnEntry && !noDebug });
    this.endReport();
  }

  private async close(): Promise<void> {
    this.closed = true;
    this.endReport();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
    const session = this.session;
    this.session = null;
    await session?.dispose();
  }

  /** The session, or an error for the user when there is none. */
  protected override get live(): Session {
    if (!this.session) throw new Error(this.closed ? 'The debug session has ended.' : 'The script is not loaded yet.');
    return this.session;
  }

  /** The session that breakpoints go to: a run without debugging stops nowhere, so it hears of none. */
  private get debugged(): Session | null {
    return this.launched?.noDebug ? null : this.session;
  }

  // ---- what the session tells ----

  private listen(session: Session): void {
    this.subscriptions = [
      session.on('stopped', (event) => this.afterAct(() => this.onStopped(event))),
      session.on('continued', () => this.afterAct(() => this.onContinued())),
      session.on('output', (event) => this.afterAct(() => this.onOutput(event))),
      session.on('invalidated', () => this.sendEvent(new InvalidatedEvent(['variables']))),
      session.on('loading', ({ text, percent }) => this.report(text, percent)),
      session.on('terminated', ({ exitCode }) => this.afterAct(() => this.onTerminated(exitCode))),
    ];
  }

  private onStopped(event: Events['stopped']): void {
    // A stop that no request of the client led to (a view moved the cursor): VS Code keeps the old stop's words
    // unless it hears that the script went on in between.
    this.onContinued();
    this.clientSees = 'stopped';
    this.endReport();
    const ids = this.breakpoints.toClient(event.breakpoints);
    this.sendEvent({ seq: 0, type: 'event', event: 'stopped', body: stoppedBody(event, ids) } as P.StoppedEvent);
  }

  private onContinued(): void {
    if (this.clientSees === 'running') return;
    this.clientSees = 'running';
    const body = { threadId: 1, allThreadsContinued: true };
    this.sendEvent({ seq: 0, type: 'event', event: 'continued', body } as P.ContinuedEvent);
  }

  private onOutput({ category, text, place }: Events['output']): void {
    const event: P.OutputEvent = new OutputEvent(text, category);
    if (place) {
      event.body.source = this.sources.of(place.path);
      event.body.line = this.convertDebuggerLineToClient(place.line);
    }
    this.sendEvent(event);
  }

  private onTerminated(exitCode: number): void {
    this.endReport();
    this.sendEvent(new ExitedEvent(exitCode));
    this.sendEvent(new TerminatedEvent());
  }

  private report(text: string, percent?: number): void {
    if (!this.client.supportsProgressReporting) return;
    const event: P.ProgressStartEvent | P.ProgressUpdateEvent = this.loading
      ? new ProgressUpdateEvent(LOADING, text)
      : new ProgressStartEvent(LOADING, 'Backstep', text);
    if (percent !== undefined) event.body.percentage = percent;
    this.sendEvent(event);
    this.loading = true;
  }

  private endReport(): void {
    if (this.loading) this.sendEvent(new ProgressEndEvent(LOADING));
    this.loading = false;
  }

  // ---- breakpoints ----

  protected override setBreakPointsRequest(response: P.SetBreakpointsResponse, args: P.SetBreakpointsArguments): void {
    this.answer(response, async () => {
      const specs = (args.breakpoints ?? []).map(({ line, condition, hitCondition, logMessage }) => ({
        line: this.convertClientLineToDebugger(line),
        ...(condition ? { condition } : {}),
        ...(hitCondition ? { hitCondition } : {}),
        ...(logMessage ? { logMessage } : {}),
      }));
      const statuses = await this.breakpoints.set(this.debugged, this.sources.pathOf(args.source), specs);
      return { breakpoints: statuses.map((status) => this.toBreakpoint(status)) };
    });
  }

  private toBreakpoint({ id, verified, line, message }: P.Breakpoint & { line: number }): P.Breakpoint {
    return { id, verified, line: this.convertDebuggerLineToClient(line), ...(message ? { message } : {}) };
  }

  protected override setExceptionBreakPointsRequest(
    response: P.SetExceptionBreakpointsResponse,
    args: P.SetExceptionBreakpointsArguments,
  ): void {
    this.answer(response, async () => {
      const options = args.filterOptions ?? [];
      const conditions: { [F in ExceptionFilter]?: string } = {};
      for (const { filterId, condition } of options) if (condition) conditions[filterId as ExceptionFilter] = condition;
      const filters = [...new Set([...args.filters, ...options.map((o) => o.filterId)])] as ExceptionFilter[];
      await this.breakpoints.setFilters(this.debugged, {
        filters,
        ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
      });
      return undefined;
    });
  }

  protected override setDataBreakpointsRequest(
    response: P.SetDataBreakpointsResponse,
    args: P.SetDataBreakpointsArguments,
  ): void {
    this.answer(response, async () => {
      const specs = args.breakpoints.map(({ dataId, condition, hitCondition }) => ({
        expression: dataId,
        ...(condition ? { condition } : {}),
        ...(hitCondition ? { hitCondition } : {}),
      }));
      const statuses = await this.breakpoints.setData(this.debugged, specs);
      return {
        breakpoints: statuses.map(({ id, verified, message }) => ({ id, verified, ...(message ? { message } : {}) })),
      };
    });
  }

  // ---- branches ----

  /** `backstep.branch` answers the configuration of a branch; a client that can start sessions is asked to, unless it says `start: false`. */
  protected override customRequest(command: string, response: P.Response, args: unknown): void {
    if (command === 'backstep.compare') this.answer(response, () => this.compareWith(args as { program: string }));
    else if (command !== 'backstep.branch') super.customRequest(command, response, args);
    else
      this.answer(response, async () => {
        const wish = (args ?? {}) as BranchWish & { start?: boolean };
        const lines = wish.lines?.map((l) => ({ ...l, line: this.convertClientLineToDebugger(l.line) }));
        const launched = { ...this.launched, cwd: this.launched?.cwd };
        const configuration = await branchOf(this.live, { ...wish, lines }, this.branches.next(), launched);
        if (this.client.supportsStartDebuggingRequest && wish.start !== false)
          this.sendRequest('startDebugging', { request: 'launch', configuration }, STARTING, () => {});
        return { configuration };
      });
  }

  /** `backstep.compare` answers where this run and another one (a recording, or a script that is run to its end) differ. */
  private async compareWith(args: { program: string }): Promise<{ comparison: Comparison; text: string }> {
    const launch = await checkLaunch(args);
    const session = await this.connect(launch, (text) => this.report(text));
    try {
      const ended = new Promise<void>((done) => {
        session.on('stopped', ({ reason }) => {
          if (reason === 'end' || !session.capabilities.live) done();
          else void session.request('move', { move: 'continue' });
        });
        session.on('terminated', () => done());
      });
      await session.request('start', { stopOnEntry: false });
      await ended;
      const names = [this.live.script, launch.program].map((path) => basename(path));
      const told = (part: number) => this.report('Comparing', Math.round(100 * part));
      const comparison = await compareRuns({ name: names[0], session: this.live }, { name: names[1], session }, told);
      return { comparison, text: comparisonText(comparison) };
    } finally {
      this.endReport();
      await session.dispose();
    }
  }

  // ---- moves ----

  private move(response: P.Response, move: Move): void {
    this.act(response, async () => {
      this.clientSees = 'running';
      try {
        await this.live.request('move', { move });
      } catch (error) {
        this.clientSees = 'stopped';
        throw error;
      }
    });
  }

  protected override nextRequest(response: P.NextResponse, { granularity }: P.NextArguments): void {
    this.move(response, granularity === 'instruction' ? 'tickForward' : 'next');
  }

  protected override stepInRequest(response: P.StepInResponse, { granularity }: P.StepInArguments): void {
    this.move(response, granularity === 'instruction' ? 'tickForward' : 'stepIn');
  }

  protected override stepOutRequest(response: P.StepOutResponse): void {
    this.move(response, 'stepOut');
  }

  protected override stepBackRequest(response: P.StepBackResponse, { granularity }: P.StepBackArguments): void {
    this.move(response, granularity === 'instruction' ? 'tickBack' : 'stepBack');
  }

  protected override continueRequest(response: P.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.move(response, 'continue');
  }

  protected override reverseContinueRequest(response: P.ReverseContinueResponse): void {
    this.move(response, 'reverseContinue');
  }

  protected override pauseRequest(response: P.PauseResponse): void {
    this.act(response, async () => void (await this.live.request('pause', {})));
  }

  protected override gotoRequest(response: P.GotoResponse, { targetId }: P.GotoArguments): void {
    this.act(response, async () => void (await this.live.request('seek', { tick: targetId })));
  }
}
