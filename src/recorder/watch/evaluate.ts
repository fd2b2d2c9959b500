/** What an expression is worth: the engine's own ops on the tensors of a tick, so that comparisons and sums are PyTorch's. */

import { quietly } from '../../engine/context';
import { call } from '../../engine/dispatch';
import { DTYPES, isComplex } from '../../engine/dtype';
import { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
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
      if (found === undefined) throw new NotThere(t("there is no '{0}' here", node.name));
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
  const tensor = tensorOf(value, scope);
  if (!tensor) return true;
  if (tensor.count !== 1)
    throw new Fault(t('a tensor with more than one element is neither true nor false: use any() or all()'));
  return tensor.values().some((v) => Number(v) !== 0);
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
  const tensor = tensorOf(value, scope);
  return tensor && tensor.count === 1 && !isComplex(tensor.dtype) ? Number(tensor.values()[0]) : null;
}

function operand(value: Value, scope: Scope): number | Tensor {
  const tensor = tensorOf(value, scope);
  if (tensor) return tensor;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value === null) throw new NotThere(t('None is no number'));
  throw new Fault(typeof value === 'string' ? t("'{0}' is no number", value) : t('a module is no number'));
}

function arithmetic(op: string, a: number | Tensor, b: number | Tensor): number | Tensor {
  if (a instanceof Tensor) return compute(ARITHMETIC[op], a, b);
  if (b instanceof Tensor) {
    const turned = TURNED[op];
    if (turned) return compute(turned, a, b);
    // A number of Python's gives way to the tensor's dtype, on either side.
    if (op === '-') return compute('rsub', b, a);
    if (op === '/') return compute('mul', compute('reciprocal', b), a);
    if (op === '//') throw new Fault(t('a number {0} a tensor: write it the other way round', op));
    return compute(ARITHMETIC[op], b, a);
  }
  if (b === 0 && ['/', '//', '%'].includes(op)) throw new NotThere(t('division by zero'));
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
      throw new Fault(t('numbers have no {0}', op));
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
  if (of === null) throw new NotThere(t("None has no '{0}'", name));
  const found = scope.attribute(of, name);
  if (found !== undefined) return found;
  const tensor = of instanceof On ? null : tensorOf(of, scope);
  if (!tensor) throw new NotThere(t("there is no '{0}' here", name));
  if (name === 'data') return of;
  if (name === 'T') return compute('t', tensor);
  if (name === 'ndim') return tensor.rank;
  throw new Fault(t("a tensor's '{0}' is not known here", name));
}

function item(node: Extract<Node, { kind: 'item' }>, scope: Scope): Value {
  const of = evaluate(node.of, scope);
  if (of instanceof On) {
    const [index] = node.index.map((n) => evaluate(n, scope));
    const found = typeof index === 'number' || typeof index === 'string' ? scope.item(of, index) : undefined;
    if (found === undefined) throw new NotThere(t('there is no such item here'));
    return found;
  }
  let tensor = tensorOf(of, scope);
  if (!tensor) throw new NotThere(t('there is nothing to index here'));
  for (const part of node.index) {
    const index = numberOf(evaluate(part, scope), scope);
    if (index === null || !Number.isInteger(index)) throw new Fault(t('an index is a whole number here'));
    tensor = compute('select', tensor, 0, index);
  }
  return tensor;
}

function called(name: string, args: Node[], scope: Scope): Value {
  if (!FUNCTIONS.has(name)) throw new Fault(t('there is no {0}() here', name));
  const [first, ...rest] = args;
  if (!first) throw new Fault(t('{0}() of what?', name));
  const value = evaluate(first, scope);
  if (name === 'nonfinite') {
    const all = Array.isArray(value) ? value : [tensorOf(value, scope) ?? operand(value, scope)];
    return all.some((tensor) => (tensor instanceof Tensor ? hasBad(tensor) : !Number.isFinite(tensor)));
  }
  if (name === 'bool') return truth(value, scope);
  const tensor = tensorOf(value, scope);
  if (!tensor) return ofNumbers(name, [value, ...rest.map((n) => evaluate(n, scope))], scope);
  const more = rest.map((n) => evaluate(n, scope));
  switch (name) {
    case 'numel':
      return tensor.count;
    case 'len':
      return tensor.shape[0] ?? 0;
    case 'item':
    case 'float':
    case 'int': {
      const n = numberOf(tensor, scope);
      if (n === null) throw new Fault(t('{0}() takes a tensor with one element', name));
      return name === 'int' ? Math.trunc(n) : n;
    }
    case 'detach':
      return value;
    case 'rms':
      return compute('sqrt', compute('mean', compute('mul', real(tensor), real(tensor))));
    case 'max':
    case 'min':
      if (more.length > 0) {
        const other = more[0];
        if (typeof other === 'number') return compute(`a${name}`, tensor, [other]);
        const second = tensorOf(other, scope);
        if (second) return compute(`${name}_other`, tensor, second);
      }
      return compute(name, tensor);
    case 'mean':
    case 'norm':
    case 'std':
    case 'var':
      return compute(name, real(tensor), ...more);
    default:
      return compute(name, tensor, ...more);
  }
}

/** Counts and truths, averaged as floats. */
const real = (tensor: Tensor): Tensor =>
  DTYPES[tensor.dtype].kind === 'float' || isComplex(tensor.dtype) ? tensor : compute('to_dtype', tensor, 'float32');

export function hasBad(tensor: Tensor): boolean {
  const values = tensor.values();
  if (values instanceof BigInt64Array) return false;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i] as number)) return true;
  return false;
}

/** `max(a, b)`, `abs(x)`, `isnan(x)` of plain numbers. */
function ofNumbers(name: string, values: Value[], scope: Scope): Value {
  const numbers = values.map((v) => {
    const n = operand(v, scope);
    if (n instanceof Tensor) throw new Fault(t('{0}() of a number and a tensor', name));
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
