"""Other shapes of the same numbers; arrays put together and taken apart."""
import operator

from ._bridge import function, names
from ._core import _concat, _reshape, asarray, ndarray, wrap
from ._dtype import resolve
from ._ufunc import axes_of, into, one_axis

_broadcast = function('npBroadcast')
_broadcast_shape = function('npBroadcastShape')
_repeat = function('npRepeat')
_transpose = function('npTranspose')


def reshape(a, /, shape=None, order='C', *, newshape=None, copy=None):
    """The same elements in another shape: a view where that is possible."""
    a = asarray(a)
    shape = newshape if shape is None else shape
    sizes = tuple(operator.index(n) for n in shape) if isinstance(shape, (tuple, list)) or hasattr(shape, '__iter__') else (operator.index(shape),)
    if order == 'F':
        return a.T.reshape(sizes[::-1]).T
    return a._of(_reshape(a._t._h, *sizes))


def _reshape_method(self, *shape, order='C', copy=None):
    return reshape(self, shape[0] if len(shape) == 1 else shape, order)


def ravel(a, order='C'):
    a = asarray(a)
    return a.T.ravel() if order == 'F' else a._of(_reshape(a._t._h, -1))


def _flatten(self, order='C'):
    return ravel(self, order).copy()


def transpose(a, axes=None):
    """The axes in another order: a view."""
    a = asarray(a)
    n = a.ndim
    if axes is None:
        order = range(n - 1, -1, -1)
    else:
        if len(axes) != n:
            raise ValueError("axes don't match array")
        order = axes_of(tuple(axes), n)
    return a._of(_transpose(a._t._h, *order))


permute_dims = transpose


def _transpose_method(self, *axes):
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = axes[0]
    return transpose(self, axes or None if self.ndim else None)


def swapaxes(a, axis1, axis2):
    a = asarray(a)
    order = list(range(a.ndim))
    i, j = one_axis(axis1, a.ndim), one_axis(axis2, a.ndim)
    order[i], order[j] = j, i
    return transpose(a, order)


def moveaxis(a, source, destination):
    a = asarray(a)
    source, destination = axes_of(source, a.ndim), axes_of(destination, a.ndim)
    order = [n for n in range(a.ndim) if n not in source]
    for to, of in sorted(zip(destination, source)):
        order.insert(to, of)
    return transpose(a, order)


def rollaxis(a, axis, start=0):
    a = asarray(a)
    axis = one_axis(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    return moveaxis(a, axis, start - 1 if axis < start else start)


def matrix_transpose(x):
    return asarray(x).mT


def expand_dims(a, axis):
    a = asarray(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    n = a.ndim + len(axes)
    axes = axes_of(tuple(axes), n)
    rest = iter(a.shape)
    return reshape(a, tuple(1 if i in axes else next(rest) for i in range(n)))


def squeeze(a, axis=None):
    """Without the axes of size 1."""
    a = asarray(a)
    shape = a.shape
    axes = [i for i, n in enumerate(shape) if n == 1] if axis is None else axes_of(axis, a.ndim)
    if any(shape[i] != 1 for i in axes):
        raise ValueError('cannot select an axis to squeeze out which has size not equal to one')
    return reshape(a, tuple(n for i, n in enumerate(shape) if i not in axes))


def atleast_1d(*arys):
    out = tuple(a.reshape(1) if a.ndim == 0 else a for a in map(asarray, arys))
    return out[0] if len(out) == 1 else out


def atleast_2d(*arys):
    out = tuple(a.reshape(1, -1) if a.ndim < 2 else a for a in map(asarray, arys))
    return out[0] if len(out) == 1 else out


def atleast_3d(*arys):
    out = tuple(a if a.ndim > 2 else a[:, :, None] if a.ndim == 2 else a.reshape(1, -1, 1) for a in map(asarray, arys))
    return out[0] if len(out) == 1 else out


def broadcast_to(array, shape, subok=False):
    """Repeated to a shape without a copy."""
    a = asarray(array)
    shape = tuple(shape) if hasattr(shape, '__iter__') else (shape,)
    return a._of(_broadcast(a._t._h, *shape))


def broadcast_shapes(*args):
    from ._create import empty
    return broadcast_arrays(*(empty(s, bool) for s in args))[0].shape


def broadcast_arrays(*args, subok=False):
    arrays = [asarray(a) for a in args]
    shape = tuple(names(_broadcast_shape(*(a._t._h for a in arrays))))
    return tuple(a if a.shape == shape else broadcast_to(a, shape) for a in arrays)


def concatenate(arrays, axis=0, out=None, dtype=None, casting='same_kind'):
    """Arrays one after the other along an axis."""
    parts = [asarray(a) for a in arrays]
    if not parts:
        raise ValueError('need at least one array to concatenate')
    if axis is None:
        parts, axis = [a.ravel() for a in parts], 0
    first = parts[0]
    if first.ndim == 0:
        raise ValueError('zero-dimensional arrays cannot be concatenated')
    x = one_axis(axis, first.ndim)
    for i, a in enumerate(parts):
        if a.ndim != first.ndim:
            raise ValueError('all the input arrays must have same number of dimensions, but the array at index 0 has '
                             f'{first.ndim} dimension(s) and the array at index {i} has {a.ndim} dimension(s)')
        for k, (m, n) in enumerate(zip(first.shape, a.shape)):
            if m != n and k != x:
                raise ValueError('all the input array dimensions except for the concatenation axis must match exactly, but along dimension '
                                 f'{k}, the array at index 0 has size {m} and the array at index {i} has size {n}')
    if any(hasattr(a, '_flat') for a in parts):
        from ._objects import joined
        return joined(parts, x)
    made = wrap(_concat(x, -1 if dtype is None else resolve(dtype)._i, *(a._t._h for a in parts)))
    return made if out is None else into(out, made, 'concatenate')


concat = concatenate


def stack(arrays, axis=0, out=None, *, dtype=None, casting='same_kind'):
    """Arrays along a new axis."""
    parts = [asarray(a) for a in arrays]
    if not parts:
        raise ValueError('need at least one array to stack')
    if any(a.shape != parts[0].shape for a in parts):
        raise ValueError('all input arrays must have the same shape')
    x = axes_of(axis, parts[0].ndim + 1)[0]
    return concatenate([expand_dims(a, x) for a in parts], x, out, dtype)


def vstack(tup, *, dtype=None, casting='same_kind'):
    return concatenate([atleast_2d(a) for a in tup], 0, dtype=dtype)


row_stack = vstack


def hstack(tup, *, dtype=None, casting='same_kind'):
    parts = [atleast_1d(a) for a in tup]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1, dtype=dtype)


def dstack(tup):
    return concatenate([atleast_3d(a) for a in tup], 2)


def column_stack(tup):
    return concatenate([a.reshape(-1, 1) if a.ndim < 2 else a for a in map(asarray, tup)], 1)


def append(arr, values, axis=None):
    arr, values = asarray(arr), asarray(values)
    if axis is None:
        arr, values, axis = arr.ravel(), values.ravel(), 0
    return concatenate((arr, values), axis)


def array_split(ary, indices_or_sections, axis=0):
    """Parts along an axis, of nearly the same size."""
    ary = asarray(ary)
    total = ary.shape[axis]
    if hasattr(indices_or_sections, '__len__') or getattr(indices_or_sections, 'ndim', 0):
        edges = [0, *map(int, indices_or_sections), total]
    else:
        n = int(indices_or_sections)
        if n <= 0:
            raise ValueError('number sections must be larger than 0.')
        each, extra = divmod(total, n)
        edges = [0]
        for i in range(n):
            edges.append(edges[-1] + each + (i < extra))
    front = (slice(None),) * one_axis(axis, ary.ndim)
    return [ary[front + (slice(a, b),)] for a, b in zip(edges, edges[1:])]


def split(ary, indices_or_sections, axis=0):
    ary = asarray(ary)
    if not hasattr(indices_or_sections, '__len__') and ary.shape[axis] % int(indices_or_sections):
        raise ValueError('array split does not result in an equal division')
    return array_split(ary, indices_or_sections, axis)


def hsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 1 if asarray(ary).ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 0)


def unstack(x, /, *, axis=0):
    return tuple(moveaxis(x, axis, 0))


def repeat(a, repeats, axis=None):
    """Each element several times."""
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    counts = asarray(repeats).ravel()
    x = one_axis(axis, a.ndim)
    if counts.size != 1 and counts.size != a.shape[x]:
        raise ValueError(f'operands could not be broadcast together with shape ({a.shape[x]},) ({counts.size},)')
    return a._of(_repeat(a._t._h, x, counts._t._h))


def tile(A, reps):
    """The whole array several times along its axes."""
    a = asarray(A)
    reps = tuple(reps) if hasattr(reps, '__iter__') else (reps,)
    n = max(len(reps), a.ndim)
    reps = (1,) * (n - len(reps)) + tuple(map(int, reps))
    a = a.reshape((1,) * (n - a.ndim) + a.shape)
    for axis, r in enumerate(reps):
        if r != 1:
            a = concatenate([a] * r, axis) if r else a[(slice(None),) * axis + (slice(0, 0),)]
    return a.copy()


def flip(m, axis=None):
    m = asarray(m)
    axes = axes_of(axis, m.ndim)
    return m[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(m.ndim))]


def fliplr(m):
    return flip(m, 1)


def flipud(m):
    return flip(m, 0)


def rot90(m, k=1, axes=(0, 1)):
    m = asarray(m)
    k %= 4
    if k == 0:
        return m
    if k == 2:
        return flip(m, axes)
    return flip(swapaxes(m, *axes), axes[0]) if k == 1 else swapaxes(flip(m, axes[0]), *axes)


def roll(a, shift, axis=None):
    """Elements moved along an axis; those that leave come in at the other end."""
    a = asarray(a)
    if axis is None:
        return roll(a.ravel(), shift, 0).reshape(a.shape)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    shifts = shift if isinstance(shift, (tuple, list)) else (shift,) * len(axes)
    for x, by in zip(axes, shifts):
        x = one_axis(x, a.ndim)
        n = a.shape[x]
        by = int(by) % n if n else 0
        front = (slice(None),) * x
        a = concatenate([a[front + (slice(n - by, None),)], a[front + (slice(None, n - by),)]], x)
    return a


def resize(a, new_shape):
    """Repeated or cut to a shape."""
    import math
    shape = tuple(new_shape) if hasattr(new_shape, '__iter__') else (new_shape,)
    flat, n = ravel(a), math.prod(shape)
    return tile(flat, -(-n // flat.size))[:n].reshape(shape)


def delete(arr, obj, axis=None):
    """Without the elements at some places."""
    arr = asarray(arr)
    if axis is None:
        arr, axis = arr.ravel(), 0
    x = one_axis(axis, arr.ndim)
    from ._create import ones
    keep = ones(arr.shape[x], bool)
    keep[obj] = False
    return arr[(slice(None),) * x + (keep,)]


def insert(arr, obj, values, axis=None):
    """With values before some place."""
    arr = asarray(arr)
    if axis is None:
        arr, axis = arr.ravel(), 0
    x = one_axis(axis, arr.ndim)
    places = asarray(obj)
    n = arr.shape[x]
    values = asarray(values).astype(arr.dtype)
    order = sorted((int(p) % (n + 1) if p < 0 else int(p), i) for i, p in enumerate(places.ravel().tolist()))
    rows = moveaxis(arr, x, 0)
    count = len(order)
    many = values if places.ndim and values.ndim else broadcast_to(values, (count, *rows.shape[1:])) if places.ndim else values
    if not places.ndim:
        block = broadcast_to(values, (1, *rows.shape[1:])) if rows.ndim > 1 else values.reshape(-1)
        parts = [rows[:order[0][0]], block, rows[order[0][0]:]]
    else:
        parts, last = [], 0
        for p, i in order:
            parts += [rows[last:p], many[i:i + 1]]
            last = p
        parts.append(rows[last:])
    return moveaxis(concatenate(parts, 0), 0, x)


def trim_zeros(filt, trim='fb', axis=None):
    filt = asarray(filt)
    found = filt.nonzero()[0]
    if not len(found):
        return filt[:0]
    return filt[int(found[0]) if 'f' in trim.lower() else 0:int(found[-1]) + 1 if 'b' in trim.lower() else len(filt)]


def block(arrays):
    """An array of nested lists of blocks."""
    def depth(v):
        return 1 + depth(v[0]) if isinstance(v, list) else 0

    def join(v, level, n):
        return concatenate([join(p, level + 1, n) for p in v], level - n) if isinstance(v, list) else asarray(v, None).reshape(
            (1,) * max(0, n - asarray(v).ndim) + asarray(v).shape)

    return join(arrays, 0, depth(arrays))


def shape(a):
    return asarray(a).shape


def size(a, axis=None):
    a = asarray(a)
    return a.size if axis is None else a.shape[axis]


def ndim(a):
    return asarray(a).ndim


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_')]
ndarray.reshape, ndarray.transpose, ndarray.flatten = _reshape_method, _transpose_method, _flatten
