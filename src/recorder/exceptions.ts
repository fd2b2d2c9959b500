/** At which exceptions a run stops, and what is said of them: Python's, and losses that are not finite. */
import { t } from '../protocol/l10n';
import type { Events, ExceptionFilter, Requests, StopReason } from '../protocol/session';
import type { Looking } from './looking';
import { badLossText } from './nonfinite';
import type { Recording, TensorUse } from './recording';
import type { Replay } from './replay';
import type { Timeline } from './timeline';
import type { Watchpoints } from './watch/watchpoints';

/** What the server does for it. */
interface Run {
  /** A branch on its way stops for nothing. */
  silent(): boolean;
  rest(reason: StopReason, text: string): void;
  say(category: Events['output']['category'], text: string, tick: number): void;
}

export class ExceptionStops {
  private filters = new Set<ExceptionFilter>(['uncaught', 'nonfinite']);
  private conditions: NonNullable<Requests['setExceptionFilters'][0]['conditions']> = {};
  private lossIsBad = false;
  /** Set while the cursor rests at an exception: its frame's names come from Python. */
  private here: { type: string; message: string; frame: number } | null = null;
  /** Set while the cursor rests where the filter for the first NaN stopped: what it says. */
  atOrigin: string | null = null;

  constructor(
    private readonly recording: Recording,
    private readonly replay: Replay,
    private readonly timeline: Timeline,
    private readonly looking: Looking,
    private readonly watchpoints: Watchpoints,
    private readonly run: Run,
  ) {}

  set({ filters, conditions }: Requests['setExceptionFilters'][0]): null {
    this.filters = new Set(filters);
    this.conditions = conditions ?? {};
    const condition = conditions?.origin;
    const origin = this.filters.has('origin') ? [{ expression: 'origin()', ...(condition ? { condition } : {}) }] : [];
    const [status] = this.watchpoints.set('filter', origin);
    if (status?.message) throw new Error(status.message);
    return null;
  }

  /** An exception holds Python's frames where the cursor is. */
  get holdsFrames(): boolean {
    return this.here !== null && this.timeline.tick === this.recording.frame(this.here.frame)?.last;
  }

  onRaised(type: string, message: string, frame: number, caught: boolean | null): void {
    const stops = (filter: 'raised' | 'uncaught') =>
      this.filters.has(filter) && isOneOf(type, this.conditions[filter] ?? '');
    if (this.run.silent() || !(stops('raised') || (caught === false && stops('uncaught')))) return;
    const last = this.recording.frame(frame)?.last ?? -1;
    if (last >= 0) this.timeline.seek(last);
    this.restAt({ type, message, frame }, message ? `${type}: ${message}` : type);
  }

  /** A loss that is not finite: says where it began, once, and stops if that is wanted. */
  onLoss(use: TensorUse, value: number): void {
    const was = this.lossIsBad;
    this.lossIsBad = !Number.isFinite(value);
    if (!this.lossIsBad || was || this.run.silent()) return;
    const { tick } = this.timeline;
    const text = badLossText(this.recording, this.replay, use, value);
    this.run.say('stderr', text, tick);
    if (!this.filters.has('nonfinite') || !this.holdsHere(this.conditions.nonfinite)) return;
    const type = Number.isNaN(value) ? 'NaN' : 'Infinity';
    this.restAt({ type, message: text, frame: this.recording.frameAt(tick) }, text);
  }

  info(): Requests['exceptionInfo'][1] {
    if (this.atOrigin) return { type: t('NaN or infinity'), message: this.atOrigin, traceback: '' };
    const e = this.recording.exception;
    return {
      type: this.here?.type ?? e?.type ?? 'Exception',
      message: this.here?.message ?? e?.message ?? '',
      traceback: e?.traceback ?? '',
    };
  }

  private restAt(exception: { type: string; message: string; frame: number }, text: string): void {
    this.here = exception;
    this.run.rest('exception', text);
    this.here = null;
  }

  /** A filter's condition at the cursor; one that fails stops, and says so. */
  private holdsHere(condition: string | undefined): boolean {
    if (!condition) return true;
    const { tick } = this.timeline;
    try {
      const value = this.looking.evaluateAt(`bool((${condition}))`, tick);
      return value.k === 'prim' && value.repr === 'True';
    } catch (error) {
      const text = t("The condition '{0}' failed: {1}", condition, (error as Error).message);
      this.run.say('console', text, tick);
      return true;
    }
  }
}

/** A condition of the exception filters: types, with or without their module; an empty one is all of them. */
const isOneOf = (type: string, types: string): boolean => {
  const names = types.split(/[\s,|()]+/).filter(Boolean);
  return names.length === 0 || names.some((n) => n === type || n.endsWith(`.${type}`) || type.endsWith(`.${n}`));
};
