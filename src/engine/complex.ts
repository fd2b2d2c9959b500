/** How an op takes complex tensors and numbers: see `complex` in an op's entry. */

import { complexRefusal } from './complexRefusals';
import { allocate, complexType, type DType, isComplex, realType } from './dtype';
import { notYet } from './errors';
import { valuesAs } from './kernels/elementwise';
import type { Arg, Op, Scalar } from './op';
import { Tensor } from './tensor';

type Forward = (...args: readonly Arg[]) => Tensor | Tensor[] | number | boolean;

/** Is there a complex tensor, dtype or number among the arguments? */
export function touchesComplex(args: readonly Arg[]): boolean {
  for (const a of args) {
    if (a instanceof Tensor) {
      if (isComplex(a.dtype)) return true;
    } else if (Array.isArray(a)) {
      for (const item of a) if (item instanceof Tensor && isComplex(item.dtype)) return true;
    } else if (typeof a === 'string') {
      if (a === 'complex64' || a === 'complex128') return true;
    } else if (typeof a === 'object' && a !== null && (a as Scalar).kind === 'complex') return true;
  }
  return false;
}

/** What an op computes where complex numbers take part; refuses those that have no answer, in PyTorch's words where it refuses too. */
export function complexForward(op: Op): Forward {
  const { spec, name } = op;
  const how = spec.complex;
  if (typeof how === 'function') return how as unknown as Forward;
  if (how === true || (how === undefined && (spec.view || spec.composite))) return spec.forward as unknown as Forward;
  if (how === undefined)
    return (...args) => {
      throw complexRefusal(name, args) ?? notYet(`${name} of complex numbers`);
    };
  return byParts(op, how);
}

/** The real (0) or imaginary (1) part of a tensor. */
export function part(t: Tensor, which: 0 | 1): Tensor {
  if (!isComplex(t.dtype)) {
    if (which === 0) return t;
    const zeros = Tensor.zeros(t.dtype, [...t.shape]);
    zeros.wrapped = t.wrapped;
    return zeros;
  }
  const source = t.values() as Float64Array;
  const to = realType(t.dtype);
  const out = allocate(to, t.count) as Float64Array;
  for (let i = 0; i < out.length; i++) out[i] = source[2 * i + which];
  const made = Tensor.of(to, [...t.shape], out);
  made.wrapped = t.wrapped;
  return made;
}

/** A complex tensor of its parts, which are of one shape. */
export function joined(re: Tensor, im: Tensor): Tensor {
  const to = complexType(re.dtype);
  const [x, y] = [valuesAs(re, realType(to)) as Float64Array, valuesAs(im, realType(to)) as Float64Array];
  const out = allocate(to, re.count) as Float64Array;
  for (let i = 0; i < x.length; i++) {
    out[2 * i] = x[i];
    out[2 * i + 1] = y[i];
  }
  return Tensor.of(to, [...re.shape], out);
}

function byParts({ spec, schema, name }: Op, names: readonly string[]): Forward {
  const { params } = schema;
  const forward = spec.forward as unknown as Forward;
  return (...args) => {
    const of = (which: 0 | 1) =>
      forward(
        ...args.map((a, i): Arg => {
          if (typeof a === 'string' && params[i].type.startsWith('ScalarType')) {
            if (isComplex(a as DType)) return realType(a as DType);
            throw notYet(`${name} of complex numbers with dtype=torch.${a}`);
          }
          const scalar = typeof a === 'object' && a !== null && 'kind' in a ? (a as Scalar) : null;
          if (scalar && names.includes(params[i].name))
            return { kind: 'float', value: which === 0 ? scalar.value : (scalar.imag ?? 0) };
          if (scalar?.kind === 'complex') throw notYet(`a complex ${params[i].name} in ${name}`);
          if (!names.includes(params[i].name)) return a;
          if (a instanceof Tensor) return part(a, which);
          return Array.isArray(a) ? (a as (Tensor | null)[]).map((t) => t && part(t, which)) : a;
        }),
      );
    const [re, im] = [of(0), of(1)];
    if (re instanceof Tensor) return joined(re, im as Tensor);
    return (re as Tensor[]).map((t, i) => (isWhole(t) ? t : joined(t, (im as Tensor[])[i])));
  };
}

/** Positions, masks: the same of both parts. */
const isWhole = (t: Tensor) => !['float16', 'bfloat16', 'float32', 'float64'].includes(t.dtype);
