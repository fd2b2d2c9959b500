"""Draws that decide an order: no part of the training, so the recorder does not hear of them."""
import contextlib

import torch

from ... import _bridge


@contextlib.contextmanager
def quiet():
    """Ops in here are not recorded."""
    unobserve = _bridge.function('unobserve')
    unobserve(True)
    try:
        yield
    finally:
        unobserve(False)


def seed(generator=None):
    """A seed, as PyTorch's loaders draw it."""
    with quiet():
        return int(torch.empty((), dtype=torch.int64).random_(generator=generator).item())


def new_generator(generator=None):
    """The generator that is given, or a new one seeded by the default one."""
    if generator is not None:
        return generator
    number = seed()
    made = torch.Generator()
    made.manual_seed(number)
    return made


def permutation(n, generator):
    """0 … n - 1, shuffled."""
    with quiet():
        return torch.randperm(n, generator=generator).tolist()
