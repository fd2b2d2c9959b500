"""numpy.ndarray over a tensor of the engine, and arrays of Python data."""
from array import array as _buffer

from torch._construct import _to_js
from torch._tensor import _FORMAT, Tensor, _dtype, _new, _numel, _rank, _shape, flat_values, nested

from . import _dtype as dt
from ._bridge import failed, free, function, item, names
from ._dtype import by_index, dtype, dtypes, generic, resolve, scalar_of

_cast = function('npCast')
_assign = function('npAssign')
_concat = function('npConcat')
_full = function('npFull')
_from_held = function('fromHeld')
_reshape = function('npReshape')
_scalar = function('npScalar')
_strides = function('npStrides')
_bare = function('npBare')
_again = function('data')
_WIDE = 1 << 26


class ndarray:
    """An array of numbers of one dtype. Its memory is the engine's: a tensor made of it shares it."""

    __slots__ = ('_t', '_b', '__weakref__')
    __array_priority__ = 0.0

    def __new__(cls, shape, dtype=float, buffer=None, offset=0, strides=None, order=None):
        from ._create import empty
        return empty(shape, dtype)

    # ---- geometry ---------------------------------------------------------------------------------------------

    @property
    def shape(self):
        n = _shape(self._t._h)
        if n.__class__ is int:
            if n < _WIDE:
                return (n,) if n >= 0 else ()
            return (n >> 26) - 1, n & _WIDE - 1
        return tuple(map(int, n.split(',')))

    @shape.setter
    def shape(self, shape):
        self._t = self.reshape(shape)._t

    @property
    def dtype(self):
        return by_index[_dtype(self._t._h)]

    @property
    def ndim(self):
        return _rank(self._t._h)

    @property
    def size(self):
        return _numel(self._t._h)

    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.dtype.itemsize)

    @property
    def strides(self):
        return tuple(names(_strides(self._t._h)))

    @property
    def base(self):
        """The array whose memory this one shows, or None."""
        try:
            return self._b
        except AttributeError:
            return None

    @property
    def flags(self):
        from ._views import Flags
        return Flags(self)

    @property
    def T(self):
        return self.transpose()

    @property
    def mT(self):
        if self.ndim < 2:
            raise ValueError('matrix transpose with ndim < 2 is undefined')
        return self.swapaxes(-1, -2)

    @property
    def flat(self):
        from ._views import Flat
        return Flat(self)

    @flat.setter
    def flat(self, value):
        from ._views import Flat
        Flat(self)[:] = value

    @property
    def real(self):
        from ._math import real
        return real(self)

    @real.setter
    def real(self, value):
        self[...] = asarray(value) + (1j * self.imag if self.dtype.kind == 'c' else 0)

    @property
    def imag(self):
        from ._math import imag
        return imag(self)

    @imag.setter
    def imag(self, value):
        self[...] = self.real + 1j * asarray(value)

    data = property(lambda self: memoryview(self.tobytes()))
    ctypes = property(lambda self: None)

    # ---- Python values ----------------------------------------------------------------------------------------

    def item(self, *args):
        """An element as a Python number."""
        if args:
            return self[args[0] if len(args) == 1 and isinstance(args[0], tuple) else args].item() if len(args) > 1 or isinstance(
                args[0], tuple) else self.ravel()[args[0]].item()
        if _numel(self._t._h) != 1:
            raise ValueError('can only convert an array of size 1 to a Python scalar')
        return self._t.item()

    def tolist(self):
        """Nested lists of Python numbers."""
        if _rank(self._t._h) == 0:
            return self._t.item()
        return nested(flat_values(self._t), self.shape)

    def tobytes(self, order='C'):
        return _bytes_of(self)

    def __array__(self, dtype=None, copy=None):
        return self if dtype is None else self.astype(dtype)

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError('len() of unsized object')
        return shape[0]

    def __iter__(self):
        n = _rank(self._t._h)
        if n == 0:
            raise TypeError('iteration over a 0-d array')
        if n == 1:
            make = scalar_of[_dtype(self._t._h)]
            return iter([make(v) for v in flat_values(self._t)])
        return (self[i] for i in range(len(self)))

    def __contains__(self, value):
        return bool((self == value).any())

    def __bool__(self):
        n = _numel(self._t._h)
        if n == 1:
            return bool(self._t.item())
        if n == 0:
            raise ValueError('The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.')
        raise ValueError('The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()')

    def _only(self):
        if _rank(self._t._h) != 0:
            raise TypeError('only 0-dimensional arrays can be converted to Python scalars')
        return self._t.item()

    def __int__(self):
        return int(self._only())

    def __float__(self):
        return float(self._only())

    def __complex__(self):
        return complex(self._only())

    def __index__(self):
        if _rank(self._t._h) == 0 and self.dtype.kind in 'iu':
            return self._t.item()
        raise TypeError('only integer scalar arrays can be converted to a scalar index')

    def __format__(self, spec):
        if _rank(self._t._h) == 0:
            return format(self[()], spec)
        return object.__format__(self, spec)

    __hash__ = None

    def __repr__(self):
        from ._print import array_repr
        return array_repr(self)

    def __str__(self):
        from ._print import array_str
        return array_str(self)

    # ---- indexing ---------------------------------------------------------------------------------------------

    def __getitem__(self, index):
        from ._index import get
        ndarray.__getitem__ = get
        return get(self, index)

    def __setitem__(self, index, value):
        from ._index import put
        ndarray.__setitem__ = put
        put(self, index, value)

    # ---- copies -----------------------------------------------------------------------------------------------

    def copy(self, order='C'):
        return wrap(_cast(self._t._h, _dtype(self._t._h)))

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def astype(self, dtype, order='K', casting='unsafe', subok=True, copy=True):
        """A copy with another dtype."""
        d = resolve(dtype)
        if d._i < 0:
            from ._objects import to_objects
            return to_objects(self, d)
        if not copy and d is self.dtype:
            return self
        if casting != 'unsafe' and not dt.can_cast(self.dtype, d, casting):
            raise TypeError(f"Cannot cast array data from {self.dtype!r} to {d!r} according to the rule '{casting}'")
        return wrap(_cast(self._t._h, d._i))

    def __reduce__(self):
        return _rebuild, (self.dtype.str, self.shape, _bytes_of(self))

    def _of(self, h):
        """An array over a new handle of the same kind of memory, which this one is the base of."""
        made = wrap(h)
        made._b = self.base if self.base is not None else self
        return made

    def fill(self, value):
        """Writes one number everywhere."""
        self[...] = value


def _bytes_of(a):
    from torch._tensor import contents
    return contents(a._t)


def _rebuild(code, shape, raw):
    return from_bytes(resolve(code), raw, shape)


def wrap(h):
    """An array around an engine handle."""
    t = _new(Tensor)
    t._h = h
    a = _new(ndarray)
    a._t = t
    return a


def result(h):
    """What a function gives back: an array, or a scalar where it has no dimensions (h < -1)."""
    if h is None:
        failed()
    if h >= 0:
        return wrap(h)
    h = -2 - h
    found = scalar_of[_dtype(h)](_item(h))
    free.append(h)
    return found


def _item(h):
    v = item(h)
    if v.__class__ is str:
        return -0.0 if v == '-0.0' else complex(v)
    if isinstance(v, int) and v.__class__ is not bool:
        # What JavaScript hands over is an int of a class of pyodide's.
        return float(v) if by_index[_dtype(h)].kind == 'f' else int(v)
    return v


def of_tensor(t):
    """An array over a tensor's memory."""
    if not _bare(t._h):
        return wrap(_cast(t._h, _dtype(t._h)))
    return wrap(_again(t._h))


def from_bytes(d, raw, shape):
    from torch._construct import from_raw
    from torch._dtype import dtypes as torch_dtypes
    a = _new(ndarray)
    a._t = from_raw(torch_dtypes[d.name], raw, shape)
    return a


def of_flat(flat, shape, d):
    """An array of Python numbers that fit."""
    if d.kind == 'c':
        flat = [part for v in map(complex, flat) for part in (v.real, v.imag)]
    code = _FORMAT[d.name]
    try:
        raw = bytes(map(bool, flat)) if code == '?' else _buffer(code, flat).tobytes()
    except (OverflowError, TypeError):
        raw = _buffer(code, [d.type._read(v) for v in flat]).tobytes()
    return wrap(_from_held(d._i, _to_js(raw), *shape))


def scalar_array(v, d=None):
    """An array without dimensions of a number."""
    if d is None:
        d = dtype_of(v)
    if isinstance(v, generic):
        v = v.item()
    if v.__class__ is int and d.kind in 'iu':
        v = d.type._read(v)
    kind, crossing = weak(v)
    return wrap(_scalar(kind, crossing, d._i))


_KIND = {float: 2, bool: 3}


def weak(v):
    """(kind, what crosses) of a Python number."""
    c = v.__class__
    if c is float or c is bool:
        return _KIND[c], v
    if c is int:
        if -2**53 < v < 2**53:
            return 1, v
        if not -2**63 <= v < 2**63:
            raise OverflowError('Python int too large to convert to C long')
        return 4, str(v)
    if c is complex:
        return 5, f'{v.real!r} {v.imag!r}'.replace('inf', 'Infinity').replace('nan', 'NaN')
    if isinstance(v, bool):
        return 3, bool(v)
    if isinstance(v, int):
        return weak(int(v))
    if isinstance(v, complex):
        return weak(complex(v))
    return 2, float(v)


def dtype_of(v):
    """The dtype of an array of such a number."""
    if isinstance(v, generic):
        return v.dtype
    if isinstance(v, bool):
        return dtypes['bool']
    if isinstance(v, int):
        return dtypes['int64'] if -2**63 <= v < 2**63 else dt.object_dtype
    if isinstance(v, float):
        return dtypes['float64']
    if isinstance(v, complex):
        return dtypes['complex128']
    if isinstance(v, str):
        return dt.text_dtype(len(v))
    return dt.object_dtype


def asarray(v, dtype=None, order=None, *, device=None, copy=None, like=None):
    """The array itself, or a new one of Python data."""
    if isinstance(v, ndarray):
        if dtype is None:
            return v.copy() if copy else v
        d = resolve(dtype)
        return v if not copy and same_dtype(d, v.dtype) else v.astype(d)
    return from_data(v, None if dtype is None else resolve(dtype))


def same_dtype(wanted, own):
    return wanted is own or wanted == own or (wanted.kind == 'U' == own.kind and wanted.itemsize == 0)


def from_data(v, d=None):
    """A new array of a number, of sequences, of a tensor."""
    if isinstance(v, Tensor):
        a = v.__array__()
        return a if d is None or d is a.dtype else a.astype(d)
    if isinstance(v, (list, tuple, range)):
        return _of_sequence(v, d)
    if isinstance(v, (str, type(None))) or isinstance(v, (dict, set, frozenset)):
        return _objects([v], (), d)
    if hasattr(v, '__array__') and not isinstance(v, generic):
        a = v.__array__()
        return a if d is None or d is a.dtype else a.astype(d)
    if isinstance(v, (_buffer, memoryview)):
        return _of_sequence(list(v), d or resolve(v.typecode if isinstance(v, _buffer) else v.format))
    if isinstance(v, (bool, int, float, complex, generic)):
        own = dtype_of(v)
        if own._i < 0 or (d is not None and d._i < 0):
            return _objects([v], (), d)
        return scalar_array(v, d or own)
    if hasattr(v, '__len__') and hasattr(v, '__getitem__') and not isinstance(v, (bytes, type)):
        return _of_sequence([v[i] for i in range(len(v))], d)
    if hasattr(v, '__float__') and d is not None and d.kind == 'f':
        return scalar_array(float(v), d)
    return _objects([v], (), d)


def _objects(flat, shape, d):
    from ._objects import of_objects
    if d is not None and d._i >= 0:
        if flat and isinstance(flat[0], str):
            flat = [d.type._read(v) for v in flat]
            return of_flat(flat, shape, d)
        if flat and d.kind == 'f':
            return of_flat([float('nan') if v is None else float(v) for v in flat], shape, d)
        raise TypeError(f"int() argument must be a string, a bytes-like object or a real number, not '{type(flat[0]).__name__}'")
    return of_objects(flat, shape, d)


_SEQUENCES = (list, tuple, range)


def _shape_of(v):
    shape = []
    while isinstance(v, _SEQUENCES):
        shape.append(len(v))
        if not v:
            break
        v = v[0]
    if isinstance(v, (ndarray, Tensor)):
        shape.extend(v.shape)
    return shape


class _Ragged(Exception):
    pass


def _flatten(v, shape, depth, out):
    if isinstance(v, (ndarray, Tensor)):
        if list(v.shape) != shape[depth:]:
            raise _Ragged(depth)
        if v.ndim == 0:
            out.append(v[()] if isinstance(v, ndarray) else v.item())
        else:
            out.extend(flat_of(v))
        return
    if depth == len(shape):
        if isinstance(v, _SEQUENCES):
            raise _Ragged(depth)
        out.append(v)
        return
    if not isinstance(v, _SEQUENCES) or len(v) != shape[depth]:
        raise _Ragged(depth)
    if depth == len(shape) - 1:
        if _PLAIN.issuperset(map(type, v)):
            out.extend(v)
            return
    for part in v:
        _flatten(part, shape, depth + 1, out)


def flat_of(v):
    """Elements of an array or a tensor as Python values."""
    return v._flat() if hasattr(v, '_flat') else flat_values(v._t if isinstance(v, ndarray) else v)


_PLAIN = {int, float, bool, complex, str, type(None)}


def _of_sequence(v, d):
    shape = _shape_of(v)
    first = v
    while isinstance(first, _SEQUENCES) and first:
        first = first[0]
    if isinstance(first, (ndarray, Tensor)) and first.ndim > 0 and not hasattr(first, '_flat'):
        joined = _joined(v, shape, d)
        if joined is not None:
            return joined
    flat = []
    try:
        _flatten(v, shape, 0, flat)
    except _Ragged as error:
        depth = error.args[0]
        if d is not None and d.kind == 'O':
            return _objects(list(v), (len(v),), d)
        raise ValueError(f'setting an array element with a sequence. The requested array has an inhomogeneous shape after {max(depth, 1)} '
                         f'dimensions. The detected shape was {tuple(shape[:max(depth, 1)])} + inhomogeneous part.') from None
    kinds = set(map(type, flat))
    if kinds == {float} or not flat:
        own = dtypes['float64']
    elif kinds == {int}:
        own = dtypes['int64']
    elif kinds == {bool}:
        own = dtypes['bool']
    else:
        own = None
        for k in kinds:
            ds = {dtype_of(x) for x in flat if type(x) is k} if issubclass(k, str) else {dtype_of(next(x for x in flat if type(x) is k))}
            for x in ds:
                own = x if own is None else dt.promote_types(own, x)
    if isinstance(first, (ndarray, Tensor)) and kinds <= {int, float, bool}:
        own = resolve(_np_dtype(first))
    if own._i < 0 or (d is not None and d._i < 0):
        return _objects(flat, shape, own if d is None else d)
    if d is None:
        d = own
    if not _BASIC.issuperset(kinds):
        flat = [x.item() if isinstance(x, generic) else x for x in flat]
    if d.kind in 'iu' and own.kind in 'fc':
        if any(x != x or x in (float('inf'), float('-inf')) for x in flat):
            raise ValueError('cannot convert float NaN to integer')
        flat = [int(x) for x in flat]
    elif d.kind in 'bc' and own.kind != d.kind:
        pass
    return of_flat(flat, shape, d)


_BASIC = {int, float, bool, complex}


def _np_dtype(v):
    return v.dtype if isinstance(v, ndarray) else v.dtype.name


def _joined(v, shape, d):
    """A list of arrays, or of tensors, of one shape, as one array."""
    parts = []

    def gather(x):
        if isinstance(x, _SEQUENCES):
            return all(gather(y) for y in x)
        if not isinstance(x, (ndarray, Tensor)) or x.ndim == 0:
            return False
        parts.append(asarray(x))
        return True

    if not gather(v) or any(p.shape != parts[0].shape for p in parts):
        return None
    rows = [_reshape(p._t._h, 1, *p.shape) for p in parts]
    joined = wrap(_concat(0, -1 if d is None else d._i, *rows))
    free.extend(rows)
    return wrap(_reshape(joined._t._h, *shape))


dtype_class = dtype
ndarray.__module__ = 'numpy'
