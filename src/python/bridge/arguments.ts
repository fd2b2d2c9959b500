/** Reads the flat primitives that cross from Python as an op's arguments (see torch/_wrappers.py, which writes them). */

import { defaultsOf, wrapNumber } from '../../engine/dispatch';
import { DTYPE_NAMES } from '../../engine/dtype';
import type { Arg, Op, Scalar } from '../../engine/op';
import type { Tensor } from '../../engine/tensor';
import type { Handles } from './handles';

/** How a number was written in Python: JavaScript cannot tell 1 from 1.0. */
const KINDS: (Scalar['kind'] | undefined)[] = [undefined, 'int', 'float', 'bool'];

type Flat = readonly unknown[];
type Reader = (flat: Flat, at: { i: number }, tensors: Handles<Tensor>) => unknown;

const scalar: Reader = (flat, at) => {
  const kind = KINDS[flat[at.i++] as number];
  const value = flat[at.i++] as number | bigint | boolean;
  return kind === undefined ? null : { kind, value: typeof value === 'boolean' ? Number(value) : value };
};

const tensor: Reader = (flat, at, tensors) => {
  const handle = flat[at.i++] as number;
  return handle < 0 ? null : tensors.get(handle);
};

const plain: Reader = (flat, at) => {
  const value = flat[at.i++];
  return value === undefined ? null : typeof value === 'bigint' ? Number(value) : value;
};

function list(read: Reader): Reader {
  return (flat, at, tensors) => {
    const n = flat[at.i++] as number;
    if (n < 0) return null;
    const out = new Array<unknown>(n);
    for (let k = 0; k < n; k++) out[k] = read(flat, at, tensors);
    return out;
  };
}

const READERS: Record<string, Reader> = {
  Tensor: tensor,
  'Tensor[]': list(tensor),
  'Tensor?[]': list(tensor),
  Number: (flat, at, tensors) => {
    if (flat[at.i] === 0) {
      at.i++;
      return tensors.get(flat[at.i++] as number);
    }
    const number = scalar(flat, at, tensors) as Scalar | null;
    return number && wrapNumber(number);
  },
  Scalar: scalar,
  'int[]': list(plain),
  'float[]': list(plain),
  'Scalar[]': list(scalar),
  ScalarType: (flat, at) => DTYPE_NAMES[flat[at.i++] as number] ?? null,
  int: plain,
  float: plain,
  bool: plain,
  str: plain,
  Generator: plain,
};

export interface Entry {
  op: Op;
  /** Position of the Generator? argument among the arguments, or -1. */
  generator: number;
  /** Arguments at the end may be left out: they take their defaults. */
  read(flat: Flat, tensors: Handles<Tensor>): Arg[];
  /** Two tensors, and defaults for the rest. */
  pair(a: Tensor, b: Tensor): Arg[];
}

export function entryOf(op: Op): Entry {
  const readers = op.schema.params.map((p) => {
    const reader = READERS[p.type] ?? READERS[p.type.replace(/\?$/, '')];
    if (!reader) throw new Error(`op ${op.name}: no reader for ${p.type}`);
    return reader;
  });
  const count = readers.length;
  const defaults = defaultsOf(op);
  return {
    op,
    generator: op.schema.params.findIndex((p) => p.type === 'Generator?'),
    read(flat, tensors) {
      const at = { i: 0 };
      const args = new Array<Arg>(count);
      for (let k = 0; k < count; k++)
        args[k] = at.i < flat.length ? (readers[k](flat, at, tensors) as Arg) : defaults[k];
      return args;
    },
    pair(a, b) {
      const args = defaults.slice();
      args[0] = a;
      args[1] = b;
      return args;
    },
  };
}
