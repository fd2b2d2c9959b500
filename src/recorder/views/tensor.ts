/** One tensor at the cursor: statistics, histogram, a window of its elements, and what is wrong with it. */
import { t } from '../../protocol/l10n';
import type { Stats, TensorGrid, TensorQuestion, TensorRef, TensorView } from '../../protocol/views';
import { dtypeOf, type Recording, type TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf, statsOfData } from '../stats';
import { valuesOf } from './common';
import { dimensionsOf } from './dimensions';
import { healthOf } from './health';
import { timeSpent } from './measures';
import { factsOf } from './parameterFacts';
import { nameOf, partAt } from './parts';
import { gridOf, histogramOf, imagesOf, picturing, type Shown } from './shown';
import { type Then, thenOf } from './then';

const EMPTY: Stats = { count: 0, mean: null, std: null, min: null, max: null, norm: null, zeros: 0, nan: 0, inf: 0 };
/** The histogram of the iteration before is drawn where it costs no more ops than this to have it again. */
const CHEAP = 64;

export function tensorOf(r: Recording, replay: Replay, tick: number, wanted: TensorQuestion): TensorView {
  const { tensor, part = 'value' } = wanted;
  const known = r.tensor(tensor);
  const found = known ? partAt(r, tensor, part, tick) : t('The recording has no such tensor.');
  const then = known && wanted.against !== undefined ? thenOf(r, tensor, tick, wanted.against) : null;
  const shown = typeof found === 'string' ? found : shownOf(r, replay, found, part, wanted, then);
  const ref: TensorRef = { tensor, part };
  const place = { known: known !== undefined, shape: r.whereabouts(tensor, r.ticks)?.shape ?? [] };
  const time = place.known && tick >= 0 ? timeSpent(r, replay, tensor, tick) : null;
  const base = {
    ref,
    name: nameOf(r, tensor, part, tick),
    requiresGrad: known?.requiresGrad ?? false,
    gradFn: null,
    dimensions: dimensionsOf(r, tensor, place.shape, tick),
    against: then && { tick: then.tick, iteration: r.iterationAt(then.tick) },
    ...(time ? { time } : {}),
    health: place.known && tick >= 0 ? healthOf(r, replay, tensor, tick) : [],
    parameter: place.known && tick >= 0 ? factsOf(r, replay, tensor, tick) : null,
  };
  if (typeof found === 'string' || typeof shown === 'string')
    return {
      ...base,
      dtype: known?.dtype ?? 'float32',
      shape: place.shape,
      stats: EMPTY,
      histogram: null,
      grid: null,
      images: null,
      imageLike: false,
      missing: typeof found === 'string' ? found : (shown as string),
    };
  return {
    ...base,
    dtype: shown.dtype,
    shape: found.shape,
    requiresGrad: part === 'value' && known!.requiresGrad,
    gradFn: part === 'value' ? known!.gradFn : null,
    stats: shown.stats,
    histogram: histogramOf(shown, then ? null : beforeOf(r, replay, tensor, part, tick)),
    grid: gridOf(shown, wanted),
    images: wanted.images === undefined ? null : imagesOf(shown, wanted.images),
    imageLike: picturing(found.shape) !== null,
    missing: null,
  };
}

/** More cells of what a tensor's view shows. */
export function cellsOf(r: Recording, replay: Replay, tick: number, wanted: TensorQuestion): TensorGrid | null {
  const { tensor, part = 'value' } = wanted;
  const found = r.tensor(tensor) ? partAt(r, tensor, part, tick) : null;
  if (found === null || typeof found === 'string') return null;
  const then = wanted.against !== undefined ? thenOf(r, tensor, tick, wanted.against) : null;
  const shown = shownOf(r, replay, found, part, wanted, then);
  return typeof shown === 'string' ? null : gridOf(shown, wanted);
}

/** The elements, or their difference from another time; or why there is none. */
function shownOf(
  r: Recording,
  replay: Replay,
  use: TensorUse,
  part: string,
  { against }: TensorQuestion,
  then: Then | null,
): Shown | string {
  const now: Shown = {
    dtype: dtypeOf(use),
    shape: use.shape,
    data: valuesOf(replay, use),
    stats: statsOf(replay, use),
  };
  if (against === undefined) return now;
  const was = then && partAt(r, then.tensor, part, then.tick);
  if (was === null || typeof was === 'string')
    return against === 'iteration' ? t('There was none in the iteration before.') : t('There was none at that tick.');
  if (was.shape.join() !== use.shape.join())
    return t('Its shape was {0} then: nothing to compare.', was.shape.join(' × '));
  const old = valuesOf(replay, was);
  const data = Float64Array.from({ length: old.length }, (_, i) => Number(now.data[i]) - Number(old[i]));
  return { dtype: 'float64', shape: use.shape, data, stats: statsOfData(data) };
}

/** The same tensor one iteration before, where it is at hand. */
function beforeOf(r: Recording, replay: Replay, tensor: number, part: string, tick: number): Shown | null {
  const then = thenOf(r, tensor, tick, 'iteration');
  const use = then && partAt(r, then.tensor, part, then.tick);
  if (use === null || typeof use === 'string' || replay.cost(use.value) > CHEAP) return null;
  return { dtype: dtypeOf(use), shape: use.shape, data: valuesOf(replay, use), stats: statsOf(replay, use) };
}
