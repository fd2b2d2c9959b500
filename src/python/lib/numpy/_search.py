"""Choosing, sorting, searching and counting elements."""
import builtins

from ._bridge import function, names
from ._core import asarray, ndarray, result, wrap
from ._dtype import generic
from ._ufunc import into, made as u, one_axis, operand

_argsort = function('npArgsort')
_bincount = function('npBincount')
_nonzero = function('npNonzero')
_searchsorted = function('npSearchsorted')
_sort = function('npSort')
_unique = function('npUnique')
_where = function('npWhere')


def where(condition, x=None, y=None, /):
    """`x` where the condition holds, else `y`; with the condition alone, where it holds."""
    c = asarray(condition)
    if x is None and y is None:
        return nonzero(c)
    if x is None or y is None:
        raise ValueError('either both or neither of x and y should be given')
    if isinstance(x, str) or isinstance(y, str) or hasattr(x, '_flat') or hasattr(y, '_flat'):
        from ._objects import where_objects
        return where_objects(c, x, y)
    ka, a, one = operand(x)
    kb, b, two = operand(y)
    return wrap(_where(c._t._h, ka, a, kb, b))


def nonzero(a):
    """Where the elements are not 0: an array of places for each axis."""
    a = asarray(a)
    if a.ndim == 0:
        raise ValueError('Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead. If the context of this '
                         'error is of the form `arr[nonzero(cond)]`, just use `arr[cond]`.')
    return tuple(wrap(h) for h in names(_nonzero(a._t._h)))


def argwhere(a):
    from ._shape import stack
    a = asarray(a)
    return stack(nonzero(a), 1) if a.ndim else a.reshape(1)[:0].reshape(0, 0)


def flatnonzero(a):
    return nonzero(asarray(a).ravel())[0]


def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    """A sorted copy."""
    a = asarray(a)
    if hasattr(a, '_flat'):
        return a._sorted(axis)
    if axis is None:
        a, axis = a.ravel(), 0
    return wrap(_sort(a._t._h, one_axis(axis, a.ndim)))


def _sort_method(self, axis=-1, kind=None, order=None, *, stable=None):
    self[...] = sort(self, axis)


def argsort(a, axis=-1, kind=None, order=None, *, stable=None):
    """The places of the elements in sorted order."""
    a = asarray(a)
    if hasattr(a, '_flat'):
        flat = a._flat()
        return asarray(builtins.sorted(range(len(flat)), key=flat.__getitem__))
    if axis is None:
        a, axis = a.ravel(), 0
    return wrap(_argsort(a._t._h, one_axis(axis, a.ndim)))


def lexsort(keys, axis=-1):
    """Places in the order of several keys, the last one first."""
    keys = [asarray(k).tolist() for k in keys]
    return asarray(builtins.sorted(range(len(keys[0])), key=lambda i: [k[i] for k in keys[::-1]]))


def partition(a, kth, axis=-1, kind='introselect', order=None):
    return sort(a, axis)


def argpartition(a, kth, axis=-1, kind='introselect', order=None):
    return argsort(a, axis)


def searchsorted(a, v, side='left', sorter=None):
    """Where elements would go into a sorted array."""
    a, v = asarray(a), asarray(v)
    # A name for each array: one that only a handle is left of is freed before the call reads it.
    order = None if sorter is None else asarray(sorter)
    return result(_searchsorted(a._t._h, v._t._h, side == 'right', -1 if order is None else order._t._h))


def digitize(x, bins, right=False):
    """Which bin each element falls into."""
    bins = asarray(bins)
    side = 'left' if right else 'right'
    if len(bins) > 1 and bins[0] > bins[-1]:
        return len(bins) - searchsorted(bins[::-1], x, side)
    return searchsorted(bins, x, side)


def bincount(x, /, weights=None, minlength=0):
    """How often each of 0, 1, 2 … is there."""
    x = asarray(x)
    if x.ndim != 1:
        raise ValueError('object too deep for desired array' if x.ndim else 'object of too small depth for desired array')
    if x.dtype.kind == 'f' and x.size:
        raise TypeError("Cannot cast array data from dtype('float64') to dtype('int64') according to the rule 'safe'")
    if x.size and (x < 0).any():
        raise ValueError("'list' argument must have no negative elements")
    weights = None if weights is None else asarray(weights)
    return wrap(_bincount(x._t._h, -1 if weights is None else weights._t._h, int(minlength)))


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True):
    """The different elements in order; where each first stood, which one every element is, how often it is there."""
    a = asarray(ar)
    if hasattr(a, '_flat'):
        from ._objects import unique_objects
        found = unique_objects(a)
    elif axis is not None:
        found = _unique_rows(a, one_axis(axis, a.ndim))
    else:
        flat = a.ravel()
        found = tuple(wrap(h) for h in names(_unique(flat._t._h)))
        found = (found[0], found[1], found[2].reshape(a.shape), found[3])
    wanted = [True, return_index, return_inverse, return_counts]
    out = tuple(v for v, want in zip(found, wanted) if want)
    return out[0] if len(out) == 1 else out


def _unique_rows(a, axis):
    from ._shape import moveaxis
    rows = moveaxis(a, axis, 0)
    keys = rows.reshape(rows.shape[0], -1).tolist()
    first, counts = {}, {}
    for i, key in enumerate(map(tuple, keys)):
        first.setdefault(key, i)
        counts[key] = counts.get(key, 0) + 1
    order = builtins.sorted(first)
    place = {k: i for i, k in enumerate(order)}
    index = asarray([first[k] for k in order])
    return (moveaxis(rows[index], 0, axis), index, asarray([place[tuple(k)] for k in keys]), asarray([counts[k] for k in order]))


def unique_values(x, /):
    return unique(x)


def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    """Is each element among the others?"""
    element = asarray(element)
    test = asarray(list(test_elements) if isinstance(test_elements, (set, frozenset)) else test_elements)
    if hasattr(element, '_flat') or hasattr(test, '_flat'):
        known = set(test.ravel().tolist())
        found = asarray([v in known for v in element.ravel().tolist()]).reshape(element.shape)
    elif test.size == 0:
        found = element != element
    else:
        ordered = sort(test.ravel())
        at = searchsorted(ordered, element)
        found = asarray(ordered[u['minimum'](at, len(ordered) - 1)] == element)
    return ~found if invert else found


def in1d(ar1, ar2, assume_unique=False, invert=False):
    return isin(asarray(ar1).ravel(), ar2, invert=invert)


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    a, b = unique(ar1), unique(ar2)
    return a[isin(a, b)]


def setdiff1d(ar1, ar2, assume_unique=False):
    a = asarray(ar1).ravel() if assume_unique else unique(ar1)
    return a[~isin(a, ar2)]


def union1d(ar1, ar2):
    from ._shape import concatenate
    return unique(concatenate((asarray(ar1).ravel(), asarray(ar2).ravel())))


def setxor1d(ar1, ar2, assume_unique=False):
    a, b = unique(ar1), unique(ar2)
    return union1d(a[~isin(a, b)], b[~isin(b, a)])


def clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None, dtype=None, **kwargs):
    """Brought into a range."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if not isinstance(a, generic):
        a = asarray(a)
    found = a if low is None else u['maximum'](a, low)
    found = found if high is None else u['minimum'](found, high)
    if low is None and high is None:
        found = asarray(a).copy()
    return found if out is None else into(out, found, 'clip')


def take(a, indices, axis=None, out=None, mode='raise'):
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    x = one_axis(axis, a.ndim)
    i = asarray(indices)
    if mode != 'raise':
        i = clip(i, 0, a.shape[x] - 1) if mode == 'clip' else i % a.shape[x]
    found = a[(slice(None),) * x + (i if i.ndim else int(i),)]
    return found if out is None else into(out, found)


def put(a, ind, v, mode='raise'):
    """Writes at places of the flattened array, in place."""
    i = asarray(ind).ravel()
    from ._shape import resize
    v = asarray(v)
    values = resize(v, i.shape) if v.size != i.size else v.ravel()
    a.flat[i] = values


def take_along_axis(arr, indices, axis=-1):
    arr, i = asarray(arr), asarray(indices)
    if axis is None:
        return arr.ravel()[i]
    return arr[_along(arr, i, axis)]


def put_along_axis(arr, indices, values, axis):
    arr[_along(arr, asarray(indices), axis)] = values


def _along(arr, i, axis):
    from ._create import arange
    x = one_axis(axis, arr.ndim)
    return tuple(i if k == x else arange(n).reshape((1,) * k + (-1,) + (1,) * (arr.ndim - k - 1)) for k, n in enumerate(arr.shape))


def choose(a, choices, out=None, mode='raise'):
    from ._shape import stack, broadcast_arrays
    a, *choices = broadcast_arrays(a, *choices)
    return take_along_axis(stack(choices), a[None], 0)[0]


def select(condlist, choicelist, default=0):
    """Of several choices the first whose condition holds."""
    found = default
    for c, v in list(zip(condlist, choicelist))[::-1]:
        found = where(c, v, found)
    return found


def piecewise(x, condlist, funclist, *args, **kw):
    x = asarray(x)
    from ._create import zeros_like
    y = zeros_like(x)
    conditions = [asarray(c) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        rest = ~conditions[0]
        for c in conditions[1:]:
            rest &= ~c
        conditions.append(rest)
    for c, f in zip(conditions, funclist):
        y[c] = f(x[c], *args, **kw) if callable(f) else f
    return y


def compress(condition, a, axis=None, out=None):
    a = asarray(a)
    i = asarray(condition).nonzero()[0]
    return take(a, i, axis)


def extract(condition, arr):
    return asarray(arr).ravel()[asarray(condition).ravel().astype(bool)]


def place(arr, mask, vals):
    arr[asarray(mask).astype(bool)] = vals


def putmask(a, mask, values):
    mask, values = asarray(mask), asarray(values)
    a[mask] = values[mask] if values.shape == mask.shape else values


def copyto(dst, src, casting='same_kind', where=True):
    """Writes one array into another, in place."""
    into(dst, asarray(src), 'copyto', where)


def ix_(*args):
    """Indexes whose product is taken."""
    out = []
    for k, a in enumerate(args):
        a = asarray(a)
        if a.dtype.kind == 'b':
            a = a.nonzero()[0]
        out.append(a.reshape((1,) * k + (-1,) + (1,) * (len(args) - k - 1)))
    return tuple(out)


def unravel_index(indices, shape, order='C'):
    """The coordinates of flat places."""
    shape = tuple(shape) if hasattr(shape, '__iter__') else (shape,)
    i, out = indices, []
    for n in shape[::-1]:
        i = asarray(i)[()]
        out.append(i % n)
        i = i // n
    return tuple(out[::-1])


def ravel_multi_index(multi_index, dims, mode='raise', order='C'):
    found = 0
    for i, n in zip(multi_index, dims):
        found = found * n + asarray(i)
    return found[()] if asarray(found).ndim == 0 else found


def diag_indices(n, ndim=2):
    from ._create import arange
    return (arange(n),) * ndim


def diag_indices_from(arr):
    return diag_indices(arr.shape[0], arr.ndim)


def tril_indices_from(arr, k=0):
    from ._create import tril_indices
    return tril_indices(arr.shape[-2], k, arr.shape[-1])


def triu_indices_from(arr, k=0):
    from ._create import triu_indices
    return triu_indices(arr.shape[-2], k, arr.shape[-1])


def fill_diagonal(a, val, wrap=False):
    """Writes to the diagonal, in place."""
    from ._create import arange
    i = arange(builtins.min(a.shape))
    a[(i,) * a.ndim] = val


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_')]
ndarray.sort = _sort_method
