"""What is there of PyTorch's names: for the coverage page."""
import importlib
import json

from . import _bind, _missing


# Namespaces on the page, in its order.
SPACES = ('torch', 'torch.Tensor', 'torch.nn', 'torch.nn.Module', 'torch.nn.functional', 'torch.nn.init', 'torch.nn.utils',
          'torch.nn.utils.rnn', 'torch.optim', 'torch.optim.lr_scheduler', 'torch.autograd', 'torch.autograd.functional',
          'torch.utils.data', 'torch.distributions', 'torch.linalg', 'torch.special', 'torch.fft', 'torch.func', 'torch.random',
          'torch.cuda', 'torch.utils.checkpoint')


def _there(space):
    if space == 'torch.Tensor':
        return _bind.tensor_names()
    if space == 'torch.nn.Module':
        from .nn import Module
        return set(dir(Module))
    try:
        return _bind.names_there(importlib.import_module(space))
    except ImportError:
        return set(_bind.names_of(space))


def report():
    """JSON of {namespace: {done, missing}}; names that PyTorch does not document count only where they are there."""
    out = {}
    with open(_missing._here + '/_names.json') as f:
        real = json.load(f)
    for space in SPACES:
        there = _there(space)
        known = real.get(space, '').split()
        quiet = real.get(space + ' undocumented', '').split()
        done = [n for n in known if n in there] + [n for n in quiet if n in there]
        out[space] = {'done': sorted(done), 'missing': [n for n in known if n not in there]}
    return json.dumps(out)


