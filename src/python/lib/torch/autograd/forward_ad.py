"""torch.autograd.forward_ad: derivatives along a direction.

The engine records for the backward pass only. A dual tensor here is followed by that record, and its tangent is had by the double backward
trick: the gradient is linear in what it starts with, so its own gradient is the derivative forward. A dual tensor therefore says that it
requires a gradient, and what is computed under no_grad has no tangent.
"""
from collections import namedtuple

import torch

from .._tensor import Tensor
from .grad_mode import _Decorator

__all__ = ['UnpackedDualTensor', 'enter_dual_level', 'exit_dual_level', 'make_dual', 'unpack_dual', 'dual_level']
_levels = []


class UnpackedDualTensor(namedtuple('UnpackedDualTensor', ['primal', 'tangent'])):
    """What unpack_dual answers; tangent is None where there is none."""


def push(outputs, inputs, tangents, create_graph):
    """J·tangents for each output; None for one that does not depend on any input."""
    found = []
    for out in outputs:
        if not out.requires_grad:
            found.append(None)
            continue
        with torch.enable_grad():
            probe = torch.zeros_like(out, requires_grad=True)
            back = torch.autograd.grad(out, inputs, probe, create_graph=True, allow_unused=True)
        used = [(b, t) for b, t in zip(back, tangents) if b is not None]
        followed = [(b, t) for b, t in used if b.requires_grad]
        if not used:
            found.append(None)
        elif not followed:
            found.append(torch.zeros_like(out))
        else:
            tangent, = torch.autograd.grad([b for b, _ in followed], probe, [t for _, t in followed], create_graph=create_graph,
                                           retain_graph=True, allow_unused=True)
            found.append(torch.zeros_like(out) if tangent is None else tangent)
    return found


def enter_dual_level():
    """Begins a level, and answers its number."""
    if _levels:
        raise RuntimeError('Nested forward mode AD is not supported at the moment')
    _levels.append([])
    return len(_levels) - 1


def exit_dual_level(*, level=None):
    """Ends a level: its dual tensors have no tangents any more."""
    if level is None:
        level = len(_levels) - 1
    if level < 0:
        raise RuntimeError('Dual level must be a positive number.')
    if level != len(_levels) - 1:
        raise RuntimeError('Trying to exit a forward AD level that was not the last one that was created. This is not supported.')
    _levels.pop()


def make_dual(tensor, tangent, *, level=None):
    """A tensor that takes a tangent along."""
    if not _levels:
        raise RuntimeError('Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.')
    for what, t in (('primal', tensor), ('tangent', tangent)):
        if not (t.is_floating_point() or t.is_complex()):
            raise ValueError(f'Expected {what} to be floating point or complex, but got: {t.dtype}')
    if tuple(tensor.shape) != tuple(tangent.shape):
        raise RuntimeError('Trying to set a forward gradient that has a different size than that of the original Tensor, this is not '
                           f'supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size '
                           f'{list(tangent.shape)}.')
    with torch.enable_grad():
        dual = tensor.view_as(tensor) if tensor.requires_grad else tensor.detach().requires_grad_()
    _levels[-1].append((dual, tangent))
    return dual


def unpack_dual(tensor, *, level=None):
    """(primal, tangent) of a tensor."""
    if not _levels:
        return UnpackedDualTensor(tensor, None)
    duals = _levels[-1]
    for dual, tangent in duals:
        if dual is tensor:
            return UnpackedDualTensor(_primal(tensor), tangent)
    if not isinstance(tensor, Tensor) or not duals:
        return UnpackedDualTensor(tensor, None)
    tangent, = push([tensor], [d for d, _ in duals], [t for _, t in duals], torch.is_grad_enabled())
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    return UnpackedDualTensor(_primal(tensor), _primal(tangent))


def _primal(t):
    """Without this level's history; what the user follows stays followed."""
    from .. import _bridge
    leaves = [d._h for d, _ in _levels[-1] if d.is_leaf]
    return t if t.requires_grad and _bridge._js.reachesOthers(t._h, *leaves) else t.detach()


class dual_level(_Decorator):
    """A level as a context manager, which answers its number."""

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *exc):
        exit_dual_level()


class _set_fwd_grad_enabled(_Decorator):
    """Accepted."""

    def __init__(self, mode):
        self.mode = mode

    def __enter__(self):
        pass

    def __exit__(self, *exc):
        pass


for _class in (UnpackedDualTensor, dual_level):
    _class.__module__ = 'torch.autograd.forward_ad'
