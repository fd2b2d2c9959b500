/** A copy of a tensor with another written into a part of it. Source: PyTorch's `*_scatter` functions, derivatives.yaml. */
import { runtimeError } from '../errors';
import { converter } from '../kernels/convert';
import { denseAs } from '../kernels/copy';
import { op, type Sample, type SampleTensor } from '../op';
import { sameShape, show, wrapDim } from '../shape';
import { forEachOffset, type Geometry, type Tensor } from '../tensor';
import { checkStrided, diagonalOf, sliceRange } from './part';

const matrix: SampleTensor = { shape: [2, 3] };
const on = (t: SampleTensor, src: number[], ...args: Sample['args']): Sample => ({
  args: [{ tensor: t }, { tensor: { shape: src } }, ...args],
});

/** x with `src` where `part` of its copy looks. */
function scattered(x: Tensor, src: Tensor, part: (copy: Tensor) => Geometry): Tensor {
  const out = denseAs(x, x.dtype);
  const place = part(out);
  if (!sameShape(place.shape, src.shape))
    throw runtimeError(
      `expected src to have a size equal to the slice of self. src size = ${show(src.shape)}, slice size = ${show(place.shape)}`,
    );
  const values = src.values() as Float64Array;
  const target = out.storage.data as Float64Array;
  const convert = converter(src.dtype, x.dtype);
  forEachOffset(place, (offset, i) => {
    target[offset] = convert ? convert(values[i]) : values[i];
  });
  return out;
}

op<[Tensor, Tensor, number, number]>({
  schema: 'select_scatter(Tensor input, Tensor src, int dim, int index) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x with y[…, index, …] = src',
  gradient: 'dx = dy, 0 where overwritten;  dsrc = dy[…, index, …]',
  forward: (x, src, dim, index) =>
    scattered(x, src, (t) => {
      const at = wrapDim(dim, t.rank);
      const size = t.shape[at];
      if (index < -size || index >= size)
        throw runtimeError(
          `select(): index ${index} out of range for tensor of size ${show(t.shape)} at dimension ${at}`,
        );
      const offset = t.offset + (index < 0 ? index + size : index) * t.strides[at];
      return { shape: t.shape.toSpliced(at, 1), strides: t.strides.toSpliced(at, 1), offset };
    }),
  grads: {
    input: (c, f) => f.select_scatter(c.grad, f.zeros(c.shape('src'), c.grad.dtype), c.attr('dim'), c.attr('index')),
    src: (c, f) => f.select(c.grad, c.attr('dim'), c.attr('index')),
  },
  samples: () => [on(matrix, [3], 0, 1), on({ shape: [3, 2], permute: [1, 0] }, [2], 1, -1), on(matrix, [2], 0, 0)],
});

op<[Tensor, Tensor, number, number | null, number | null, number]>({
  schema: 'slice_scatter(Tensor input, Tensor src, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x with y[…, start:end:step, …] = src',
  gradient: 'dx = dy, 0 where overwritten;  dsrc = dy[…, start:end:step, …]',
  forward: (x, src, dim, start, end, step) =>
    scattered(x, src, (t) => {
      const at = wrapDim(dim, t.rank);
      if (step <= 0) throw runtimeError('slice step must be positive');
      const { from, length } = sliceRange(t.shape[at], start, end, step);
      return {
        shape: t.shape.with(at, length),
        strides: t.strides.with(at, t.strides[at] * step),
        offset: t.offset + from * t.strides[at],
      };
    }),
  grads: {
    input: (c, f) =>
      f.slice_scatter(
        c.grad,
        f.zeros(c.shape('src'), c.grad.dtype),
        c.attr('dim'),
        c.attr('start'),
        c.attr('end'),
        c.attr('step'),
      ),
    src: (c, f) => f.slice(c.grad, c.attr('dim'), c.attr('start'), c.attr('end'), c.attr('step')),
  },
  samples: () => [on(matrix, [1, 3], 0, 1), on(matrix, [2, 2], 1, 0, null, 2), on(matrix, [2, 2])],
});

op<[Tensor, Tensor, number, number, number]>({
  schema: 'diagonal_scatter(Tensor input, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x with y[i, i + offset] = src[…, i]',
  gradient: 'dx = dy, 0 where overwritten;  dsrc = the diagonal of dy',
  forward: (x, src, offset, dim1, dim2) =>
    scattered(x, src, (t) => {
      const g = diagonalOf(t.shape, t.strides, offset, dim1, dim2);
      return { ...g, offset: t.offset + g.offset };
    }),
  grads: {
    input: (c, f) =>
      f.diagonal_scatter(
        c.grad,
        f.zeros(c.shape('src'), c.grad.dtype),
        c.attr('offset'),
        c.attr('dim1'),
        c.attr('dim2'),
      ),
    src: (c, f) => f.diagonal(c.grad, c.attr('offset'), c.attr('dim1'), c.attr('dim2')),
  },
  samples: () => [on({ shape: [3, 3] }, [3]), on(matrix, [2], 1), on(matrix, [3])],
});

op<[Tensor, Tensor, number[], number[], number | null]>({
  schema: 'as_strided_scatter(Tensor input, Tensor src, int[] size, int[] stride, int? storage_offset=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x with src written where this geometry looks',
  gradient: 'as PyTorch has it: dx = dsrc = dy where the geometry looks',
  forward: (x, src, size, stride, offset) =>
    scattered(x, src, (copy) => {
      checkStrided(copy, size, stride, offset ?? 0);
      return { shape: size, strides: stride, offset: offset ?? 0 };
    }),
  grads: {
    // As in PyTorch (as_strided_scatter_backward), which keeps what was overwritten, not what was kept.
    input: (c, f) => {
      const at = [c.attr('size'), c.attr('stride'), c.attr('storage_offset')];
      const seen = f.as_strided(f.contiguous(c.grad), ...at);
      return f.as_strided_scatter(f.zeros(c.shape('input'), c.grad.dtype), seen, ...at);
    },
    src: (c, f) => f.as_strided(f.contiguous(c.grad), c.attr('size'), c.attr('stride'), c.attr('storage_offset')),
  },
  samples: () => [{ ...on(matrix, [2], [2], [2], 1), kink: true }, on(matrix, [2], [3], [1])],
});
