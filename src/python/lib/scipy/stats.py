"""scipy.stats: the normal and the uniform distribution, entropy, correlation, scores."""
import math as _math

import numpy as _np

from . import _absent, special as _special


class _Distribution:
    """A distribution of `loc` and `scale`: pdf, cdf, ppf, rvs with numpy's draws; called with them it is frozen."""

    def __init__(self, loc=0, scale=1):
        self._loc, self._scale = loc, scale

    def __call__(self, loc=0, scale=1):
        frozen = type(self)(loc, scale)
        frozen.rvs = lambda size=None, random_state=None: self.rvs(loc, scale, size, random_state)
        return frozen

    def _at(self, loc, scale):
        return (self._loc if loc is None else loc), (self._scale if scale is None else scale)

    def pdf(self, x, loc=None, scale=None):
        loc, scale = self._at(loc, scale)
        return self._pdf((_np.asarray(x, dtype=_np.float64) - loc) / scale) / scale

    def logpdf(self, x, loc=None, scale=None):
        return _np.log(self.pdf(x, loc, scale))

    def cdf(self, x, loc=None, scale=None):
        loc, scale = self._at(loc, scale)
        return self._cdf((_np.asarray(x, dtype=_np.float64) - loc) / scale)

    def sf(self, x, loc=None, scale=None):
        return 1 - self.cdf(x, loc, scale)

    def ppf(self, q, loc=None, scale=None):
        loc, scale = self._at(loc, scale)
        return self._ppf(_np.asarray(q, dtype=_np.float64)) * scale + loc

    def rvs(self, loc=None, scale=None, size=None, random_state=None):
        loc, scale = self._at(loc, scale)
        source = _np.random if random_state is None else random_state if hasattr(random_state, 'normal') else _np.random.RandomState(random_state)
        return self._rvs(source, loc, scale, size)


class _Normal(_Distribution):
    def _pdf(self, x):
        return _np.exp(-x ** 2 / 2.0) / _math.sqrt(2 * _math.pi)

    def logpdf(self, x, loc=None, scale=None):
        loc, scale = self._at(loc, scale)
        y = (_np.asarray(x, dtype=_np.float64) - loc) / scale
        return -y ** 2 / 2.0 - _math.log(2 * _math.pi) / 2.0 - _np.log(scale)

    def _cdf(self, x):
        return _special.ndtr(x)

    def _ppf(self, q):
        return _special.ndtri(q)

    def _rvs(self, source, loc, scale, size):
        return source.normal(loc, scale, size)


class _Uniform(_Distribution):
    def _pdf(self, x):
        return _np.where((x >= 0) & (x <= 1), 1.0, 0.0)

    def _cdf(self, x):
        return _np.clip(x, 0.0, 1.0)

    def _ppf(self, q):
        return q

    def _rvs(self, source, loc, scale, size):
        return source.uniform(loc, loc + scale, size)


norm, uniform = _Normal(), _Uniform()


def zscore(a, axis=0, ddof=0):
    """How many standard deviations each is from the mean."""
    a = _np.asarray(a)
    return (a - a.mean(axis=axis, keepdims=True)) / a.std(axis=axis, ddof=ddof, keepdims=True)


def entropy(pk, qk=None, base=None, axis=0):
    """−Σ p log p, or Σ p log(p / q), of what sums to one."""
    pk = _np.asarray(pk, dtype=_np.float64)
    pk = pk / _np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        terms = -_special.xlogy(pk, pk)
    else:
        qk = _np.asarray(qk, dtype=_np.float64)
        qk = qk / _np.sum(qk, axis=axis, keepdims=True)
        terms = _special.xlogy(pk, pk / qk)
    found = _np.sum(terms, axis=axis)
    return found if base is None else found / _math.log(base)


__getattr__ = _absent('scipy.stats')
