/** View ops whose result is a copy (`permute_copy`): the view's entry, copied. Source: PyTorch's native_functions.yaml. */
import { quietly } from '../context';
import { isComplex } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { contiguousAs } from '../kernels/copy';
import { type OpSpec, op, opNamed } from '../op';
import { wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { refuseComplexGrad } from './refusals';

/** Name of the copy, entry of the view; where Python finds the copy, if elsewhere than `torch`. */
const COPIES: [name: string, view: string, face?: string][] = [
  ['alias_copy', 'alias'],
  ['as_strided_copy', 'as_strided'],
  ['diagonal_copy', 'diagonal'],
  ['expand_copy', 'expand'],
  ['permute_copy', 'permute'],
  ['select_copy', 'select'],
  ['slice_copy', 'slice'],
  ['split_copy', 'split'],
  ['split_with_sizes_copy', 'split_with_sizes'],
  ['squeeze_copy', 'squeeze'],
  ['squeeze_dim_copy', 'squeeze_dim', 'torch:squeeze_copy'],
  ['squeeze_dims_copy', 'squeeze_dims', 'torch:squeeze_copy'],
  ['t_copy', 't'],
  ['transpose_copy', 'transpose'],
  ['unbind_copy', 'unbind'],
  ['unfold_copy', 'unfold'],
  ['unsqueeze_copy', 'unsqueeze'],
  ['view_copy', 'view'],
  ['view_as_complex_copy', 'view_as_complex'],
  ['view_as_real_copy', 'view_as_real'],
];

/** PyTorch gives no gradient of these for complex results. */
const REAL_GRADS = ['select_copy', 'slice_copy', 'view_as_complex_copy'];

const camel = (name: string) => name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

for (const [name, view, face] of COPIES) {
  const base = opNamed(view);
  const spec = base.spec as unknown as OpSpec<readonly unknown[]>;
  const gradName = typeof spec.gradName === 'string' ? spec.gradName : `${camel(view)}Backward0`;
  op({
    ...spec,
    schema: base.schema.text.replace(`${view}(`, `${name}(`),
    faces: [face ?? 'torch'],
    view: false,
    wirtinger: spec.view || spec.wirtinger,
    complex: true,
    inplace: false,
    formula: `${spec.formula}, copied`,
    forward: (...args) => {
      const seen = spec.forward(...args) as Tensor | Tensor[];
      if (REAL_GRADS.includes(name) && seen instanceof Tensor && isComplex(seen.dtype))
        refuseComplexGrad(name, args[0] as Tensor);
      return seen instanceof Tensor ? contiguousAs(seen, seen.dtype) : seen.map((t) => contiguousAs(t, t.dtype));
    },
    gradName: `${gradName}_copy`,
    samples: () => spec.samples().slice(0, 2),
  });
}

op<[Tensor, number, number, number]>({
  schema: 'narrow_copy(Tensor input, int dim, int start, int length) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x[…, start:start+length, …], copied',
  gradient: 'dx[…, start:start+length, …] = dy, else 0',
  forward: (x, dim, start, length) => {
    if (x.rank && dim >= x.rank)
      throw runtimeError(
        'Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
      );
    const size = x.rank ? x.shape[wrapDim(dim, x.rank)] : 0;
    if (length < 0) throw runtimeError(`start (${start}) + length (${length}) exceeds dimension size (${size}).`);
    const seen = quietly(() => f.narrow(x, dim, start, length));
    return contiguousAs(seen, x.dtype);
  },
  grads: {
    input: (c, f) => {
      const shape = c.shape('input');
      const start = c.attr<number>('start');
      const from = start < 0 ? start + shape[wrapDim(c.attr('dim'), shape.length)] : start;
      return f.slice_backward(c.grad, shape, c.attr('dim'), from, from + c.attr<number>('length'), 1);
    },
  },
  samples: () => opNamed('narrow').spec.samples().slice(0, 2),
});

op<[Tensor]>({
  schema: 'detach_copy(Tensor input) -> Tensor',
  faces: ['torch'],
  formula: 'y = x, copied, as if it had no history',
  forward: (x) => contiguousAs(x, x.dtype),
  samples: () => [{ args: [{ tensor: { shape: [2, 3], requiresGrad: false } }] }],
});
