/** Which tick wrote a value: the one to look at when it is wrong. */
import { t } from '../../protocol/l10n';
import type { WriteView } from '../../protocol/origins';
import type { TensorRef } from '../../protocol/views';
import { lastAtOrBefore } from '../columns';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { elementOf, placeText, storageAt } from '../views/common';
import { labelOf } from '../views/cursor';
import { keptAt } from '../views/kept';
import { statesAt } from '../views/parameters';
import { nameOf } from '../views/parts';
import { compile, momentsOf } from '../watch/compile';
import { evaluate, truth } from '../watch/evaluate';
import { type Moments, MomentsOf } from '../watch/moments';
import { parse } from '../watch/parse';
import { ScopeAt } from '../watch/scope';

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
  const written = (at: number): boolean => {
    if (!ref) return !isItem || changed(r, replay, at, expression ?? '');
    const [now, before] = [at, at - 1].map((t) => useOf(r, ref, t));
    if (element)
      return !Object.is(now && elementOf(replay, now, element), before && elementOf(replay, before, element));
    const out = r.kindAt(at) === 'update' ? r.recordAt(at)?.outs[0] : null;
    return !out || !now || storageAt(r, out.tensor, at) !== storageAt(r, now.tensor, at) || meet(out, now);
  };
  const isItem = expression !== undefined && parse(expression).kind === 'item';
  for (let i = lastAtOrBefore(ticks, tick - 1); i >= 0; i--) {
    looked(ticks[i]);
    if (written(ticks[i])) return { tick: ticks[i], text: textAt(r, ref, ticks[i]) };
  }
  return null;
}

/** A gradient that was cleared has no op that tells of it. */
function textAt(r: Recording, ref: TensorRef | undefined, tick: number): string {
  const cleared = ref?.part === 'grad' && r.gradAt(ref.tensor, tick) === null;
  const place = r.placeAt(tick);
  return cleared
    ? t('{0} is cleared{1}', nameOf(r, ref.tensor, 'grad', tick), place ? ` (${placeText(place)})` : '')
    : labelOf(r, tick);
}

const changed = (r: Recording, replay: Replay, tick: number, expression: string): boolean => {
  const scope = new ScopeAt({ recording: r, replay, tick, instance: {} });
  return truth(evaluate(parse(`changed(${expression})`), scope), scope);
};

function useOf(r: Recording, { tensor, part = 'value' }: TensorRef, tick: number): TensorUse | null {
  if (tick < 0) return null;
  if (part === 'value') return r.useAt(tensor, tick);
  if (part !== 'grad') return keptAt(r, tensor, stateOf(part), tick);
  const grad = r.gradAt(tensor, tick);
  return grad === null ? null : r.useAt(grad, tick);
}

/** Do two tensors of one memory share any of it? By the stretches that they span: strides are left out. */
function meet(a: TensorUse, b: TensorUse): boolean {
  const [x, y] = [a, b].map(({ shape, strides, offset }) => ({
    from: offset,
    to: shape.reduce((last, n, d) => last + (n - 1) * strides[d], offset),
  }));
  return x.from <= y.to && y.from <= x.to;
}

const stateOf = (part: string): string => part.slice('state:'.length);

function writesOf(r: Recording, { tensor, part = 'value' }: TensorRef, tick: number): Moments {
  const all = MomentsOf.of(r);
  if (part === 'value') return all.writes(tensor);
  if (part === 'grad') return all.gradients(tensor, true);
  const state = statesAt(r, tensor, tick).get(stateOf(part));
  return state === undefined ? all.kept(tensor, stateOf(part)) : all.writes(state);
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
