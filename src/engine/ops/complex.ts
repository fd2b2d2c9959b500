/** Complex tensors: made of parts, taken apart, turned over. Source: PyTorch's "Complex Numbers" page, derivatives.yaml, FunctionsManual.cpp. */
import { joined } from '../complex';
import { DTYPES, isComplex, isFloat, isHalf, type Lens } from '../dtype';
import { notYet, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import * as cx from '../kernels/complex';
import { denseAs, expandTo } from '../kernels/copy';
import { binary, floatType, unary } from '../kernels/elementwise';
import { op, type Sample, type Scalar } from '../op';
import { broadcast } from '../shape';
import type { Tensor } from '../tensor';
import { exactly, ofTypes, oneInput } from './samples';

const complexes = (): Sample[] => [
  { args: [{ tensor: { shape: [2, 3], dtype: 'complex64' } }] },
  { args: [{ tensor: { shape: [3, 2], permute: [1, 0], dtype: 'complex128' } }] },
];
const I: Scalar = { kind: 'complex', value: 0, imag: 1 };
const two = (range?: [number, number]): Sample[] => [
  { args: [{ tensor: { shape: [2, 3], range } }, { tensor: { shape: [2, 3] } }] },
  { args: [{ tensor: { shape: [2, 1], range, dtype: 'float64' } }, { tensor: { shape: [3], dtype: 'float64' } }] },
  { args: [{ tensor: { shape: [2], dtype: 'int64' } }, { tensor: { shape: [2], dtype: 'int64' } }] },
  { args: [{ tensor: { shape: [2] } }, { tensor: { shape: [2], dtype: 'float64' } }] },
];

function checkParts(a: Tensor, b: Tensor): void {
  if (!isFloat(a.dtype) || !isFloat(b.dtype) || a.dtype === 'bfloat16' || b.dtype === 'bfloat16')
    throw runtimeError(
      `Expected both inputs to be Half, Float or Double tensors but got ${DTYPES[a.dtype].label} and ${DTYPES[b.dtype].label}`,
    );
  if (a.dtype !== b.dtype)
    throw runtimeError(
      `Expected object of scalar type ${DTYPES[a.dtype].label} but got scalar type ${DTYPES[b.dtype].label} for second argument`,
    );
  if (isHalf(a.dtype)) throw notYet('dtype torch.complex32');
}

op<[Tensor, Tensor]>({
  schema: 'complex(Tensor real, Tensor imag) -> Tensor',
  faces: ['torch'],
  formula: 'y = a + b · i',
  gradient: 'da = Re dy,  db = Im dy',
  forward: (a, b) => {
    checkParts(a, b);
    const shape = broadcast(a.shape, b.shape);
    return joined(expandTo(a, shape), expandTo(b, shape));
  },
  wirtinger: true,
  grads: { real: (c, f) => f.real(c.grad), imag: (c, f) => f.imag(c.grad) },
  samples: () => two(),
});

op<[Tensor, Tensor]>({
  schema: 'polar(Tensor abs, Tensor angle) -> Tensor',
  faces: ['torch'],
  formula: 'y = r · (cos φ + i · sin φ)',
  gradient: 'dr = Re(conj(dy) · y / |y|),  dφ = Re(conj(dy) · i · y)',
  forward: (r, phi) => {
    checkParts(r, phi);
    return joined(
      binary(r, phi, (a, b) => a * Math.cos(b)),
      binary(r, phi, (a, b) => a * Math.sin(b)),
    );
  },
  wirtinger: true,
  saves: ['result'],
  grads: {
    abs: (c, f) => f.real(f.mul(f.conj(c.grad), f.sgn(c.saved('result')))),
    angle: (c, f) => f.real(f.mul(f.conj(c.grad), f.mul(c.saved('result'), I))),
  },
  samples: () => two([0.5, 2]),
});

op<[Tensor]>({
  schema: 'view_as_real(Tensor input) -> Tensor',
  faces: ['torch'],
  view: true,
  formula: 'y[…, 0] = Re x,  y[…, 1] = Im x',
  gradient: 'dx = dy as complex numbers',
  forward: (x) => {
    if (x.conjugated)
      throw runtimeError(
        "view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate tensor so you can view it as real, use self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the original.",
      );
    if (!isComplex(x.dtype)) throw runtimeError('view_as_real is only supported for complex tensors');
    const lens: Lens = x.lens === '' ? 'real' : '';
    return x.through(lens, [...x.shape, 2], [...x.strides.map((s) => 2 * s), 1], 2 * x.offset);
  },
  grads: { input: (c, f) => f.view_as_complex(f.contiguous(c.grad)) },
  samples: () => [...complexes(), { args: [{ tensor: { shape: [2] } }] }],
});

op<[Tensor]>({
  schema: 'view_as_complex(Tensor input) -> Tensor',
  faces: ['torch'],
  view: true,
  formula: 'y = x[…, 0] + x[…, 1] · i',
  gradient: 'dx = dy as pairs of real numbers',
  forward: (x) => {
    const last = x.rank - 1;
    if (!isFloat(x.dtype) || x.dtype === 'bfloat16')
      throw runtimeError(
        `view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: ${DTYPES[x.dtype].label}`,
      );
    if (isHalf(x.dtype)) throw notYet('dtype torch.complex32');
    if (x.rank === 0) throw runtimeError('Input tensor must have one or more dimensions');
    if (x.shape[last] !== 2) throw runtimeError('Tensor must have a last dimension of size 2');
    if (x.strides[last] !== 1) throw runtimeError('Tensor must have a last dimension with stride 1');
    if (x.strides.slice(0, -1).some((s) => s % 2 !== 0))
      throw runtimeError('Tensor must have a stride divisible by 2 for all but last dimension');
    if (x.offset % 2 !== 0) throw runtimeError('Tensor must have a storage_offset divisible by 2');
    const lens: Lens = x.lens === '' ? 'complex' : '';
    const strides = x.strides.slice(0, -1).map((s) => s / 2);
    return x.through(lens, x.shape.slice(0, -1), strides, x.offset / 2);
  },
  grads: { input: (c, f) => f.view_as_real(f.resolve_conj(c.grad)) },
  samples: () => [
    { args: [{ tensor: { shape: [3, 2] } }] },
    { args: [{ tensor: { shape: [2, 3, 2], dtype: 'float64' } }] },
    { args: [{ tensor: { shape: [2, 3] } }] },
    { args: [{ tensor: { shape: [2, 2], permute: [1, 0] } }] },
    { args: [{ tensor: { shape: [2], dtype: 'int64' } }] },
  ],
});

op<[Tensor]>({
  schema: 'real(Tensor input) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = Re x',
  gradient: 'dx = dy + 0 · i',
  forward: (x) => {
    if (!isComplex(x.dtype)) return x;
    return f.select(f.view_as_real(x.conjugated ? f.conj(x) : x), -1, 0);
  },
  samples: () => [...complexes(), ...oneInput().slice(0, 1)],
});

op<[Tensor]>({
  schema: 'imag(Tensor input) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = Im x',
  gradient: 'dx = 0 + dy · i',
  forward: (x) => {
    if (!isComplex(x.dtype)) throw runtimeError('imag is not implemented for tensors with non-complex dtypes.');
    if (x.conjugated) return f.neg(f.imag(f.conj(x)));
    return f.select(f.view_as_real(x), -1, 1);
  },
  samples: () => [...complexes(), ...oneInput().slice(0, 1)],
});

op<[Tensor]>({
  schema: 'conj(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = Re x − i · Im x',
  gradient: 'dx = conj(dy)',
  forward: (x) => (isComplex(x.dtype) ? f._conj(x) : x),
  samples: () => [...complexes(), ...oneInput().slice(0, 1)],
});

op<[Tensor]>({
  schema: '_conj(Tensor input) -> Tensor',
  faces: [],
  view: true,
  formula: 'y = Re x − i · Im x, of the same memory',
  gradient: 'dx = conj(dy)',
  forward: (x) => (isComplex(x.dtype) ? x.conj() : x.alias(x.shape, x.strides)),
  grads: { input: (c, f) => f.conj(c.grad) },
  samples: () => complexes(),
});

op<[Tensor]>({
  schema: 'conj_physical(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = Re x − i · Im x, in memory of its own',
  gradient: 'dx = conj(dy)',
  forward: (x) => (isComplex(x.dtype) ? f._conj_physical(x) : x),
  samples: () => [...complexes(), ...oneInput().slice(0, 1), ...ofTypes(['int64'])],
});

op<[Tensor]>({
  schema: 'conj_physical_(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplaceOnly: true,
  formula: 'x ← Re x − i · Im x',
  gradient: 'dx = conj(dy)',
  forward: (x) => (isComplex(x.dtype) ? cx.map(x, cx.conjugate) : denseAs(x, x.dtype)),
  complex: true,
  wirtinger: true,
  grads: { input: (c, f) => f.conj_physical(c.grad) },
  gradName: 'ConjPhysicalBackward1',
  samples: () => [...complexes(), ...oneInput().slice(0, 1), ...ofTypes(['int64'])],
});

op<[Tensor]>({
  schema: '_conj_physical(Tensor input) -> Tensor',
  faces: [],
  formula: 'y = Re x − i · Im x, in memory of its own',
  gradient: 'dx = conj(dy)',
  forward: (x) => cx.map(x, cx.conjugate),
  complex: true,
  wirtinger: true,
  grads: { input: (c, f) => f._conj_physical(c.grad) },
  samples: () => complexes(),
});

op<[Tensor]>({
  schema: 'resolve_conj(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x, conjugated in memory where it is only shown so',
  gradient: 'dx = dy',
  forward: (x) => (x.conjugated ? f.clone(x) : x),
  samples: () => [...complexes(), ...oneInput().slice(0, 1)],
});

op<[Tensor]>({
  schema: 'resolve_neg(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x',
  gradient: 'dx = dy',
  forward: (x) => x,
  samples: () => [...complexes(), ...oneInput().slice(0, 1)],
});

op<[Tensor]>({
  schema: 'adjoint(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = conj(x)ᵀ, of the last two dimensions',
  gradient: 'dx = conj(dy)ᵀ',
  forward: (x) => {
    if (x.rank === 1)
      throw runtimeError('tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.');
    if (x.rank === 0)
      throw runtimeError('tensor.adjoint() is only supported on matrices or batches of matrices. Got 0-D tensor.');
    return f.conj(f.transpose(x, -2, -1));
  },
  samples: () => [...complexes(), { args: [{ tensor: { shape: [2, 3] } }] }, { args: [{ tensor: { shape: [3] } }] }],
});

op<[Tensor]>({
  schema: 'angle(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = the angle of x: of a real number 0 or π',
  gradient: 'dx = dy · i · x / |x|²;  0 for real x',
  forward: (x) => unary(x, floatType(x.dtype), (v) => (Number.isNaN(v) ? v : v < 0 ? Math.PI : 0)),
  complex: (x) => cx.measure(x, cx.angle),
  wirtinger: true,
  saves: ['input'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      if (!isComplex(x.dtype)) return f.zeros_like(c.grad);
      const size = f.abs(x);
      return f.where(f.eq(x, 0), 0, f.mul(f.div(f.mul(c.grad, x), f.mul(size, size)), I));
    },
  },
  samples: () => [...complexes(), ...oneInput(), ...exactly([0, -0, -1, Number.NaN]), ...ofTypes(['int64'])],
});
