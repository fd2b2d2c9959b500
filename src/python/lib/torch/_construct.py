"""Tensors of Python data: torch.tensor and its like, torch.FloatTensor and its like, and what copy and pickle need."""
import math
import warnings
from array import array

from . import _bridge, _device, _wrappers
from ._convert import MISSING
from ._dtype import by_index, dtypes, get_default_dtype, index_of
from ._ops import ops
from ._tensor import _FORMAT, Tensor, contents, wrap

_from_bytes = _bridge.function('fromBytes')
_from_held = _bridge.function('fromHeld')
_from_numbers = _bridge.function('fromNumbers')
_to_js = __import__('pyodide.ffi', fromlist=['to_js']).to_js
_RANGE = {'uint8': (0, 255), 'int8': (-128, 127), 'int16': (-2 ** 15, 2 ** 15 - 1), 'int32': (-2 ** 31, 2 ** 31 - 1),
          'int64': (-2 ** 63, 2 ** 63 - 1)}
_SMALL = 16


def from_raw(dtype, raw, shape):
    """A tensor of bytes in row-major order, in PyTorch's layout."""
    return wrap(_from_bytes(dtype._i, _to_js(raw), *shape))


def from_flat(dtype, flat, shape):
    """A tensor of Python numbers, which must fit the dtype."""
    if dtype.is_complex:
        flat = [part for v in flat for part in (v.real, v.imag)]
    elif len(flat) <= _SMALL:
        return wrap(_from_numbers(dtype._i, len(shape), *shape, *flat))
    code = _FORMAT[dtype.name]
    raw = bytes(map(bool, flat)) if code == '?' else array(code, flat).tobytes()
    return wrap(_from_held(dtype._i, _to_js(raw), *shape))


def _is_sequence(data):
    return isinstance(data, (list, tuple, range)) or (
        hasattr(data, '__len__') and hasattr(data, '__getitem__') and not isinstance(data, (str, bytes, dict, Tensor)))


def _sizes(data):
    """Shape of nested sequences, by their first items, as PyTorch finds it."""
    shape = []
    while True:
        if isinstance(data, Tensor):
            # Of any shape: a number, if it has one element.
            return shape
        if isinstance(data, (str, bytes)) and shape:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        if not _is_sequence(data):
            return shape
        shape.append(len(data))
        if len(data) == 0:
            return shape
        data = data[0]


def _flatten(data, shape, depth, out):
    if depth == len(shape):
        out.append(data)
        return
    n = shape[depth]
    if isinstance(data, Tensor) and data.dim() > 0:
        raise ValueError('only one element tensors can be converted to Python scalars')
    if not _is_sequence(data):
        raise TypeError('not a sequence')
    if len(data) != n:
        raise ValueError(f'expected sequence of length {n} at dim {depth} (got {len(data)})')
    if depth == len(shape) - 1:
        out.extend(data)
    else:
        for item in data:
            _flatten(item, shape, depth + 1, out)


def _infer(flat):
    """dtype of Python numbers and of tensors among them, and the numbers: NumPy's as Python's, tensors as they are."""
    kinds = set(map(type, flat))
    if kinds == {float}:
        return get_default_dtype(), flat
    if kinds == {int}:
        return dtypes['int64'], flat
    if kinds == {bool}:
        return dtypes['bool'], flat
    if kinds <= {int, float, bool}:
        return (get_default_dtype() if float in kinds else dtypes['int64']), flat
    found = None
    out = []
    for v in flat:
        d, v = _one(v)
        found = d if found is None or found is d else _promote(found, d)
        out.append(v)
    return found, out


def _one(v):
    if type(v).__module__ == 'numpy' and hasattr(v, 'item'):
        return dtypes.get(v.dtype.name, dtypes['float64']), v.item()
    if isinstance(v, bool):
        return dtypes['bool'], v
    if isinstance(v, float):
        return get_default_dtype(), v
    if isinstance(v, int):
        return dtypes['int64'], v
    if isinstance(v, Tensor):
        return v.dtype, v
    if isinstance(v, complex):
        return dtypes['complex128' if get_default_dtype().name == 'float64' else 'complex64'], v
    if isinstance(v, str):
        raise ValueError("too many dimensions 'str'")
    if isinstance(v, (list, tuple)):
        raise TypeError(f"'{type(v).__name__}' object cannot be interpreted as an integer")
    raise RuntimeError(f'Could not infer dtype of {type(v).__name__}')


def _promote(a, b):
    import torch
    return torch.promote_types(a, b)


def _fit(flat, dtype):
    """Numbers made ready for a dtype, as PyTorch converts Python scalars."""
    name = dtype.name
    if dtype.is_complex:
        return [complex(v) for v in flat]
    if any(type(v) is complex for v in flat):
        raise RuntimeError(f"value cannot be converted to type {_C_TYPE.get(name, name)} without overflow")
    if dtype.is_floating_point:
        flat = [float(v) for v in flat]
        if name != 'float64' and any(abs(v) > 3.5e38 and v - v == 0 for v in flat):
            return [v if abs(v) < 3.5e38 or v - v != 0 else math.copysign(math.inf, v) for v in flat]
        return flat
    if name == 'bool':
        return [bool(v) for v in flat]
    low, high = _RANGE[name]
    out = []
    for v in flat:
        if v != v or v in (float('inf'), float('-inf')):
            raise RuntimeError(f'value cannot be converted to type {_C_TYPE[name]} without overflow')
        v = int(v)
        if not low <= v <= high:
            if name == 'int64':
                raise ValueError('Overflow when unpacking long long')
            raise RuntimeError(f'value cannot be converted to type {_C_TYPE[name]} without overflow')
        out.append(v)
    return out


_C_TYPE = {'uint8': 'uint8', 'int8': 'int8', 'int16': 'int16', 'int32': 'int', 'int64': 'int64'}


def from_data(data, dtype=None):
    """A new tensor of numbers, nested sequences, tensors or arrays."""
    if isinstance(data, Tensor):
        t = data.detach().clone()
        return t if dtype is None else t.to(dtype)
    if type(data).__module__ == 'numpy' or (hasattr(data, '__array__') and not isinstance(data, (list, tuple))):
        from ._numpy import from_array
        t = from_array(data, copy=True)
        return t if dtype is None else t.to(dtype)
    if isinstance(data, (str, bytes)) or data is None:
        if data is None:
            raise RuntimeError('Could not infer dtype of NoneType')
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(data, (int, float, complex)) and not _is_sequence(data):
        shape, flat = (), [data]
    elif not _is_sequence(data):
        if hasattr(data, '__index__') or hasattr(data, '__float__'):
            shape, flat = (), [data.__index__() if hasattr(data, '__index__') else float(data)]
        else:
            raise RuntimeError(f'Could not infer dtype of {type(data).__name__}')
    else:
        shape = _sizes(data)
        flat = []
        if not any(d == 0 for d in shape):
            _flatten(data, shape, 0, flat)
    if not flat:
        return from_flat(dtype or get_default_dtype(), [], shape)
    found, flat = _infer(flat)
    dtype = found if dtype is None else dtype
    index_of(dtype)
    return from_flat(dtype, _fit([_number(v, dtype) if isinstance(v, Tensor) else v for v in flat], dtype), shape)


def _number(t, dtype):
    """A tensor among numbers, read as the dtype asks: __index__() or __float__()."""
    if dtype.name in _RANGE:
        return t.__index__()
    if t.numel() != 1:
        raise ValueError('only one element tensors can be converted to Python scalars')
    return t.item()


def _resolve(dtype, fn):
    return None if dtype is None else by_index[index_of(dtype, fn)]


def tensor(data=MISSING, *, dtype=None, device=None, requires_grad=False, pin_memory=False, names=None):
    """A new tensor with a copy of `data`."""
    if data is MISSING:
        raise TypeError('tensor() missing 1 required positional arguments: "data"')
    _device.check(device)
    if isinstance(data, Tensor):
        warnings.warn(
            'To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or '
            'sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).', UserWarning, stacklevel=2)
    t = from_data(data, _resolve(dtype, 'tensor'))
    return require(t) if requires_grad else t


def require(t):
    """What a constructor does with requires_grad=True."""
    if not (t.is_floating_point() or t.is_complex()):
        raise RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
    return t.requires_grad_()


def as_tensor(data, dtype=None, device=None):
    """A tensor of `data`; the same memory where that is possible."""
    _device.check(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(_resolve(dtype, 'as_tensor'))
    if type(data).__module__ == 'numpy':
        from ._numpy import from_array
        t = from_array(data)
        return t if dtype is None else t.to(_resolve(dtype, 'as_tensor'))
    return from_data(data, _resolve(dtype, 'as_tensor'))


asarray = as_tensor


def scalar_tensor(s, *, dtype=None, **kwargs):
    return from_data(s, dtype or get_default_dtype())


# ---- torch.FloatTensor and its like ---------------------------------------------------------------------------------

def legacy(cls, dtype, args, kwargs):
    """torch.Tensor(2, 3), torch.FloatTensor([1, 2]): sizes, or data."""
    if kwargs and 'size' in kwargs:
        args = (kwargs['size'],)
    if not args:
        return _as(cls, from_flat(dtype, [], (0,)))
    first = args[0]
    if len(args) == 1 and isinstance(first, Tensor):
        if first.dtype is not dtype:
            raise TypeError(f'expected {_type_name(dtype)} (got {first.type()})')
        return _as(cls, first.detach())
    if isinstance(first, int) or hasattr(first, '__index__') and not getattr(first, 'ndim', 0) and _kind(first) in 'biu':
        return _as(cls, ops.zeros([int(a) for a in args], dtype=dtype))
    if len(args) == 1 and type(first).__name__ == 'Size':
        return _as(cls, ops.zeros(first, dtype=dtype))
    if len(args) == 1 and (_is_sequence(first) or hasattr(first, '__array__')) and type(first).__name__ not in _SCALARS:
        return _as(cls, from_data(first, dtype))
    if isinstance(first, str):
        raise TypeError("new(): invalid data type 'str'")
    raise TypeError(f'new(): data must be a sequence (got {_SCALARS.get(type(first).__name__, type(first).__name__)})')


# NumPy's numbers are no sequences, its arrays without dimensions are.
_SCALARS = {name: f'numpy.{name}' for name in ('float16', 'float32', 'float64')}


def _kind(v):
    """The kind of a NumPy value's dtype; 'i' of anything else."""
    return getattr(getattr(v, 'dtype', None), 'kind', 'i')


def _as(cls, t):
    if cls is Tensor or not (isinstance(cls, type) and issubclass(cls, Tensor)):
        return t
    return wrap(_bridge.function('again')(t._h), cls)


def _type_name(dtype):
    from ._tensor import _LEGACY
    return f'torch.{_LEGACY[dtype.name]}Tensor'


class _TensorType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and value.dtype is cls.dtype

    def __call__(cls, *args, device=None, **kwargs):
        _device.check(device)
        return legacy(Tensor, cls.dtype, args, kwargs)

    def __repr__(cls):
        return f"<class '{_type_name(cls.dtype)}'>"


def tensor_types():
    """{FloatTensor: class} and so on."""
    from ._tensor import _LEGACY
    out = {}
    for name, label in _LEGACY.items():
        c = _TensorType(f'{label}Tensor', (), {'dtype': dtypes[name], '__module__': 'torch'})
        out[c.__name__] = c
    return out


def dtype_of_type(text):
    """The dtype of 'torch.FloatTensor'."""
    from ._tensor import _LEGACY
    for name, label in _LEGACY.items():
        if text == f'torch.{label}Tensor':
            return dtypes[name]
    raise ValueError(f"invalid type: '{text}'")


__all__ = ['contents', 'tensor', 'as_tensor', 'asarray', 'scalar_tensor', 'tensor_types', '_wrappers']
