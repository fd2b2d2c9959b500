/** Tensors made by arranging others. Source: PyTorch's documentation. */
import { quietly } from '../context';
import { type DType, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { resultType, valuesAs } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor, type Scalar } from '../op';
import { show, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { rename } from './named';

const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });
const matrix: SampleTensor = { shape: [2, 3] };

// ---- diagonals ------------------------------------------------------------------------------------------------------

op<[Tensor, number, number, number]>({
  schema: 'diag_embed(Tensor input, int offset=0, int dim1=-2, int dim2=-1) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[…, i, i + offset] = x[…, i], else 0',
  gradient: 'dx[…, i] = dy[…, i, i + offset]',
  forward: (x, offset, dim1, dim2) => {
    const rank = x.rank + 1;
    const [a, b] = [wrapDim(dim1, rank), wrapDim(dim2, rank)];
    if (a === b) throw runtimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
    const size = Math.abs(offset) + x.shape[x.rank - 1];
    const shape = x.shape.slice(0, -1);
    const [low, high] = a < b ? [a, b] : [b, a];
    shape.splice(low, 0, size);
    shape.splice(high, 0, size);
    return quietly(() => f.diagonal_scatter(f.zeros(shape, x.dtype), x, offset, a, b));
  },
  grads: { input: (c, g) => g.diagonal(c.grad, c.attr('offset'), c.attr('dim1'), c.attr('dim2')) },
  samples: () => [on(matrix), on(matrix, 1), on(matrix, -1, 0, 2), on(matrix, 0, 1, 1)],
});

op<[Tensor, number]>({
  schema: 'diag(Tensor input, int diagonal=0) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = the diagonal of a matrix, or a matrix with this diagonal',
  gradient: 'dx = dy, where it came from',
  forward: (x, diagonal) => {
    if (x.rank !== 1 && x.rank !== 2) throw runtimeError(`diag(): Supports 1D or 2D tensors. Got ${x.rank}D`);
    return x.rank === 1 ? f.diag_embed(x, diagonal) : f.diagonal_copy(x, diagonal);
  },
  samples: () => [on({ shape: [3] }), on({ shape: [2] }, -1), on(matrix), on(matrix, 1), on({ shape: [] })],
});

op<[Tensor, number]>({
  schema: 'diagflat(Tensor input, int offset=0) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = a matrix with x, as one row, on its diagonal',
  gradient: 'dx = the diagonal of dy',
  forward: (x, offset) => f.diag(f.view(f.contiguous(x), [-1]), offset),
  samples: () => [on(matrix), on({ shape: [2] }, 1)],
});

op<[Tensor]>({
  schema: 'trace(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ xᵢᵢ',
  gradient: 'dxᵢᵢ = dy, else 0',
  forward: (x) => {
    if (x.rank !== 2) throw runtimeError(`trace: expected a matrix, but got tensor with dim ${x.rank}`);
    const v = x.values();
    const whole = !isFloat(x.dtype);
    let [sum, big] = [0, 0n];
    for (let i = 0; i < Math.min(...x.shape); i++) {
      const e = v[i * (x.shape[1] + 1)];
      if (typeof e === 'bigint') big += e;
      else sum += e;
    }
    const out = Tensor.zeros(whole ? 'int64' : x.dtype, []);
    out.storage.data[0] = (whole ? BigInt(sum) + big : sum) as never;
    return out;
  },
  complex: ['input'],
  grads: {
    input: (c, g) => {
      const [rows, columns] = c.shape('input');
      return g.mul(g.eye(rows, columns, c.grad.dtype), c.grad);
    },
  },
  samples: () => [on({ shape: [3, 3] }), on(matrix), on({ shape: [3] }), on({ shape: [2, 2], dtype: 'int64' })],
});

for (const [name, keeps] of [
  ['tril_indices', (i: number, j: number, offset: number) => j <= i + offset],
  ['triu_indices', (i: number, j: number, offset: number) => j >= i + offset],
] as const)
  op<[number, number, number, DType | null]>({
    schema: `${name}(int row, int col, int offset=0, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch'],
    formula: `y = the coordinates of the ${name === 'tril_indices' ? 'lower' : 'upper'} triangle, row by row`,
    forward: (rows, columns, offset, dtype) => {
      if (rows < 0) throw runtimeError(`row must be non-negative, got${rows}`);
      if (columns < 0) throw runtimeError(`col must be non-negative, got${columns}`);
      const to = dtype ?? 'int64';
      if (to !== 'int64' && to !== 'int32') throw runtimeError(`"${name}" not implemented for '${to}'`);
      const found: [number, number][] = [];
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) if (keeps(i, j, offset)) found.push([i, j]);
      const out = Tensor.zeros(to, [2, found.length]);
      found.forEach(([i, j], k) => {
        out.storage.data[k] = (to === 'int64' ? BigInt(i) : i) as never;
        out.storage.data[found.length + k] = (to === 'int64' ? BigInt(j) : j) as never;
      });
      return out;
    },
    samples: () => [{ args: [3, 3] }, { args: [2, 4, 1] }, { args: [4, 3, -1] }, { args: [-1, 3] }],
  });

// ---- arrangements ---------------------------------------------------------------------------------------------------

op<[Tensor[]]>({
  schema: 'block_diag(Tensor[] tensors) -> Tensor',
  faces: ['torch'],
  formula: 'y = the xₖ as blocks along the diagonal, else 0',
  gradient: 'dxₖ = its block of dy',
  forward: (tensors) => {
    tensors.forEach((t, i) => {
      if (t.rank > 2)
        throw runtimeError(
          `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${t.rank} dimensions`,
        );
    });
    if (tensors.length === 0) return quietly(() => f.empty([1, 0]));
    const dtype = resultType(...tensors);
    const [rows, columns] = [0, 1].map((d) => tensors.reduce((n, t) => n + blockOf(t.shape)[d], 0));
    const out = Tensor.zeros(dtype, [rows, columns]);
    let [down, right] = [0, 0];
    for (const t of tensors) {
      const [high, wide] = blockOf(t.shape);
      const values = valuesAs(t, dtype) as Float64Array;
      for (let i = 0; i < high; i++)
        (out.storage.data as Float64Array).set(values.subarray(i * wide, (i + 1) * wide), (down + i) * columns + right);
      [down, right] = [down + high, right + wide];
    }
    return out;
  },
  grads: {
    tensors: (c, g) => {
      let [down, right] = [0, 0];
      return c.shapes('tensors').map((shape) => {
        const [high, wide] = blockOf(shape);
        const block = g.slice(g.slice(c.grad, 0, down, down + high), 1, right, right + wide);
        [down, right] = [down + high, right + wide];
        return g.reshape(block, shape);
      });
    },
  },
  samples: () => [
    { args: [{ tensors: [matrix, { shape: [1, 1] }] }] },
    { args: [{ tensors: [{ shape: [2] }, { shape: [] }, matrix] }] },
    { args: [{ tensors: [{ shape: [1, 1, 1] }] }] },
  ],
});

/** A vector is a row. */
const blockOf = (shape: number[]): [number, number] =>
  shape.length === 2 ? [shape[0], shape[1]] : [1, shape.length ? shape[0] : 1];

op<[Tensor[]]>({
  schema: 'cartesian_prod(Tensor[] tensors) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = every combination of an element of each xₖ, a row each',
  gradient: 'dxₖ = Σ dy of the rows with it',
  forward: (tensors) => {
    tensors.forEach((t) => {
      if (t.rank !== 1) throw runtimeError(`Expect a 1D vector, but got shape ${show(t.shape)}`);
    });
    if (tensors.length === 1) return tensors[0];
    const grids = f.meshgrid(tensors, 'ij') as unknown as Tensor[];
    return f.stack(
      grids.map((g) => f.flatten(g)),
      1,
    );
  },
  samples: () => [
    { args: [{ tensors: [{ shape: [2] }, { shape: [3] }] }] },
    { args: [{ tensors: [{ shape: [2] }] }] },
    { args: [{ tensors: [matrix, { shape: [2] }] }] },
  ],
});

op<[Tensor, number, boolean]>({
  schema: 'combinations(Tensor input, int r=2, bool with_replacement=False) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = every r elements of x, a row each',
  gradient: 'dx = Σ dy of the rows with it',
  forward: (x, r, again) => {
    if (x.rank !== 1) throw runtimeError(`Expect a 1D vector, but got shape ${show(x.shape)}`);
    if (r < 0) throw runtimeError(`Expect a non-negative number, but got ${r}`);
    if (r === 0) return f.empty([0], x.dtype);
    const n = x.count;
    const grids = f.meshgrid(new Array(r).fill(x), 'ij') as unknown as Tensor[];
    const keep = Tensor.zeros('bool', new Array<number>(r).fill(n));
    const data = keep.storage.data as Uint8Array;
    for (let i = 0; i < data.length; i++) {
      let [at, after, fits] = [i, n, true];
      for (let k = 0; k < r && fits; k++) {
        const digit = at % n;
        at = Math.floor(at / n);
        fits = k === 0 || (again ? digit <= after : digit < after);
        after = digit;
      }
      data[i] = Number(fits);
    }
    return f.stack(
      grids.map((g) => f.masked_select(g, keep)),
      1,
    );
  },
  samples: () => [
    on({ shape: [3] }),
    on({ shape: [3] }, 3),
    on({ shape: [3] }, 2, true),
    on({ shape: [3] }, 0),
    on(matrix),
  ],
});

op<[Tensor, number, number[]]>({
  schema: 'rot90(Tensor input, int k=1, int[] dims=[0,1]) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x turned by k right angles in the plane of two dimensions',
  gradient: 'dx = dy turned back',
  forward: (x, k, dims) => {
    if (dims.length !== 2) throw runtimeError(`expected total rotation dims == 2, but got dims = ${dims.length}`);
    if (x.rank < 2) throw runtimeError(`expected total dims >= 2, but got total dims = ${x.rank}`);
    if (dims[0] === dims[1] || Math.abs(dims[0] - dims[1]) === x.rank)
      throw runtimeError(`expected rotation dims to be different, but got dim0 = ${dims[0]} and dim1 = ${dims[1]}`);
    const [a, b] = dims.map((d) => {
      if (d >= x.rank || d < -x.rank)
        throw runtimeError(`Rotation dim${d === dims[0] ? 0 : 1} out of range, dim${d === dims[0] ? 0 : 1} = ${d}`);
      return d < 0 ? d + x.rank : d;
    });
    const turns = ((k % 4) + 4) % 4;
    return quietly(() => {
      if (turns === 1) return f.transpose(f.flip(x, [b]), a, b);
      if (turns === 2) return f.flip(x, [a, b]);
      if (turns === 3) return f.transpose(f.flip(x, [a]), a, b);
      return f.clone(x);
    });
  },
  grads: { input: (c, g) => g.rot90(c.grad, -c.attr<number>('k'), c.attr('dims')) },
  samples: () => [
    on(matrix),
    on(matrix, 2),
    on(matrix, -1),
    on({ shape: [2, 3, 2] }, 1, [2, 0]),
    on({ shape: [3] }),
    on(matrix, 1, [0, 0]),
  ],
});

op<[Tensor, number | null, boolean]>({
  schema: 'vander(Tensor x, int? N=None, bool increasing=False) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = the powers of x, a column each',
  gradient: 'dx = Σ dy · k · xᵏ⁻¹',
  forward: (x, count, increasing) => {
    if (x.rank !== 1) throw runtimeError('x must be a one-dimensional tensor.');
    const n = count ?? x.count;
    if (n < 0) throw runtimeError('N must be non-negative.');
    const to = isFloat(x.dtype) ? x.dtype : 'int64';
    const out = [f.ones([x.count], to)];
    for (let k = 1; k < n; k++) out.push(k === 1 ? f.to_dtype(x, to) : f.mul(out[k - 1], x));
    if (n === 0) return f.empty([x.count, 0], to);
    return f.stack(increasing ? out : out.reverse(), 1);
  },
  samples: () => [
    { args: [{ tensor: { shape: [3], dtype: 'int64', data: [1, 2, 3] } }] },
    { args: [{ tensor: { shape: [3], dtype: 'int64', data: [1, 2, 3] } }, 2, true] },
  ],
});

// ---- differences and areas ------------------------------------------------------------------------------------------

op<[Tensor, number, number, Tensor | null, Tensor | null]>({
  schema: 'diff(Tensor input, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'yᵢ = xᵢ₊₁ − xᵢ along dim, n times over',
  gradient: 'dxᵢ = dyᵢ₋₁ − dyᵢ',
  forward: (x, n, dim, prepend, append) => {
    const d = wrapDim(dim, x.rank);
    if (x.rank === 0) throw runtimeError('diff expects input to be at least one-dimensional');
    for (const t of [prepend, append]) {
      if (!t) continue;
      if (t.rank !== x.rank) throw runtimeError(`diff expects prepend or append to be the same dimension as input`);
      t.shape.forEach((size, i) => {
        if (i !== d && size !== x.shape[i])
          throw runtimeError(
            `diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; input.size(${i}) = ${x.shape[i]}, but got tensor.size(${i}) = ${size}`,
          );
      });
    }
    if (n < 0) throw runtimeError(`order must be non-negative but got ${n}`);
    if (n === 0) return f.copy_(f.zeros_like(x), x);
    const joined =
      prepend || append
        ? f.cat(
            [prepend, x, append].filter((t) => t !== null),
            d,
          )
        : x;
    let y = joined;
    const size = joined.shape[d];
    for (let k = 0; k < Math.min(n, Math.max(size, 1)); k++) {
      const length = y.shape[d];
      if (length === 0) break;
      const [late, early] = [f.narrow(y, d, 1, length - 1), f.narrow(y, d, 0, length - 1)];
      y = x.dtype === 'bool' ? f.logical_xor(late, early) : f.sub(late, early);
    }
    return y;
  },
  samples: () => [
    on(matrix),
    on({ shape: [5] }, 2),
    on(matrix, 1, 0),
    { ...on(matrix), kwargs: { prepend: { tensor: { shape: [2, 1] } }, append: { tensor: { shape: [2, 2] } } } },
    on({ shape: [] }),
  ],
});

const half = { kind: 'float', value: 2 };

/** Half the sum of neighbours, times what they are apart. */
const pairsAlong = (t: Tensor, d: number): [Tensor, Tensor] => [f.slice(t, d, 0, -1), f.slice(t, d, 1)];

function areas(y: Tensor, dx: Tensor | number, d: number): Tensor {
  const [left, right] = pairsAlong(y, d);
  return typeof dx === 'number' ? f.add(left, right) : f.mul(f.add(left, right), dx);
}

/** Steps of the sampling points, in y's dimensions. */
function stepsOf(name: string, y: Tensor, x: Tensor, d: number): Tensor {
  if (x.rank === 0) throw runtimeError(`${name}: Expected x to have at least one dimension`);
  if (x.rank === 1) {
    if (x.shape[0] !== y.shape[d]) throw runtimeError(`${name}: There must be one \`x\` value for each sample point`);
    const shape = y.shape.map((_, i) => (i === d ? x.shape[0] : 1));
    const [a, b] = pairsAlong(f.view(x, shape), d);
    return f.sub(b, a);
  }
  let wide = x;
  if (x.rank < y.rank) wide = f.view(x, [...new Array<number>(y.rank - x.rank).fill(1), ...x.shape]);
  const at = x.rank < y.rank ? d : d;
  const [a, b] = pairsAlong(wide, at);
  return f.sub(b, a);
}

for (const [name, alias] of [
  ['trapezoid', 'trapz'],
  ['cumulative_trapezoid', null],
] as const) {
  const whole = name === 'trapezoid';
  const faces = (n: string) => (alias ? [`torch:${n}`, `torch:${alias}`] : [`torch:${n}`]);
  op<[Tensor, Tensor, number]>({
    schema: `${name}_x(Tensor y, Tensor x, *, int dim=-1) -> Tensor`,
    faces: faces(name),
    composite: true,
    formula: 'z = Σ ½ (yᵢ + yᵢ₊₁) (xᵢ₊₁ − xᵢ)',
    gradient: 'dyᵢ = ½ dz (xᵢ₊₁ − xᵢ₋₁)',
    forward: (y, x, dim) => {
      const d = wrapDim(dim, y.rank);
      if (whole && y.shape[d] === 0) return f.zeros(y.shape.toSpliced(d, 1), y.dtype);
      const steps = stepsOf(name, y, x, d);
      const pieces = areas(y, steps, d);
      return rename(f.div(whole ? f.sum(pieces, [d]) : f.cumsum(pieces, d), half), 'DivBackward1');
    },
    samples: () => [
      on(matrix, { tensor: { shape: [3] } }),
      on(matrix, { tensor: { shape: [2, 3] } }),
      { ...on(matrix, { tensor: { shape: [2] } }), kwargs: { dim: 0 } },
      on(matrix, { tensor: { shape: [2] } }),
    ],
  });
  op<[Tensor, Scalar, number]>({
    schema: `${name}_dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor`,
    faces: faces(name),
    composite: true,
    formula: 'z = Σ ½ (yᵢ + yᵢ₊₁) dx',
    gradient: 'dyᵢ = dz · dx, half of it at the ends',
    forward: (y, dx, dim) => {
      const d = wrapDim(dim, y.rank);
      if (whole && y.shape[d] === 0) return f.zeros(y.shape.toSpliced(d, 1), y.dtype);
      const by = { kind: 'float', value: Number(dx.value) / 2 };
      const pieces = areas(y, 1, d);
      return whole ? rename(f.mul(f.sum(pieces, [d]), by), 'MulBackward1') : f.cumsum(f.mul(pieces, by), d);
    },
    samples: () => [on(matrix), { ...on(matrix), kwargs: { dx: 0.5, dim: 0 } }],
  });
}
