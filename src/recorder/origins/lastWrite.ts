/** Which tick wrote a value: the one to look at when it is wrong. */
import type { WriteView } from '../../protocol/origins';
import type { TensorRef } from '../../protocol/views';
import { lastAtOrBefore } from '../columns';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { elementOf } from '../views/common';
import { labelOf } from '../views/cursor';
import { statesAt } from '../views/parameters';
import { compile, momentsOf } from '../watch/compile';
import { type Moments, MomentsOf } from '../watch/moments';

export interface WriteQuestion {
  ref?: TensorRef;
  /** Of this element: writes that left it as it was do not count. */
  element?: number[];
  expression?: string;
}

/** The last tick before the cursor, or at it, that wrote the value; from that tick on, the one before. Null if nothing did. */
export function lastWrite(
  r: Recording,
  replay: Replay,
  tick: number,
  question: WriteQuestion,
  looked: (tick: number) => void = () => {},
): WriteView | null {
  const { ref, element, expression } = question;
  if (expression?.trim() === 'loss') return lossWrite(r, tick);
  const moments = ref ? writesOf(r, ref, tick) : momentsOf(r, compile(`changed(${expression ?? ''})`), {});
  const ticks = moments?.refresh() ?? [];
  const tensor = ref && (ref.part === 'grad' ? null : tensorOf(r, ref, tick));
  for (let i = lastAtOrBefore(ticks, tick - 1); i >= 0; i--) {
    const at = ticks[i];
    looked(at);
    if (element && tensor !== null && tensor !== undefined) {
      const [now, before] = [at, at - 1].map((t) => {
        const use = t < 0 ? null : r.useAt(tensor, t);
        return use && elementOf(replay, use, element);
      });
      if (Object.is(now, before)) continue;
    }
    return { tick: at, text: labelOf(r, at) };
  }
  return null;
}

const tensorOf = (r: Recording, { tensor, part = 'value' }: TensorRef, tick: number): number | null =>
  part === 'value' ? tensor : (statesAt(r, tensor, tick).get(part.slice('state:'.length)) ?? null);

function writesOf(r: Recording, ref: TensorRef, tick: number): Moments | null {
  const all = MomentsOf.of(r);
  if (ref.part === 'grad') return all.gradients(ref.tensor, true);
  const tensor = tensorOf(r, ref, tick);
  return tensor === null ? null : all.writes(tensor);
}

/** The op that computed the loss: backward() is called on it later. */
function lossWrite(r: Recording, tick: number): WriteView | null {
  const starts = MomentsOf.of(r).losses().ticks;
  for (let i = lastAtOrBefore(starts, tick); i >= 0; i--) {
    const made = r.tensor(r.passAt(starts[i])?.root ?? -1)?.producer;
    if (made && made.tick < tick) return { tick: made.tick, text: labelOf(r, made.tick) };
  }
  return null;
}
