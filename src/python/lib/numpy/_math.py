"""Rounding, comparing with tolerance, differences, statistics, polynomials."""
from . import _dtype as dt
from ._bridge import function
from ._core import asarray, ndarray, wrap
from ._dtype import generic
from ._ufunc import axes_of, into, made as u, one_axis

_part = function('npPart')


def real(val):
    a = asarray(val)
    found = wrap(_part(a._t._h, False)) if a.dtype.kind == 'c' else a
    return found if isinstance(val, ndarray) or a.ndim else found[()]


def imag(val):
    a = asarray(val)
    return wrap(_part(a._t._h, True)) if isinstance(val, ndarray) or a.ndim else wrap(_part(a._t._h, True))[()]


def angle(z, deg=False):
    z = asarray(z)
    found = u['arctan2'](imag(z), real(z))
    return u['rad2deg'](found) if deg else found


def iscomplexobj(x):
    return asarray(x).dtype.kind == 'c'


def isrealobj(x):
    return not iscomplexobj(x)


def iscomplex(x):
    return asarray(imag(asarray(x)) != 0)[()]


def isreal(x):
    return asarray(imag(asarray(x)) == 0)[()]


def round(a, decimals=0, out=None):
    """To the nearest, halves to the even one."""
    x = asarray(a)
    if x.dtype.kind in 'iub':
        found = x.copy() if decimals >= 0 else (u['rint'](x / 10 ** -decimals) * 10 ** -decimals).astype(x.dtype)
    elif x.dtype.kind == 'c':
        found = round(x.real, decimals) + 1j * asarray(round(x.imag, decimals))
    elif decimals == 0:
        found = u['rint'](x)
    elif decimals > 0:
        found = u['divide'](u['rint'](u['multiply'](x, 10.0 ** decimals)), 10.0 ** decimals)
    else:
        found = u['multiply'](u['rint'](u['divide'](x, 10.0 ** -decimals)), 10.0 ** -decimals)
    if x.ndim == 0:
        found = asarray(found)[()]
    return found if out is None else into(out, found)


around = round


def fix(x, out=None):
    return u['trunc'](x)


def sinc(x):
    from ._search import where
    y = asarray(x) * 3.141592653589793
    y = where(y == 0, 1e-20, y)
    return (u['sin'](y) / y)[()]


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """Without what is not a number, and with the largest numbers for infinities."""
    x = asarray(x)
    if x.dtype.kind != 'f':
        return x
    from ._search import where
    limits = dt.finfo(x.dtype)
    found = where(u['isnan'](x), nan, x)
    found = where(found == float('inf'), limits.max if posinf is None else posinf, found)
    found = where(found == float('-inf'), limits.min if neginf is None else neginf, found).astype(x.dtype)
    if not copy:
        x[...] = found
        return x
    return found if found.ndim else found[()]


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """|a - b| <= atol + rtol |b|, element by element."""
    a, b = asarray(a), asarray(b)
    if b.dtype.kind in 'iub':
        b = b.astype(float)
    finite = u['isfinite'](b)
    close = (u['absolute'](a - b) <= atol + rtol * u['absolute'](b)) & finite | (a == b)
    if equal_nan:
        close = close | (u['isnan'](a) & u['isnan'](b))
    return close


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return bool(asarray(isclose(a, b, rtol, atol, equal_nan)).all())


def array_equal(a1, a2, equal_nan=False):
    """The same shape and the same elements?"""
    try:
        a, b = asarray(a1), asarray(a2)
    except Exception:
        return False
    if a.shape != b.shape:
        return False
    same = asarray(a == b)
    if equal_nan and a.dtype.kind in 'fc':
        same = same | (u['isnan'](a) & u['isnan'](b))
    return bool(same.all())


def array_equiv(a1, a2):
    try:
        return bool(asarray(asarray(a1) == asarray(a2)).all())
    except ValueError:
        return False


def isscalar(element):
    return isinstance(element, (generic, int, float, complex, str, bytes))


def diff(a, n=1, axis=-1, prepend=None, append=None):
    """Differences of neighbours."""
    a = asarray(a)
    if a.ndim == 0:
        raise ValueError('diff requires input that is at least one dimensional')
    x = one_axis(axis, a.ndim)
    from ._shape import broadcast_to, concatenate

    def beside(v):
        v = asarray(v)
        return v if v.ndim else broadcast_to(v, tuple(1 if k == x else m for k, m in enumerate(a.shape)))

    parts = ([] if prepend is None else [beside(prepend)]) + [a] + ([] if append is None else [beside(append)])
    a = concatenate(parts, x) if len(parts) > 1 else a
    front = (slice(None),) * x
    for _ in range(n):
        later, sooner = a[front + (slice(1, None),)], a[front + (slice(None, -1),)]
        a = later != sooner if a.dtype.kind == 'b' else later - sooner
    return a


def ediff1d(ary, to_end=None, to_begin=None):
    return diff(asarray(ary).ravel())


def gradient(f, *varargs, axis=None, edge_order=1):
    """Central differences; one-sided at the edges."""
    f = asarray(f)
    f = f.astype(float) if f.dtype.kind in 'iub' else f
    axes = axes_of(axis, f.ndim)
    spaces = varargs if len(varargs) > 1 else (varargs[0] if varargs else 1.0,) * len(axes)
    out = []
    for x, h in zip(axes, spaces):
        at = lambda s, x=x: (slice(None),) * x + (s,)  # noqa: E731
        g = f.copy()
        h = asarray(h)
        if h.ndim == 0:
            g[at(slice(1, -1))] = (f[at(slice(2, None))] - f[at(slice(None, -2))]) / (2.0 * h)
            first, last = h, h
        else:
            d = diff(h)
            wide = lambda v, x=x: v.reshape(tuple(-1 if k == x else 1 for k in range(f.ndim)))  # noqa: E731
            a, b = wide(d[:-1]), wide(d[1:])
            g[at(slice(1, -1))] = (-b / (a * (a + b))) * f[at(slice(None, -2))] + ((b - a) / (a * b)) * f[at(slice(1, -1))] + (
                a / (b * (a + b))) * f[at(slice(2, None))]
            first, last = d[0], d[-1]
        g[at(0)] = (f[at(1)] - f[at(0)]) / first
        g[at(-1)] = (f[at(-1)] - f[at(-2)]) / last
        if edge_order == 2:
            g[at(0)] = (-1.5 * f[at(0)] + 2.0 * f[at(1)] - 0.5 * f[at(2)]) / first
            g[at(-1)] = (1.5 * f[at(-1)] - 2.0 * f[at(-2)] + 0.5 * f[at(-3)]) / last
        out.append(g)
    return out[0] if len(out) == 1 else tuple(out)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = asarray(y)
    k = one_axis(axis, y.ndim)
    at = lambda s: (slice(None),) * k + (s,)  # noqa: E731
    d = dx
    if x is not None:
        d = diff(asarray(x))
        d = d.reshape(tuple(-1 if i == k else 1 for i in range(y.ndim))) if d.ndim == 1 else d
    return (d * (y[at(slice(1, None))] + y[at(slice(None, -1))]) / 2.0).sum(axis)


def interp(x, xp, fp, left=None, right=None, period=None):
    """Straight lines between points."""
    from ._search import searchsorted, where
    x, xp, fp = asarray(x, float), asarray(xp, float), asarray(fp, float)
    if len(xp) == 1:
        inside = asarray(x * 0 + fp[0])
    else:
        j = u['minimum'](u['maximum'](searchsorted(xp, x, 'right') - 1, 0), len(xp) - 2)
        slope = (fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j])
        inside = where(x == xp[-1], fp[-1], slope * (x - xp[j]) + fp[j])
    found = where(x < xp[0], fp[0] if left is None else left, where(x > xp[-1], fp[-1] if right is None else right, inside))
    return found if found.ndim else found[()]


def convolve(a, v, mode='full'):
    """Sums of products with a window turned round."""
    a, v = asarray(a), asarray(v)
    if len(v) > len(a):
        a, v = v, a
    if not len(v):
        raise ValueError('v cannot be empty')
    from ._create import arange
    n, m = len(a), len(v)
    from ._shape import concatenate
    zero = (a[:1] * 0).astype(dt.promote_types(a.dtype, v.dtype))
    from ._shape import repeat
    padded = concatenate([repeat(zero, m - 1), a, repeat(zero, m - 1)])
    full = padded[arange(n + m - 1)[:, None] + arange(m)] @ v[::-1]
    if mode == 'full':
        return full
    if mode == 'same':
        return full[(m - 1) // 2:(m - 1) // 2 + n]
    return full[m - 1:n]


def correlate(a, v, mode='valid'):
    a, v = asarray(a), asarray(v)
    found = convolve(a, v[::-1].conj(), mode)
    return found[::-1] if len(v) > len(a) else found


def unwrap(p, discont=None, axis=-1, *, period=6.283185307179586):
    from ._search import where
    p = asarray(p)
    d = diff(p, axis=axis)
    half = period / 2
    m = (d + half) % period - half
    m = where((m == -half) & (d > 0), half, m)
    fix_ = where(u['absolute'](d) < (half if discont is None else discont), 0, m - d)
    out = p.copy().astype(float)
    out[..., 1:] = p[..., 1:] + fix_.cumsum(axis)
    return out


def pad(array, pad_width, mode='constant', **kwargs):
    """With more elements at the ends of each axis."""
    from ._create import arange, full
    a = asarray(array)
    width = asarray(pad_width)
    from ._shape import broadcast_to
    widths = (broadcast_to(width.reshape(1, -1) if width.ndim < 2 else width, (a.ndim, 2))).tolist()
    if mode == 'constant':
        values = kwargs.get('constant_values', 0)
        if not hasattr(values, '__len__'):
            out = full(tuple(n + p + q for n, (p, q) in zip(a.shape, widths)), values, a.dtype)
            out[tuple(slice(p, p + n) for n, (p, _) in zip(a.shape, widths))] = a
            return out
        values = broadcast_to(asarray(values).reshape(1, -1) if asarray(values).ndim < 2 else asarray(values), (a.ndim, 2)).tolist()
        from ._shape import concatenate
        for x, (p, q) in enumerate(widths):
            part = lambda n, v, x=x: full(tuple(n if k == x else m for k, m in enumerate(a.shape)), v, a.dtype)  # noqa: E731
            a = concatenate([part(p, values[x][0]), a, part(q, values[x][1])], x)
        return a
    for x, (p, q) in enumerate(widths):
        n = a.shape[x]
        i = arange(-p, n + q)
        if mode == 'edge':
            i = u['minimum'](u['maximum'](i, 0), n - 1)
        elif mode == 'wrap':
            i = i % n
        elif mode in ('reflect', 'symmetric'):
            period = max(1, 2 * (n - 1)) if mode == 'reflect' else 2 * n
            i = i % period
            i = u['minimum'](i, period - i) if mode == 'reflect' else u['minimum'](i, period - 1 - i)
        else:
            from ._missing import not_yet
            raise not_yet(f'numpy.pad with mode={mode!r}', NotImplementedError)
        a = a[(slice(None),) * x + (i,)]
    return a


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    from ._shape import moveaxis, stack
    arr = asarray(arr)
    x = one_axis(axis, arr.ndim)
    lines = moveaxis(arr, x, -1)
    found = [asarray(func1d(line, *args, **kwargs)) for line in lines.reshape(-1, lines.shape[-1])]
    made = stack(found).reshape(lines.shape[:-1] + found[0].shape)
    return moveaxis(made, -1, x) if found[0].ndim == 1 else made


class vectorize:
    """A Python function as one of arrays."""

    def __init__(self, pyfunc=None, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        self.pyfunc, self.otypes = pyfunc, otypes

    def __call__(self, *args):
        from ._shape import broadcast_arrays
        arrays = broadcast_arrays(*args)
        shape = arrays[0].shape
        found = [self.pyfunc(*v) for v in zip(*(a.ravel() for a in arrays))]
        if found and isinstance(found[0], tuple):
            return tuple(asarray(list(part)).reshape(shape) for part in zip(*found))
        made = asarray(found).reshape(shape)
        return made.astype(self.otypes[0]) if self.otypes else made


def frompyfunc(func, /, nin, nout):
    return vectorize(func)


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_')]
