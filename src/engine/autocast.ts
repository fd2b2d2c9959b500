/**
 * Automatic mixed precision as on a CPU: some ops get their floats in the lower dtype, some in float32, some in the widest that they are
 * given. Source: PyTorch's "Automatic Mixed Precision" page, ATen's autocast_mode.cpp.
 */
import { context } from './context';
import { type DType, isFloat } from './dtype';
import { formulas } from './formulas';
import type { Arg, Op } from './op';
import { Tensor } from './tensor';

const words = (text: string) => new Set(text.split(/\s+/));

const LOWER = words(
  `conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d bmm mm linalg_vecdot baddbmm addmm addbmm linear matmul prelu
  scaled_dot_product_attention`,
);
const FLOAT32 = words(
  `avg_pool3d binary_cross_entropy grid_sampler polar prod quantile nanquantile stft cdist trace view_as_complex cholesky cholesky_inverse
  cholesky_solve inverse lu_solve orgqr ormqr pinverse max_pool3d max_unpool2d max_unpool3d adaptive_avg_pool3d reflection_pad1d
  reflection_pad2d replication_pad1d replication_pad2d replication_pad3d mse_loss cosine_embedding_loss nll_loss nll_loss2d
  hinge_embedding_loss poisson_nll_loss smooth_l1_loss cross_entropy_loss cross_entropy l1_loss huber_loss margin_ranking_loss
  soft_margin_loss triplet_margin_loss multi_margin_loss ctc_loss kl_div multilabel_margin_loss binary_cross_entropy_with_logits
  linalg_matrix_norm linalg_cond linalg_matrix_rank linalg_solve linalg_cholesky linalg_svdvals linalg_eigvals linalg_eigvalsh linalg_inv
  linalg_householder_product linalg_tensorinv linalg_tensorsolve geqrf qr svd triangular_solve fractional_max_pool2d
  fractional_max_pool3d adaptive_max_pool3d linalg_qr linalg_cholesky_ex linalg_svd linalg_eig linalg_eigh linalg_lstsq linalg_inv_ex`,
);
const WIDEST = words('stack cat index_copy');

const eligible = (t: Tensor) => isFloat(t.dtype) && t.dtype !== 'float64';

function cast(t: Tensor, dtype: DType, cache: Map<Tensor, Tensor> | null): Tensor {
  if (!eligible(t) || t.dtype === dtype || t.wrapped) return t;
  const known = cache?.get(t);
  if (known) return known;
  const made = formulas.to_dtype(t, dtype);
  // A weight is cast once in a region, however often it is used.
  if (cache && t.requiresGrad && t.isLeaf && t.viewOf === null && t.dtype === 'float32') cache.set(t, made);
  return made;
}

const each = (a: Arg, f: (t: Tensor) => Tensor): Arg =>
  a instanceof Tensor
    ? f(a)
    : Array.isArray(a)
      ? ((a as unknown[]).map((item) => (item instanceof Tensor ? f(item) : item)) as Arg)
      : a;

/** An op's arguments in the dtype that autocast wants for it. */
export function autocasted(op: Op, args: readonly Arg[]): readonly Arg[] {
  const { dtype, cache } = context.autocast!;
  const name = op.name.replace(/_(padding|dim|named)$/, '');
  if (LOWER.has(name)) return args.map((a) => each(a, (t) => cast(t, dtype, cache)));
  if (FLOAT32.has(name) || op.name.startsWith('fft_')) return args.map((a) => each(a, (t) => cast(t, 'float32', null)));
  if (!WIDEST.has(name)) return args;
  let widest: DType = dtype;
  for (const a of args)
    each(a, (t) => {
      if (isFloat(t.dtype) && t.dtype !== dtype)
        widest = t.dtype === 'float64' || widest === 'float64' ? 'float64' : 'float32';
      return t;
    });
  return args.map((a) => each(a, (t) => cast(t, widest, null)));
}
