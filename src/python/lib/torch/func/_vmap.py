"""torch.func.vmap."""
import functools

import torch

from .. import _bridge
from .._tensor import Tensor
from ..autograd import function as _function
from ..utils._pytree import broadcast_to_and_flatten, tree_flatten

_set = _bridge._js.setBatches
_batches = _bridge._js.batches
_mark = _bridge._js.markBatch
_depth = 0


def _name(f):
    if hasattr(f, '__name__'):
        return f.__name__
    return f'functools.partial({_name(f.func)}, ...)' if isinstance(f, functools.partial) else repr(f)


def _inputs(func, in_dims, args):
    """(size of the batch, leaves of the arguments, the dimension of each that is mapped, spec)."""
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(f'vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) '
                         f'tuple matching the structure of inputs, got: {type(in_dims)}.')
    if not args:
        raise ValueError(f'vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a '
                         'function with no inputs. The latter is unsupported.')
    leaves, spec = tree_flatten(args)
    dims = broadcast_to_and_flatten(in_dims, spec)
    where = f'vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): '
    if dims is None:
        raise ValueError(f'{where}in_dims is not compatible with the structure of `inputs`. in_dims has structure '
                         f'{tree_flatten(in_dims)[1]} but inputs has structure {spec}.')
    for i, (leaf, dim) in enumerate(zip(leaves, dims)):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(f'{where}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None.')
        if not isinstance(leaf, Tensor):
            raise ValueError(f'{where}Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over non-Tensor '
                             'arguments, please use None as the respective in_dim')
        if not -leaf.dim() <= dim < leaf.dim():
            raise ValueError(f'{where}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.dim()} so expected '
                             f'in_dim to satisfy -{leaf.dim()} <= in_dim < {leaf.dim()}.')
        dims[i] = dim % leaf.dim()
    sizes = [leaf.size(dim) for leaf, dim in zip(leaves, dims) if dim is not None]
    if not sizes:
        raise ValueError('vmap: Expected at least one Tensor to vmap over')
    if any(size != sizes[0] for size in sizes):
        raise ValueError(f'vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped '
                         'dimension')
    return sizes[0], leaves, dims, spec


def _check_out_dims(out_dims, func):
    for dim in tree_flatten(out_dims)[0]:
        if dim is not None and not isinstance(dim, int):
            raise ValueError(f'vmap({_name(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints '
                             'representing where in the outputs the vmapped dimension should appear.')


def _output_dims(func, out_dims, out, spec):
    if isinstance(out, Tensor):
        if out_dims is None or isinstance(out_dims, int):
            return [out_dims]
        if isinstance(out_dims, tuple) and len(out_dims) == 1:
            return list(out_dims)
        dims = None
    else:
        dims = broadcast_to_and_flatten(out_dims, spec)
    if dims is None:
        raise ValueError(f'vmap({_name(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of '
                         f'`outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}.')
    return dims


def _together(func, column, dim, bit, size):
    """One output of all samples."""
    first = column[0]
    batched = isinstance(first, Tensor) and any(_batches(t._h) & bit for t in column)
    if dim is None:
        if batched:
            raise ValueError(f'vmap({_name(func)}, ...): `{_name(func)}` can not return a BatchedTensor when out_dim is None')
        return first
    if not isinstance(first, Tensor):
        raise ValueError(f'vmap({_name(func)}, ...): `{_name(func)}` must only return Tensors, got type {type(first)}. Did you mean to set '
                         'out_dims= to None for output?')
    if not -first.dim() - 1 <= dim <= first.dim():
        raise IndexError(f'Dimension out of range (expected to be in range of [{-first.dim() - 1}, {first.dim()}], but got {dim})')
    if batched:
        return lambda: torch.stack(column, dim)
    return lambda: first.unsqueeze(dim).expand([size if d == dim % (first.dim() + 1) else n for d, n in
                                                enumerate(first.unsqueeze(dim).shape)])


def _run(func, leaves, dims, spec, size, out_dims, randomness, kwargs):
    global _depth
    if size == 0:
        from .._missing import not_yet
        raise not_yet('vmap over no samples', NotImplementedError)
    bit = 1 << _depth
    before = (1 << _depth) - 1
    state = None if randomness == 'different' else torch.get_rng_state()
    columns, out_spec = [], None
    for i in range(size):
        if randomness == 'same':
            torch.set_rng_state(state)
        # What each sample is cut out by belongs to the levels around this one.
        parts = [leaf if dim is None else leaf.select(dim, i) for leaf, dim in zip(leaves, dims)]
        for part, dim in zip(parts, dims):
            if dim is not None:
                _mark(part._h, bit)
        _depth += 1
        _function.transforms += 1
        _set(before | bit)
        try:
            out = func(*spec.unflatten(parts), **kwargs)
            found, out_spec = tree_flatten(out)
            if randomness == 'error' and i == 0 and not torch.equal(torch.get_rng_state(), state):
                torch.set_rng_state(state)
                raise RuntimeError('vmap: called random operation while in randomness error mode. Please either use the \'same\' or '
                                   '\'different\' randomness flags on vmap or perform the randomness operation out of vmap')
            columns.append(found)
            if i == size - 1:
                out_dims = _output_dims(func, out_dims, out, out_spec)
                made = [_together(func, list(column), dim, bit, size) for column, dim in zip(zip(*columns), out_dims)]
        finally:
            _depth -= 1
            _function.transforms -= 1
            _set(before)
    return out_spec.unflatten([m() if callable(m) and not isinstance(m, Tensor) else m for m in made])


def vmap(func, in_dims=0, out_dims=0, randomness='error', *, chunk_size=None):
    """A function that maps func over a dimension of its arguments.

    in_dims: which dimension of each tensor (None: it is given whole); out_dims: where it stands in the results; randomness: 'error' refuses
    random ops, 'same' draws the same for every sample, 'different' lets each draw its own; chunk_size: accepted.

    Backstep calls func once a sample and stacks what it answers: values and gradients are PyTorch's, yet the samples can be stepped through
    one by one, and with 'different' each sample draws for itself (PyTorch draws for the whole batch at once, so those numbers differ).
    What cannot be batched is refused: .item(), writes of a sample into what is no sample's.
    """
    if randomness not in ('error', 'different', 'same'):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f'vmap: chunk_size should be None or greater than 0. (got {chunk_size})')

    @functools.wraps(func, updated=())
    def wrapped(*args, **kwargs):
        _check_out_dims(out_dims, func)
        size, leaves, dims, spec = _inputs(func, in_dims, args)
        return _run(func, leaves, dims, spec, size, out_dims, randomness, kwargs)

    return wrapped
