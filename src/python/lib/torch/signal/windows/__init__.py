"""Windows of M points. Source: PyTorch's "torch.signal" page; F. J. Harris, "On the Use of Windows for Harmonic Analysis with the
Discrete Fourier Transform" (1978)."""
import math

import torch

__all__ = ['bartlett', 'blackman', 'cosine', 'exponential', 'gaussian', 'general_cosine', 'general_hamming', 'hamming', 'hann', 'kaiser',
           'nuttall']


def _start(name, M, dtype, layout):
    """The checks that all windows share, and their dtype."""
    dtype = dtype or torch.get_default_dtype()
    if M < 0:
        raise ValueError(f'{name} requires non-negative window length, got M={M}')
    if layout is not torch.strided:
        raise ValueError(f'{name} is implemented for strided tensors only, got: {layout}')
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f'{name} expects float32 or float64 dtypes, got: {dtype}')
    return dtype


def _options(dtype, layout, device, requires_grad):
    return {'dtype': dtype, 'layout': layout, 'device': device, 'requires_grad': requires_grad}


def exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """exp(−|n − center| / tau)."""
    dtype = _start('exponential', M, dtype, layout)
    if tau <= 0:
        raise ValueError(f'Tau must be positive, got: {tau} instead.')
    if sym and center is not None:
        raise ValueError('Center must be None for symmetric windows')
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    if center is None:
        center = (M if not sym and M > 1 else M - 1) / 2.0
    constant = 1 / tau
    k = torch.linspace(start=-center * constant, end=(-center + (M - 1)) * constant, steps=M,
                       **_options(dtype, layout, device, requires_grad))
    return torch.exp(-torch.abs(k))


def cosine(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """sin(π (n + ½) / M)."""
    dtype = _start('cosine', M, dtype, layout)
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    start = 0.5
    constant = math.pi / (M + 1 if not sym and M > 1 else M)
    k = torch.linspace(start=start * constant, end=(start + (M - 1)) * constant, steps=M,
                       **_options(dtype, layout, device, requires_grad))
    return torch.sin(k)


def gaussian(M, *, std=1.0, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """exp(−½ ((n − center) / std)²)."""
    dtype = _start('gaussian', M, dtype, layout)
    if std <= 0:
        raise ValueError(f'Standard deviation must be positive, got: {std} instead.')
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    start = -(M if not sym and M > 1 else M - 1) / 2.0
    constant = 1 / (std * math.sqrt(2))
    k = torch.linspace(start=start * constant, end=(start + (M - 1)) * constant, steps=M,
                       **_options(dtype, layout, device, requires_grad))
    return torch.exp(-(k**2))


def kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """I₀(beta √(1 − ((n − N/2) / (N/2))²)) / I₀(beta)."""
    dtype = _start('kaiser', M, dtype, layout)
    if beta < 0:
        raise ValueError(f'beta must be non-negative, got: {beta} instead.')
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    if M == 1:
        return torch.ones((1,), **_options(dtype, layout, device, requires_grad))
    beta = torch.tensor(beta, dtype=dtype, device=device)
    start = -beta
    constant = 2.0 * beta / (M if not sym else M - 1)
    end = torch.minimum(beta, start + (M - 1) * constant)
    k = torch.linspace(start=start, end=end, steps=M, **_options(dtype, layout, device, requires_grad))
    return torch.i0(torch.sqrt(beta * beta - torch.pow(k, 2))) / torch.i0(beta)


def hamming(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """0.54 − 0.46 cos(2πn / N)."""
    return general_hamming(M, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def hann(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """½ (1 − cos(2πn / N))."""
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def blackman(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """0.42 − 0.5 cos(2πn / N) + 0.08 cos(4πn / N)."""
    dtype = _start('blackman', M, dtype, layout)
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def bartlett(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """1 − |2n / N − 1|."""
    dtype = _start('bartlett', M, dtype, layout)
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    if M == 1:
        return torch.ones((1,), **_options(dtype, layout, device, requires_grad))
    start = -1
    constant = 2 / (M if not sym else M - 1)
    k = torch.linspace(start=start, end=start + (M - 1) * constant, steps=M, **_options(dtype, layout, device, requires_grad))
    return 1 - torch.abs(k)


def general_cosine(M, *, a, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """Σ (−1)ⁱ aᵢ cos(2πin / N)."""
    dtype = _start('general_cosine', M, dtype, layout)
    if M == 0:
        return torch.empty((0,), **_options(dtype, layout, device, requires_grad))
    if M == 1:
        return torch.ones((1,), **_options(dtype, layout, device, requires_grad))
    from collections.abc import Iterable
    if not isinstance(a, Iterable):
        raise TypeError('Coefficients must be a list/tuple')
    if not a:
        raise ValueError('Coefficients cannot be empty')
    constant = 2 * math.pi / (M if not sym else M - 1)
    k = torch.linspace(start=0, end=(M - 1) * constant, steps=M, **_options(dtype, layout, device, requires_grad))
    weights = torch.tensor([(-1) ** i * w for i, w in enumerate(a)], device=device, dtype=dtype, requires_grad=requires_grad)
    i = torch.arange(weights.shape[0], dtype=weights.dtype, device=weights.device, requires_grad=weights.requires_grad)
    return (weights.unsqueeze(-1) * torch.cos(i.unsqueeze(-1) * k)).sum(0)


def general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """alpha − (1 − alpha) cos(2πn / N)."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def nuttall(M, *, sym=True, dtype=None, layout=torch.strided, device=None, requires_grad=False):
    """Four cosines (Nuttall, 1981)."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, dtype=dtype, layout=layout, device=device,
                          requires_grad=requires_grad)
