"""Sums, extremes, means and spreads along axes."""
import math

from . import _dtype as dt
from ._bridge import function
from ._core import asarray, ndarray, result
from ._dtype import generic
from ._ufunc import axes_of, into, made as u, one_axis

_arg = function('npArgExtreme')
_add, _multiply, _divide, _subtract = u['add'], u['multiply'], u['divide'], u['subtract']


def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """Sum of elements; small integers are added up as int64."""
    if not isinstance(a, (ndarray, list, tuple, generic)) and hasattr(a, '__next__'):
        import builtins
        return builtins.sum(a)
    return _add.reduce(a, axis, dtype, out, keepdims, initial, where)


def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return _multiply.reduce(a, axis, dtype, out, keepdims, initial, where)


def max(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return u['maximum'].reduce(a, axis, None, out, keepdims, initial, where)


def min(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return u['minimum'].reduce(a, axis, None, out, keepdims, initial, where)


amax, amin = max, min


def any(a, axis=None, out=None, keepdims=False, *, where=True):
    return u['logical_or'].reduce(a, axis, None, out, keepdims, None, where)


def all(a, axis=None, out=None, keepdims=False, *, where=True):
    return u['logical_and'].reduce(a, axis, None, out, keepdims, None, where)


def cumsum(a, axis=None, dtype=None, out=None):
    a = asarray(a)
    return _add.accumulate(a.ravel() if axis is None else a, 0 if axis is None else axis, dtype, out)


def cumprod(a, axis=None, dtype=None, out=None):
    a = asarray(a)
    return _multiply.accumulate(a.ravel() if axis is None else a, 0 if axis is None else axis, dtype, out)


def ptp(a, axis=None, out=None, keepdims=False):
    made = max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)
    return made if out is None else into(out, made)


def _count(a, axis):
    return math.prod(a.shape[x] for x in axes_of(axis, a.ndim))


def _warn(text):
    import warnings
    warnings.warn(text, RuntimeWarning, stacklevel=4)


def _summed_as(a, dtype):
    """The dtype that a mean's sums are of, and whether they become float16 again."""
    if dtype is None and a.dtype.kind in 'iub':
        return 'float64', False
    if dtype is None and a.dtype.name == 'float16':
        return 'float32', True
    return dtype, False


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """The mean; of integers in float64."""
    a = asarray(a)
    d, half = _summed_as(a, dtype)
    n = _count(a, axis) if where is True else sum(asarray(where) & (a == a) | asarray(where), axis, keepdims=keepdims)
    if where is True and n == 0:
        _warn('Mean of empty slice')
    found = _divide(sum(a, axis, d, keepdims=keepdims, where=where), n)
    if half:
        found = found.astype('float16') if isinstance(found, ndarray) else dt.float16(found)
    return found if out is None else into(out, found, 'mean')


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
    """The mean square distance from the mean."""
    a = asarray(a)
    ddof = ddof if correction is None else correction
    if where is not True:
        a = a[asarray(where)] if axis is None else a
    d, half = _summed_as(a, dtype)
    n = _count(a, axis)
    if n - ddof <= 0:
        _warn('Degrees of freedom <= 0 for slice')
    middle = _divide(sum(a, axis, d, keepdims=True), n) if mean is None else mean
    x = asarray(_subtract(a, middle))
    x = _multiply(x, x.conj()).real if a.dtype.kind == 'c' else _multiply(x, x)
    left = n - ddof if n > ddof else 0
    found = _divide(sum(x, axis, d if a.dtype.kind != 'c' else None, keepdims=keepdims), left)
    if half:
        found = found.astype('float16') if isinstance(found, ndarray) else dt.float16(found)
    return found if out is None else into(out, found, 'var')


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
    """The square root of the variance."""
    found = u['sqrt'](var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction))
    return found if out is None else into(out, found, 'std')


def _argument(a, axis, out, keepdims, largest):
    a = asarray(a)
    n = a.ndim
    if axis is None:
        flat = a.reshape(-1)
        found = result(_arg(flat._t._h, 0, largest))
        found = found.reshape((1,) * n) if keepdims else found[0]
    else:
        x = one_axis(axis, n)
        found = result(_arg(a._t._h, x, largest))
        shape = a.shape[:x] + ((1,) if keepdims else ()) + a.shape[x + 1:]
        found = found.reshape(shape) if shape else found.reshape(())[()]
    return found if out is None else into(out, found)


def argmax(a, axis=None, out=None, *, keepdims=False):
    """Where the largest element stands."""
    return _argument(a, axis, out, keepdims, True)


def argmin(a, axis=None, out=None, *, keepdims=False):
    return _argument(a, axis, out, keepdims, False)


def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """The mean, weighted perhaps."""
    a = asarray(a)
    if weights is None:
        found = mean(a, axis, keepdims=keepdims)
        scale = asarray(found) * 0 + _count(a, axis)
    else:
        w = asarray(weights)
        if w.shape != a.shape:
            if axis is None:
                raise TypeError('Axis must be specified when shapes of a and weights differ.')
            if w.ndim != 1 or w.shape[0] != a.shape[axis]:
                raise ValueError('Shape of weights must be consistent with shape of a along specified axis.')
            w = w.reshape(tuple(-1 if x == axis % a.ndim else 1 for x in range(a.ndim)))
        scale = sum(w + a * 0, axis, keepdims=keepdims)
        if (asarray(scale) == 0).any():
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        found = sum(a * w, axis, keepdims=keepdims) / scale
    return (found, scale) if returned else found


# ---- without what is not a number -------------------------------------------------------------------------------

def _without(a, value):
    a = asarray(a)
    if a.dtype.kind not in 'fc':
        return a, None
    from ._search import where
    bad = u['isnan'](a)
    return where(bad, value, a), bad


def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return sum(_without(a, 0.0)[0], axis, dtype, out, keepdims, initial, where)


def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return prod(_without(a, 1.0)[0], axis, dtype, out, keepdims, initial, where)


def nancumsum(a, axis=None, dtype=None, out=None):
    return cumsum(_without(a, 0.0)[0], axis, dtype, out)


def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return u['fmax'].reduce(a, axis, None, out, keepdims, initial, where)


def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return u['fmin'].reduce(a, axis, None, out, keepdims, initial, where)


def nanargmax(a, axis=None, out=None, *, keepdims=False):
    return argmax(_without(a, -math.inf)[0], axis, out, keepdims=keepdims)


def nanargmin(a, axis=None, out=None, *, keepdims=False):
    return argmin(_without(a, math.inf)[0], axis, out, keepdims=keepdims)


def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    a, bad = _without(a, 0.0)
    if bad is None:
        return mean(a, axis, dtype, out, keepdims)
    found = sum(a, axis, dtype, keepdims=keepdims) / sum(~bad, axis, keepdims=keepdims)
    return found if out is None else into(out, found)


def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True):
    filled, bad = _without(a, 0.0)
    if bad is None:
        return var(filled, axis, dtype, out, ddof, keepdims)
    from ._search import where as choose
    x = choose(bad, 0.0, asarray(a) - nanmean(a, axis, keepdims=True))
    return sum(x * x, axis, keepdims=keepdims) / (sum(~bad, axis, keepdims=keepdims) - ddof)


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True):
    return u['sqrt'](nanvar(a, axis, dtype, None, ddof, keepdims))


def count_nonzero(a, axis=None, *, keepdims=False):
    """How many elements are not 0."""
    found = sum(asarray(a).astype(bool), axis, keepdims=keepdims)
    return found


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_')]
