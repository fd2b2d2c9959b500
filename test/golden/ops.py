"""Real PyTorch's answers for every op's samples, for test/unit/engine/ops.test.ts.

python3 test/golden/ops.py            writes test/golden/ops/<family>.json, all families
python3 test/golden/ops.py FAMILY ... only those

The inputs come from the op table itself (dump-ops.mjs). A sample's answer holds the outputs [dtype, shape, values] (views:
strides and offset too), the grad_fn's name of each, the gradients of the inputs for the upstream gradient `upstream`, and
the same for the in-place twin; or the error. The script also checks what the table says of Python: each face exists and
gives the same answer, and the arguments have those names; it reports what is wrong and exits with 1.
"""
import functools
import json
import pathlib
import subprocess
import sys
import warnings

import torch

from arguments import argument

HERE = pathlib.Path(__file__).parent
warnings.simplefilter('ignore')
problems = []
# PyTorch leaves their memory as it was; Backstep gives zeros.
UNSET = {'empty', 'empty_like', 'new_empty', 'empty_strided', 'new_empty_strided', 'empty_permuted'}

# Python functions of PyTorch's that take *tensors, and no list.
STARRED = {'block_diag', 'cartesian_prod'}
# Python functions of PyTorch's that take *tensors.
VARIADIC = {'block_diag', 'cartesian_prod', 'einsum', 'meshgrid', 'atleast_1d', 'atleast_2d', 'atleast_3d'}


def leaves(args):
    for a in args:
        for t in a if isinstance(a, (list, tuple)) else [a]:
            if isinstance(t, torch.Tensor):
                yield t


def upstream(t, nr):
    """The same gradient on both sides: eighths, so exact in float32."""
    g = [((i * 7 + nr * 5 + 3) % 11 - 4.5) / 4 for i in range(t.numel() * (2 if t.is_complex() else 1))]
    if t.is_complex():
        return torch.view_as_complex(torch.tensor(g, dtype=t.dtype.to_real()).reshape([*t.shape, 2]))
    return torch.tensor(g, dtype=t.dtype).reshape(t.shape)


def value(v):
    if isinstance(v, bool):
        return v
    if isinstance(v, float):
        return v if v == v and abs(v) != float('inf') else str(v)
    return v if abs(v) < 2**53 else str(v)


def shown(t):
    """[dtype, shape, values]; float32 with the fewest digits that read back as the same float32. A complex element is two values."""
    flat = t.detach().reshape(-1)
    if t.is_complex():
        flat = torch.view_as_real(flat.resolve_conj()).reshape(-1)
    values = [float(str(v)) for v in flat.numpy()] if flat.dtype == torch.float32 else flat.tolist()
    return [str(t.dtype)[6:], list(t.shape), [value(v) for v in values]]


def find(face, name):
    where, _, alias = face.partition(':')
    alias = alias or name
    if where == 'Tensor':
        return lambda self, *a, **k: getattr(self, alias)(*a, **k)
    found = functools.reduce(getattr, [*where.split('.')[1:], alias], torch)
    return (lambda tensors: found(*tensors)) if alias in STARRED else found


def flat(result):
    if isinstance(result, (list, tuple)):
        return [r for x in result for r in flat(x)]
    return [result]


def answer(call, args, kwargs, op):
    """Outputs and gradients of one call, or its error."""
    inputs = [t for t in leaves([*args, *kwargs.values()]) if t.requires_grad]
    torch.manual_seed(0)
    try:
        outs = flat(call(*args, **kwargs))
        if op['name'] in UNSET:
            outs = [o.zero_() for o in outs]
        tensors = [o for o in outs if isinstance(o, torch.Tensor)]
        out = {'out': [shown(o) if isinstance(o, torch.Tensor) else value(o) for o in outs]}
        out['fn'] = [type(o.grad_fn).__name__ if o.grad_fn else None for o in tensors]
        if op['view']:
            out['view'] = [[list(o.stride()), o.storage_offset()] for o in tensors]
        roots = [(o, upstream(o, i)) for i, o in enumerate(tensors) if o.requires_grad]
        if roots and inputs:
            grads = torch.autograd.grad([r[0] for r in roots], inputs, [r[1] for r in roots], allow_unused=True)
            out['grads'] = [None if g is None else shown(g) for g in grads]
        return out
    except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError) as e:
        return {'error': [type(e).__name__, str(e)]}


def twin(op, args, kwargs):
    """The in-place twin's answer, on a clone."""
    for face in op['faces']:
        where, _, alias = face.partition(':')
        name = (alias or op['name']).rstrip('_') + '_'
        holder = torch.Tensor if where == 'Tensor' else functools.reduce(getattr, where.split('.')[1:], torch)
        if not hasattr(holder, name):
            continue
        method = getattr(holder, name)
        return answer(lambda self, *a, **k: method(self.clone(), *a, **k), args, kwargs, {**op, 'view': False})
    problems.append(f"{op['name']}: PyTorch has no in-place twin")


def same(a, b):
    return json.dumps(a) == json.dumps(b)


def check(op, sample, first):
    """The other faces answer alike, and the arguments have the schema's names."""
    def fresh():
        return [argument(a) for a in sample['args']], {k: argument(v) for k, v in sample['kwargs'].items()}

    for face in op['faces'][1:]:
        args, kwargs = fresh()
        try:
            other = answer(find(face, op['name']), args, kwargs, op)
        except AttributeError as e:
            other = str(e)
        if not same(other, first):
            problems.append(f"{op['name']}: face {face} differs: {json.dumps(other)[:300]}")
    if 'error' in first or op['faces'][0].startswith('torch.ops') or op['name'] in VARIADIC:
        return
    args, kwargs = fresh()
    # torch.pow(2, t) and its like call a first number self.
    first_name = 'self' if isinstance(args[0] if args else None, (int, float)) else 'input'
    named = {(first_name if p == 'self' and i == 0 else p): a for i, (p, a) in enumerate(zip(op['params'], args))}
    if op['faces'][0].startswith('Tensor') and named:
        own = next(iter(named))
        call = functools.partial(find(op['faces'][0], op['name']), named.pop(own))
    else:
        call = find(op['faces'][0], op['name'])
    other = answer(call, [], {**named, **kwargs}, op) if not op['inplaceOnly'] else first
    if 'error' in other:
        problems.append(f"{op['name']}: PyTorch does not know these argument names: {list(named)}: {other['error'][1][:300]}")


def golden(op):
    answers = []
    for sample in op['samples']:
        args = [argument(a) for a in sample['args']]
        kwargs = {k: argument(v) for k, v in sample['kwargs'].items()}
        if op['inplaceOnly']:
            found = twin(op, args, kwargs)
        else:
            found = answer(find(op['faces'][0], op['name']), args, kwargs, op)
            check(op, sample, found)
        row = {'key': sample['key'], **found}
        if op['inplace'] and args and isinstance(args[0], torch.Tensor):
            args = [argument(a) for a in sample['args']]
            kwargs = {k: argument(v) for k, v in sample['kwargs'].items()}
            row['inplace'] = twin(op, args, kwargs)
        answers.append(row)
    return answers


def main(wanted):
    text = subprocess.run(['node', str(HERE / 'dump-ops.mjs')], capture_output=True, text=True, check=True).stdout
    families = {}
    for op in json.loads(text):
        families.setdefault(op['family'], []).append(op)
    unknown = set(wanted) - set(families)
    if unknown:
        sys.exit(f'no family {", ".join(unknown)}; there are {", ".join(families)}')
    (HERE / 'ops').mkdir(exist_ok=True)
    for family, ops in families.items():
        if wanted and family not in wanted:
            continue
        rows = []
        for op in ops:
            try:
                rows.append(f'{json.dumps(op["name"])}:{json.dumps(golden(op), separators=(",", ":"))}')
            except Exception as e:
                problems.append(f"{op['name']}: {type(e).__name__}: {e}")
        head = f'"torch":"{torch.__version__.split("+")[0]}"'
        (HERE / 'ops' / f'{family}.json').write_text('{' + head + ',"ops":{\n' + ',\n'.join(rows) + '\n}}\n')
        print(f'{family}: {len(rows)} ops')
    for p in dict.fromkeys(problems):
        print('PROBLEM', p, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == '__main__':
    main(sys.argv[1:])
