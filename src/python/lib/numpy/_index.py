"""a[index]: what Python gives, as the numbers that the engine reads (src/python/bridge/arrays.ts)."""
from torch._tensor import Tensor

from ._bridge import _js, failed
from ._core import asarray, generic, ndarray, result, scalar_array

_read = _js.npIndex
_write = _js.npPut
_NONE = float('nan')


def _part(v):
    return _NONE if v is None else v.__index__()


def spec(index, held):
    """Flat numbers of an index; arrays that they name are kept in `held`."""
    out = []
    for v in index if index.__class__ is tuple else (index,):
        c = v.__class__
        if c is int:
            out += (0, v)
        elif c is slice:
            out += (1, _part(v.start), _part(v.stop), _part(v.step))
        elif v is None:
            out.append(2)
        elif v is Ellipsis:
            out.append(3)
        elif c is bool or c.__name__ == 'bool' and isinstance(v, generic):
            array = scalar_array(bool(v))
            held.append(array)
            out += (4, array._t._h)
        elif isinstance(v, (ndarray, Tensor, list, range)):
            if isinstance(v, Tensor) and v.ndim == 0 and not v.dtype.is_floating_point and v.dtype.itemsize > 1:
                out += (0, int(v))
                continue
            array = asarray(v)
            if array.size == 0 and isinstance(v, list):
                array = array.astype('int64')
            kind = array.dtype.kind
            if kind not in 'iub':
                raise IndexError('arrays used as indices must be of integer (or boolean) type')
            if kind != 'b' and array.ndim == 0:
                out += (0, array.item())
                continue
            held.append(array)
            out += (4, array._t._h)
        elif hasattr(v, '__index__') and not isinstance(v, float):
            out += (0, v.__index__())
        elif isinstance(v, tuple):
            array = asarray(list(v))
            held.append(array)
            out += (4, array._t._h)
        else:
            raise IndexError("only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
                             "indices")
    return out


def get(self, index):
    if index.__class__ is int:
        h = _read(self._t._h, 0, index)
        return self._found(h) if h is None or h < 0 else self._of(h)
    held = []
    flat = spec(index, held)
    h = _read(self._t._h, *flat)
    if h is None:
        failed()
    if h < 0:
        if index.__class__ is tuple and Ellipsis in [i for i in index if i is Ellipsis] or index is Ellipsis:
            return self._of(-2 - h)
        return self._found(h)
    return self._of(h)


def put(self, index, value):
    held = []
    flat = (0, index) if index.__class__ is int else spec(index, held)
    source = self._source(value)
    if _write(self._t._h, source._t._h, *flat) is None:
        failed()


def source(self, value):
    """What is assigned, as an array that can be cast to this one's dtype."""
    if isinstance(value, ndarray):
        if hasattr(value, '_flat'):
            return value.astype(self.dtype)
        return value
    d = self.dtype
    if isinstance(value, (bool, int, float, complex, generic)):
        if isinstance(value, generic):
            return scalar_array(value)
        if d.kind in 'iu':
            if value.__class__ is int:
                return scalar_array(value, d)
            if value != value:
                raise ValueError('cannot convert float NaN to integer')
        if value.__class__ is complex and d.kind in 'iuf':
            raise TypeError("float() argument must be a string or a real number, not 'complex'" if d.kind == 'f' else
                            "int() argument must be a string, a bytes-like object or a real number, not 'complex'")
        return scalar_array(value)
    if value is None and d.kind == 'f':
        return scalar_array(float('nan'))
    if isinstance(value, str):
        return scalar_array(float(value) if d.kind == 'f' else int(value))
    made = asarray(value)
    if hasattr(made, '_flat'):
        raise ValueError('setting an array element with a sequence.')
    return made


ndarray._found = lambda self, h: result(h)
ndarray._source = source
