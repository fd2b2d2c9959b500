"""x[...] and x[...] = v, composed of select, slice, unsqueeze, index, copy_ and index_put_ as PyTorch composes them."""
from . import _bridge, _wrappers
from ._bridge import send
from ._convert import KIND_OF
from ._ops import ops
from ._tensor import Tensor

_new = object.__new__
_FULL = slice(None)


def _op_index(name):
    return _wrappers.by_name[name].index if name in _wrappers.by_name else None


_SELECT = _op_index('select')


def get(self, index):
    """Tensor.__getitem__."""
    if index.__class__ is int and _SELECT is not None:
        r = send(_SELECT, self._h, 0, index)
        if r >= 0:
            t = _new(Tensor)
            t._h = r
            return t
        _check_int(self, index, 0, 0)
        _bridge.raise_error()
    view, indices = _apply(self, index)
    if any(i is not None for i in indices):
        return ops.index(view, indices)
    return _alias(self) if view is self else view


def put(self, index, value):
    """Tensor.__setitem__."""
    kind = KIND_OF.get(type(value), -1)
    if kind <= 0 and not isinstance(value, Tensor):
        # What cannot be assigned is refused before anybody looks at the index.
        value = _value(value, self)
    view, indices = _apply(self, index)
    advanced = any(i is not None for i in indices)
    if kind > 0 and not advanced:
        view.fill_(value)
        return
    if not isinstance(value, Tensor):
        value = _value(value, self)
    shape = value.shape
    if not advanced and shape == view.shape:
        view.copy_(value)
        return
    # Leading dimensions of size 1 may be left over, as in numpy.
    ones = 0
    while ones < len(shape) and shape[ones] == 1:
        ones += 1
    if ones:
        value = value.reshape(shape[ones:])
        shape = value.shape
    if advanced:
        # One mask and one number are masked_fill in PyTorch, which converts; anything else must be of the same dtype.
        masked = value.numel() == 1 and sum(i is not None for i in indices) == 1 and any(
            i is not None and i.dtype.name in ('bool', 'uint8') for i in indices)
        view.index_put_(indices, value.to(self.dtype) if masked else value)
        return
    if len(shape) > view.dim() or any(a != b and a != 1 for a, b in zip(reversed(shape), reversed(view.shape))):
        raise _mismatch(list(view.shape), list(shape))
    view.copy_(value)


def _mismatch(target, shape):
    if len(shape) > len(target):
        return RuntimeError(f'expand(torch.FloatTensor{{{shape}}}, size={target}): the number of sizes provided ({len(target)}) must be '
                            f'greater or equal to the number of dimensions in the tensor ({len(shape)})')
    i = next(i for i in range(1, len(shape) + 1) if shape[-i] != target[-i] and shape[-i] != 1)
    return RuntimeError(f'The expanded size of the tensor ({target[-i]}) must match the existing size ({shape[-i]}) at non-singleton '
                        f'dimension {len(target) - i}.  Target sizes: {target}.  Tensor sizes: {shape}')


def _value(value, like):
    from ._construct import tensor
    if isinstance(value, (int, float, bool, complex)):
        return tensor(value, dtype=like.dtype)
    if hasattr(value, '__array__') or hasattr(value, '__index__') or hasattr(value, '__float__'):
        return tensor(value, dtype=like.dtype)
    raise TypeError(f"can't assign a {type(value).__name__} to a torch.{like.type().removeprefix('torch.')}")


def _alias(t):
    if ops.has('alias'):
        return ops.alias(t)
    return t.view(t.shape)


def _check_int(t, i, dim, real):
    shape = t.shape
    if not shape:
        if i != 0:
            raise IndexError(f'index {i} is out of bounds for dimension 0 with size 0')
        raise IndexError('invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a '
                         '0-dim tensor to a number')
    if not -shape[dim] <= i < shape[dim]:
        raise IndexError(f'index {i} is out of bounds for dimension {real} with size {shape[dim]}')


def _as_tuple(index):
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and any(i is None or i is ... or isinstance(i, slice) for i in index):
        return tuple(index)
    return (index,)


def _sequence(index):
    from ._construct import tensor
    if isinstance(index, (list, tuple)) and len(index) == 0:
        return tensor([], dtype=__import__('torch').int64)
    return tensor(index)


def _bound(v):
    if v is None or type(v) is int:
        return v
    if hasattr(v, '__index__'):
        return v.__index__()
    raise TypeError('slice indices must be integers or None or have an __index__ method')


def _step(index):
    step = _bound(index.step)
    step = 1 if step is None else step
    if step <= 0:
        raise ValueError('slice step cannot be zero' if step == 0 else 'step must be greater than zero')
    return step


def _consumes(i):
    """How many dimensions an index takes."""
    if i is None or i is ... or isinstance(i, bool):
        return 0
    if isinstance(i, Tensor):
        return i.dim() if i.dtype.name in ('bool', 'uint8') else 1
    return 1


def _apply(self, index):
    """The view that ints, slices and None give, and the tensors that are left to index it with."""
    given = _as_tuple(index)
    rank = self.dim()
    used = sum(map(_consumes, given))
    parts = given
    if used > rank:
        if rank == 0 and not isinstance(index, tuple) and isinstance(index, int):
            _check_int(self, index, 0, 0)
        if rank == 0 and isinstance(index, slice):
            _step(index)
            raise IndexError('slice() cannot be applied to a 0-dim tensor.')
        raise IndexError(f'too many indices for tensor of dimension {rank}')
    view = self
    dim = 0
    indices = []

    def record(t):
        while len(indices) < dim:
            indices.append(None)
        indices.append(t)

    seen = False
    # (Messages count the indices, as PyTorch's do.)
    for real, p in enumerate(parts):
        if not (isinstance(p, (int, slice, Tensor, type(None))) or p is ...):
            p = _part(p)
        if p is None:
            view = view.unsqueeze(dim)
            dim += 1
        elif p is ...:
            if not seen:
                seen = True
                skipped = rank - used
                dim += skipped
        elif isinstance(p, bool):
            view = view.unsqueeze(dim)
            record(_sequence([p]))
            dim += 1
        elif isinstance(p, int):
            _check_int(view, p, dim, real)
            view = ops.select(view, dim, p)
        elif isinstance(p, slice):
            if p != _FULL:
                step = _step(p)
                start, stop = _bound(p.start), _bound(p.stop)
                size = view.shape[dim]
                whole = (start is None or start == 0 or start <= -size) and (stop is None or stop >= size) and step == 1
                if not whole:
                    view = ops.slice(view, dim, start, stop, step)
            dim += 1
        else:
            name = p.dtype.name
            if p.dim() == 0 and name != 'bool' and not p.dtype.is_floating_point:
                i = p.item()
                _check_int(view, i, dim, real)
                view = ops.select(view, dim, i)
                continue
            if p.dtype.is_floating_point:
                raise IndexError('tensors used as indices must be long, int, byte or bool tensors')
            if name in ('bool', 'uint8'):
                if p.dim() == 0:
                    view = view.unsqueeze(dim)
                    record(p.unsqueeze(0))
                    dim += 1
                    continue
                record(p)
                dim += p.dim()
            else:
                record(p)
                dim += 1
    return view, indices


def _part(p):
    if isinstance(p, (list, tuple, range)):
        return _sequence(list(p))
    if hasattr(p, '__array__'):
        from ._construct import as_tensor
        return as_tensor(p)
    if hasattr(p, '__index__'):
        return p.__index__()
    if isinstance(p, (str, dict)):
        raise TypeError(f"new(): invalid data type '{type(p).__name__}'")
    raise IndexError("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                     f"(got {type(p).__name__})")
