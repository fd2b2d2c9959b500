/** Attention. Source: torch.nn.functional.scaled_dot_product_attention's page, ATen's attention.cpp; Vaswani et al. 2017, Dao et al. 2022. */
import { once } from '../autograd/once';
import { context } from '../context';
import { isFloat } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { attentionBackward, attentionForward } from '../kernels/attention';
import { expandTo, isDense } from '../kernels/copy';
import { valuesAs } from '../kernels/elementwise';
import { attentionBackwardFast, attentionForwardFast } from '../kernels/layersSimd';
import { alongDim } from '../kernels/reduce';
import { type BackwardContext, op, type Sample, type SampleArg, type SampleTensor } from '../op';
import { broadcast, contiguousStrides, numel, sameShape, show } from '../shape';
import { Storage } from '../storage';
import { Tensor, writeStrided } from '../tensor';
import { C_TYPE, rename } from './named';
import { raiseUnderivable } from './refusals';

type Floats = Float32Array | Float64Array;
const F = 'torch.nn.functional';
const floats = (t: Tensor) => t.values() as Floats;

op<[Tensor, number]>({
  schema: '_safe_softmax(Tensor input, int dim) -> Tensor',
  faces: ['torch'],
  formula: 'yᵢ = exp(xᵢ) / Σ exp(xₖ), along dim; 0 where all x are −∞',
  gradient: 'dxᵢ = yᵢ · (dyᵢ − Σ dyₖ · yₖ)',
  forward: (x, dim) =>
    alongDim(x, dim, [x.dtype], (v, from, n, [out], at) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let i = from; i < from + n; i++) if (!(v[i] <= most)) most = v[i];
      if (most === Number.NEGATIVE_INFINITY) return;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += out[at + i] = Math.exp(v[from + i] - most);
      for (let i = 0; i < n; i++) out[at + i] /= sum;
    })[0],
  saves: ['result'],
  grads: { input: (c, f) => f._softmax_backward_data(c.grad, c.saved('result'), c.attr('dim')) },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, -1] }],
});

// ---- one op for all of it -----------------------------------------------------------------------------------------------

const scaleOf = (q: Tensor, scale: number | null) => scale ?? 1 / Math.sqrt(q.shape[q.rank - 1]);

const shapeOf = (q: Tensor, k: Tensor, causal: boolean, scale: number | null) => ({
  batch: q.shape[0],
  heads: q.shape[1],
  kvHeads: k.shape[1],
  length: q.shape[2],
  kvLength: k.shape[2],
  size: q.shape[3],
  scale: scaleOf(q, scale),
  causal,
});

/** The mask's numbers for every head, each query and key. */
const maskOf = (mask: Tensor | null, q: Tensor, k: Tensor) =>
  mask && (valuesAs(expandTo(mask, [...q.shape.slice(0, 3), k.shape[2]]), q.dtype) as Floats);

const heads: SampleTensor = { shape: [1, 2, 2, 3] };
const keys: SampleTensor = { shape: [1, 2, 4, 3] };
const given = (...tensors: SampleTensor[]): SampleArg[] => tensors.map((tensor) => ({ tensor }));

op<[Tensor, Tensor, Tensor, number, boolean, Tensor | null, number | null]>({
  schema:
    '_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, float dropout_p=0.0, bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)',
  faces: [],
  formula: 'y = softmax(Q·Kᵀ · scale + mask) · V, for every head; scale = 1/√size',
  gradient:
    'dV = Pᵀ · dy,  dS = P · (dy·Vᵀ − Σ dy · y),  dQ = dS · K · scale,  dK = dSᵀ · Q · scale, with P the softmax',
  forward: (q, k, v, _dropout, causal, mask, scale) => {
    const shape = shapeOf(q, k, causal, scale);
    const added = maskOf(mask, q, k);
    const strides = q.contiguous || !isDense(q) ? contiguousStrides(q.shape) : inOrderOf(q);
    const fast = attentionForwardFast(shape, [q, k, v], added, strides);
    if (fast) return fast;
    const y = Tensor.zeros(q.dtype, [...q.shape]);
    const logs = Tensor.zeros(q.dtype, q.shape.slice(0, 3));
    attentionForward(shape, floats(q), floats(k), floats(v), added, floats(y), floats(logs));
    return [placed(y, strides), logs];
  },
  saves: ['query', 'key', 'value', 'attn_mask', 'result0', 'result1'],
  grads: {
    query: (c) => gradients(c)[0],
    key: (c) => gradients(c)[1],
    value: (c) => gradients(c)[2],
  },
  gradName: 'ScaledDotProductFlashAttentionForCpuBackward0',
  samples: (): Sample[] => [
    { args: given(heads, keys, keys) },
    { args: [...given(heads, keys, keys), 0, true], kwargs: { scale: 0.7 } },
    {
      args: given(heads, keys, keys),
      kwargs: { attn_mask: { tensor: { shape: [2, 4], requiresGrad: false } } },
    },
  ],
});

/** Strides of a dense tensor whose dimensions lie in memory in the order that q's do. */
function inOrderOf(q: Tensor): number[] {
  const order = q.shape.map((_, d) => d).sort((a, b) => q.strides[b] - q.strides[a]);
  const strides = new Array<number>(q.rank);
  let step = 1;
  for (const d of [...order].reverse()) {
    strides[d] = step;
    step *= q.shape[d];
  }
  return strides;
}

/** A contiguous y with these strides of a dense tensor. */
function placed(y: Tensor, strides: readonly number[]): Tensor {
  const made = new Tensor(Storage.allocate(y.dtype, y.count), [...y.shape], [...strides]);
  writeStrided(made, y.values());
  return made;
}

/** The three gradients, computed once for one backward step. */
const gradients = (c: BackwardContext): Tensor[] =>
  once(c, () => {
    const s = (name: string) => c.saved(name);
    return f._scaled_dot_product_flash_attention_for_cpu_backward(
      c.grads[0] ?? f.zeros_like(s('query')),
      s('query'),
      s('key'),
      s('value'),
      s('result0'),
      s('result1'),
      c.attr('is_causal'),
      c.has('attn_mask') ? s('attn_mask') : null,
      c.attr('scale'),
      c.grads[1],
    ) as unknown as Tensor[];
  });

const refused = raiseUnderivable('_scaled_dot_product_flash_attention_for_cpu_backward');

op<[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, boolean, Tensor | null, number | null, Tensor | null]>({
  schema:
    '_scaled_dot_product_flash_attention_for_cpu_backward(Tensor grad_out, Tensor query, Tensor key, Tensor value, Tensor out, Tensor logsumexp, bool is_causal, Tensor? attn_mask=None, float? scale=None, Tensor? grad_logsumexp=None) -> (Tensor grad_query, Tensor grad_key, Tensor grad_value)',
  faces: [],
  formula: 'the gradients of attention',
  gradient: 'none, as in PyTorch: attention has no second gradient in one op',
  forward: (dy, q, k, v, y, logs, causal, mask, scale, dlogs) => {
    const shape = shapeOf(q, k, causal, scale);
    const added = maskOf(mask, q, k);
    const fast = attentionBackwardFast(shape, [q, k, v, y, logs, dy], added, dlogs);
    if (fast) return fast;
    const outs = [q, k, v].map((t) => Tensor.zeros(t.dtype, [...t.shape]));
    const [qs, ks, vs, ys, ls, up] = [q, k, v, y, logs, dy].map(floats);
    attentionBackward(shape, qs, ks, vs, added, ys, ls, up, dlogs && floats(dlogs), outs.map(floats));
    return outs;
  },
  grads: { grad_out: refused, query: refused, key: refused, value: refused },
  gradName: 'NotImplemented',
  samples: () => [
    { args: [...given(heads, heads, keys, keys, heads, { shape: [1, 2, 2] }), false].map(withoutGradient) },
  ],
});

function withoutGradient(a: SampleArg): SampleArg {
  return typeof a === 'object' && a !== null && 'tensor' in a ? { tensor: { ...a.tensor, requiresGrad: false } } : a;
}

// ---- which way ----------------------------------------------------------------------------------------------------------

function check(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null): void {
  const all = [q, k, v];
  const [a, b, c] = all.map((t) => C_TYPE[t.dtype]);
  if (k.dtype !== q.dtype || v.dtype !== q.dtype)
    throw runtimeError(
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${a} key.dtype: ${b} and value.dtype: ${c} instead.`,
    );
  if (all.some((t) => t.rank < 2))
    throw runtimeError(
      `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: ${q.rank} key.dim: ${k.rank} and value.dim: ${v.rank} instead.`,
    );
  if (mask && mask.dtype !== 'bool' && mask.dtype !== q.dtype)
    throw runtimeError(
      `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${C_TYPE[mask.dtype]} and  query.dtype: ${a} instead.`,
    );
  if (mask && mask.rank < 2)
    throw indexError('Dimension out of range (expected to be in range of [-1, 0], but got -2)');
}

/** A mask of bools as one of numbers: 0 where attention may go, −∞ elsewhere. */
const additive = (mask: Tensor | null, q: Tensor): Tensor | null =>
  mask?.dtype === 'bool'
    ? f.masked_fill(f.zeros(mask.shape, q.dtype), f.logical_not(mask), Number.NEGATIVE_INFINITY)
    : mask;

/** May the one op do it? As PyTorch decides for a CPU. */
function fused(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, dropout: number, grouped: boolean): boolean {
  const all = [q, k, v];
  if (dropout > 0 || !isFloat(q.dtype) || all.some((t) => t.rank !== 4 || t.strides[3] !== 1)) return false;
  const size = q.shape[3];
  if (all.some((t) => t.shape[3] !== size || t.shape[0] !== q.shape[0])) return false;
  if (k.shape[1] !== v.shape[1] || k.shape[2] !== v.shape[2]) return false;
  if (grouped ? q.shape[1] % k.shape[1] !== 0 : q.shape[1] !== k.shape[1]) return false;
  if (!mask) return true;
  if (mask.requiresGrad || (mask.rank !== 2 && mask.rank !== 4)) return false;
  const full = [...q.shape.slice(0, 3), k.shape[2]].slice(-mask.rank);
  return mask.shape.every((d, i) => d === 1 || d === full[i]);
}

/** Each head of key and value as often as heads of the query share it. */
function repeated(q: Tensor, t: Tensor): Tensor {
  const [wanted, own] = [q.shape.at(-3)!, t.shape.at(-3)!];
  if (wanted % own) throw runtimeError('Number of heads in key and value must divide the number of heads in ');
  return f.repeat_interleave(t, wanted / own, -3);
}

/** The same out of other ops. Query and key are each scaled by the root of the scale, so that their product stays small. */
function composed(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  given: Tensor | null,
  dropout: number,
  causal: boolean,
  scale: number | null,
  grouped: boolean,
): Tensor {
  const whole = scaleOf(q, scale);
  const root = Math.sqrt(Math.abs(whole));
  const scaled = (t: Tensor, by: number) => rename(f.mul(t, { kind: 'float', value: by }), 'MulBackward1');
  let mask = given;
  if (causal) {
    if (mask)
      throw runtimeError('_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True');
    mask = additive(f.tril(f.ones([q.shape.at(-2), k.shape.at(-2)], 'bool')), q);
  }
  const [keys, values] = grouped ? [repeated(q, k), repeated(q, v)] : [k, v];
  let weights = f.matmul(scaled(q, whole < 0 ? -root : root), scaled(f.transpose(keys, -2, -1), root));
  if (mask) {
    checkSum(weights, mask);
    weights = f.add(weights, mask);
  }
  weights = f._safe_softmax(weights, -1);
  if (dropout > 0) weights = f.dropout(weights, dropout, true);
  return f.matmul(weights, values);
}

/** PyTorch adds the mask in place: it must not be the larger one. */
function checkSum(weights: Tensor, mask: Tensor): void {
  const wide = broadcast(weights.shape, mask.shape);
  if (!sameShape(wide, weights.shape))
    throw runtimeError(`output with shape ${show(weights.shape)} doesn't match the broadcast shape ${show(wide)}`);
}

/** Nothing to look at, or nobody who looks: zeros, whose gradients are zeros. */
function empty(q: Tensor, k: Tensor, v: Tensor): Tensor {
  const zeros = f.zeros([...q.shape.slice(0, -1), v.shape.at(-1)], q.dtype);
  if (!context.gradEnabled || ![q, k, v].some((t) => t.requiresGrad)) return zeros;
  return f.add(zeros, rename(f.mul(f.add(f.add(f.sum(q), f.sum(k)), f.sum(v)), 0), 'MulBackward1'));
}

op<[Tensor, Tensor, Tensor, Tensor | null, number, boolean, number | null, boolean]>({
  schema:
    'scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor',
  faces: [F, 'torch._C._nn'],
  composite: true,
  formula: 'y = softmax(Q·Kᵀ · scale + mask) · V, for every head; scale = 1/√size',
  gradient: 'by the gradients of its parts',
  forward: (q, k, v, mask, dropout, causal, scale, grouped) => {
    check(q, k, v, mask);
    if ([q, k, v].some((t) => numel(t.shape) === 0)) return empty(q, k, v);
    const added = additive(mask, q);
    const ways = context.attention;
    if (!ways.fused && !ways.composed)
      throw runtimeError(
        'No viable backend for scaled_dot_product_attention was found. This is likely due to turning off both the math kernel and the fused kernels.',
      );
    if (ways.fused && fused(q, k, v, mask, dropout, grouped)) {
      if (dropout < 0)
        throw runtimeError('scaled_dot_product_attention_flash_attention: Currently do not support dropout > 0');
      return (
        f._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0, causal, added, scale) as unknown as Tensor[]
      )[0];
    }
    if (!ways.composed) throw runtimeError('No available kernel.  Aborting execution.');
    return composed(q, k, v, added, dropout, causal, scale, grouped);
  },
  samples: (): Sample[] => {
    const q3: SampleTensor = { shape: [2, 2, 3] };
    const k3: SampleTensor = { shape: [2, 4, 3] };
    const bools: SampleArg = { tensor: { shape: [2, 4], dtype: 'bool', data: [1, 0, 1, 1, 0, 0, 0, 0] } };
    return [
      { args: given(heads, keys, keys), kink: true },
      { args: [...given(heads, keys, keys), bools] },
      { args: [...given(heads, keys, keys), ...given({ shape: [2, 4] })] },
      { args: [...given(heads, keys, keys), null, 0, true], kwargs: { scale: 0.4 } },
      { args: given(heads, keys, keys), kwargs: { scale: -0.4 } },
      { args: [...given(heads, keys, keys), null, -0.1] },
      { args: [...given(heads, keys, keys), null, 0.5] },
      { args: given(q3, k3, { shape: [2, 4, 2] }) },
      { args: [...given(q3, k3, k3), bools] },
      { args: [...given(q3, k3, k3), null, 0, true] },
      { args: [...given(q3, k3, k3), bools, 0, true] },
      { args: given({ shape: [1, 4, 2, 3] }, keys, keys), kwargs: { enable_gqa: true } },
      { args: [...given({ shape: [4, 2, 3] }, k3, k3)], kwargs: { enable_gqa: true } },
      { args: given({ shape: [1, 2, 2, 3], permute: [0, 2, 1, 3] }, keys, keys) },
      { args: given({ shape: [2, 3] }, { shape: [4, 3] }, { shape: [4, 3] }) },
      { args: given({ shape: [1, 2, 0, 3] }, keys, keys) },
      { args: given(heads, keys, { shape: [1, 2, 4, 3], dtype: 'float64' }) },
      { args: [...given(heads, keys, keys, { shape: [2, 4], dtype: 'int64' })] },
      { args: [...given(heads, keys, keys, { shape: [2, 3] })] },
      { args: given({ shape: [1, 3, 2, 3] }, keys, keys) },
      { args: given({ shape: [1, 3, 2, 3] }, keys, keys), kwargs: { enable_gqa: true } },
      { args: given({ shape: [3] }, { shape: [3] }, { shape: [3] }) },
    ];
  },
});

op<[boolean, boolean]>({
  schema: '_set_sdp_use(bool fused, bool composed) -> bool',
  faces: [],
  formula: 'which ways attention may go from now on',
  forward: (fused, composed) => {
    context.attention = { fused, composed };
    return true;
  },
  samples: () => [{ args: [true, true] }],
});
