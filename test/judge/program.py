"""Runs a call under PyTorch and writes down the public calls that it is made of."""
import contextlib
import warnings

import torch
from torch.overrides import TorchFunctionMode

from values import Unwritable, leaves, name_of, write


class Program(TorchFunctionMode):
    """The steps of what runs within, over the tensors of a table."""

    def __init__(self, table):
        super().__init__()
        self.table = table
        self.steps = []
        self.made = {}
        self.alive = []

    def refer(self, t):
        return {'r': self.made[id(t)]} if id(t) in self.made else self.table.input(t)

    def call(self, name, f, args, kwargs):
        self.steps.append([name, write(list(args), self.refer), write(dict(kwargs), self.refer)['dict']])
        out = f(*args, **kwargs)
        at = len(self.steps) - 1
        for i, leaf in enumerate(leaves(out)):
            if isinstance(leaf, torch.Tensor):
                self.made[id(leaf)] = [at, i]
                self.alive.append(leaf)
        return out

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = name_of(func)
        if name.endswith(('.requires_grad.__get__', '.dtype.__get__', '.shape.__get__', '.device.__get__', '.is_sparse.__get__',
                          '.size', '.dim', '.numel', '.is_complex', '.ndim.__get__', '.layout.__get__', '.stride')):
            return func(*args, **(kwargs or {}))  # asked by the test; its answer is a number that is written with what it is used for
        return self.call(name, func, args, kwargs or {})

    def result(self, v):
        """A result as references."""
        return [self.refer(leaf) if isinstance(leaf, torch.Tensor) else write(leaf, None) for leaf in leaves(v)]


@contextlib.contextmanager
def seeds_written(program):
    """torch.manual_seed is no function that a mode sees."""
    real = torch.manual_seed

    def seed(n):
        program.steps.append(['torch.manual_seed', [n], []])
        return real(n)

    torch.manual_seed = seed
    try:
        yield
    finally:
        torch.manual_seed = real


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield


def run(table, f, args, kwargs, name=None):
    """(program, result or exception) of a call: one step if it has a public name, else the calls that it makes."""
    program = Program(table)
    with quiet():
        torch.manual_seed(0)
        try:
            if name:
                return program, program.call(name, f, args, kwargs)
            with seeds_written(program), program:
                return program, f(*args, **kwargs)
        except Unwritable:
            raise
        except Exception as error:
            return program, error
