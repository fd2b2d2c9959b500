"""Arrays of texts and of other Python objects: the array holds places in a list, so that all that moves elements works as for numbers."""
import builtins
import operator

from . import _dtype as dt
from ._core import asarray, dtypes, ndarray, of_flat, wrap
from ._dtype import generic, object_dtype, str_, text_dtype


class _Objects(ndarray):
    """An array whose elements lie in a Python list."""

    __slots__ = ('_pool', '_d')

    dtype = property(lambda self: self._d)
    itemsize = property(lambda self: self._d.itemsize)

    def _of(self, h):
        made = _around(wrap(h), self._pool, self._d)
        made._b = self.base if self.base is not None else self
        return made

    def _places(self):
        return ndarray.tolist(self.reshape(-1)._numbers())

    def _numbers(self):
        """The places as an array of integers."""
        a = object.__new__(ndarray)
        a._t = self._t
        return a

    def _flat(self):
        pool = self._pool
        return [pool[i] for i in self._places()]

    def _element(self, place):
        v = self._pool[place]
        return str_(v) if self._d.kind == 'U' else v

    def _found(self, h):
        from ._core import result
        v = result(h)
        return self._element(int(v))

    def __iter__(self):
        if self.ndim == 1:
            return iter([self._element(i) for i in self._places()])
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        if self.size == 1:
            return builtins.bool(self._flat()[0])
        return ndarray.__bool__(self)

    def tolist(self):
        from torch._tensor import nested
        return nested(self._flat(), self.shape) if self.ndim else self._flat()[0]

    def item(self, *args):
        return self._flat()[0] if not args else self[args]

    def copy(self, order='C'):
        return of_objects(self._flat(), self.shape, self._d)

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        return of_objects(deepcopy(self._flat(), memo), self.shape, self._d)

    def astype(self, dtype, order='K', casting='unsafe', subok=True, copy=True):
        d = dt.resolve(dtype)
        flat = self._flat()
        if d._i < 0:
            return of_objects(flat if d.kind == 'O' else [str(v) for v in flat], self.shape, d if d.kind == 'O' else None)
        if self._d.kind == 'U':
            try:
                flat = [d.type._read(v) for v in flat]
            except ValueError:
                bad = next(v for v in flat if not _reads(d, v))
                raise ValueError(f'could not convert string to float: {str_(bad)!r}' if d.kind == 'f' else
                                 f'invalid literal for int() with base 10: {str_(bad)!r}') from None
        return of_flat([v.item() if isinstance(v, generic) else v for v in flat], self.shape, d)

    def _source(self, value):
        """What is assigned, put into the list."""
        if isinstance(value, _Objects) or (isinstance(value, (list, tuple, ndarray)) and self._d.kind == 'U') or isinstance(value, ndarray):
            values = asarray(value)
            flat, shape = (values._flat() if hasattr(values, '_flat') else values.ravel().tolist() if values.ndim else [values.tolist()]), values.shape
        elif isinstance(value, (list, tuple)):
            values = asarray(value, object_dtype)
            flat, shape = values._flat(), values.shape
        else:
            flat, shape = [value], ()
        if self._d.kind == 'U':
            n = self._d.itemsize // 4
            flat = [str(v)[:n] for v in flat]
        at = len(self._pool)
        self._pool.extend(flat)
        return of_flat(list(range(at, at + len(flat))), shape, dtypes['int64'])

    def __reduce__(self):
        return of_objects, (self._flat(), self.shape, None if self._d.kind == 'U' else self._d)

    def _sorted(self, axis):
        from ._math import apply_along_axis
        if self.ndim == 1:
            return of_objects(sorted(self._flat()), self.shape, self._d)
        return apply_along_axis(lambda line: line._sorted(0), axis, self)

    def sort(self, axis=-1, kind=None, order=None):
        self[...] = self._sorted(axis)

    def sum(self, axis=None, **kwargs):
        if axis is not None:
            from ._math import apply_along_axis
            return apply_along_axis(lambda line: line.sum(), axis, self)
        flat = self._flat()
        found = flat[0] if flat else 0
        for v in flat[1:]:
            found = found + v
        return found

    def max(self, axis=None, **kwargs):
        return builtins.max(self._flat())

    def min(self, axis=None, **kwargs):
        return builtins.min(self._flat())


def _reads(d, v):
    try:
        d.type._read(v)
    except ValueError:
        return False
    return True


def _around(places, pool, d):
    a = object.__new__(_Objects)
    a._t, a._pool, a._d = places._t, pool, d
    return a


def of_objects(flat, shape, d=None):
    """An array of Python objects; of texts where all are."""
    flat = list(flat)
    if d is None or d.kind == 'U':
        if d is not None or flat and all(isinstance(v, (str, int, float, complex, generic)) for v in flat) and any(isinstance(v, str) for v in flat):
            flat = [str(v) for v in flat]
            if d is None or d.itemsize == 0:
                d = text_dtype(max(map(len, flat), default=0) or 1)
            flat = [v[:d.itemsize // 4] for v in flat]
        else:
            d = object_dtype
    return _around(of_flat(list(range(len(flat))), shape, dtypes['int64']), flat, d)


def to_objects(a, d):
    """Numbers as objects, or as texts."""
    if d.kind == 'O':
        flat = a.ravel().tolist() if a.ndim else [a.tolist()]
        return of_objects(flat, a.shape, d)
    texts = [str(v) for v in (a.ravel() if a.ndim else [a[()]])]
    if d.itemsize == 0:
        d = text_dtype({'f': 32, 'b': 5, 'c': 64}.get(a.dtype.kind, 21))
    return of_objects(texts, a.shape, d)


def filled(shape, value, d):
    """An array of one object."""
    from ._create import full
    d = text_dtype(len(value) or 1) if d.kind == 'U' and d.itemsize == 0 else d
    return _around(full(shape, 0, 'int64'), [value], d)


def _all(v):
    """What elementwise works on: an array of objects."""
    a = asarray(v)
    return a if hasattr(a, '_flat') else to_objects(a, object_dtype)


_PYTHON = {'add': operator.add, 'subtract': operator.sub, 'multiply': operator.mul, 'divide': operator.truediv, 'floor_divide': operator.floordiv,
           'remainder': operator.mod, 'power': operator.pow, 'equal': operator.eq, 'not_equal': operator.ne, 'less': operator.lt,
           'less_equal': operator.le, 'greater': operator.gt, 'greater_equal': operator.ge, 'negative': operator.neg, 'absolute': operator.abs,
           'bitwise_and': operator.and_, 'bitwise_or': operator.or_, 'logical_not': operator.not_, 'maximum': max, 'minimum': min,
           'isnan': lambda v: v != v}


def elementwise(name, args):
    """A ufunc of objects: Python's operator on each."""
    f = _PYTHON.get(name)
    if f is None:
        raise TypeError(f"loop of ufunc does not support argument 0 of type {type(_all(args[0])._flat()[0]).__name__} which has no callable "
                        f'{name} method')
    from ._shape import broadcast_arrays
    arrays = [_all(v) for v in args]
    shape = broadcast_arrays(*(a._numbers() for a in arrays))[0].shape
    wide = [a if a.shape == shape else _around(broadcast_arrays(a._numbers(), _places(shape))[0], a._pool, a._d) for a in arrays]
    flat = [f(*values) for values in zip(*(a._flat() for a in wide))]
    if name in ('equal', 'not_equal', 'less', 'less_equal', 'greater', 'greater_equal', 'logical_not', 'isnan'):
        made = of_flat([bool(v) for v in flat], shape, dtypes['bool'])
    else:
        made = of_objects(flat, shape, None if all(a._d.kind == 'U' for a in arrays) else object_dtype)
    return made if shape else made[()]


def _places(shape):
    from ._create import zeros
    return zeros(shape, 'int64')


def joined(parts, axis):
    """Arrays of objects one after the other."""
    from ._shape import concatenate
    pool, places = [], []
    texts = all(a.dtype.kind == 'U' for a in map(_all, parts)) or any(a.dtype.kind == 'U' for a in parts) and not any(
        a.dtype.kind == 'O' for a in parts)
    for a in parts:
        a = a if hasattr(a, '_flat') else to_objects(a, text_dtype(0) if texts else object_dtype)
        places.append(a._numbers() + len(pool))
        pool += a._pool
    d = text_dtype(max(a.dtype.itemsize // 4 if a.dtype.kind == 'U' else 21 for a in parts)) if texts else object_dtype
    return _around(concatenate(places, axis), pool, d)


def where_objects(condition, x, y):
    from ._shape import broadcast_arrays
    x, y = _all(x), _all(y)
    c, i, j = broadcast_arrays(condition, x._numbers(), y._numbers() + len(x._pool))
    from ._search import where
    texts = x._d.kind == y._d.kind == 'U'
    return _around(where(c, i, j), x._pool + y._pool, text_dtype(max(x._d.itemsize, y._d.itemsize) // 4) if texts else object_dtype)


def unique_objects(a):
    """The different objects in order, where each first stood, which one every element is, and how often it is there."""
    flat = a._flat()
    first, counts = {}, {}
    for i, v in enumerate(flat):
        first.setdefault(v, i)
        counts[v] = counts.get(v, 0) + 1
    order = sorted(first)
    number = {v: i for i, v in enumerate(order)}
    return (of_objects(order, (len(order),), a._d), asarray([first[v] for v in order]),
            asarray([number[v] for v in flat]).reshape(a.shape), asarray([counts[v] for v in order]))


from ._ufunc import _COMPARE, _OPERATORS, made as _u  # noqa: E402
for _short, _name in {**_OPERATORS, **_COMPARE}.items():
    setattr(_Objects, f'__{_short}__', lambda self, other, f=_u[_name]: f(self, other))
    if _short in _OPERATORS:
        setattr(_Objects, f'__r{_short}__', lambda self, other, f=_u[_name]: f(other, self))
_Objects.__name__ = _Objects.__qualname__ = 'ndarray'
_Objects.__module__ = 'numpy'
_Objects.__hash__ = None
