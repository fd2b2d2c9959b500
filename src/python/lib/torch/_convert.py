"""Arguments as PyTorch accepts them, made into what crosses to the engine; and its TypeErrors for those that it does not."""
import builtins
import numbers

from ._bridge import _js, whole
from ._dtype import index_of, memory_format

# How a Python number travels: JavaScript cannot tell 1 from 1.0. Tensor's 0 is added by _wrappers.ready, subclasses' on first use.
KIND_OF = {int: 1, float: 2, bool: 3}
Tensor = None
Missing = None
_pair = _js.pair


class _Missing:
    """Stands for a required argument that was left out."""

    def __repr__(self):
        return '<required>'


MISSING = _Missing()


def type_name(v):
    """A value's type as PyTorch's messages print it."""
    t = type(v)
    return t.__name__


class Wrong(TypeError):
    """An argument of the wrong type; `_wrappers.explain` may know better words."""


def dtype_index(d, fn, argument):
    """The engine's number of a dtype."""
    return index_of(d, fn, argument, Wrong)


def wrong(v, fn, argument, position, expected):
    """The TypeError for an argument of the wrong type."""
    if v is MISSING:
        return Missing()
    return Wrong(f"{fn}(): argument '{argument}' (position {position}) must be {expected}, not {type_name(v)}")


def _plain(v):
    """A numpy scalar, or another class's number, as Python's own; None for anything else."""
    if isinstance(v, bool):
        return bool(v)
    if isinstance(v, numbers.Integral):
        return builtins.int(v)
    if isinstance(v, numbers.Real):
        return builtins.float(v)
    if isinstance(v, numbers.Complex):
        return builtins.complex(v)
    if getattr(type(v), '__torch_function__', None) is not None:
        return None
    item = getattr(v, 'item', None)
    if item is not None and hasattr(v, 'dtype') and getattr(v, 'ndim', 1) == 0:
        return item()
    return None


def _complex(v):
    """(kind, number) of a complex number, which crosses besides."""
    return 5, _pair(v.real, v.imag)


def number(v, fn, argument, position):
    """A tensor or a number: (kind, handle or value)."""
    if isinstance(v, Tensor):
        KIND_OF[type(v)] = 0
        return 0, v._h
    if isinstance(v, complex):
        return _complex(v)
    plain = _plain(v)
    if plain is None:
        raise wrong(v, fn, argument, position, 'Tensor')
    return _kind(plain)


def _kind(plain):
    """(kind, number) of a Python number."""
    if type(plain) is builtins.complex:
        return _complex(plain)
    # What JavaScript hands over is an int of a class of pyodide's.
    return whole(plain) if isinstance(plain, builtins.int) and type(plain) is not bool else (KIND_OF[type(plain)], plain)


def operand(v):
    """The same for an operator: kind -1 where Python should ask the other side."""
    if isinstance(v, Tensor):
        KIND_OF[type(v)] = 0
        return 0, v._h
    if isinstance(v, complex):
        return _complex(v)
    if type(v).__module__ == 'numpy' and getattr(v, 'ndim', 0) > 0:
        from ._construct import as_tensor
        v = operand.held = as_tensor(v)
        return 0, v._h
    plain = _plain(v)
    return (-1, None) if plain is None else _kind(plain)


def scalar(v, fn, argument, position):
    """A Python number; a tensor of one element counts as one."""
    if isinstance(v, Tensor):
        if v.requires_grad or v.numel() != 1:
            raise wrong(v, fn, argument, position, 'Number')
        return _kind(v.item())
    if isinstance(v, complex):
        return _complex(v)
    plain = _plain(v)
    if plain is None:
        raise wrong(v, fn, argument, position, 'Number')
    return _kind(plain)


def scalars(v, fn, argument, position):
    if not isinstance(v, (list, tuple)):
        raise wrong(v, fn, argument, position, 'tuple of Scalars')
    out = [len(v)]
    for item in v:
        out += scalar(item, fn, argument, position)
    return out


def integer(v, fn, argument, position):
    if type(v) is bool:
        raise wrong(v, fn, argument, position, 'int')
    if isinstance(v, Tensor):
        if v.numel() == 1 and not v.dtype.is_floating_point:
            return builtins.int(v.item())
        raise wrong(v, fn, argument, position, 'int')
    if hasattr(v, '__index__'):
        return v.__index__()
    raise wrong(v, fn, argument, position, 'int')


def floating(v, fn, argument, position):
    if isinstance(v, (builtins.int, builtins.float)):
        return builtins.float(v)
    if isinstance(v, Tensor):
        if v.numel() == 1:
            return builtins.float(v.item())
        raise wrong(v, fn, argument, position, 'float')
    plain = None if isinstance(v, (str, bool)) else _plain(v)
    if plain is None:
        raise wrong(v, fn, argument, position, 'float')
    return builtins.float(plain)


def boolean(v, fn, argument, position):
    if type(v).__module__ == 'numpy' and type(v).__name__ in ('bool', 'bool_'):
        return builtins.bool(v)
    raise wrong(v, fn, argument, position, 'bool')


def string(v, fn, argument, position):
    if isinstance(v, str):
        return str(v)
    if isinstance(v, memory_format):
        return v._name
    raise wrong(v, fn, argument, position, 'str')


def ints(v, fn, argument, position):
    """(length, *items) of a shape or of dimensions; an int is one of one."""
    if v.__class__ is builtins.int:
        return (1, v)
    if not isinstance(v, (list, tuple)):
        if v is MISSING:
            raise Missing()
        if isinstance(v, Tensor) and v.dim() == 1:
            v = v.tolist()
        else:
            return (1, _item(v, fn, argument, position, None))
    for i, item in enumerate(v):
        if item.__class__ is not builtins.int:
            v = [_item(item, fn, argument, position, i) for i, item in enumerate(v)]
            break
    return (len(v), *v)


def sizes(v, fn, argument, position):
    """The same where PyTorch does not take an int for a list of one."""
    if isinstance(v, (builtins.int, Tensor)) and not isinstance(v, (list, tuple)):
        raise wrong(v, fn, argument, position, 'tuple of ints')
    return ints(v, fn, argument, position)


def _item(v, fn, argument, position, i):
    if isinstance(v, Tensor) and v.numel() == 1 and not v.dtype.is_floating_point:
        return builtins.int(v.item())
    if type(v) is not bool and hasattr(v, '__index__') and not isinstance(v, Tensor):
        return v.__index__()
    if i is None:
        raise wrong(v, fn, argument, position, 'tuple of ints')
    raise Wrong(f"{fn}(): argument '{argument}' (position {position}) must be tuple of ints, "
                f"but found element of type {type_name(v)} at pos {i}")


def floats(v, fn, argument, position):
    if not isinstance(v, (list, tuple)):
        raise wrong(v, fn, argument, position, 'tuple of floats')
    return (len(v), *(floating(item, fn, argument, position) for item in v))


def optional_tensors(v, fn, argument, position):
    """The same, with None in it, which crosses as -1."""
    return tensors(v, fn, argument, position, True)


def tensors(v, fn, argument, position, optional=False):
    """(length, *handles) of a list of tensors."""
    if not isinstance(v, (list, tuple)):
        raise wrong(v, fn, argument, position, 'tuple of Tensors')
    out = [len(v)]
    for i, t in enumerate(v):
        if t is None and optional:
            out.append(-1)
        elif isinstance(t, Tensor):
            out.append(t._h)
        elif getattr(type(t), '__torch_function__', None) is not None:
            raise Wrong()
        else:
            raise TypeError(f'expected Tensor as element {i} in argument {position - 1}, but got {type_name(t)}')
    return out
