/** The Debug Adapter Protocol over a Session: serves VS Code inline and any client on stdio. */

import {
  BreakpointEvent,
  ExitedEvent,
  InitializedEvent,
  InvalidatedEvent,
  LoadedSourceEvent,
  OutputEvent,
  Response,
  TerminatedEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';
import type { Connect, Events, LaunchArguments, Move, Session } from '../protocol/session';
import { BranchIds, type BranchWish, branchOf } from './branches';
import { BreakpointSession } from './breakpointRequests';
import { capabilities } from './capabilities';
import { type CompareWish, compareWith } from './comparing';
import { checkLaunch } from './launch';
import { ProgressReports } from './progress';
import { ProgressLines } from './progressLines';
import { refusalOf } from './refusals';
import type { Addresses } from './sources';
import { stoppedBody } from './words';

/** How long a client may take to start a session that it was asked to start, in milliseconds. */
const STARTING = 10_000;

/** A restart came while this one was loading. */
class Replaced extends Error {}

/** One debug session of one client. `connect` opens the script or recording; it is called again on restart. */
export class BackstepAdapter extends BreakpointSession {
  private session: Session | null = null;
  private subscriptions: { dispose(): void }[] = [];
  private launched: LaunchArguments | null = null;
  private branches = new BranchIds(undefined);
  private client: Partial<P.InitializeRequestArguments> = {};
  private started = false;
  private closed = false;
  /** Counts what was opened: only the newest may become the session, for a restart may come while another one loads. */
  private attempt = 0;
  private readonly progress = new ProgressReports((event) => this.sendEvent(event));
  private readonly printed = new ProgressLines((output) => this.onOutput(output));
  private readonly loading = this.progress.of('Backstep', () => this.giveUp());
  private readonly working = this.progress.of(
    'Backstep',
    () => void this.session?.request('cancel', {}).catch(() => {}),
  );
  /** The move under way, which a client may cancel though it was answered. */
  private moving: { request: number; controller: AbortController } | null = null;
  /** What the client believes: it hears `continued` only when its own requests do not tell it. */
  private clientSees: 'running' | 'stopped' = 'running';
  private lastStop: Events['stopped'] | null = null;

  constructor(
    private readonly connect: Connect,
    addresses?: Addresses,
  ) {
    super(addresses);
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(false);
  }

  // ---- life cycle ----

  /**
   * The library refuses a client that leaves `pathFormat` out, though the protocol has a default for it; and it answers what nobody
   * implements as if it had been done.
   */
  protected override dispatchRequest(request: P.Request): void {
    if (request.command === 'initialize') request.arguments = { pathFormat: 'path', ...request.arguments };
    const refusal = refusalOf(request.command);
    if (refusal === null) super.dispatchRequest(request);
    else
      this.answer(new Response(request) as P.Response, async () => {
        throw new Error(refusal);
      });
  }

  protected override initializeRequest(response: P.InitializeResponse, args: P.InitializeRequestArguments): void {
    this.client = args;
    this.progress.wanted = args.supportsProgressReporting === true;
    this.offersCommands = /^(vscode|code-oss)/.test(args.clientID ?? '');
    this.answer(response, async () => capabilities());
  }

  protected override launchRequest(response: P.LaunchResponse, args: P.LaunchRequestArguments): void {
    this.act(response, async () => {
      await this.open(args as unknown as LaunchArguments);
      // Only now: breakpoints are checked by the session, so there must be one when the client sends them.
      this.afterAct(() => this.sendEvent(new InitializedEvent()));
    });
  }

  protected override configurationDoneRequest(response: P.ConfigurationDoneResponse): void {
    this.act(response, () => this.startScript());
  }

  protected override restartRequest(response: P.RestartResponse, args: P.RestartArguments): void {
    const restart = async () => {
      const launch = (args?.arguments as LaunchArguments | undefined) ?? this.launched;
      if (!launch) throw new Error(t('Nothing was started yet, so there is nothing to restart.'));
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
    this.loading.tell(t('Loading {0}', launch.program));
    try {
      const session = await this.connect(launch, (text) => this.loading.tell(text));
      if (this.closed || attempt !== this.attempt) {
        await session.dispose();
        throw this.closed ? new Error(t('Stopped while loading.')) : new Replaced(t('Restarted while loading.'));
      }
      this.session = session;
      this.started = false;
      this.clientSees = 'running';
      this.lastStop = null;
      this.listen(session);
      return session;
    } catch (error) {
      if (attempt === this.attempt) this.loading.end();
      throw error;
    }
  }

  private async startScript(): Promise<void> {
    if (this.started) return;
    this.started = true;
    const { stopOnEntry = false, noDebug = false } = this.launched ?? {};
    await this.live.request('start', { stopOnEntry: stopOnEntry && !noDebug });
    // A branch is on its way yet.
    if (!this.launched?.branch) this.loading.end();
  }

  private async close(): Promise<void> {
    this.closed = true;
    this.loading.end();
    this.working.end();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
    const session = this.session;
    this.session = null;
    await session?.dispose();
  }

  /** What is loading, or catching up with another run, is not wanted any more. */
  private giveUp(): void {
    this.onOutput({ category: 'console', text: t('Cancelled: the session has ended.\n'), tick: -1 });
    void this.close().then(() => this.sendEvent(new TerminatedEvent()));
  }

  /** The session, or an error for the user when there is none. */
  protected override get live(): Session {
    if (!this.session)
      throw new Error(this.closed ? t('The debug session has ended.') : t('The script is not loaded yet.'));
    return this.session;
  }

  /** The session that breakpoints go to: a run without debugging stops nowhere, so it hears of none. */
  protected override get debugged(): Session | null {
    return this.launched?.noDebug ? null : this.session;
  }

  // ---- what the session tells ----

  private listen(session: Session): void {
    this.subscriptions = [
      session.on('stopped', (event) => this.afterAct(() => this.onStopped(event))),
      session.on('continued', () => this.afterAct(() => this.onContinued())),
      session.on('output', (event) => this.afterAct(() => this.printed.take(event))),
      session.on('input', () => this.afterAct(() => this.onInput())),
      session.on('invalidated', () => this.onInvalidated()),
      session.on('loading', ({ text, percent }) => this.loading.tell(text, percent)),
      session.on('working', (event) => {
        if (event) this.working.tell(event.text, event.percent, event.title);
        else this.working.end();
      }),
      session.on('source', ({ path }) => this.sendEvent(new LoadedSourceEvent('new', this.sources.of(path)))),
      session.on('terminated', ({ exitCode }) => this.afterAct(() => this.onTerminated(exitCode))),
    ];
  }

  private onStopped(event: Events['stopped']): void {
    // A stop that no request of the client led to (a view moved the cursor): VS Code keeps the old stop's words
    // unless it hears that the script went on in between.
    this.onContinued();
    this.clientSees = 'stopped';
    this.printed.flush();
    this.lastStop = event;
    this.moving = null;
    this.loading.end();
    const ids = this.breakpoints.toClient(event.breakpoints);
    this.sendEvent({ seq: 0, type: 'event', event: 'stopped', body: stoppedBody(event, ids) } as P.StoppedEvent);
  }

  private onContinued(): void {
    if (this.clientSees === 'running') return;
    this.clientSees = 'running';
    const body = { threadId: 1, allThreadsContinued: true };
    this.sendEvent({ seq: 0, type: 'event', event: 'continued', body } as P.ContinuedEvent);
  }

  /** `data.tick` is where it was printed: a client can go there by `goto`, whose targets are ticks. */
  private onOutput({ category, text, place, tick }: Events['output']): void {
    const event: P.OutputEvent = new OutputEvent(text, category, tick < 0 ? undefined : { tick });
    if (place) {
      event.body.source = this.sources.of(place.path);
      event.body.line = this.convertDebuggerLineToClient(place.line);
    }
    this.sendEvent(event);
  }

  private onInput(): void {
    this.waitsForLine = true;
    this.printed.flush();
    this.sendEvent(new OutputEvent(`${t('The script waits for a line: type it here.')}\n`, 'console'));
  }

  private onInvalidated(): void {
    if (this.client.supportsInvalidatedEvent) this.sendEvent(new InvalidatedEvent(['variables']));
  }

  private onTerminated(exitCode: number): void {
    this.moving = null;
    this.printed.flush();
    this.loading.end();
    this.sendEvent(new ExitedEvent(exitCode));
    this.sendEvent(new TerminatedEvent());
  }

  /** Of a request, by its number; or of what a progress report is about. */
  protected override cancelRequest(response: P.CancelResponse, args: P.CancelArguments): void {
    if (args?.progressId !== undefined) this.progress.cancel(args.progressId);
    if (args?.requestId !== undefined && args.requestId === this.moving?.request) this.moving.controller.abort();
    super.cancelRequest(response, args);
  }

  // ---- branches ----

  /** `backstep.branch` answers the configuration of a branch; a client that can start sessions is asked to, unless it says `start: false`. */
  protected override customRequest(command: string, response: P.Response, args: unknown): void {
    if (command === 'backstep.compare') this.compare(response, (args ?? {}) as CompareWish);
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

  /** `backstep.compare` answers where this run and another one differ. */
  private compare(response: P.Response, wish: CompareWish): void {
    this.answer(response, async (cancelled) => {
      const button = new AbortController();
      const report = this.progress.of(t('Comparing'), () => button.abort(new Error('cancelled')));
      const either = AbortSignal.any([cancelled, button.signal]);
      return compareWith(this.live, this.launched, wish, this.connect, report, either);
    });
  }

  // ---- moves ----

  private move(response: P.Response, move: Move): void {
    this.act(response, async () => {
      this.clientSees = 'running';
      const controller = new AbortController();
      this.moving = { request: response.request_seq, controller };
      try {
        await this.live.request('move', { move }, controller.signal);
      } catch (error) {
        this.clientSees = 'stopped';
        this.moving = null;
        throw error;
      }
    });
  }

  protected override nextRequest(response: P.NextResponse, { granularity }: P.NextArguments): void {
    this.move(response, granularity === 'instruction' ? 'tickForward' : 'next');
  }

  /** A target's id is the tick where it begins. */
  protected override stepInRequest(response: P.StepInResponse, { granularity, targetId }: P.StepInArguments): void {
    if (targetId !== undefined) this.seek(response, targetId);
    else this.move(response, granularity === 'instruction' ? 'tickForward' : 'stepIn');
  }

  protected override stepOutRequest(response: P.StepOutResponse): void {
    this.move(response, 'stepOut');
  }

  protected override stepBackRequest(response: P.StepBackResponse, { granularity }: P.StepBackArguments): void {
    this.move(response, granularity === 'instruction' ? 'tickBack' : 'stepBack');
  }

  protected override continueRequest(response: P.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    const { lastStop } = this;
    if (lastStop?.reason === 'end' && this.clientSees === 'stopped') this.stayAtEnd(response, lastStop);
    else this.move(response, 'continue');
  }

  /** Continue at its end would let the session be over: a key too many must not close everything that was recorded. */
  private stayAtEnd(response: P.Response, stop: Events['stopped']): void {
    this.act(response, async () => {
      this.clientSees = 'running';
      const text = t(
        'There is nothing to continue: the script has ended. Step back into its past, or stop the session.',
      );
      this.afterAct(() => {
        this.sendEvent(new OutputEvent(`${text}\n`, 'important'));
        this.onStopped({ ...stop, text });
      });
    });
  }

  protected override reverseContinueRequest(response: P.ReverseContinueResponse): void {
    this.move(response, 'reverseContinue');
  }

  protected override pauseRequest(response: P.PauseResponse): void {
    this.act(response, async () => void (await this.live.request('pause', {})));
  }

  protected override gotoRequest(response: P.GotoResponse, { targetId }: P.GotoArguments): void {
    this.seek(response, targetId);
  }

  private seek(response: P.Response, tick: number): void {
    this.act(response, async () => void (await this.live.request('seek', { tick })));
  }

  /** Nothing runs again: the cursor goes back to where the frame was entered. */
  protected override restartFrameRequest(response: P.RestartFrameResponse, { frameId }: P.RestartFrameArguments): void {
    this.act(response, async () => void (await this.live.request('restartFrame', { frame: frameId })));
  }
}
