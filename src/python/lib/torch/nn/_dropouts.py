"""torch.nn.functional's dropouts."""
import math
import warnings

import torch

from .. import _wrappers

__all__ = ['dropout', 'dropout1d', 'dropout2d', 'dropout3d', 'alpha_dropout', 'feature_alpha_dropout']

# -(scale · alpha) of SELU is what a dropped unit becomes; this is its size.
_ALPHA = 1.7580993408473766


def _check(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f'dropout probability has to be between 0 and 1, but got {p}')


def dropout(input, p=0.5, training=True, inplace=False):
    """In training, makes elements 0 with probability p and divides the others by 1 - p."""
    _check(p)
    return _wrappers.function('dropout')(input, p, training, inplace)


def _idle(input, p, training):
    """Is nothing dropped?"""
    return p == 0 or not training or input.numel() == 0


def _all_dropped(input, inplace):
    zeros = torch.zeros((), dtype=input.dtype)
    return input.mul_(zeros) if inplace else input * zeros


def _channels(input):
    """The shape of one number a channel."""
    if input.dim() < 2:
        raise RuntimeError('Feature dropout requires at least 2 dimensions in the input')
    return (*input.shape[:2], *(1,) * (input.dim() - 2))


def _dropped(input, p, training, inplace):
    """Dropout of whole channels."""
    if _idle(input, p, training):
        return input
    if p == 1:
        return _all_dropped(input, inplace)
    noise = torch.empty(_channels(input), dtype=input.dtype).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(noise) if inplace else input * noise


def _feature_dropout(name, ranks, unbatched):
    def f(input, p=0.5, training=True, inplace=False):
        _check(p)
        n = input.dim()
        if n not in ranks:
            warnings.warn(_rank_words(name, n, unbatched), stacklevel=2)
        if n == unbatched and name != 'dropout2d':
            x = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
            y = _dropped(x, p, training, inplace)
            return y.squeeze_(0) if inplace else y.squeeze(0)
        return _dropped(input, p, training, inplace)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = 'Dropout of whole channels.'
    return f


def _rank_words(name, n, unbatched):
    return (f'{name}: Received a {n}-D input to {name}, which is deprecated and will result in an error in a future release. To retain '
            f'the behavior and silence this warning, please use dropout instead. Note that {name} exists to provide channel-wise '
            f'dropout on inputs with {unbatched - 1} spatial dimensions, a channel dimension, and an optional batch dimension '
            f'(i.e. {unbatched}D or {unbatched + 1}D inputs).')


dropout1d = _feature_dropout('dropout1d', (2, 3), 2)
dropout2d = _feature_dropout('dropout2d', (3, 4), 3)
dropout3d = _feature_dropout('dropout3d', (4, 5), 4)


def _alpha_dropped(input, p, training, inplace, shape):
    if _idle(input, p, training):
        return input
    if p == 1:
        return _all_dropped(input, inplace)
    kept = torch.empty(shape(input), dtype=input.dtype).bernoulli_(1 - p)
    a = 1 / math.sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    b = kept.add(-1).mul_(_ALPHA * a).add_(_ALPHA * a * p)
    noise = kept.mul_(a)
    return input.mul_(noise).add_(b) if inplace else input * noise + b


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance, for SELU networks (Klambauer et al., 2017)."""
    _check(p)
    return _alpha_dropped(input, p, training, inplace, lambda x: tuple(x.shape))


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """alpha_dropout of whole channels."""
    _check(p)
    return _alpha_dropped(input, p, training, inplace, _channels)


for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.functional'
