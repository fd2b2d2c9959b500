"""Calls every op's samples through every Python name that the op has (test/python/ops.test.ts)."""
import importlib
import json
import warnings

import torch

from golden_arguments import argument as read

warnings.simplefilter('ignore')
# PyTorch's Python functions name these otherwise than the op does, or take them by position only.
RENAMED = {'split', 'einsum', 'atleast_1d', 'atleast_2d', 'atleast_3d'}
VARIADIC = {'meshgrid', 'atleast_1d', 'atleast_2d', 'atleast_3d', 'block_diag', 'cartesian_prod', 'broadcast_tensors'}


def argument(a):
    return read(a, grads=False)


def text(v):
    if v is not False and v == 0:
        return v + 0  # JSON has no -0
    return 'nan' if v != v else 'inf' if v == float('inf') else '-inf' if v == -float('inf') else v


def show(v):
    if isinstance(v, torch.Tensor):
        flat = torch.view_as_real(v.resolve_conj()) if v.is_complex() else v
        return [str(v.dtype).removeprefix('torch.'), list(v.shape), [text(x) for x in flat.reshape(-1).tolist()]]
    return text(v)


def answer(f, args, kwargs):
    torch.manual_seed(0)
    try:
        out = f(*args, **kwargs)
    except Exception as error:
        return {'error': [type(error).__name__, str(error)]}
    return {'out': [show(o) for o in (out if isinstance(out, (tuple, list)) else (out,))]}


def owner(space):
    return torch.Tensor if space == 'Tensor' else importlib.import_module(space)


def run(entry):
    """{face: [answer a sample]}, and the same with every argument given by name under `face (named)`."""
    entry = json.loads(entry)
    out = {}
    for face in entry['faces']:
        space, _, name = face.partition(':')
        name = name or entry['name']
        if space.startswith('torch.ops') or (name.startswith('_') and not name.startswith('__')) or space.startswith('torch._C'):
            continue
        f = getattr(owner(space), name)
        rows, named = [], []
        for sample in entry['samples']:
            args = [argument(a) for a in sample['args']]
            kwargs = {k: argument(a) for k, a in sample['kwargs'].items()}
            if space == 'Tensor' and args and not isinstance(args[0], torch.Tensor):
                rows.append(None)
                named.append(None)
                continue
            if name in VARIADIC and args and isinstance(args[0], list):
                rows.append(answer(f, [*args[0], *args[1:]], kwargs))
                named.append(None)
                continue
            rows.append(answer(f, args, kwargs))
            params = ['input' if i == 0 and p == 'self' and space != 'Tensor' else p for i, p in enumerate(entry['params'])]
            by_name = dict(zip(params, args))
            args = [argument(a) for a in sample['args']]  # the first call may have written into them
            by_name = dict(zip(params, args))
            if 'from' in by_name or name in RENAMED:
                named.append(None)
            elif space == 'Tensor':
                own = by_name.pop(params[0])
                named.append(answer(f, [own], {**by_name, **kwargs}))
            else:
                named.append(answer(f, [], {**by_name, **kwargs}))
        out[face] = rows
        out[f'{face} (named)'] = named
    return json.dumps(out)
