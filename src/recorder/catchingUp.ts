/** A branch runs again from the start, silently, up to the tick where it leaves the first run. */
import { type AppliedEdit, type BranchSpec, changeText, editText, type Mark } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { EventName, Events, StopReason } from '../protocol/session';
import { differences, keepEdit, markAt } from './branch';
import type { Looking } from './looking';
import type { Recording } from './recording';
import type { Replay } from './replay';

/** What the branch's own run gives on the way. */
interface Run {
  emit<N extends EventName>(name: N, event: Events[N]): void;
  /** It is no longer on its way. */
  arrived(): void;
  flushEdits(): void;
  rest(reason: StopReason, text?: string): void;
}

/** Milliseconds between two words of how far it is. */
const TOLD_EVERY = 200;

/** A branch on its way to its tick: does the edits of the first run that are due, and its own where it arrives. */
export class CatchingUp {
  private next = 0;
  private told = 0;

  constructor(
    private readonly spec: BranchSpec,
    private readonly recording: Recording,
    private readonly replay: Replay,
    private readonly looking: Looking,
    private readonly run: Run,
  ) {}

  /** The run is at a tick: goes on without stopping until the branch's own. */
  at(tick: number): void {
    for (const edit of this.due(tick)) {
      this.looking.reset();
      try {
        this.looking.again(edit);
      } catch (error) {
        this.run.emit('output', { category: 'stderr', text: `${(error as Error).message}\n`, tick });
      }
      this.recording.origin.edits.push(edit);
      this.run.flushEdits();
    }
    const { mark } = this.spec.from;
    if (tick >= mark.tick) {
      this.arrive(tick);
      return;
    }
    const now = Date.now();
    if (now - this.told < TOLD_EVERY) return;
    this.told = now;
    const text = t('Catching up: iteration {0} of {1}', this.recording.iterationCount, mark.iteration + 1);
    this.run.emit('loading', { text, percent: Math.floor((100 * tick) / Math.max(1, mark.tick)) });
  }

  /** The branch's tick: is it the same place? Then the edits, and the user goes on from here. */
  private arrive(tick: number): void {
    const { recording, spec, run } = this;
    const { iteration } = spec.from.mark;
    run.arrived();
    this.looking.reset();
    const { same, text } = this.found(markAt(recording, this.replay, tick, iteration));
    recording.origin.left = { tick, iteration, text: changeText(spec) };
    let error: string | null = null;
    const frame = recording.frameAt(tick);
    for (const edit of spec.edits) {
      try {
        this.looking.edit(edit, frame);
        keepEdit(recording, edit, frame, true);
        run.flushEdits();
      } catch (e) {
        error = t('{0} was not done: {1}', editText(edit), (e as Error).message);
        break;
      }
    }
    run.emit('output', { category: same && !error ? 'console' : 'stderr', text: `${error ?? text}\n`, tick });
    run.emit('branched', { text, same, error });
    run.rest('branch', error ?? (same ? undefined : text));
  }

  /** The script ended before the branch's tick. */
  neverThere(): void {
    const { ticks } = this.recording;
    this.run.arrived();
    const text = t(
      'The script ended at tick {0}, before tick {1}, where it was to branch: it did not do the same as in the first run.',
      ticks,
      this.spec.from.mark.tick + 1,
    );
    this.run.emit('output', { category: 'stderr', text: `${text}\n`, tick: ticks - 1 });
    this.run.emit('branched', { text, same: false, error: text });
  }

  /** Edits of the first run that came after this tick. */
  private due(tick: number): AppliedEdit[] {
    const { edits } = this.spec.from.origin;
    const from = this.next;
    while (this.next < edits.length && edits[this.next].after <= tick) this.next++;
    return edits.slice(from, this.next);
  }

  /** The line's number in the new text is not that in the old one. */
  private expected(): Mark {
    const { mark } = this.spec.from;
    if (!mark.place) return mark;
    const { path, line } = mark.place;
    let moved = line;
    for (const e of this.spec.lines)
      if (e.path === path && e.line < line) moved += (e.text === null ? 0 : e.text.split('\n').length) - 1;
    return { ...mark, place: { path, line: moved } };
  }

  /** What is told when the place is reached: where it is, and whether it is the same as in the first run. */
  private found(found: Mark): { same: boolean; text: string } {
    const other = differences(this.expected(), found);
    const where = t(
      'iteration {0}, tick {1}{2}',
      found.iteration + 1,
      found.tick + 1,
      found.place ? t(' (line {0})', found.place.line) : '',
    );
    if (other.length === 0)
      return {
        same: true,
        text: t('Branched at {0}: {1}. Up to here all is as in the first run.', where, changeText(this.spec)),
      };
    const why = this.spec.lines.length
      ? t('The changed line counted before this place.')
      : t('The script does not do the same each time (the clock, files that changed …).');
    return {
      same: false,
      text: t(
        'Branched at {0}: {1}. But this is not the same place as in the first run: {2}. {3}',
        where,
        changeText(this.spec),
        other.join('; '),
        why,
      ),
    };
  }
}
