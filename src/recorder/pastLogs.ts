/** What an expression or a log point says of the iterations that are recorded: printed, iteration by iteration. */
import { t } from '../protocol/l10n';
import { iterationText } from './answers';
import type { Breakpoints, EvaluateAt } from './breakpoints';
import { short } from './format';
import { historyOf } from './origins/history';
import type { Recording } from './recording';
import type { Replay } from './replay';
import type { Work } from './work';

/** Lines that a log point prints at most for what was recorded before it was set. */
const MOST_LOGGED = 100_000;

export class PastLogs {
  constructor(
    private readonly recording: Recording,
    private readonly replay: Replay,
    private readonly work: Work,
    private readonly say: (text: string, tick: number) => void,
  ) {}

  /** Prints an expression's value in every iteration before the tick. Throws words for the user where it has none. */
  probe(expression: string, tick: number): { count: number } {
    const { recording, replay } = this;
    const at = (done: number, of: number) => this.work.at(done / of, () => t('Iteration {0} of {1}', done + 1, of));
    const { name, points, missing } = historyOf(recording, replay, tick, { expression }, at, Number.POSITIVE_INFINITY);
    if (missing) throw new Error(missing);
    const there = points.filter((p) => p.value !== null);
    for (const { iteration, tick: then, value } of there) {
      const text = typeof value === 'number' ? short(value) : value;
      this.say(t('iteration {0}: {1} = {2}', iteration + 1, name, text ?? ''), then);
    }
    return { count: there.length };
  }

  /** A log point that was set after its line had run: it is answered for what is recorded. */
  log(breakpoints: Breakpoints, breakpoint: number, evaluate: EvaluateAt): void {
    const { recording } = this;
    const ticks = breakpoints.ticksOf(breakpoint);
    let said = 0;
    for (const [i, tick] of ticks.entries()) {
      try {
        this.work.at(i / ticks.length, () => iterationText(recording, tick));
      } catch {
        this.say(t('… cancelled: the line ran {0} times, {1} of them were answered.', ticks.length, i), tick);
        return;
      }
      for (const { log } of breakpoints.hits(tick, evaluate).filter((h) => h.breakpoint === breakpoint))
        if (log !== undefined && said++ < MOST_LOGGED)
          this.say(t('iteration {0}: {1}', recording.iterationAt(tick) + 1, log), tick);
      if (said >= MOST_LOGGED) break;
    }
    if (said >= MOST_LOGGED)
      this.say(t('… the line ran {0} times: only the first {1} are shown.', ticks.length, MOST_LOGGED), ticks[0]);
  }
}
