"""scipy.signal: convolutions and correlations."""
import numpy as _np
import torch as _torch

from . import _absent

_BORDERS = {'wrap': 'wrap', 'circular': 'wrap', 'symm': 'symmetric', 'symmetric': 'symmetric'}


def _full(a, k):
    """Every overlap of a and k, of one or two dimensions: torch's correlation with the turned kernel, in double precision."""
    kind = _np.result_type(a.dtype, k.dtype)
    if kind.kind == 'c':
        return _full(a.real, k.real) - _full(a.imag, k.imag) + 1j * (_full(a.real, k.imag) + _full(a.imag, k.real))
    planes = [_torch.from_numpy(_np.ascontiguousarray(v, dtype=_np.float64)).reshape(1, 1, -1, v.shape[-1]) for v in (a, k)]
    if planes[0].numel() < planes[1].numel():
        planes.reverse()
    wide, turned = planes[0], planes[1].flip(2, 3)
    found = _torch.nn.functional.conv2d(wide, turned, padding=(turned.shape[2] - 1, turned.shape[3] - 1))[0, 0].numpy()
    return found.reshape([n + m - 1 for n, m in zip(a.shape, k.shape)]).astype(kind)


def _part(found, a, k, mode):
    if mode == 'full':
        return found
    if mode == 'same':
        size = a.shape
    elif mode == 'valid':
        size = [abs(n - m) + 1 for n, m in zip(a.shape, k.shape)]
    else:
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    return found[tuple(slice((n - m) // 2, (n - m) // 2 + m) for n, m in zip(found.shape, size))]


def _turned(k):
    return _np.conj(k[tuple(slice(None, None, -1) for _ in k.shape)])


def convolve(in1, in2, mode='full', method='auto'):
    """Of one or two dimensions. mode: full, same (as in1), valid."""
    a, k = _np.asarray(in1), _np.asarray(in2)
    if a.ndim != k.ndim:
        raise ValueError('in1 and in2 should have the same dimensionality')
    if mode == 'valid' and k.size > a.size:
        a, k = k, a
    return _part(_full(a, k), a, k, mode)


def correlate(in1, in2, mode='full', method='auto'):
    return convolve(in1, _turned(_np.asarray(in2)), mode)


def _wide(a, k, boundary, fillvalue):
    edges = [(m - 1, m - 1) for m in k.shape]
    if boundary == 'fill':
        return _np.pad(a, edges, mode='constant', constant_values=fillvalue)
    return _np.pad(a, edges, mode=_BORDERS[boundary])


def convolve2d(in1, in2, mode='full', boundary='fill', fillvalue=0):
    """boundary: fill (with fillvalue), wrap, symm."""
    a, k = _np.asarray(in1), _np.asarray(in2)
    if a.ndim != 2 or k.ndim != 2:
        raise ValueError('convolve2d inputs must both be 2-D arrays')
    if boundary == 'fill' and fillvalue == 0 or mode == 'valid':
        return convolve(a, k, mode)
    found = _full(_wide(a, k, boundary, fillvalue), k)[tuple(slice(m - 1, m - 1 + n + m - 1) for n, m in zip(a.shape, k.shape))]
    return _part(found, a, k, mode)


def correlate2d(in1, in2, mode='full', boundary='fill', fillvalue=0):
    a, k = _np.asarray(in1), _np.asarray(in2)
    found = convolve2d(a, _turned(k), 'full', boundary, fillvalue)
    if mode != 'same':
        return _part(found, a, k, mode)
    # The middle of what is even lies one further on, as the kernel is turned.
    return found[tuple(slice(m // 2, m // 2 + n) for n, m in zip(a.shape, k.shape))]


__getattr__ = _absent('scipy.signal')
