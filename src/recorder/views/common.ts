/** Small things that the views share. */

import type { Data } from '../../engine/dtype';
import { numel } from '../../engine/shape';
import type { Place } from '../../protocol/ticks';
import type { Stats } from '../../protocol/views';
import type { OpRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { magnitudes } from '../stats';

/** JSON has no NaN and no infinities. */
export function wire(v: number): number | string {
  return Number.isNaN(v) ? 'nan' : Number.isFinite(v) ? v : v > 0 ? 'inf' : '-inf';
}

export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** `three_class.py:31` */
export const placeText = (place: Place): string => `${fileName(place.path)}:${place.line}`;

export const bad = (s: Stats): boolean => s.nan > 0 || s.inf > 0;

/** Root mean square of the finite elements. */
export function rms(s: Stats): number | null {
  return s.norm === null ? null : s.norm / Math.sqrt(s.count - s.nan - s.inf);
}

/** Storage that a tensor shows at a tick; -1 if it is not there yet. */
export const storageAt = (r: Recording, tensor: number, tick: number): number =>
  r.whereabouts(tensor, tick)?.storage ?? -1;

/** Position of an element in a tensor's storage; leading dimensions are broadcast as in an elementwise op. Null if it has no such element. */
export function offsetOf(use: TensorUse, element: readonly number[]): number | null {
  const skip = element.length - use.shape.length;
  if (skip < 0) return numel(use.shape) === 1 ? use.offset : null;
  let offset = use.offset;
  for (const [d, n] of use.shape.entries()) {
    const i = n === 1 ? 0 : element[skip + d];
    if (i >= n) return null;
    offset += i * use.strides[d];
  }
  return offset;
}

/** One element of a recorded tensor; null if it has no such element. */
export function elementOf(replay: Replay, use: TensorUse, element: readonly number[]): number | null {
  const offset = offsetOf(use, element);
  return offset === null ? null : Number(magnitudes(replay.tensor(use).alias([], [], offset))[0]);
}

/** The elements in row-major order; of complex ones their absolute values. */
export const valuesOf = (replay: Replay, use: TensorUse): Data => magnitudes(replay.tensor(use));

/** Ops that no script names, by the function that runs them. What is not here loses its `native_`, its underscore or its face's detour. */
const CALLED: Readonly<Record<string, string>> = {
  _scaled_dot_product_flash_attention_for_cpu: 'scaled_dot_product_attention',
  _safe_softmax: 'softmax',
  _unsafe_view: 'view',
  _cdist_forward: 'cdist',
  _pdist_forward: 'pdist',
  _prelu_kernel: 'prelu',
  _weight_norm_interface: 'weight_norm',
  _pad_circular: 'pad',
  constant_pad_nd: 'pad',
  max_pool1d_with_indices: 'max_pool1d',
  max_pool2d_with_indices: 'max_pool2d',
  max_pool3d_with_indices: 'max_pool3d',
  rrelu_with_noise: 'rrelu',
  split_with_sizes: 'split',
};

/** `conv2d`, `conv_transpose1d`: which of them a convolution is, its weight and its settings tell. */
function convolutionName({ op, args }: OpRecord): string {
  const weight = args[1];
  const transposed = args[op!.position.get('transposed')!];
  const dimensions = weight && 'use' in weight ? weight.use.shape.length - 2 : 2;
  return `conv${transposed && 'attr' in transposed && transposed.attr === true ? '_transpose' : ''}${dimensions}d`;
}

/** What a user calls an op: `to` for `to_dtype`, `randint` for `randint_from`, `conv2d` for `convolution`, `dropout` for `native_dropout`. */
export function opName(record: OpRecord): string {
  const { op, name } = record;
  if (op?.name === 'convolution') return convolutionName(record);
  const called = CALLED[name];
  if (called) return called;
  const faces = op?.spec.faces ?? [];
  const alias = faces.every((face) => face.includes(':')) ? faces[0]?.split(':')[1] : undefined;
  const shown = alias && op?.base ? `${alias}_` : (alias ?? name);
  if (shown.startsWith('native_')) return shown.slice('native_'.length);
  return shown.startsWith('_') && !shown.startsWith('__') ? shown.slice(1).replace(/\d+$/, '') : shown;
}

/**
 * What an operand came from: the op that made the tensor or, if it was written in place after that, the op that wrote it last.
 * Null for what no op made, or for one that ran after `before`.
 */
export function sourceOf(r: Recording, use: TensorUse, before: number): OpRecord | null {
  const made = r.tensor(use.tensor)?.producer ?? null;
  const wrote = use.value.producer;
  let best: OpRecord | null = null;
  for (const record of [made, wrote])
    if (record && record.index < before && (!best || record.index > best.index)) best = record;
  return best;
}

/** FNV-1a twice over: enough to tell structures apart. */
export function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995) ^ (b >>> 13);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
