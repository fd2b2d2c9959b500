"""The public names of real PyTorch, by namespace: what Backstep's `torch` can say "not yet" about.

python3 test/golden/names.py     writes src/python/lib/torch/_names.json, and what dir() lists beside it, in _dir.json
"""
import importlib
import json
import pathlib
import re
import types
import warnings

import torch

SPACES = '''
torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.utils.rnn torch.nn.utils.parametrizations torch.nn.parameter
torch.optim torch.optim.lr_scheduler torch.optim.swa_utils torch.autograd torch.autograd.functional torch.autograd.forward_ad
torch.autograd.graph torch.autograd.profiler torch.utils torch.utils.data torch.utils.checkpoint torch.distributions torch.linalg
torch.fft torch.special torch.func torch.cuda torch.cuda.amp torch.amp torch.backends torch.jit torch.random torch.sparse torch.hub
torch.onnx torch.profiler torch.testing torch.distributed torch.multiprocessing torch.quantization torch.fx torch.export
torch.signal torch.masked torch.nested torch.mps torch.cpu torch.utils.benchmark torch.utils.tensorboard
'''.split()
# Namespaces that the coverage page counts.
WITH_MODULES = {'torch', 'torch.nn', 'torch.optim', 'torch.utils', 'torch.autograd'}


def documented(name, value):
    if isinstance(value, (types.ModuleType, torch.dtype)) or name in ('e', 'inf', 'nan', 'pi', 'newaxis', 'Tensor'):
        return True
    return callable(value) and bool(str(value.__doc__ or '').strip()) or not callable(value) and not isinstance(value, (bool, int, list))


def public(space, module):
    declared = set(getattr(module, '__all__', ()))
    for name in dir(module):
        if name.startswith('_'):
            continue
        value = getattr(module, name)
        if isinstance(value, types.ModuleType):
            if space in WITH_MODULES and value.__name__ == f'{space}.{name}':
                yield name
        elif name in declared or isinstance(value, torch.dtype):
            yield name
        elif getattr(value, '__module__', None) in ('typing', 'collections', 'functools', 'builtins', 'enum', 'types', 'warnings'):
            if getattr(value, '__module__', None) == 'builtins' and callable(value) and hasattr(value, '__name__'):
                if space in ('torch', 'torch.nn.functional') and not isinstance(value, type):
                    yield name
        elif str(getattr(value, '__module__', None) or 'torch').startswith('torch'):
            if name not in ('annotations', 'TYPE_CHECKING'):
                yield name


def keep(out, space, owner, names):
    """Names that the documentation does not know get a list of their own: they are not counted."""
    names = sorted(set(names))
    known = [n for n in names if documented(n, getattr(owner, n))]
    out[space] = ' '.join(known)
    rest = [n for n in names if n not in set(known)]
    if rest:
        out[f'{space} undocumented'] = ' '.join(rest)


# Functions that take `out` and neither say so in their documentation nor where it is easily asked for.
OUT_TOO = '''index_add index_reduce scatter_add scatter_reduce as_strided_copy expand_copy permute_copy unfold_copy narrow_copy tensordot
chain_matmul fractional_max_pool2d avg_pool2d'''.split()


def with_out():
    """Names of functions that take `out`, of any namespace that has ops."""
    x = torch.rand(2, 2)
    calls = ((x,), (x, x), (x, 0), (x, 0, 0), (x, 0, torch.tensor([[0, 0]])), (x, x, x), (2,), ([x, x],), (0, 1, 2))
    yield from OUT_TOO
    for module in (torch, torch.linalg, torch.special, torch.fft):
        for name in dir(module):
            found = getattr(module, name)
            if name.startswith('_') or not isinstance(found, (types.FunctionType, types.BuiltinFunctionType)):
                continue
            if re.search(r'\bout\s*=\s*None|\*, out\b', str(found.__doc__)[:500]):
                yield name
            elif isinstance(found, types.BuiltinFunctionType):
                for args in calls:
                    try:
                        found(*args, out=object())
                    except TypeError as error:
                        if "argument 'out' must be" in str(error) or 'out = None' in str(error):
                            yield name
                            break
                    except Exception:
                        continue


# What scripts ask dir() about.
LISTED = '''torch torch.nn torch.nn.functional torch.nn.utils torch.optim torch.utils.data torch.linalg torch.fft torch.special'''.split()


def listed():
    """{name: what dir() gives}; `tensor` and `node` are a tensor and a gradient function with nothing saved."""
    found = {space: dir(importlib.import_module(space)) for space in LISTED}
    total = torch.ones(2, requires_grad=True).sum()
    found |= {'torch.Tensor': dir(torch.Tensor), 'tensor': dir(torch.ones(2)),
              'node': [n for n in dir(total.grad_fn) if not n.startswith('_saved_')]}
    return {space: ' '.join(names) for space, names in found.items()}


def main():
    folder = pathlib.Path(__file__).parents[2] / 'src/python/lib/torch'
    # First: what is imported later would be in the lists.
    (folder / '_dir.json').write_text(json.dumps(listed(), indent=2) + '\n')
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for space in SPACES:
            try:
                module = importlib.import_module(space)
            except Exception:  # needs a package that is not installed
                continue
            keep(out, space, module, public(space, module))
        for space, cls in (('torch.Tensor', torch.Tensor), ('torch.Generator', torch.Generator), ('torch.nn.Module', torch.nn.Module)):
            keep(out, space, cls, (n for n in dir(cls) if not n.startswith('_')))
    out['functions with out'] = ' '.join(sorted(set(with_out())))
    (folder / '_names.json').write_text(json.dumps(out, indent=2) + '\n')


main()
