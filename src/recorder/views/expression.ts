/** An op as a formula: `0.9·v − 0.1·g`, with names or with numbers put in. */
import type { Arg } from '../../engine/op';
import { numel } from '../../engine/shape';
import type { ArgUse, OpRecord, Recording, TensorUse } from '../recording';
import { opName, sourceOf, storageAt } from './common';
import { Names } from './names';
import { Parameters, statesAt } from './parameters';

/** A piece of a formula. What binds looser than its place wants is put in brackets. */
export interface Piece {
  text: string;
  binds: number;
  /** A factor of the rule (0.9, the learning rate), not an element: it is written first. */
  constant?: boolean;
}
export const ATOM = 3;
const PRODUCT = 2;
const SUM = 1;
const SIGNED = 0;

/** How an operand is written. */
export type Operand = (use: TensorUse) => Piece;

export const atom = (text: string): Piece => ({ text, binds: ATOM });

/** A number as text; a negative one is put in brackets inside a formula. */
export function number(v: number, digits = 6): Piece {
  const size = Math.abs(v);
  const rounded = Number(size.toPrecision(digits));
  const text = Number.isNaN(v)
    ? 'nan'
    : size === Number.POSITIVE_INFINITY
      ? 'inf'
      : rounded !== 0 && (rounded < 1e-4 || rounded >= 1e7)
        ? rounded.toExponential().replace('e+', 'e').replace('e-', 'e−')
        : String(rounded);
  return v < 0 ? { text: `−${text}`, binds: SIGNED } : atom(text);
}

/** A number that the rule multiplies with. */
export const factor = (v: number): Piece => ({ ...number(v), constant: true });

const wrap = ({ text, binds }: Piece, wanted: number): string => (binds < wanted ? `(${text})` : text);

function product(a: Piece, b: Piece): Piece {
  const [first, second] = b.constant && !a.constant ? [b, a] : [a, b];
  return { text: `${wrap(first, PRODUCT)}·${wrap(second, PRODUCT)}`, binds: PRODUCT };
}

/** a + k·b; the sign of k becomes the operator's. */
function sum(a: Piece, b: Piece, k: number): Piece {
  const minus = k < 0;
  const term = Math.abs(k) === 1 ? b : product(factor(Math.abs(k)), b);
  // A plain negative number behind a plus: written as a minus.
  if (!minus && term.binds === SIGNED && k === 1) return { text: `${a.text} − ${term.text.slice(1)}`, binds: SUM };
  return { text: `${a.text} ${minus ? '−' : '+'} ${wrap(term, minus ? PRODUCT : SUM)}`, binds: SUM };
}

const quotient = (a: Piece, b: Piece): Piece => ({ text: `${wrap(a, PRODUCT)} / ${wrap(b, ATOM)}`, binds: PRODUCT });

/** Names of ops whose result has the elements of their first argument. */
const SAME = new Set([
  ...['copy', 'clone', 'detach', 'alias', 'contiguous', 'to_dtype', 'to', 'view', 'reshape', 'view_as', 'data'],
  ...['float', 'double', 'expand', 'unsqueeze', 'squeeze', 'positive', 'requires_grad'],
]);

export const baseName = (record: OpRecord): string => (record.op?.base?.name ?? record.name).replace(/_$/, '');

/** The operand that a record only passes on, or null for one that computes. */
export function passedOn(record: OpRecord): TensorUse | null {
  const name = baseName(record);
  if (!SAME.has(name)) return null;
  const arg = record.args[name === 'copy' ? 1 : 0];
  return arg && 'use' in arg ? arg.use : null;
}

/** A number given as an argument. */
export const numberGiven = (a: ArgUse | undefined): number | null => {
  if (!a || !('attr' in a)) return null;
  const attr = a.attr as Arg;
  if (typeof attr === 'number') return attr;
  return attr !== null && typeof attr === 'object' && 'kind' in attr ? Number(attr.value) : null;
};

/** A Python number that took a tensor's place. */
export const constant = (use: TensorUse): number | null => (use.wrapped ? Number(use.value.data![0]) : null);

/** A record's right-hand side. */
export function formula(record: OpRecord, operand: Operand): Piece {
  const same = passedOn(record);
  if (same) return operand(same);
  const { args } = record;
  const piece = (i: number): Piece => {
    const a = args[i];
    if (!a) return atom('?');
    if ('use' in a) {
      const v = constant(a.use);
      return v === null ? operand(a.use) : factor(v);
    }
    const v = numberGiven(a);
    return v === null ? atom(attrText(a)) : factor(v);
  };
  const k = (i: number): number => numberGiven(args[i]) ?? 1;
  switch (baseName(record)) {
    case 'add':
      return sum(piece(0), piece(1), k(2));
    case 'sub':
      return sum(piece(0), piece(1), -k(2));
    case 'rsub':
      return sum(piece(1), piece(0), -k(2));
    case 'mul':
      return product(piece(0), piece(1));
    case 'div':
      return quotient(piece(0), piece(1));
    case 'neg':
      return { text: `−${wrap(piece(0), PRODUCT)}`, binds: SIGNED };
    case 'addcmul':
      return sum(piece(0), product(piece(1), piece(2)), k(3));
    case 'addcdiv':
      return sum(piece(0), quotient(piece(1), piece(2)), k(3));
    case 'lerp':
      return sum(piece(0), product(piece(2), sum(piece(1), piece(0), -1)), 1);
    case 'sqrt':
      return { text: `√${wrap(piece(0), ATOM)}`, binds: PRODUCT };
    case 'pow':
      return { text: `${wrap(piece(0), ATOM)}^${wrap(piece(1), ATOM)}`, binds: PRODUCT };
    case 'zero':
    case 'zeros_like':
      return atom('0');
    case 'fill':
      return piece(1);
    default:
      return atom(
        `${baseName(record)}(${args
          .map((a, i) => ('attr' in a && a.attr === null ? '' : piece(i).text))
          .filter(Boolean)
          .join(', ')})`,
      );
  }
}

/** What an op multiplies an argument's elements with; NaN where it does something else to them. */
export function factorOf(record: OpRecord, arg: number): number {
  const k = (i: number): number => {
    const a = record.args[i];
    return (a && 'use' in a ? constant(a.use) : numberGiven(a)) ?? Number.NaN;
  };
  switch (baseName(record)) {
    case 'add':
      return arg === 0 ? 1 : k(2);
    case 'sub':
      return arg === 0 ? 1 : -k(2);
    case 'rsub':
      return arg === 1 ? 1 : -k(2);
    case 'mul':
      return k(1 - arg);
    case 'div':
      return arg === 0 ? 1 / k(1) : Number.NaN;
    case 'neg':
      return -1;
    case 'addcdiv':
    case 'addcmul':
      return arg === 0 ? 1 : Number.NaN;
    default:
      return passedOn(record) ? 1 : Number.NaN;
  }
}

function attrText(a: ArgUse): string {
  if ('uses' in a) return '…';
  if (!('attr' in a) || a.attr === null || a.attr === undefined) return '';
  return Array.isArray(a.attr) ? `[${a.attr.join(', ')}]` : String(a.attr);
}

/** What a tensor is called in an update's formula: by its part in the rule, else by the script. */
export function operandName(r: Recording, use: TensorUse, record: OpRecord): string {
  const storage = storageAt(r, use.tensor, record.tick);
  const owned = Parameters.of(r).ofStorage(storage, record.tick);
  if (owned?.part === 'state') {
    // An optimizer keeps what it made only afterwards.
    const kept = Math.min(r.passAt(record.tick)?.end ?? record.tick, r.ticks) - 1;
    for (const tick of [record.tick, kept])
      for (const [name, tensor] of statesAt(r, owned.parameter, tick))
        if (storageAt(r, tensor, tick) === storage) return name;
  }
  const names = Names.of(r);
  if (owned && names.owner(use.tensor)) return owned.part === 'grad' ? 'g' : 'w';
  return names.variable(use.tensor, record.tick, 'inner') ?? (owned?.part === 'grad' ? 'g' : owned ? 'w' : '');
}

/** How many records back a line's pieces are looked for, and how deep. */
const NEAR = 12;
const DEEP = 4;

/** One record alone: `momentum_buffer ← 0.9·momentum_buffer`. Pieces of the same line that have no name are written out. */
export function textOf(r: Recording, record: OpRecord): string {
  const out = record.outs.find((o) => o !== null);
  const target = out && operandName(r, out, record);
  const right = rightOf(r, record, 0).text;
  return target ? `${target} ← ${right}` : right;
}

function rightOf(r: Recording, record: OpRecord, depth: number): Piece {
  const whole = numel(record.outs[0]?.shape ?? []);
  return formula(record, (use) => {
    const name = operandName(r, use, record);
    if (name) return atom(name);
    const source = sourceOf(r, use, record.index);
    const here = source?.op && source.site === record.site && source.index > record.index - NEAR;
    // A number that many ops lead to (a clipping factor) is named by the last of them.
    if (here && depth < DEEP && numel(use.shape) === whole) return rightOf(r, source, depth + 1);
    return atom(source?.op ? opName(source) : 'tensor');
  });
}
