"""scipy.special: by torch.special, in double precision."""
import math as _math

import numpy as _np
import torch as _torch

from . import _absent


def _of(function):
    def apply(*args):
        found = function(*(_torch.as_tensor(_np.asarray(a, dtype=_np.float64)) for a in args)).numpy()
        return found[()] if found.ndim == 0 else found
    return apply


expit, logit, erf, erfc, erfinv, gammaln, digamma, psi, i0, i1, ndtr, ndtri, log_ndtr, xlogy, xlog1py, zeta = (_of(getattr(_torch.special, name)) for name in (
    'expit', 'logit', 'erf', 'erfc', 'erfinv', 'gammaln', 'digamma', 'psi', 'i0', 'i1', 'ndtr', 'ndtri', 'log_ndtr', 'xlogy', 'xlog1py', 'zeta'))
gamma = _of(lambda x: _torch.where(x > 0, 1.0, _torch.sign(_torch.sin(_torch.pi * x))) * _torch.exp(_torch.special.gammaln(x)))
log_expit = _of(_torch.nn.functional.logsigmoid)


def factorial(n, exact=False, extend='zero'):
    """n!, as whole numbers where exact; 0 below 0."""
    if exact:
        return _math.factorial(int(n)) if _np.ndim(n) == 0 else _np.array([_math.factorial(int(v)) for v in n])
    n = _np.asarray(n, dtype=_np.float64)
    return _np.where(n < 0, 0.0, _np.round(gamma(n + 1)) if bool(_np.all(n == _np.floor(n))) else gamma(n + 1))[()]


def comb(N, k, exact=False, repetition=False):
    """How many ways k of N can be taken."""
    found = _math.comb(N + k - 1 if repetition else N, k)
    return found if exact else _np.float64(found)


def logsumexp(a, axis=None, b=None, keepdims=False):
    """log Σ b·exp(a)."""
    a = _np.asarray(a, dtype=_np.float64)
    most = _np.max(a, axis=axis, keepdims=True)
    terms = _np.exp(a - most) if b is None else b * _np.exp(a - most)
    found = _np.log(_np.sum(terms, axis=axis, keepdims=True)) + most
    return found if keepdims else found.reshape(()) [()] if axis is None else _np.squeeze(found, axis)


def softmax(x, axis=None):
    """exp(x) / Σ exp(x)."""
    x = _np.asarray(x)
    e = _np.exp(x - _np.max(x, axis=axis, keepdims=True))
    return e / _np.sum(e, axis=axis, keepdims=True)


def log_softmax(x, axis=None):
    x = _np.asarray(x)
    return x - logsumexp(x, axis=axis, keepdims=True)


__getattr__ = _absent('scipy.special')
