/** How much of a run is kept, and what was thinned to stay within the bound. */
import { t } from '../../protocol/l10n';
import type { RecordingInfo } from '../../protocol/session';
import { FAR } from '../memory';
import type { Recording } from '../recording';

interface Use {
  used: number;
  limit: number;
  structure: number;
  held: number;
  spacing: number;
  far: number;
  leftOut: number;
}

/** Of a power of two. */
const ordinal = (n: number): string => `${n}${n % 10 === 2 && n % 100 !== 12 ? 'nd' : 'th'}`;

const NONE: Use = { used: 0, limit: 0, structure: 0, held: 0, spacing: 1, far: 0, leftOut: 0 };

export function infoOf(r: Recording, use: Use | null): RecordingInfo {
  const { used, limit, structure, held, spacing, far, leftOut } = use ?? NONE;
  const bound = `${Math.round(limit / 1024 / 1024)} MB`;
  const thinned: string[] = [];
  if (spacing > 1)
    thinned.push(
      t(
        'Weights and optimizer state are kept at every {0} iteration (the bound is {1}); between two of these they are computed again, bit by bit.',
        ordinal(spacing),
        bound,
      ),
    );
  if (far > FAR)
    thinned.push(
      t('Up to {0} ops are run again to show a value of an old iteration: a larger bound makes that fewer.', far),
    );
  // What was left out of memory can be read again from a file that the run is written to.
  const gone = r.file?.complete ? 0 : leftOut;
  if (gone > 0)
    thinned.push(
      t(
        'Data from Python of iterations before {0} was left out to stay within {1}: what was computed from it cannot be shown there.',
        gone + 1,
        bound,
      ),
    );
  if (r.linesLeftOut > 0) thinned.push(t('{0} lines of long loops without tensor ops were not kept.', r.linesLeftOut));
  return {
    ticks: r.ticks,
    iterations: r.iterationCount,
    used,
    limit,
    structure,
    contents: held,
    checkpointEvery: spacing,
    leftOutBefore: gone,
    linesLeftOut: r.linesLeftOut,
    thinned,
  };
}
