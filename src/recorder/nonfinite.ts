/** Where a NaN or infinity came from: the first op that made one out of finite inputs. */
import { t } from '../protocol/l10n';
import type { OpRecord, Recording, TensorUse } from './recording';
import { inputs, type Replay } from './replay';
import { statsOf } from './stats';

export interface Origin {
  /** The op, or null where a value was already not finite when it came from Python. */
  record: OpRecord | null;
  what: 'nan' | 'inf';
}

/** Long dataflow is followed no further than this many ops. */
const MOST = 100_000;

function bad(replay: Replay, use: TensorUse): 'nan' | 'inf' | null {
  if (use.wrapped) return null;
  const { nan, inf } = statsOf(replay, use);
  return nan > 0 ? 'nan' : inf > 0 ? 'inf' : null;
}

/**
 * Follows a value that is not finite back through what computed it, gradients and updates included, to the op whose inputs were all finite.
 * Contents that were dropped are replayed.
 */
export function originOf(replay: Replay, use: TensorUse): Origin | null {
  let what = bad(replay, use);
  if (!what) return null;
  let at = use;
  for (let i = 0; i < MOST; i++) {
    const record: OpRecord | null = at.value.producer;
    if (!record) return { record: null, what };
    const next = inputs(record).find((u) => bad(replay, u));
    if (!next) return { record, what };
    what = bad(replay, next)!;
    at = next;
  }
  return null;
}

/** What a user is told of a loss that is not finite: where, and which op made the first value that was not. */
export function badLossText(r: Recording, replay: Replay, use: TensorUse, value: number): string {
  const tick = r.ticks - 1;
  const word = (what: string) => (what === 'nan' ? 'NaN' : 'infinity');
  const at = (t: number) => {
    const place = r.placeAt(t);
    return place ? ` (${place.path.slice(place.path.lastIndexOf('/') + 1)}:${place.line})` : '';
  };
  const head = t(
    'The loss is {0} in iteration {1}{2}.',
    word(Number.isNaN(value) ? 'nan' : 'inf'),
    r.iterationAt(tick) + 1,
    at(tick),
  );
  const origin = originOf(replay, use);
  if (!origin) return head;
  if (!origin.record)
    return t('{0} The data itself has {1}: it came from Python, not from an op.', head, word(origin.what));
  const { record } = origin;
  const op =
    record.kind === 'backward' && record.forwardOf ? t('the gradient of {0}', record.forwardOf.name) : record.name;
  return t(
    '{0} The first {1} was made by {2}{3} in iteration {4}, whose inputs were still finite. Step back to look.',
    head,
    word(origin.what),
    op,
    at(record.tick),
    r.iterationAt(record.tick) + 1,
  );
}
