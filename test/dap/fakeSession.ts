/** A Session over a made-up recording: one tick a line, no Python. For what the adapter does with a session's answers. */
import type {
  BreakpointSpec,
  EventName,
  Events,
  LaunchArguments,
  RequestName,
  Requests,
  Session,
  StopReason,
} from '../../src/protocol/session';
import type { Cursor } from '../../src/protocol/ticks';

type Handlers = { [N in RequestName]?: (args: Requests[N][0]) => Requests[N][1] | Promise<Requests[N][1]> };

export class FakeSession implements Session {
  readonly capabilities = { live: true, evaluate: true };
  readonly asked: { name: RequestName; args: unknown }[] = [];
  disposed = false;
  private static nextBreakpoint = 100;
  private readonly listeners = new Map<EventName, Set<(event: never) => void>>();
  private readonly breakpoints = new Map<number, BreakpointSpec>();
  private tick = -1;

  constructor(
    readonly script: string,
    readonly handlers: Handlers = {},
    private readonly lines = 10,
  ) {}

  static from({ program }: LaunchArguments, handlers: Handlers = {}): FakeSession {
    return new FakeSession(program, handlers);
  }

  async request<N extends RequestName>(name: N, args: Requests[N][0]): Promise<Requests[N][1]> {
    this.asked.push({ name, args });
    const handler = this.handlers[name] ?? this.defaults[name];
    if (!handler) throw new Error(`the fake session has no ${name}`);
    return (handler as (args: Requests[N][0]) => Requests[N][1])(args);
  }

  private readonly defaults: Handlers = {
    setExceptionFilters: () => null,
    setBreakpoints: ({ breakpoints }) => {
      this.breakpoints.clear();
      return breakpoints.map((spec) => {
        const id = FakeSession.nextBreakpoint++;
        this.breakpoints.set(id, spec);
        return { id, verified: true, line: spec.line };
      });
    },
    breakpointLines: ({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i),
    start: ({ stopOnEntry }) => (stopOnEntry ? this.rest('entry', 0) : this.travel(1)),
    move: ({ move }) => {
      if (move === 'continue') return this.travel(1);
      if (move === 'reverseContinue') return this.travel(-1);
      const back = move === 'stepBack' || move === 'tickBack';
      return this.rest('step', this.tick + (back ? -1 : 1));
    },
    seek: ({ tick }) => this.rest('goto', tick),
    findTick: ({ line }) => ({ tick: line <= this.lines ? line - 1 : null }),
    pause: () => this.rest('pause', this.tick),
    stack: () => [
      { id: 2, name: 'relu', place: { path: this.script, line: this.tick + 1 }, presentation: 'op' },
      { id: 3, name: 'engine', place: null, presentation: 'op' },
      { id: 1, name: '<module>', place: { path: this.script, line: this.tick + 1 }, presentation: 'normal' },
    ],
  };

  /** Stops at a tick, after the move was answered, as the worker does. */
  rest(reason: StopReason, tick: number, breakpoints?: number[]): null {
    this.tick = Math.min(Math.max(tick, 0), this.lines - 1);
    this.emit('stopped', { reason, cursor: this.cursor(), ...(breakpoints ? { breakpoints } : {}) });
    return null;
  }

  private travel(direction: 1 | -1): null {
    this.emit('continued', {});
    for (let tick = this.tick + direction; tick >= 0 && tick < this.lines; tick += direction) {
      const hits = [...this.breakpoints].filter(([, { line }]) => line === tick + 1).map(([id]) => id);
      if (hits.length > 0) return this.rest('breakpoint', tick, hits);
    }
    return direction > 0 ? this.rest('end', this.lines) : this.rest('start of recording', 0);
  }

  private cursor(): Cursor {
    return {
      tick: this.tick,
      ticks: this.lines,
      kind: 'line',
      phase: 'forward',
      iteration: 0,
      iterations: 1,
      place: { path: this.script, line: this.tick + 1 },
      label: `line ${this.tick + 1}`,
      node: null,
      live: this.tick === this.lines - 1,
    };
  }

  emit<N extends EventName>(name: N, event: Events[N]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event as never);
  }

  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): { dispose(): void } {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener as never));
    return { dispose: () => void listeners.delete(listener as never) };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}
