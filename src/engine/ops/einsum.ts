/** Sums of products in Einstein's notation. Source: torch.einsum's documentation, ATen's Linear.cpp (whose steps are followed). */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample, type SampleTensor } from '../op';
import type { Tensor } from '../tensor';

const ELLIPSIS = '…';

interface Equation {
  /** Labels of each operand's dimensions; ELLIPSIS for any number of them. */
  inputs: string[][];
  output: string[];
}

function labels(text: string, where: string, start: number): string[] {
  const out: string[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ' ') continue;
    if (text[i] === '.') {
      if (text.slice(i, i + 3) !== '...')
        throw runtimeError(`einsum(): found '.' ${where} that is not part of any ellipsis`);
      if (out.includes(ELLIPSIS))
        throw runtimeError(`einsum(): found '.' ${where} for which an ellipsis was already found`);
      out.push(ELLIPSIS);
      i += 2;
    } else if (/[A-Za-z]/.test(text[i])) out.push(text[i]);
    else
      throw runtimeError(
        `einsum(): invalid subscript given at index ${start + i} in the equation string, subscripts must be in [a-zA-Z]`,
      );
  }
  return out;
}

function readEquation(text: string, operands: readonly Tensor[]): Equation {
  const arrow = text.indexOf('->');
  const left = arrow < 0 ? text : text.slice(0, arrow);
  let start = 0;
  const inputs = left.split(',').map((part, i) => {
    start += part.length + 1;
    return labels(part, `for operand ${i}`, start - part.length - 1);
  });
  if (inputs.length < operands.length)
    throw runtimeError('einsum(): more operands were provided than specified in the equation');
  if (inputs.length > operands.length)
    throw runtimeError('einsum(): fewer operands were provided than specified in the equation');
  const all = inputs.flat();
  if (arrow >= 0) {
    const output = labels(text.slice(arrow + 2), 'in the output', arrow + 2);
    for (const l of output) {
      if (l !== ELLIPSIS && !all.includes(l))
        throw runtimeError(`einsum(): output subscript ${l} does not appear in the equation for any input operand`);
      if (l !== ELLIPSIS && output.indexOf(l) !== output.lastIndexOf(l))
        throw runtimeError(`einsum(): output subscript ${l} appears more than once in the output`);
    }
    return { inputs, output };
  }
  // Left out: the labels that appear once, in alphabetical order, after the ellipsis.
  const once = [...new Set(all)].filter((l) => l !== ELLIPSIS && all.indexOf(l) === all.lastIndexOf(l)).sort();
  return { inputs, output: all.includes(ELLIPSIS) ? [ELLIPSIS, ...once] : once };
}

/** An operand with its dimensions in the order of `order`: diagonals taken, missing dimensions of size 1. */
function aligned(
  x: Tensor,
  own: readonly string[],
  order: readonly string[],
  sizes: Map<string, number>,
  nr: number,
): Tensor {
  let t = x;
  const kept: string[] = [];
  for (const l of own) {
    const first = kept.indexOf(l);
    if (first < 0) {
      kept.push(l);
      continue;
    }
    const [a, b] = [t.shape[first], t.shape[kept.length]];
    if (a !== b)
      throw runtimeError(
        `einsum(): subscript ${l} is repeated for operand ${nr} but the sizes don't match, ${b} != ${a}`,
      );
    t = f.movedim(f.diagonal(t, 0, first, kept.length), [-1], [first]);
  }
  t.shape.forEach((size, d) => {
    const known = sizes.get(kept[d]) ?? 1;
    if (known !== 1 && size !== 1 && known !== size)
      throw runtimeError(
        `einsum(): subscript ${kept[d]} has size ${size} for operand ${nr} which does not broadcast with previously seen size ${known}`,
      );
    if (known === 1) sizes.set(kept[d], size);
  });
  const missing = order.filter((l) => !kept.includes(l));
  for (const _ of missing) t = f.unsqueeze(t, t.rank);
  const names = [...kept, ...missing];
  return f.permute(
    t,
    order.map((l) => names.indexOf(l)),
  );
}

/** Σ over `sums` of a · b, of operands with the same dimensions; as a batched matrix product. */
function sumOfProducts(a: Tensor, b: Tensor, sums: readonly number[]): Tensor {
  if (sums.length === 0) return f.mul(a, b);
  let [left, right] = [a, b];
  const both: number[] = [];
  const onlyLeft: number[] = [];
  const onlyRight: number[] = [];
  const size = { both: 1, left: 1, right: 1, sum: 1 };
  for (let d = 0; d < a.rank; d++) {
    const [l, r] = [left.shape[d], right.shape[d]];
    if (sums.includes(d)) {
      if (l !== 1 && r !== 1) size.sum *= l;
      else if (l !== 1) left = f.sum(left, [d], true);
      else if (r !== 1) right = f.sum(right, [d], true);
    } else if (l !== 1 && r !== 1) {
      both.push(d);
      size.both *= l;
    } else if (l !== 1) {
      onlyLeft.push(d);
      size.left *= l;
    } else {
      onlyRight.push(d);
      size.right *= r;
    }
  }
  const shape = [
    ...[...both, ...onlyLeft].map((d) => left.shape[d]),
    ...sums.map(() => 1),
    ...onlyRight.map((d) => right.shape[d]),
  ];
  const place = [...both, ...onlyLeft, ...sums, ...onlyRight];
  const l = f.reshape(f.permute(left, place), [size.both, size.left, size.sum]);
  const r = f.reshape(f.permute(right, [...both, ...sums, ...onlyRight, ...onlyLeft]), [
    size.both,
    size.sum,
    size.right,
  ]);
  return f.permute(
    f.view(f.bmm(l, r), shape),
    place.map((_, d) => place.indexOf(d)),
  );
}

function einsum(text: string, operands: readonly Tensor[]): Tensor {
  if (operands.length === 0) throw runtimeError('einsum(): must provide at least one operand');
  const { inputs, output } = readEquation(text, operands);
  // An ellipsis stands for as many dimensions as the widest operand has: named …0, …1, counted from the right.
  let wide = 0;
  inputs.forEach((own, i) => {
    const named = own.filter((l) => l !== ELLIPSIS).length;
    const more = operands[i].rank - named;
    if (own.includes(ELLIPSIS) ? more < 0 : more !== 0)
      throw runtimeError(
        `einsum(): the number of subscripts in the equation (${named}) ${own.includes(ELLIPSIS) ? 'is more than' : 'does not match'} the number of dimensions (${operands[i].rank}) for operand ${i}${own.includes(ELLIPSIS) ? '' : ' and no ellipsis was given'}`,
      );
    if (own.includes(ELLIPSIS)) wide = Math.max(wide, more);
  });
  const dots = (n: number) => Array.from({ length: n }, (_, k) => `${ELLIPSIS}${n - 1 - k}`);
  const spell = (own: readonly string[], rank: number) =>
    own.flatMap((l) => (l === ELLIPSIS ? dots(rank - own.filter((o) => o !== ELLIPSIS).length) : [l]));
  const out = output.flatMap((l) => (l === ELLIPSIS ? dots(wide) : [l]));
  const own = inputs.map((labels, i) => spell(labels, operands[i].rank));
  const rest = [...new Set(own.flat())].filter((l) => !out.includes(l)).sort();
  const order = [...out, ...rest];
  const sizes = new Map<string, number>();
  const ops = operands.map((t, i) => aligned(t, own[i], order, sizes, i));
  // How many operands still have each dimension.
  const counts = order.map((_, d) => ops.filter((t) => t.shape[d] !== 1).length);
  const inner = rest.map((_, k) => out.length + k);
  let result = ops[0];
  for (const next of ops.slice(1)) {
    const now: number[] = [];
    const [left, right]: number[][] = [[], []];
    for (const d of inner) {
      if (result.shape[d] !== 1 && next.shape[d] !== 1) {
        if (--counts[d] === 1) {
          now.push(d);
          counts[d] = 0;
        }
      } else if (counts[d] === 1) {
        if (result.shape[d] !== 1) left.push(d);
        else right.push(d);
        counts[d] = 0;
      }
    }
    const a = left.length ? f.sum(result, left, true) : result;
    const b = right.length ? f.sum(next, right, true) : next;
    result = sumOfProducts(a, b, now);
  }
  if (inner.length === 0) return result;
  return ops.length > 1 ? f.view(result, result.shape.slice(0, out.length)) : f.sum(result, inner);
}

const run = (equation: string, ...tensors: SampleTensor[]): Sample => ({ args: [equation, { tensors }] });

op<[string, Tensor[]]>({
  schema: 'einsum(str equation, Tensor[] operands) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = Σ over the labels that the result lacks of the product of the operands',
  gradient: 'dxₖ = einsum of dy with the other operands',
  forward: (equation, operands) => einsum(equation, operands),
  samples: () => {
    const m: SampleTensor = { shape: [2, 3] };
    return [
      run('ij,jk->ik', m, { shape: [3, 4] }),
      run('ij,kj', m, { shape: [4, 3] }),
      run('ij->ji', m),
      run('ij->', m),
      run('ij->j', m),
      run('ii->i', { shape: [3, 3] }),
      run('ii', { shape: [3, 3] }),
      run('i,i->', { shape: [3] }, { shape: [3] }),
      run('i,j->ij', { shape: [3] }, { shape: [2] }),
      run('bij,bjk->bik', { shape: [2, 2, 3] }, { shape: [2, 3, 2] }),
      run('...ij,...jk->...ik', { shape: [2, 2, 3] }, { shape: [3, 2] }),
      run('bn,anm,bm->ba', m, { shape: [2, 3, 2] }, { shape: [2, 2] }),
      run('bhqd,bhkd->bhqk', { shape: [1, 2, 2, 3] }, { shape: [1, 2, 3, 3] }),
      run('ij,ij->ij', m, m),
      run('ij,jk->ik', m, { shape: [4, 4] }),
      run('ij,jk->ik', m),
      run('ij->ik', m),
      run('i->i', m),
      run('ii->i', m),
      run('ij->i*', m),
    ];
  },
});
