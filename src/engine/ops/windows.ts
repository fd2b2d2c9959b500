/** What poolings share: windows along each dimension, and the refusals in PyTorch's words (ATen's Pool.h, DilatedMaxPool2d.cpp …). */
import { runtimeError } from '../errors';
import { show } from '../shape';
import type { Tensor } from '../tensor';

const COUNT = ['', 'one int', 'two ints', 'three ints'];

/** Whose words: a pooling's name without its number of dimensions. */
export type Pool = 'max_pool' | 'avg_pool';

/** kernel_size and its like as one number a dimension; an empty list stands for `usual`. */
export function perSide(list: number[], what: string, name: Pool, n: number, usual?: number[]): number[] {
  if (list.length === 0 && usual) return usual;
  if (list.length === n) return list;
  if (list.length === 1) return new Array<number>(n).fill(list[0]);
  const avg3 = name === 'avg_pool' && n === 3;
  const must =
    what === 'stride' ? 'must either be omitted,' : what === 'dilation' ? 'must be either' : 'must either be';
  throw runtimeError(
    `${name}${n}d: ${what} ${avg3 ? must.replace(' either', '') : must} a single int, or a tuple of ${COUNT[n]}`,
  );
}

/** The refusals of at::pool1d's callers: a list of one number where there is one dimension. */
export function oneSide(list: number[], what: string, fn: string): void {
  if (list.length !== 1) throw runtimeError(`${fn}() argument '${what}' should contain one int (got ${list.length})`);
}

export function checkRank(t: Tensor, fn: string): void {
  if (t.rank < 2 || t.rank > 3)
    throw runtimeError(
      `Expected 2 to 3 dimensions, but got ${t.rank}-dimensional tensor for argument #1 'self' (while checking arguments for ${fn})`,
    );
}

export interface Pooling {
  kernel: number[];
  stride: number[];
  padding: number[];
  dilation: number[];
  ceil: boolean;
}

/** How many windows there are in each dimension (torch.nn.MaxPool2d's documentation). */
function windowCounts(size: number[], p: Pooling): number[] {
  return size.map((n, d) => {
    const [k, s, pad, by] = [p.kernel[d], p.stride[d], p.padding[d], p.dilation[d]];
    if (s === 0) throw runtimeError('stride should not be zero');
    if (pad < 0) throw runtimeError(`pad must be non-negative, but got pad: ${pad}`);
    if (pad > Math.trunc(((k - 1) * by + 1) / 2))
      throw runtimeError(
        `pad should be at most half of effective kernel size, but got pad=${pad}, kernel_size=${k} and dilation=${by}`,
      );
    const out = Math.floor((n + 2 * pad - by * (k - 1) - 1 + (p.ceil ? s - 1 : 0)) / s) + 1;
    // The last window begins inside of the image or its left padding.
    return p.ceil && (out - 1) * s >= n + pad ? out - 1 : out;
  });
}

const TWO = ['H', 'W'];
const THREE = ['T', 'H', 'W'];

/** Windows of a pooling over the last n dimensions, or PyTorch's refusal. */
export function poolSizes(t: Tensor, p: Pooling, name: Pool, n: number): number[] {
  if (t.rank !== n + 1 && t.rank !== n + 2) {
    throw runtimeError(`non-empty ${n + 1}D or ${n + 2}D (batch mode) tensor expected for input`);
  }
  const size = t.shape.slice(-n);
  const out = windowCounts(size, p);
  const axes = n === 3 ? THREE : TWO;
  const named = (list: number[], letter: string) => list.map((v, d) => `${letter}${axes[d]}: ${v}`).join(' ');
  if (p.kernel.some((k) => k <= 0))
    throw runtimeError(`kernel size should be greater than zero, but got ${named(p.kernel, 'k')}`);
  if (p.stride.some((s) => s <= 0))
    throw runtimeError(`stride should be greater than zero, but got ${named(p.stride, 'd')}`);
  if (p.dilation.some((s) => s <= 0))
    throw runtimeError(`dilation should be greater than zero, but got ${named(p.dilation, 'dilation')}`);
  const own = t.shape.slice(t.rank === n + 2 ? 1 : 0);
  if (own.includes(0))
    // (PyTorch prints the length where its words promise the dimension.)
    throw runtimeError(
      n === 3
        ? `${name === 'max_pool' ? 'max_pool3d_with_indices_out_cpu_template' : 'avg_pool3d'}(): Expected input's non-batch dimensions to have positive length, but input has a shape of ${show(t.shape)} and non-batch dimension 0 has length zero!`
        : `Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:${show(t.shape)}`,
    );
  if (n === 3 && name === 'avg_pool' && size.some((s, d) => s < p.kernel[d]))
    throw runtimeError(
      `input image (${size.map((s, d) => `${axes[d]}: ${s}`).join(' ')}) smaller than kernel size (${named(p.kernel, 'k')})`,
    );
  const by = (list: number[]) => `(${[t.shape[t.rank - n - 1], ...list].join('x')})`;
  if (out.some((o) => o < 1))
    throw runtimeError(
      `Given input size: ${by(size)}. Calculated output size: ${by(out.map((o) => Math.max(o, 0)))}. Output size is too small`,
    );
  return out;
}

/** Refuses an empty gradient of an adaptive pooling, as PyTorch does. */
export function checkEmpty(g: Tensor, fn: string): void {
  const empty = g.shape.indexOf(0, 1);
  if (empty > 0)
    throw runtimeError(
      `${fn}(): Expected grad_output to have non-zero size for non-batch dimensions, but grad_output has sizes ${show(g.shape)} with dimension ${empty} being empty`,
    );
}

/** Windows that share a dimension out evenly: window j of m is from ⌊j·n/m⌋ until ⌈(j + 1)·n/m⌉. */
export function evenly(n: number, m: number): [from: number, until: number][] {
  return Array.from({ length: m }, (_, j) => [Math.floor((j * n) / m), Math.ceil(((j + 1) * n) / m)]);
}
