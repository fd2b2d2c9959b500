"""New arrays."""
import math
import operator

from . import _dtype as dt
from ._bridge import function
from ._core import _full, asarray, dtype_of, from_data, ndarray, wrap
from ._dtype import dtypes, resolve

_zeros = function('npZeros')
_range = function('npRange')


def shape_of(shape):
    """A shape that a user gave, as a tuple of ints."""
    if isinstance(shape, (tuple, list)) or hasattr(shape, '__iter__'):
        out = tuple(operator.index(n) for n in shape)
    else:
        try:
            out = (operator.index(shape),)
        except TypeError:
            raise TypeError(f"expected a sequence of integers or a single integer, got '{shape!r}'") from None
    if any(n < 0 for n in out):
        raise ValueError('negative dimensions are not allowed')
    return out


def array(object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None):
    """A new array of Python data."""
    d = None if dtype is None else resolve(dtype)
    if isinstance(object, ndarray):
        a = object.astype(d) if d is not None and d != object.dtype else object.copy() if copy else object
    else:
        a = from_data(object, d)
        if copy and hasattr(object, '__array__') and a.size:
            a = a.copy()
    if a.ndim < ndmin:
        a = a.reshape((1,) * (ndmin - a.ndim) + a.shape)
    return a


def asanyarray(a, dtype=None, order=None, **kwargs):
    return asarray(a, dtype)


def ascontiguousarray(a, dtype=None, *, like=None):
    """The array in row-major order; itself where it is."""
    a = asarray(a, dtype)
    if a.ndim == 0:
        a = a.reshape(1)
    return a if a._t.is_contiguous() else a.copy()


asfortranarray = asanyarray


def copy(a, order='K', subok=False):
    return array(a)


def zeros(shape, dtype=float, order='C', *, device=None, like=None):
    d = resolve(dtype)
    if d._i < 0:
        from ._objects import filled
        return filled(shape_of(shape), 0 if d.kind == 'O' else '', d)
    return wrap(_zeros(d._i, *shape_of(shape)))


def empty(shape, dtype=float, order='C', *, device=None, like=None):
    d = resolve(dtype)
    if d.kind == 'O':
        from ._objects import filled
        return filled(shape_of(shape), None, d)
    return zeros(shape, dtype)


def ones(shape, dtype=None, order='C', *, device=None, like=None):
    return full(shape, 1, float if dtype is None else dtype)


def full(shape, fill_value, dtype=None, order='C', *, device=None, like=None):
    """An array of one value."""
    value = asarray(fill_value)
    d = value.dtype if dtype is None else resolve(dtype)
    if d._i < 0 or hasattr(value, '_flat'):
        from ._objects import filled
        return filled(shape_of(shape), fill_value, d)
    return wrap(_full(value._t._h, d._i, *shape_of(shape)))


def _like(a, dtype, shape):
    a = asarray(a)
    return (a.shape if shape is None else shape), (a.dtype if dtype is None else dtype)


def zeros_like(a, dtype=None, order='K', subok=True, shape=None, *, device=None):
    return zeros(*_like(a, dtype, shape))


def empty_like(prototype, dtype=None, order='K', subok=True, shape=None, *, device=None):
    return empty(*_like(prototype, dtype, shape))


def ones_like(a, dtype=None, order='K', subok=True, shape=None, *, device=None):
    return ones(*_like(a, dtype, shape))


def full_like(a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None):
    shape, d = _like(a, dtype, shape)
    return full(shape, fill_value, d)


def arange(*args, start=None, stop=None, step=None, dtype=None, device=None, like=None):
    """Evenly spaced numbers below a stop."""
    if len(args) == 4:
        *args, dtype = args
    if len(args) == 1 and stop is None:
        start, stop = start or 0, args[0]
    elif args:
        start, stop, step = (*args, *([stop] if len(args) == 1 else []), *([step] if len(args) < 3 else []))[:3]
    start, step = 0 if start is None else start, 1 if step is None else step
    if stop is None:
        raise TypeError('arange() requires stop to be specified.')
    values = [v.item() if hasattr(v, 'item') else v for v in (start, stop, step)]
    own = dtypes['float64'] if any(isinstance(v, float) for v in values) else dtypes['int64']
    for v in (start, stop, step):
        if hasattr(v, 'dtype') and v.dtype.__class__ is dt.dtype:
            own = dt.promote_types(own, v.dtype) if not (own.kind == 'i' and v.dtype.kind == 'f') else v.dtype
    start, stop, step = values
    if step == 0:
        raise ZeroDivisionError('division by zero')
    d = own if dtype is None else resolve(dtype)
    n = max(0, math.ceil((stop - start) / step))
    if d.kind in 'iu' and dtype is not None and own.kind == 'f':
        start, step = int(start), int(start + step) - int(start)
    return wrap(_range(d._i, start, step, n))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    """`num` evenly spaced numbers between two."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f'Number of samples, {num}, must be non-negative.')
    div = num - 1 if endpoint else num
    whole = dtype is not None and resolve(dtype).kind in 'iu'
    start, stop = asarray(start) * 1.0, asarray(stop) * 1.0
    delta = stop - start
    d = asarray(delta).dtype
    y = arange(0, num, dtype=d).reshape((-1,) + (1,) * asarray(delta).ndim)
    step = float('nan')
    if div > 0:
        step = delta / div
        if (asarray(step) == 0).any():
            y = y / div * delta
        else:
            y = y * step
    else:
        y = y * delta
    y = y + start
    if endpoint and num > 1:
        y[-1, ...] = stop
    if axis != 0:
        from ._shape import moveaxis
        y = moveaxis(y, 0, axis)
    if whole:
        from ._ufunc import made
        y = made['floor'](y)
    y = y if dtype is None else y.astype(dtype)
    return (y, step) if retstep else y


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Numbers evenly spaced by their logarithm."""
    y = base ** linspace(start, stop, num, endpoint, axis=axis)
    return y if dtype is None else y.astype(dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers of which each is a multiple of the last."""
    y = logspace(math.log10(start), math.log10(stop), num, endpoint)
    if num > 0:
        y[0] = start
        if num > 1 and endpoint:
            y[-1] = stop
    return y if dtype is None else y.astype(dtype)


def eye(N, M=None, k=0, dtype=float, order='C', *, device=None, like=None):
    """Ones on a diagonal."""
    m = zeros((N, N if M is None else M), dtype)
    rows, columns = m.shape
    n = min(rows + min(k, 0), columns - max(k, 0))
    if n > 0:
        i = arange(n)
        m[i - min(k, 0), i + max(k, 0)] = 1
    return m


def identity(n, dtype=None, *, like=None):
    return eye(n, dtype=float if dtype is None else dtype)


def diag(v, k=0):
    """A matrix with this diagonal, or a matrix's diagonal."""
    v = asarray(v)
    if v.ndim == 1:
        n = len(v) + abs(k)
        m = zeros((n, n), v.dtype)
        i = arange(len(v))
        m[i - min(k, 0), i + max(k, 0)] = v
        return m
    if v.ndim != 2:
        raise ValueError('Input must be 1- or 2-d.')
    return diagonal(v, k)


def diagflat(v, k=0):
    return diag(asarray(v).ravel(), k)


def diagonal(a, offset=0, axis1=0, axis2=1):
    """The diagonal of two axes."""
    a = asarray(a)
    from ._shape import moveaxis
    m = moveaxis(a, (axis1, axis2), (-2, -1))
    n = max(0, min(m.shape[-2] + min(offset, 0), m.shape[-1] - max(offset, 0)))
    i = arange(n)
    return m[..., i - min(offset, 0), i + max(offset, 0)]


def tri(N, M=None, k=0, dtype=float, *, like=None):
    """Ones at and below a diagonal."""
    return (arange(N).reshape(-1, 1) >= arange(-k, (N if M is None else M) - k)).astype(dtype)


def tril(m, k=0):
    from ._search import where
    m = asarray(m)
    return where(tri(*m.shape[-2:], k=k, dtype=bool), m, zeros(1, m.dtype))


def triu(m, k=0):
    from ._search import where
    m = asarray(m)
    return where(tri(*m.shape[-2:], k=k - 1, dtype=bool), zeros(1, m.dtype), m)


def tril_indices(n, k=0, m=None):
    return tri(n, m, k=k, dtype=bool).nonzero()


def triu_indices(n, k=0, m=None):
    return (~tri(n, m, k=k - 1, dtype=bool)).nonzero()


def vander(x, N=None, increasing=False):
    """Powers of x in columns."""
    x = asarray(x)
    powers = arange(len(x) if N is None else N)
    return x.reshape(-1, 1) ** (powers if increasing else powers[::-1])


def meshgrid(*xi, copy=True, sparse=False, indexing='xy'):
    """Coordinates of a grid."""
    xi = [asarray(x).ravel() for x in xi]
    n = len(xi)
    out = [x.reshape((1,) * i + (-1,) + (1,) * (n - 1 - i)) for i, x in enumerate(xi)]
    if indexing == 'xy' and n > 1:
        out[0] = out[0].reshape((1, -1) + (1,) * (n - 2))
        out[1] = out[1].reshape((-1, 1) + (1,) * (n - 2))
    if not sparse:
        from ._shape import broadcast_arrays
        out = [a.copy() for a in broadcast_arrays(*out)]
    return tuple(out)


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """A function of the coordinates."""
    return function(*indices(shape, dtype=dtype), **kwargs)


def indices(dimensions, dtype=int, sparse=False):
    """The coordinates of each place."""
    made = meshgrid(*(arange(n, dtype=dtype) for n in dimensions), indexing='ij', sparse=sparse)
    if sparse:
        return made
    from ._shape import stack
    return stack(made)


def fromiter(iter, dtype, count=-1, *, like=None):
    from itertools import islice
    return array(list(iter if count < 0 else islice(iter, count)), dtype)


def frombuffer(buffer, dtype=float, count=-1, offset=0, *, like=None):
    """An array of bytes' contents."""
    from ._core import from_bytes
    d = resolve(dtype)
    raw = bytes(buffer)[offset:]
    if count >= 0:
        raw = raw[:count * d.itemsize]
    if len(raw) % d.itemsize:
        raise ValueError('buffer size must be a multiple of element size')
    return from_bytes(d, raw, (len(raw) // d.itemsize,))


def fromstring(string, dtype=float, count=-1, *, sep, like=None):
    return array([resolve(dtype).type(v) for v in string.split(sep.strip() or None)], dtype)


def result_type(*args):
    """The dtype that a computation of these has."""
    strong = [resolve(v) if isinstance(v, (type, str, dt.dtype)) else asarray(v).dtype for v in args
              if isinstance(v, (type, str, dt.dtype, ndarray, dt.generic)) or not isinstance(v, (int, float, complex))]
    weak = [v for v in args if type(v) in (int, float, complex, bool)]
    if not strong:
        strong, weak = [dtype_of(weak[0])], weak[1:]
    found = strong[0]
    for d in strong[1:]:
        found = dt.promote_types(found, d)
    for v in weak:
        if found.kind in 'OU':
            break
        found = (zeros(1, found) + v).dtype
    return found


def min_scalar_type(a):
    return asarray(a).dtype


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_') and n != 'shape_of']
