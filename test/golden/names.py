"""The public names of real PyTorch, by namespace: what Backstep's `torch` can say "not yet" about.

python3 test/golden/names.py     writes src/python/lib/torch/_names.json
"""
import importlib
import json
import pathlib
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


def main():
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for space in SPACES:
            try:
                module = importlib.import_module(space)
            except Exception:  # needs a package that is not installed
                continue
            out[space] = ' '.join(sorted(set(public(space, module))))
        out['torch.Tensor'] = ' '.join(sorted(n for n in dir(torch.Tensor) if not n.startswith('_')))
        out['torch.Generator'] = ' '.join(sorted(n for n in dir(torch.Generator) if not n.startswith('_')))
        out['torch.nn.Module'] = ' '.join(sorted(n for n in dir(torch.nn.Module) if not n.startswith('_')))
    path = pathlib.Path(__file__).parents[2] / 'src/python/lib/torch/_names.json'
    path.write_text(json.dumps(out, indent=0) + '\n')


main()
