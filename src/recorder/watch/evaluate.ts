/** What an expression is worth: the engine's own ops on the tensors of a tick, so that comparisons and sums are PyTorch's. */
import { quietly } from '../../engine/context';
import { call } from '../../engine/dispatch';
import { DTYPES, isComplex } from '../../engine/dtype';
import { Tensor } from '../../engine/tensor';
import type { RecordedValue } from '../../protocol/recorded';
import type { TensorUse } from '../recording';
import type { Node } from './parse';

/** A tensor of the recording, with the content it had. */
export class Held {
  constructor(
    readonly tensor: number,
    readonly use: TensorUse,
  ) {}
}

/** A module or a container on the way to something. */
export class On {
  constructor(readonly recorded: RecordedValue) {}
}

export type Value = number | boolean | string | null | Tensor | Tensor[] | Held | On;

/** Something that an expression speaks of is not there at this tick: no value, and no mistake. */
export class NotThere extends Error {}

/** The expression cannot be computed, at any tick. */
export class Fault extends Error {}

/** Where names come from. */
export interface Scope {
  /** Undefined where the name means nothing here. */
  name(name: string): Value | undefined;
  /** A parameter or buffer by its modules' path: `linear1.weight`. */
  path(dotted: string): Value | undefined;
  attribute(of: Value, name: string): Value | undefined;
  item(of: On, index: number | string): Value | undefined;
  tensor(held: Held): Tensor;
  /** Functions that look at other ticks; undefined where there is no such function. */
  special(name: string, args: Node[]): Value | undefined;
}

const COMPARE: Record<string, string> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', '==': 'eq', '!=': 'ne' };
const ARITHMETIC: Record<string, string> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floor_divide',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '&': 'bitwise_and',
  '|': 'bitwise_or',
  '^': 'bitwise_xor',
};
/** Ops for `2 - t`, where a number stands first. */
const TURNED: Record<string, string> = { '**': 'pow_number', '%': 'remainder_number' };

/** One tensor in, one out; further arguments are numbers as PyTorch takes them (a dimension). */
const OPS = new Set(
  'norm mean sum prod min max amax amin median std var any all abs exp log log2 log10 sqrt sign isnan isinf isfinite count_nonzero argmax'.split(
    ' ',
  ),
);

const MATH: Record<string, (x: number) => number> = {
  abs: Math.abs,
  exp: Math.exp,
  sqrt: Math.sqrt,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
};

/** Functions there are, besides those that look at other ticks. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  ...OPS,
  ...['nonfinite', 'rms', 'numel', 'len', 'item', 'bool', 'float', 'int', 'detach', 'flatten'],
]);

export function evaluate(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'name': {
      const found = scope.name(node.name) ?? scope.path(node.name);
      if (found === undefined) throw new NotThere(`there is no '${node.name}' here`);
      return found;
    }
    case 'attribute':
      return attribute(node, scope);
    case 'item':
      return item(node, scope);
    case 'call':
      return scope.special(node.name, node.args) ?? called(node.name, node.args, scope);
    case 'unary': {
      if (node.op === 'not') return !truth(evaluate(node.of, scope), scope);
      const of = operand(evaluate(node.of, scope), scope);
      if (of instanceof Tensor) return compute(node.op === '-' ? 'neg' : 'bitwise_not', of);
      return node.op === '-' ? -of : ~of;
    }
    case 'binary':
      return arithmetic(
        node.op,
        operand(evaluate(node.left, scope), scope),
        operand(evaluate(node.right, scope), scope),
      );
    case 'compare':
      return comparison(node, scope);
    case 'and':
    case 'or': {
      let value: Value = null;
      for (const part of node.items) {
        value = evaluate(part, scope);
        if (truth(value, scope) === (node.kind === 'or')) break;
      }
      return value;
    }
  }
}

function compute(name: string, ...args: unknown[]): Tensor {
  try {
    return quietly(() => call(name, ...args)) as Tensor;
  } catch (error) {
    throw new Fault((error as Error).message);
  }
}

/** Is a value true, as Python's bool() says? */
export function truth(value: Value, scope: Scope): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value);
  const t = tensorOf(value, scope);
  if (!t) return true;
  if (t.count !== 1)
    throw new Fault('a tensor with more than one element is neither true nor false: use any() or all()');
  return t.values().some((v) => Number(v) !== 0);
}

/** The tensor behind a value; null for anything else. */
export function tensorOf(value: Value, scope: Scope): Tensor | null {
  if (value instanceof Held) return scope.tensor(value);
  if (Array.isArray(value)) return value[0] ?? null;
  return value instanceof Tensor ? value : null;
}

/** The number that a value is; null where it is none. */
export function numberOf(value: Value, scope: Scope): number | null {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  const t = tensorOf(value, scope);
  return t && t.count === 1 && !isComplex(t.dtype) ? Number(t.values()[0]) : null;
}

function operand(value: Value, scope: Scope): number | Tensor {
  const t = tensorOf(value, scope);
  if (t) return t;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value === null) throw new NotThere('None is no number');
  throw new Fault(typeof value === 'string' ? `'${value}' is no number` : 'a module is no number');
}

function arithmetic(op: string, a: number | Tensor, b: number | Tensor): number | Tensor {
  if (a instanceof Tensor) return compute(ARITHMETIC[op], a, b);
  if (b instanceof Tensor) {
    const turned = TURNED[op];
    if (turned) return compute(turned, a, b);
    // A number of Python's gives way to the tensor's dtype, on either side.
    if (op === '-') return compute('rsub', b, a);
    if (op === '/') return compute('mul', compute('reciprocal', b), a);
    if (op === '//') throw new Fault(`a number ${op} a tensor: write it the other way round`);
    return compute(ARITHMETIC[op], b, a);
  }
  if (b === 0 && ['/', '//', '%'].includes(op)) throw new NotThere('division by zero');
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    case '**':
      return a ** b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      throw new Fault(`numbers have no ${op}`);
  }
}

function comparison(node: Extract<Node, { kind: 'compare' }>, scope: Scope): Value {
  let left = evaluate(node.first, scope);
  let result: Value = true;
  for (const { op, node: next } of node.rest) {
    const right = evaluate(next, scope);
    result = compareTwo(op, left, right, scope);
    if (node.rest.length > 1 && !truth(result, scope)) return false;
    left = right;
  }
  return result;
}

function compareTwo(op: string, left: Value, right: Value, scope: Scope): Value {
  if (op === 'is' || op === 'is not') {
    const same = left === right || (left instanceof Held && right instanceof Held && left.tensor === right.tensor);
    return same === (op === 'is');
  }
  if (op === '==' || op === '!=') {
    const plain = (v: Value) => v === null || typeof v === 'string';
    if (plain(left) || plain(right)) return (left === right) === (op === '==');
  }
  const [a, b] = [operand(left, scope), operand(right, scope)];
  if (a instanceof Tensor) return compute(COMPARE[op], a, b);
  if (b instanceof Tensor) return compute(COMPARE[FLIPPED[op]], b, a);
  return op === '<'
    ? a < b
    : op === '<='
      ? a <= b
      : op === '>'
        ? a > b
        : op === '>='
          ? a >= b
          : (a === b) === (op === '==');
}

const FLIPPED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

/** The names of a plain dotted path, or null. */
export function partsOf(node: Node): string[] | null {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'attribute') return null;
  const parts = partsOf(node.of);
  return parts && [...parts, node.name];
}

function attribute(node: Extract<Node, { kind: 'attribute' }>, scope: Scope): Value {
  const parts = partsOf(node);
  if (parts && scope.name(parts[0]) === undefined)
    for (let n = parts.length; n > 0; n--) {
      const found = scope.path(parts.slice(0, n).join('.'));
      if (found !== undefined) return parts.slice(n).reduce((of, name) => attributeOf(of, name, scope), found);
    }
  return attributeOf(evaluate(node.of, scope), node.name, scope);
}

function attributeOf(of: Value, name: string, scope: Scope): Value {
  if (of === null) throw new NotThere(`None has no '${name}'`);
  const found = scope.attribute(of, name);
  if (found !== undefined) return found;
  const t = of instanceof On ? null : tensorOf(of, scope);
  if (!t) throw new NotThere(`there is no '${name}' here`);
  if (name === 'data') return of;
  if (name === 'T') return compute('t', t);
  if (name === 'ndim') return t.rank;
  throw new Fault(`a tensor's '${name}' is not known here`);
}

function item(node: Extract<Node, { kind: 'item' }>, scope: Scope): Value {
  const of = evaluate(node.of, scope);
  if (of instanceof On) {
    const [index] = node.index.map((n) => evaluate(n, scope));
    const found = typeof index === 'number' || typeof index === 'string' ? scope.item(of, index) : undefined;
    if (found === undefined) throw new NotThere('there is no such item here');
    return found;
  }
  let t = tensorOf(of, scope);
  if (!t) throw new NotThere('there is nothing to index here');
  for (const part of node.index) {
    const index = numberOf(evaluate(part, scope), scope);
    if (index === null || !Number.isInteger(index)) throw new Fault('an index is a whole number here');
    t = compute('select', t, 0, index);
  }
  return t;
}

function called(name: string, args: Node[], scope: Scope): Value {
  if (!FUNCTIONS.has(name)) throw new Fault(`there is no ${name}() here`);
  const [first, ...rest] = args;
  if (!first) throw new Fault(`${name}() of what?`);
  const value = evaluate(first, scope);
  if (name === 'nonfinite') {
    const all = Array.isArray(value) ? value : [tensorOf(value, scope) ?? operand(value, scope)];
    return all.some((t) => (t instanceof Tensor ? hasBad(t) : !Number.isFinite(t)));
  }
  if (name === 'bool') return truth(value, scope);
  const t = tensorOf(value, scope);
  if (!t) return ofNumbers(name, [value, ...rest.map((n) => evaluate(n, scope))], scope);
  const more = rest.map((n) => evaluate(n, scope));
  switch (name) {
    case 'numel':
      return t.count;
    case 'len':
      return t.shape[0] ?? 0;
    case 'item':
    case 'float':
    case 'int': {
      const n = numberOf(t, scope);
      if (n === null) throw new Fault(`${name}() takes a tensor with one element`);
      return name === 'int' ? Math.trunc(n) : n;
    }
    case 'detach':
      return value;
    case 'rms':
      return compute('sqrt', compute('mean', compute('mul', real(t), real(t))));
    case 'max':
    case 'min':
      if (more.length > 0) {
        const other = more[0];
        if (typeof other === 'number') return compute(`a${name}`, t, [other]);
        const second = tensorOf(other, scope);
        if (second) return compute(`${name}_other`, t, second);
      }
      return compute(name, t);
    case 'mean':
    case 'norm':
    case 'std':
    case 'var':
      return compute(name, real(t), ...more);
    default:
      return compute(name, t, ...more);
  }
}

/** Counts and truths, averaged as floats. */
const real = (t: Tensor): Tensor =>
  DTYPES[t.dtype].kind === 'float' || isComplex(t.dtype) ? t : compute('to_dtype', t, 'float32');

export function hasBad(t: Tensor): boolean {
  const values = t.values();
  if (values instanceof BigInt64Array) return false;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i] as number)) return true;
  return false;
}

/** `max(a, b)`, `abs(x)`, `isnan(x)` of plain numbers. */
function ofNumbers(name: string, values: Value[], scope: Scope): Value {
  const numbers = values.map((v) => {
    const n = operand(v, scope);
    if (n instanceof Tensor) throw new Fault(`${name}() of a number and a tensor`);
    return n;
  });
  const [x] = numbers;
  switch (name) {
    case 'max':
      return Math.max(...numbers);
    case 'min':
      return Math.min(...numbers);
    case 'isnan':
      return Number.isNaN(x);
    case 'isinf':
      return Math.abs(x) === Number.POSITIVE_INFINITY;
    case 'isfinite':
      return Number.isFinite(x);
    case 'float':
    case 'item':
      return x;
    case 'int':
      return Math.trunc(x);
    case 'norm':
      return Math.abs(x);
    case 'mean':
    case 'sum':
      return x;
    default: {
      const f = MATH[name];
      if (!f) throw new Fault(`${name}() takes a tensor`);
      return f(x);
    }
  }
}
