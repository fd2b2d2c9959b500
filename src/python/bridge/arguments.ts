/** Reads the flat primitives that cross from Python as an op's arguments (see torch/_wrappers.py, which writes them). */

import { defaultsOf, wrapNumber } from '../../engine/dispatch';
import { DTYPE_NAMES } from '../../engine/dtype';
import type { Arg, Op, Scalar } from '../../engine/op';
import type { Tensor } from '../../engine/tensor';
import type { Handles } from './handles';
import type { Mail } from './mail';

/** How a number was written in Python: JavaScript cannot tell 1 from 1.0. The fifth is whole and too long for a double. */
const KINDS: (Scalar['kind'] | undefined)[] = [undefined, 'int', 'float', 'bool', 'int', 'complex'];
const LONG = 4;
const COMPLEX = 5;

type Reader = (mail: Mail, tensors: Handles<Tensor>) => unknown;

function number(mail: Mail, kind: number): Scalar | null {
  const value = mail.next();
  const name = KINDS[kind];
  if (kind === COMPLEX) {
    const [re, imag] = mail.pairAt(value);
    return { kind: 'complex', value: re, imag };
  }
  return name === undefined ? null : { kind: name, value: kind === LONG ? (mail.internedAt(value) as bigint) : value };
}

/** A number with its kind; null for None. */
export const scalar: Reader = (mail) => number(mail, mail.next());

const tensor: Reader = (mail, tensors) => {
  const handle = mail.next();
  return handle < 0 ? null : tensors.get(handle);
};

const plain: Reader = (mail) => {
  const value = mail.next();
  return Number.isNaN(value) ? null : value;
};

const truth: Reader = (mail) => {
  const value = mail.next();
  return Number.isNaN(value) ? null : value !== 0;
};

const float: Reader = (mail) => mail.next();

/** float?: None is told apart from NaN by a number before it. */
const optionalFloat: Reader = (mail) => {
  const given = mail.next();
  const value = mail.next();
  return given ? value : null;
};

const text: Reader = (mail) => {
  const nr = mail.next();
  return nr < 0 ? null : mail.internedAt(nr);
};

function list(read: Reader): Reader {
  return (mail, tensors) => {
    const n = mail.next();
    if (n < 0) return null;
    const out = new Array<unknown>(n);
    for (let k = 0; k < n; k++) out[k] = read(mail, tensors);
    return out;
  };
}

const READERS: Record<string, Reader> = {
  Tensor: tensor,
  'Tensor[]': list(tensor),
  'Tensor?[]': list(tensor),
  Number: (mail, tensors) => {
    const kind = mail.next();
    if (kind === 0) return tensors.get(mail.next());
    const given = number(mail, kind);
    return given && wrapNumber(given);
  },
  Scalar: scalar,
  'int[]': list(plain),
  'float[]': list(float),
  'Scalar[]': list(scalar),
  ScalarType: (mail) => DTYPE_NAMES[mail.next()] ?? null,
  int: plain,
  float,
  'float?': optionalFloat,
  bool: truth,
  str: text,
  Generator: plain,
};

export interface Entry {
  op: Op;
  /** Position of the Generator? argument among the arguments, or -1. */
  generator: number;
  /** Arguments at the end may be left out: they take their defaults. */
  read(mail: Mail, tensors: Handles<Tensor>): Arg[];
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
    read(mail, tensors) {
      const args = new Array<Arg>(count);
      for (let k = 0; k < count; k++) args[k] = mail.done ? defaults[k] : (readers[k](mail, tensors) as Arg);
      return args;
    },
  };
}
