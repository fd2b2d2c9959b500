/** Answers a session's requests from a recording, and decides when a running script stops. */

import type { BranchPoint, BranchSpec, Edit } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { Events, Move, RequestName, Requests, StopReason } from '../protocol/session';
import type { Cursor } from '../protocol/ticks';
import type { Bookmark, TickMark } from '../protocol/views';
import { answersOf, type Handlers, iterationText } from './answers';
import { withBookmark } from './bookmarks';
import { branchPointAt, firstTickOf, keepEdit } from './branch';
import { Breakpoints, type EvaluateAt } from './breakpoints';
import { CatchingUp } from './catchingUp';
import type { Evaluator } from './evaluator';
import { ExceptionStops } from './exceptions';
import { entryOf } from './frames';
import { Live } from './live';
import { Looking } from './looking';
import { searchesBack } from './moves';
import { PastLogs } from './pastLogs';
import type { Recorder } from './recorder';
import type { Recording } from './recording';
import { Replay } from './replay';
import type { ServerHost } from './serverHost';
import { OP_FRAME } from './stack';
import { type Stop, Timeline } from './timeline';
import { cursorOf } from './views/cursor';
import { type WatchHit, Watchpoints } from './watch/watchpoints';
import { Interrupted, Work } from './work';

export interface ServerOptions {
  stopAtEnd: boolean;
  /** null for a recording from disk. */
  recorder: Recorder | null;
  /** This run leaves another one. */
  branch?: BranchSpec;
}

/** A few times a second while the script runs, in milliseconds. */
const PROGRESS_EVERY = 200;
/** Milliseconds of one look at the timeline that breakpoints' conditions are asked for. */
const CONDITIONS = 60;
/** What a client shows of a request that takes long. */
const TITLES: { [N in RequestName]?: () => string } = {
  history: () => t('History'),
  probe: () => t('Log Over All Iterations'),
  setBreakpoints: () => t('Log Over All Iterations'),
  lastWrite: () => t('Go to Last Write'),
  whyGradient: () => t('Why This Gradient'),
  explain: () => t('Explain'),
  checkGradient: () => t('Check Gradient'),
  plane: () => t('Loss over a Plane'),
  planePath: () => t('Loss over a Plane'),
  outline: () => t('Comparing'),
  results: () => t('Comparing'),
  weights: () => t('Comparing'),
};

/** What a stop says. */
type Told = Omit<Events['stopped'], 'cursor'>;

export class SessionServer {
  readonly timeline: Timeline;
  readonly replay: Replay;
  private readonly breakpoints: Breakpoints;
  private readonly looking: Looking;
  private readonly watchpoints: Watchpoints;
  private readonly work: Work;
  private readonly exceptions: ExceptionStops;
  private readonly pastLogs: PastLogs;
  private readonly live = new Live();
  private readonly handlers: Handlers;
  /** The script exists and can run on. */
  private alive: boolean;
  private running = false;
  private started = false;
  private pauseAsked = false;
  private lastProgress = 0;
  private stopOnEntry = false;
  /** A branch that has not reached its tick yet. */
  private catching: CatchingUp | null = null;

  constructor(
    private readonly recording: Recording,
    private readonly host: ServerHost,
    private readonly options: ServerOptions,
  ) {
    this.alive = options.recorder !== null;
    // What is looked at counts too.
    this.replay = new Replay(options.recorder ? options.recorder.memoryUse.limit / 12 : undefined);
    this.breakpoints = new Breakpoints(recording);
    this.work = new Work(host);
    this.replay.looked = (done, of) => this.work.replaying(done, of);
    this.watchpoints = new Watchpoints(recording, this.replay);
    this.watchpoints.onFault = (text) => this.say(text, this.timeline.tick, 'stderr');
    this.timeline = new Timeline(
      recording,
      this.breakpoints,
      (expression, tick) => {
        this.timeline.looked(tick);
        return this.evaluateAt(expression, tick);
      },
      (from, to) => this.watchpoints.search(from, to, (tick) => this.timeline.looked(tick)),
    );
    this.timeline.onLog = (text, tick) => this.say(text, tick);
    this.looking = new Looking(
      recording,
      this.replay,
      { tick: () => this.timeline.tick, alive: () => this.alive, framesLive: () => this.framesLive },
      (edit, frame) => this.edited(edit, frame),
    );
    const { recorder } = options;
    this.exceptions = new ExceptionStops(recording, this.replay, this.timeline, this.looking, this.watchpoints, {
      silent: () => this.catching !== null,
      rest: (reason, text) => this.rest(reason, text),
      say: (category, text, tick) => this.say(text, tick, category),
    });
    this.pastLogs = new PastLogs(recording, this.replay, this.work, (text, tick) => this.say(text, tick));
    if (options.branch)
      this.catching = new CatchingUp(options.branch, recording, this.replay, this.looking, {
        emit: (name, event) => host.emit(name, event),
        arrived: () => {
          this.catching = null;
        },
        flushEdits: () => recorder?.flushEdits(),
        rest: (reason, text) => {
          this.timeline.seek(recording.ticks - 1);
          this.rest(reason, text);
        },
      });
    if (recorder) {
      recorder.onTick = (tick) => this.onTick(tick);
      recorder.onLoss = (use, value) => this.exceptions.onLoss(use, value);
      recorder.onThinned = (tick) => this.sayThinned(tick);
      recorder.onRaised = (e) => this.exceptions.onRaised(e.type, e.message, e.frame, e.caught);
      // What the first run printed up to the tick is not printed again.
      recorder.onOutput = (category, text, tick) =>
        this.catching || host.emit('output', { category, text, tick, place: recording.placeAt(tick) ?? undefined });
    } else this.timeline.seek(0);
    const answers = answersOf(recording, this.replay, this.looking, this.work, {
      tick: () => this.timeline.tick,
      live: () => this.atLiveEnd,
      running: () => this.running,
      memory: () => recorder?.memoryUse ?? null,
      marks: (from, to) => this.marks(from, to),
    });
    this.handlers = { ...answers, ...this.commands };
  }

  /** Python is loaded: expressions can be evaluated. */
  set evaluator(evaluator: Evaluator) {
    this.looking.evaluator = evaluator;
  }

  /** Answers one request. Throws an Error with words for the user. */
  handle<N extends RequestName>(name: N, args: Requests[N][0]): Requests[N][1] {
    const handler = this.handlers[name] as (a: Requests[N][0]) => Requests[N][1];
    if (this.running) this.live.serve();
    try {
      return this.work.during(TITLES[name]?.() ?? t('Computing again'), () => handler(args));
    } catch (error) {
      // A file may say what no run says, in more ways than are looked for when it is read.
      if (this.options.recorder || !(error instanceof TypeError || error instanceof RangeError)) throw error;
      throw new Error(t('The recording does not say this, or says what cannot be ({0}).', error.message));
    }
  }

  get hasStarted(): boolean {
    return this.started;
  }

  /** The script ended. Stays at its end for looking back, if that is wanted, until the user goes on. */
  ended(exitCode: number): void {
    this.options.recorder?.flushEdits();
    this.alive = false;
    this.catching?.neverThere();
    this.sayUnmet();
    if (this.options.stopAtEnd && this.recording.ticks > 0) {
      this.timeline.seek(this.recording.ticks - 1);
      this.rest('end');
    }
    this.host.emit('terminated', { exitCode });
  }

  // ---- running ------------------------------------------------------------------------------------------------

  private onTick(tick: number): void {
    const { timeline } = this;
    if (timeline.tick === tick) this.breakpoints.forget(tick);
    timeline.tick = tick;
    this.host.poll();
    this.live.served();
    if (this.pauseAsked) {
      this.pauseAsked = false;
      this.rest('pause');
      if (!this.catching) return;
    }
    if (this.catching) {
      this.catching.at(tick);
      return;
    }
    if (this.stopOnEntry && this.recording.kindAt(tick) === 'line') {
      this.stopOnEntry = false;
      this.rest('entry');
      return;
    }
    const iteration = this.recording.iterationCount - 1;
    const logs: { text: string; tick: number }[] = [];
    const stop = timeline.stopAt(tick, timeline.goal, logs);
    for (const log of logs) timeline.onLog(log.text, log.tick);
    const watch = this.watchpoints.empty ? null : this.watchpoints.live(tick);
    // A breakpoint on the same line is met first; what a watchpoint found before it is behind then, and can be gone back to.
    if (watch && stop?.reason !== 'breakpoint') {
      timeline.seek(watch.tick);
      const { reason, text, breakpoints, watchpoints } = this.toldOf(watch);
      this.rest(reason, text, breakpoints, watchpoints);
    } else if (stop) {
      // A new iteration begins at its line, which was recorded before the op that showed it.
      if (stop.reason === 'step' && timeline.goal(tick) && this.toIteration)
        timeline.seek(this.recording.iteration(iteration).start);
      this.rest(stop.reason, stop.text, stop.breakpoints);
    } else this.progress();
  }

  private toIteration = false;

  /** A watchpoint began to hold: the user's, a client's data breakpoint, or an exception filter's. */
  private toldOf({ hits }: WatchHit): Told {
    const text = hits.map((h) => h.text).join('\n');
    const own = hits.filter((h) => h.group !== 'filter');
    this.exceptions.atOrigin = own.length === 0 ? text : null;
    return {
      reason: own.length === 0 ? 'exception' : 'watchpoint',
      text,
      breakpoints: hits.filter((h) => h.group === 'data').map((h) => h.id),
      watchpoints: own.map(({ expression, text: said }) => ({ expression, text: said })),
    };
  }

  private branchPoint({ tick, line }: Requests['branchPoint'][0]): BranchPoint {
    const here = tick ?? this.timeline.tick;
    const first = line ? firstTickOf(this.recording, line.path, line.line) : null;
    return branchPointAt(this.recording, this.replay, first === null ? here : Math.min(first, here));
  }

  /** The thread can serve here, though no tick was made (Python was interrupted in a long call). */
  safePoint(): void {
    this.host.poll();
    this.live.served();
    if (!this.pauseAsked) return;
    this.pauseAsked = false;
    this.rest('pause');
  }

  /** Everything was searched: of which watchpoints is there nothing in this run? */
  private sayUnmet(): void {
    for (const text of this.watchpoints.neverMet()) this.say(text, this.timeline.tick, 'stderr');
  }

  private sayThinned(tick: number): void {
    if (this.catching) return;
    const place = this.recording.placeAt(tick);
    const line = place ? t(' (line {0})', place.line) : '';
    this.say(t('A long loop without tensor ops: from here on, only its latest line is kept{0}.', line), tick);
  }

  private sayOutgrown(): void {
    const count = this.catching ? null : this.live.outgrown(this.recording);
    if (count === null) return;
    this.say(
      t(
        'This script trains {0} parameters. Above about 100,000, Python with PyTorch takes a fraction of the time: train it there, and debug a smaller copy here (fewer rows, narrower layers). Backstep cannot attach to a running PyTorch yet.',
        count.toLocaleString('en-US'),
      ),
      this.timeline.tick,
    );
  }

  /** Stops here and serves until a move needs the script again. */
  private rest(
    reason: StopReason,
    text?: string,
    breakpoints?: number[],
    watchpoints?: Events['stopped']['watchpoints'],
  ): void {
    this.running = false;
    // A pause that another stop came before is answered by that.
    this.pauseAsked = false;
    this.stopped({ reason, text, breakpoints, watchpoints });
    this.host.block(() => this.running);
    this.options.recorder?.flushEdits();
  }

  private stopped(told: Told): void {
    if (told.reason !== 'exception') this.exceptions.atOrigin = null;
    this.looking.reset();
    this.host.emit('stopped', { ...told, cursor: this.cursor() });
  }

  private progress(): void {
    const now = Date.now();
    if (now - this.lastProgress < PROGRESS_EVERY) return;
    this.lastProgress = now;
    const views = this.live.affordable();
    if (views) this.live.serve();
    this.sayOutgrown();
    const r = this.recording;
    const before = r.iterationCount > 1 ? r.iteration(r.iterationCount - 2).loss : null;
    const loss = r.lastIteration.loss ?? before;
    const rate = this.live.rate(r.iterationCount - 1, now);
    const loop = this.live.progress(r, this.timeline.tick, now);
    this.host.emit('progress', { cursor: this.cursor(), loss: plain(loss), rate, loop, views });
    this.live.served();
  }

  private move(move: Move): null {
    // A key pressed again before the last step has ended: that step's stop answers both.
    if (this.running) return null;
    this.toIteration = move === 'iterationForward';
    const { atEnd } = this.timeline;
    const stop = this.search(move);
    if (stop === 'interrupted') return null;
    if (!this.alive && move.toLowerCase().endsWith('continue') && (!stop || stop.reason === 'start of recording'))
      this.sayUnmet();
    if (stop?.watch) {
      this.stopped(this.toldOf(stop.watch));
      return null;
    }
    if (stop) {
      this.stopped({ reason: stop.reason, text: stop.text, breakpoints: stop.breakpoints });
      return null;
    }
    if (!this.alive && (this.options.recorder === null || move !== 'continue' || !atEnd)) {
      // A recording from disk ends here; so does a script that ended, until the user says that it is over: by Continue at its end.
      // A step too far, or a search from the past that finds nothing, must not close everything that was recorded.
      this.timeline.seek(this.recording.ticks - 1);
      this.stopped({ reason: 'end', ...this.cutShort() });
      return null;
    }
    this.running = true;
    this.live.reset();
    this.host.emit('continued', {});
    return null;
  }

  /** Where a move ends in what is recorded. A long one is accepted first; then a pause stops it where it is, a cancel takes it back. */
  private search(move: Move): Stop | null | 'interrupted' {
    const { timeline, host } = this;
    const from = timeline.tick;
    let reached = from;
    let accepted = false;
    const back = searchesBack(move);
    timeline.looked = (tick) => {
      reached = tick;
      const part = back ? 1 - tick / Math.max(1, from) : (tick - from) / Math.max(1, this.recording.ticks - from);
      this.work.at(part, () => iterationText(this.recording, tick));
    };
    const long = () => {
      accepted = true;
      host.accept?.();
      host.emit('continued', {});
    };
    try {
      return this.work.during(back ? t('Searching Backward') : t('Searching Forward'), () => timeline.move(move), long);
    } catch (error) {
      const paused = error instanceof Interrupted && error.how === 'pause';
      if (!accepted && !paused) throw error;
      timeline.seek(paused ? reached : from);
      const text = t(
        'The search was cancelled at {0}: the cursor is back where it began.',
        iterationText(this.recording, reached).toLowerCase(),
      );
      if (paused) this.stopped({ reason: 'pause' });
      else this.stopped({ reason: 'pause', text: error instanceof Interrupted ? text : (error as Error).message });
      return 'interrupted';
    }
  }

  private goTo(place: () => number): null {
    if (this.running) throw new Error(t('The script is running: pause it first.'));
    this.timeline.seek(place());
    this.stopped({ reason: 'goto' });
    return null;
  }

  /** A line of the debug console's, with the place in the script that it is about. */
  private say(text: string, tick: number, category: Events['output']['category'] = 'console'): void {
    const place = this.recording.placeAt(tick) ?? undefined;
    this.host.emit('output', { category, text: `${text}\n`, tick, place });
  }

  private readonly evaluateAt: EvaluateAt = (expression, tick) => this.looking.evaluateAt(expression, tick);

  private bookmark(tick: number, note: string | null): Bookmark[] {
    const { recording } = this;
    const bookmarks = withBookmark(recording.bookmarks, recording.ticks, tick, note);
    this.host.keep?.(bookmarks);
    recording.bookmarks = bookmarks;
    this.host.emit('bookmarks', { bookmarks });
    return bookmarks;
  }

  /** At the end of a run that was stopped: that this is not the script's. */
  private cutShort(): { text?: string } {
    const { stopped } = this.recording.origin;
    return stopped === undefined ? {} : { text: t('The script was stopped here. Step back to see how it got here') };
  }

  /** The user stops the script: what is written of it has an end. */
  private finish(): null {
    const { recording, host } = this;
    if (this.alive && recording.ticks > 0) {
      this.options.recorder?.flushEdits();
      recording.origin.stopped = recording.ticks - 1;
    }
    host.finish?.();
    return null;
  }

  // ---- looking ------------------------------------------------------------------------------------------------

  /** What the timeline marks, as far as it is known. */
  private *marks(from: number, to: number): Generator<TickMark> {
    const { left } = this.recording.origin;
    if (left) yield { tick: left.tick, kind: 'branch', text: left.text };
    const near = { tick: this.timeline.tick, evaluate: this.evaluateAt, within: this.running ? 0 : CONDITIONS };
    for (const { tick, name, open } of this.breakpoints.known(from, to, near))
      yield { tick, kind: open ? 'condition' : 'breakpoint', text: name };
    for (const { tick, expression } of this.watchpoints.known(from, to))
      yield { tick, kind: 'watchpoint', text: expression };
  }

  private cursor(): Cursor {
    return cursorOf(this.recording, this.timeline.tick, this.atLiveEnd);
  }

  private get atLiveEnd(): boolean {
    return this.alive && this.timeline.atEnd;
  }

  /** Python's own frames can be asked: at the live end, or where an exception holds them. */
  private get framesLive(): boolean {
    return this.atLiveEnd || this.exceptions.holdsFrames;
  }

  /** Something may have been written by an expression: it becomes a tick, and the cursor goes there. */
  private edited(edit: Edit, frame: number): void {
    if (this.framesLive) keepEdit(this.recording, edit, frame);
    if (this.atLiveEnd) {
      this.options.recorder?.flushEdits();
      this.timeline.seek(this.recording.ticks - 1);
    }
    this.looking.reset();
    this.host.emit('invalidated', {});
  }

  /** What moves, stops or changes something. */
  private readonly commands: Omit<Handlers, keyof ReturnType<typeof answersOf>> = {
    setBreakpoints: ({ path, breakpoints }) => {
      const { statuses, logs } = this.breakpoints.set(path, breakpoints, this.looking.codeLines(path));
      if (this.started) for (const id of logs) this.pastLogs.log(this.breakpoints, id, this.evaluateAt);
      return statuses;
    },
    input: ({ text }) => {
      this.host.typed?.(text);
      return null;
    },
    setFunctionBreakpoints: ({ breakpoints }) => this.breakpoints.setFunctions(breakpoints),
    setWatchpoints: ({ group, watchpoints }) => this.watchpoints.set(group, watchpoints),
    setExceptionFilters: (args) => this.exceptions.set(args),
    start: ({ stopOnEntry }) => {
      this.started = true;
      if (this.options.recorder) {
        this.stopOnEntry = stopOnEntry;
        this.running = true;
        this.live.reset();
      } else this.stopped({ reason: 'entry' });
      return null;
    },
    move: ({ move }) => this.move(move),
    seek: ({ tick }) => this.goTo(() => tick),
    restartFrame: ({ frame }) => this.goTo(() => entryOf(this.recording, this.timeline.tick, frame)),
    findTick: ({ path, line }) => ({ tick: this.timeline.nearest(path, line) }),
    pause: () => {
      if (this.running) this.pauseAsked = true;
      return null;
    },
    // Whoever owns the thread heard it before, if there was anything to cancel.
    cancel: () => null,
    evaluate: ({ expression, frame, context }) => this.looking.evaluate(expression, frame, context === 'repl'),
    setVariable: ({ ref, name, value }) => {
      const target = this.looking.variables.expressionOf(ref, name);
      if (!target) throw new Error(t('{0} cannot be set.', name));
      return this.looking.set(target, value, this.looking.variables.frameOf(ref));
    },
    setExpression: ({ expression, value, frame }) => this.looking.set(expression, value, frame ?? OP_FRAME),
    exceptionInfo: () => this.exceptions.info(),
    cursor: () => this.cursor(),
    bookmark: ({ tick = this.timeline.tick, note }) => this.bookmark(tick, note),
    branchPoint: (args) => this.branchPoint(args),
    probe: ({ expression }) => this.pastLogs.probe(expression, this.timeline.tick),
    save: ({ path }) => ({ bytes: this.host.save(path) }),
    finish: () => this.finish(),
  };
}

/** JSON has no NaN. */
const plain = (v: number | null): number | string | null =>
  v === null || Number.isFinite(v) ? v : Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
