"""Order statistics, histograms, covariances, polynomials."""
from ._core import asarray, ndarray
from ._ufunc import axes_of, into, made as u


def _lines(a, axis):
    """The elements of some axes as the last one."""
    a = asarray(a)
    if axis is None:
        return a.ravel(), ()
    axes = axes_of(axis, a.ndim)
    from ._shape import moveaxis
    kept = tuple(1 if x in axes else n for x, n in enumerate(a.shape))
    a = moveaxis(a, axes, tuple(range(-len(axes), 0)))
    return a.reshape(a.shape[:a.ndim - len(axes)] + (-1,)), kept


def _kept(found, a, axis, keepdims, lead=()):
    if not keepdims:
        return found
    a = asarray(a)
    axes = axes_of(axis, a.ndim)
    return asarray(found).reshape(lead + tuple(1 if x in axes else n for x, n in enumerate(a.shape)))


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The middle element, or the mean of the two in the middle."""
    from ._reduce import mean
    from ._search import sort, where
    lines, _ = _lines(a, axis)
    n = lines.shape[-1]
    s = sort(lines)
    found = mean(s[..., (n - 1) // 2:n // 2 + 1], -1) if n else mean(s, -1)
    if lines.dtype.kind == 'f' and n:
        last = s[..., -1]
        found = where(u['isnan'](last), last, found)
        found = found if found.ndim else found[()]
    found = _kept(found, a, axis, keepdims)
    return found if out is None else into(out, found)


def quantile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None):
    """The element below which a share q of all lies."""
    from ._search import sort, where
    q = asarray(q, float)
    if q.size and not bool(((q >= 0) & (q <= 1)).all()):
        raise ValueError('Quantiles must be in the range [0, 1]')
    lines, _ = _lines(a, axis)
    s = sort(lines)
    if s.dtype.kind in 'iub':
        s = s.astype(float)
    n = s.shape[-1]
    place = q.ravel() * (n - 1)
    below = u['floor'](place)
    if method in ('lower', 'higher', 'nearest'):
        at = {'lower': below, 'higher': u['ceil'](place), 'nearest': u['rint'](place)}[method]
        found = s[..., at.astype(int)]
    elif method in ('linear', 'midpoint'):
        low = below.astype(int)
        high = u['minimum'](low + 1, n - 1)
        t = place - below
        if method == 'midpoint':
            t = where(t == 0, 0.0, 0.5)
        first, second = s[..., low], s[..., high]
        step = second - first
        found = where(t >= 0.5, second - step * (1 - t), first + step * t)
    else:
        from ._missing import not_yet
        raise not_yet(f'numpy.quantile with method={method!r}', NotImplementedError)
    if s.dtype.kind == 'f':
        last = s[..., -1:]
        found = where(u['isnan'](last), last, found)
    from ._shape import moveaxis
    found = moveaxis(found, -1, 0)
    found = found.reshape(q.shape + found.shape[1:])
    found = _kept(found, a, axis, keepdims, q.shape)
    found = found if asarray(found).ndim else found[()]
    return found if out is None else into(out, found)


def percentile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None, interpolation=None):
    """quantile in hundredths."""
    q = asarray(q, float) / 100
    if asarray(q).size and not bool(asarray((q >= 0) & (q <= 1)).all()):
        raise ValueError('Percentiles must be in the range [0, 100]')
    return quantile(a, q, axis, out, method=interpolation or method, keepdims=keepdims)


def _clean(a):
    a = asarray(a).ravel()
    return a[~u['isnan'](a)] if a.dtype.kind == 'f' else a


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    if axis is not None:
        from ._math import apply_along_axis
        return apply_along_axis(nanmedian, axis, a)
    return median(_clean(a))


def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False):
    if axis is not None:
        from ._math import apply_along_axis
        return apply_along_axis(nanquantile, axis, a, q)
    return quantile(_clean(a), q, method=method)


def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False):
    return nanquantile(a, asarray(q, float) / 100, axis, method=method)


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges that histogram uses."""
    a = asarray(a).ravel()
    if isinstance(bins, str):
        bins = _bin_count(a, bins)
    if not hasattr(bins, '__len__') and not getattr(bins, 'ndim', 0):
        n = int(bins)
        if n < 1:
            raise ValueError('`bins` must be positive, when an integer')
        first, last = range if range is not None else ((a.min(), a.max()) if a.size else (0, 1))
        if first > last:
            raise ValueError('max must be larger than min in range parameter.')
        if first == last:
            first, last = first - 0.5, last + 0.5
        from ._create import linspace
        return linspace(first, last, n + 1)
    edges = asarray(bins)
    if (edges[:-1] > edges[1:]).any():
        raise ValueError('`bins` must increase monotonically, when an array')
    return edges


def _bin_count(a, rule):
    import math
    n = a.size
    spread = float(a.max() - a.min())
    iqr = float(percentile(a, 75) - percentile(a, 25))
    width = {'sqrt': lambda: spread / math.sqrt(n), 'sturges': lambda: spread / (math.log2(n) + 1), 'fd': lambda: 2 * iqr / n ** (1 / 3),
             'scott': lambda: (24 * math.pi ** .5 / n) ** (1 / 3) * float(a.std()), 'rice': lambda: spread / (2 * n ** (1 / 3))}
    if rule == 'auto':
        fd, sturges = width['fd'](), width['sturges']()
        w = min(fd, sturges) if fd else sturges
    elif rule in width:
        w = width[rule]()
    else:
        raise ValueError(f'{rule!r} is not a valid estimator for `bins`')
    return math.ceil(spread / w) if w else 1


def histogram(a, bins=10, range=None, density=None, weights=None):
    """How many elements fall into each bin; the bins' edges."""
    from ._create import zeros
    from ._search import bincount, searchsorted, sort
    edges = histogram_bin_edges(a, bins, range, weights)
    a = asarray(a).ravel()
    n = len(edges) - 1
    even = isinstance(bins, str) or not hasattr(bins, '__len__') and not getattr(bins, 'ndim', 0)
    w = None if weights is None else asarray(weights).ravel()
    if even:
        first, last = edges[0], edges[-1]
        keep = (a >= first) & (a <= last)
        x = a[keep].astype(float)
        i = (((x - first) / (last - first)) * n).astype(int)
        i[i == n] -= 1
        i[x < edges[i]] -= 1
        i[(x >= edges[i + 1]) & (i != n - 1)] += 1
        counts = bincount(i, None if w is None else w[keep], n) if x.size else zeros(n, int)
    elif w is None:
        s = sort(a)
        from ._shape import concatenate
        at = concatenate([searchsorted(s, edges[:-1], 'left'), asarray(searchsorted(s, edges[-1:], 'right'))])
        counts = at[1:] - at[:-1]
    else:
        i = searchsorted(edges, a, 'right') - 1
        i[a == edges[-1]] = n - 1
        keep = (i >= 0) & (i < n)
        counts = bincount(i[keep], w[keep], n)
    if density:
        from ._math import diff
        counts = counts / diff(edges).astype(float) / counts.sum()
    return counts, edges


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """The same for pairs."""
    from ._search import bincount, searchsorted
    many = list(bins) if hasattr(bins, '__len__') and len(bins) == 2 else [bins, bins]
    x, y = asarray(x), asarray(y)
    edges = [histogram_bin_edges(v, b, None if range is None else range[k]) for k, (v, b) in enumerate(zip((x, y), many))]
    at = []
    for v, e in zip((x, y), edges):
        i = searchsorted(e, v, 'right') - 1
        i[v == e[-1]] -= 1
        at.append(i)
    n, m = len(edges[0]) - 1, len(edges[1]) - 1
    keep = (at[0] >= 0) & (at[0] < n) & (at[1] >= 0) & (at[1] < m)
    counts = bincount(at[0][keep] * m + at[1][keep], None if weights is None else asarray(weights)[keep], n * m).astype(float).reshape(n, m)
    if density:
        from ._math import diff
        counts = counts / counts.sum() / (diff(edges[0])[:, None] * diff(edges[1]))
    return counts, edges[0], edges[1]


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """Covariances of variables, one a row."""
    from ._shape import atleast_2d, concatenate
    x = atleast_2d(asarray(m).astype(float))
    if not rowvar and asarray(m).ndim > 1:
        x = x.T
    if y is not None:
        other = atleast_2d(asarray(y).astype(float))
        x = concatenate((x, other if rowvar or asarray(y).ndim < 2 else other.T), 0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    x = x - x.mean(axis=1)[:, None]
    found = (x @ x.T.conj()) * (1 / (x.shape[1] - ddof)) if x.shape[1] > ddof else (x @ x.T) / 0.0
    found = found.squeeze()
    return found if found.ndim else found[()]


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """Pearson's correlations."""
    from ._create import diag
    c = asarray(cov(x, y, rowvar))
    if c.ndim == 0:
        return (c / c)[()] if isinstance(c / c, ndarray) else c / c
    s = u['sqrt'](diag(c))
    c = c / s[:, None] / s[None, :]
    return u['minimum'](u['maximum'](c, -1), 1)


# ---- polynomials ------------------------------------------------------------------------------------------------

def polyval(p, x):
    """A polynomial at x, the highest power first."""
    y = x * 0 if not isinstance(x, (list, tuple)) else asarray(x) * 0
    for c in asarray(p):
        y = y * x + c
    return y


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The polynomial of a degree with the least squares."""
    from . import linalg
    from ._create import vander
    x, y = asarray(x).astype(float), asarray(y).astype(float)
    lhs, rhs = vander(x, deg + 1), y
    if w is not None:
        w = asarray(w)
        lhs, rhs = lhs * w[:, None], rhs * (w[:, None] if rhs.ndim == 2 else w)
    scale = u['sqrt']((lhs * lhs).sum(axis=0))
    c, resids, rank, s = linalg.lstsq(lhs / scale, rhs, rcond)
    c = (c.T / scale).T
    return (c, resids, rank, s, rcond) if full else c


def polyder(p, m=1):
    p = asarray(p)
    from ._create import arange
    for _ in range(m):
        p = p[:-1] * arange(len(p) - 1, 0, -1)
    return p


def polyint(p, m=1, k=0):
    from ._create import arange
    from ._shape import append
    p = asarray(p).astype(float)
    for _ in range(m):
        p = append(p / arange(len(p), 0, -1), k)
    return p


def polyadd(a1, a2):
    from ._shape import concatenate
    a, b = asarray(a1), asarray(a2)
    n = max(len(a), len(b))
    from ._create import zeros
    wide = lambda v: concatenate([zeros(n - len(v), v.dtype), v])  # noqa: E731
    return wide(a) + wide(b)


def polysub(a1, a2):
    return polyadd(a1, -asarray(a2))


def polymul(a1, a2):
    from ._math import convolve
    return convolve(a1, a2)


def roots(p):
    """Where a polynomial is 0."""
    from . import linalg
    from ._create import diag, ones, zeros
    p = asarray(p).astype(float)
    found = p.nonzero()[0]
    if not len(found):
        return zeros(0)
    trailing = len(p) - int(found[-1]) - 1
    p = p[int(found[0]):int(found[-1]) + 1]
    r = zeros(0)
    if len(p) > 1:
        m = diag(ones(len(p) - 2), -1)
        m[0, :] = -p[1:] / p[0]
        r = linalg.eigvals(m)
    from ._shape import concatenate
    return concatenate([r, zeros(trailing, r.dtype)])


class poly1d:
    """A polynomial that can be called."""

    def __init__(self, c_or_r, r=False, variable=None):
        if isinstance(c_or_r, poly1d):
            c_or_r = c_or_r.coeffs
        c = asarray(c_or_r)
        self.coeffs = self.c = self.coef = c.reshape(1) if c.ndim == 0 else c
        self.order = self.o = len(self.coeffs) - 1
        self.variable = variable or 'x'

    def __call__(self, x):
        return polyval(self.coeffs, x)

    def __array__(self, dtype=None, copy=None):
        return self.coeffs

    def __len__(self):
        return self.order

    def __iter__(self):
        return iter(self.coeffs)

    def __getitem__(self, power):
        return self.coeffs[self.order - power] if 0 <= power <= self.order else 0

    def __repr__(self):
        return f'poly1d({repr(self.coeffs)[6:-1]})'

    r = roots = property(lambda self: roots(self.coeffs))

    def deriv(self, m=1):
        return poly1d(polyder(self.coeffs, m))

    def integ(self, m=1, k=0):
        return poly1d(polyint(self.coeffs, m, k))

    def __add__(self, other):
        return poly1d(polyadd(self.coeffs, poly1d(other).coeffs))

    def __sub__(self, other):
        return poly1d(polysub(self.coeffs, poly1d(other).coeffs))

    def __mul__(self, other):
        return poly1d(polymul(self.coeffs, poly1d(other).coeffs))

    def __neg__(self):
        return poly1d(-self.coeffs)


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_')]
