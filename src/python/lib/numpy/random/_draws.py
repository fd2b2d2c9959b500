"""What both generators have: distributions, and the arguments they take."""
import operator

from .._bridge import function
from .._core import asarray, ndarray, result, wrap
from .._create import shape_of
from .._dtype import dtypes, resolve

_draw = function('npDraw')
_integers = function('npIntegers')
_new = function('npGenerator')
_seed = function('npSeed')
_state = function('npState')
_set_state = function('npSetState')
_shuffled = function('npShuffled')


def size_of(size):
    """A `size` argument as a shape; None stays."""
    return None if size is None else shape_of(size)


class Draws:
    """A generator of the engine, by number."""

    _legacy = False

    def _sample(self, name, size, *params, dtype='float64'):
        """Draws of a distribution whose parameters are numbers or arrays."""
        held, flat = [], []
        arrays = False
        for p in params:
            if isinstance(p, (int, float)) and not hasattr(p, 'dtype'):
                flat += (1, float(p))
            else:
                a = asarray(p)
                if a.ndim == 0:
                    flat += (1, float(a.item()))
                else:
                    held.append(a)
                    flat += (0, a._t._h)
                    arrays = True
        shape = size_of(size)
        if shape is None:
            shape = () if not arrays else None
        rank = -1 if shape is None else len(shape)
        v = result(_draw(self._g, name, dtypes[dtype]._i, rank, *(shape or ()), *flat))
        if rank == 0 and size is None:
            return v.item()
        return v if isinstance(v, ndarray) else asarray(v)

    def _positive(self, name, value, allow_zero=True):
        if (asarray(value) < 0).any():
            raise ValueError(f'{name} < 0')

    def _below(self, low, high, size, dtype, endpoint=False):
        """Whole numbers in [low, high)."""
        d = resolve(dtype)
        if high is None:
            low, high = 0, low
        if getattr(low, 'ndim', 0) or getattr(high, 'ndim', 0) or isinstance(low, (list, tuple)) or isinstance(high, (list, tuple)):
            return self._below_each(low, high, size, d, endpoint)
        low, high = int(low), int(high)
        top = high if endpoint else high - 1
        bounds = d._range or (0, 1)
        if low < bounds[0]:
            raise ValueError(f'low is out of bounds for {d.name}')
        if top > bounds[1]:
            raise ValueError(f'high is out of bounds for {d.name}')
        if low > top:
            raise ValueError('low > high' if endpoint else 'low >= high' if self._legacy or low != 0 else 'high <= 0')
        v = result(_integers(self._g, d._i, low, top - low, *(size_of(size) or ())))
        if size is None:
            return int(v) if dtype is int else bool(v) if dtype is bool else v
        return v if isinstance(v, ndarray) else asarray(v)

    def _below_each(self, low, high, size, d, endpoint):
        from .._shape import broadcast_arrays, broadcast_to
        low, high = broadcast_arrays(low, high)
        if size is not None:
            low, high = broadcast_to(low, shape_of(size)), broadcast_to(high, shape_of(size))
        flat = [self._below(a, b, None, int, endpoint) for a, b in zip(low.ravel().tolist(), high.ravel().tolist())]
        return asarray(flat, d).reshape(low.shape)

    # ---- distributions ----------------------------------------------------------------------------------------

    def uniform(self, low=0.0, high=1.0, size=None):
        return self._sample('uniform', size, low, high)

    def normal(self, loc=0.0, scale=1.0, size=None):
        self._positive('scale', scale)
        return self._sample('normal', size, loc, scale)

    def lognormal(self, mean=0.0, sigma=1.0, size=None):
        return self._sample('lognormal', size, mean, sigma)

    def exponential(self, scale=1.0, size=None):
        self._positive('scale', scale)
        return self._sample('exponential', size, scale)

    def gamma(self, shape, scale=1.0, size=None):
        return self._sample('gamma', size, shape, scale)

    def beta(self, a, b, size=None):
        return self._sample('beta', size, a, b)

    def chisquare(self, df, size=None):
        return self._sample('chisquare', size, df)

    def f(self, dfnum, dfden, size=None):
        return self._sample('f', size, dfnum, dfden)

    def standard_t(self, df, size=None):
        return self._sample('standard_t', size, df)

    def standard_cauchy(self, size=None):
        return self._sample('standard_cauchy', size)

    def laplace(self, loc=0.0, scale=1.0, size=None):
        return self._sample('laplace', size, loc, scale)

    def logistic(self, loc=0.0, scale=1.0, size=None):
        return self._sample('logistic', size, loc, scale)

    def gumbel(self, loc=0.0, scale=1.0, size=None):
        return self._sample('gumbel', size, loc, scale)

    def rayleigh(self, scale=1.0, size=None):
        return self._sample('rayleigh', size, scale)

    def weibull(self, a, size=None):
        return self._sample('weibull', size, a)

    def pareto(self, a, size=None):
        return self._sample('pareto', size, a)

    def power(self, a, size=None):
        return self._sample('power', size, a)

    def triangular(self, left, mode, right, size=None):
        return self._sample('triangular', size, left, mode, right)

    def poisson(self, lam=1.0, size=None):
        if (asarray(lam) < 0).any():
            raise ValueError('lam < 0 or lam contains NaNs')
        return self._sample('poisson', size, lam)

    def binomial(self, n, p, size=None):
        if not bool(asarray((asarray(p) >= 0) & (asarray(p) <= 1)).all()):
            raise ValueError('p < 0, p > 1 or p contains NaNs')
        return self._sample('binomial', size, n, p)

    def negative_binomial(self, n, p, size=None):
        return self._sample('negative_binomial', size, n, p)

    def geometric(self, p, size=None):
        return self._sample('geometric', size, p)

    def multinomial(self, n, pvals, size=None):
        """How often each of several outcomes comes in n trials."""
        from .._create import zeros
        p = asarray(pvals).astype(float).tolist()
        if sum(p[:-1]) > 1.0 + 1e-12:
            raise ValueError('sum(pvals[:-1]) > 1.0' if self._legacy else 'sum(pvals[:-1].astype(np.float64)) > 1.0. The pvals array is cast to '
                             '64-bit floating point prior to checking the sum. Precision changes when casting may cause problems even if the sum '
                             'of the original pvals is valid.')
        shape = size_of(size) or ()
        rows = []
        count = 1
        for m in shape:
            count *= m
        for _ in range(count):
            row, left, rest = [0] * len(p), n, 1.0
            for i, q in enumerate(p[:-1]):
                row[i] = int(self._sample('binomial', None, left, min(max(q / rest, 0.0), 1.0)))
                left -= row[i]
                if left <= 0:
                    break
                rest -= q
            if left > 0:
                row[-1] = left
            rows.append(row)
        return asarray(rows).reshape(shape + (len(p),)) if rows else zeros(shape + (len(p),), int)

    def dirichlet(self, alpha, size=None):
        from .._create import empty
        alpha = asarray(alpha).astype(float).tolist()
        shape = size_of(size) or ()
        out = empty(shape + (len(alpha),))
        rows = out.reshape(-1, len(alpha))
        for i in range(len(rows)):
            g = [self._sample('standard_gamma', None, a) for a in alpha]
            scale = 1.0 / sum(g)
            rows[i] = [v * scale for v in g]
        return out

    def _shuffle(self, x, axis=0):
        if isinstance(x, list) or not hasattr(x, 'dtype') and hasattr(x, '__setitem__'):
            order = wrap(_shuffled(self._g, len(x))).tolist()
            x[:] = [x[i] for i in order]
            return
        from .._shape import moveaxis
        rows = moveaxis(x, axis, 0) if axis else x
        rows[...] = rows[wrap(_shuffled(self._g, len(x) if not axis else x.shape[axis]))]

    def bytes(self, length):
        """Random bytes."""
        words = self._below(0, 2 ** 32, (-(-length // 4),), 'int64').tolist() if length else []
        return b''.join(w.to_bytes(4, 'little') for w in words)[:length]


def entropy_words(n):
    """Words of the machine's own random numbers."""
    import os
    return [int.from_bytes(os.urandom(4), 'little') for _ in range(n)]


def words_of(seed):
    """A whole number, or several, as words of 32 bits."""
    if isinstance(seed, (list, tuple)) or getattr(seed, 'ndim', 0):
        return [w for s in (seed.tolist() if hasattr(seed, 'tolist') else seed) for w in words_of(s)]
    seed = operator.index(seed)
    if seed < 0:
        raise ValueError('expected non-negative integer')
    words = []
    while seed:
        words.append(seed & 0xffffffff)
        seed >>= 32
    return words or [0]


__all__ = ['Draws', '_integers', '_new', '_seed', '_state', '_set_state', '_shuffled', 'entropy_words', 'words_of', 'size_of']
