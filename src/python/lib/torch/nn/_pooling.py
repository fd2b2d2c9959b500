"""Pooling functions of torch.nn.functional: what Python adds to the engine's ops."""
import math

import torch

from .._wrappers import function
from .modules.utils import _list_with_default, _pair, _single, _triple

__all__ = ['max_pool1d', 'max_pool1d_with_indices', 'max_pool2d', 'max_pool2d_with_indices', 'max_pool3d', 'max_pool3d_with_indices',
           'adaptive_max_pool1d', 'adaptive_max_pool1d_with_indices', 'adaptive_max_pool2d', 'adaptive_max_pool2d_with_indices',
           'adaptive_max_pool3d', 'adaptive_max_pool3d_with_indices', 'adaptive_avg_pool2d', 'adaptive_avg_pool3d',
           'fractional_max_pool2d', 'fractional_max_pool2d_with_indices', 'fractional_max_pool3d', 'fractional_max_pool3d_with_indices',
           'max_unpool1d', 'max_unpool2d', 'max_unpool3d', 'lp_pool1d', 'lp_pool2d', 'lp_pool3d']


def _max_pool(n):
    name = f'max_pool{n}d'

    def with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        stride = [] if stride is None else stride
        return function(f'{name}_with_indices')(input, kernel_size, stride, padding, dilation, ceil_mode)

    def pool(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        if return_indices:
            return with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)
        return function(name)(input, kernel_size, [] if stride is None else stride, padding, dilation, ceil_mode)

    with_indices.__doc__ = f'The largest element of each window over {n} dimension{"s" if n > 1 else ""}, and where it is.'
    pool.__doc__ = f'The largest element of each window over {n} dimension{"s" if n > 1 else ""}; return_indices: where it is, too.'
    return _named(name, pool), _named(f'{name}_with_indices', with_indices)


def _named(name, f):
    f.__name__ = f.__qualname__ = name
    f.__module__ = 'torch.nn.functional'
    return f


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _checked(output_size, n, words):
    """A list must have a number for each dimension; one number stands for all of them."""
    if isinstance(output_size, (list, tuple)) and len(output_size) != n:
        raise RuntimeError(words)
    return output_size


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    """The largest element of each of output_size parts, and where it is."""
    return torch.adaptive_max_pool1d(input, output_size)


def _adaptive_max(n):
    name = f'adaptive_max_pool{n}d'

    def with_indices(input, output_size, return_indices=False):
        sizes = _list_with_default(output_size, input.size())
        return function(name)(input, _checked(sizes, n, f'{name}(): internal error: output_size.size() must be {n}'))

    with_indices.__doc__ = f'The largest element of each of output_size parts of {n} dimensions, and where it is.'
    return _named(f'{name}_with_indices', with_indices)


adaptive_max_pool2d_with_indices = _adaptive_max(2)
adaptive_max_pool3d_with_indices = _adaptive_max(3)


def _first_or_both(n, with_indices):
    def pool(input, output_size, return_indices=False):
        both = with_indices(input, output_size)
        return both if return_indices else both[0]

    pool.__doc__ = 'The largest element of each of output_size parts; return_indices: where it is, too.'
    return _named(f'adaptive_max_pool{n}d', pool)


adaptive_max_pool1d = _first_or_both(1, adaptive_max_pool1d_with_indices)
adaptive_max_pool2d = _first_or_both(2, adaptive_max_pool2d_with_indices)
adaptive_max_pool3d = _first_or_both(3, adaptive_max_pool3d_with_indices)


def adaptive_avg_pool2d(input, output_size):
    """The mean of each of output_size parts; None keeps a dimension's size."""
    sizes = _list_with_default(output_size, input.size())
    return function('adaptive_avg_pool2d')(input, _checked(sizes, 2, 'adaptive_avg_pool2d: output_size must be 2'))


def adaptive_avg_pool3d(input, output_size):
    """The mean of each of output_size parts; None keeps a dimension's size."""
    sizes = _list_with_default(output_size, input.size())
    return function('adaptive_avg_pool3d')(input, _checked(sizes, 3, 'adaptive_avg_pool3d: output_size must be 3'))


def _fractional(n):
    name = f'fractional_max_pool{n}d'
    each = (None, None, _pair, _triple)[n]

    def with_indices(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        if output_size is None and output_ratio is None:
            raise ValueError(f'{name} requires specifying either an output_size or an output_ratio')
        if output_size is None:
            if n == 2 and len(output_ratio) > 2:
                raise ValueError('fractional_max_pool2d requires output_ratio to either be a single Int or tuple of Ints.')
            output_size = [int(input.size(d - n) * ratio) for d, ratio in enumerate(each(output_ratio)[:n])]
        if _random_samples is None:
            batch = 1 if input.dim() == n + 1 else input.size(0)
            _random_samples = torch.rand(batch, input.size(-n - 1), n, dtype=input.dtype, device=input.device)
        return function(name)(input, kernel_size, output_size, _random_samples)

    def pool(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        both = with_indices(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)
        return both if return_indices else both[0]

    with_indices.__doc__ = 'The largest element of each window, of windows at random distances, and where it is.'
    pool.__doc__ = 'The largest element of each window, of windows at random distances; return_indices: where it is, too.'
    return _named(name, pool), _named(f'{name}_with_indices', with_indices)


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional(3)


def _unpool_size(input, kernel_size, stride, padding, output_size):
    """The size that pooling made these maxima of: the given one if it can have been, else the smallest."""
    n = len(kernel_size)
    usual = [(input.size(d - n) - 1) * stride[d] + kernel_size[d] - 2 * padding[d] for d in range(n)]
    if output_size is None:
        output_size = usual
    else:
        if len(output_size) == n + 2:
            output_size = output_size[2:]
        if len(output_size) != n:
            raise ValueError(f'output_size should be a sequence containing {n} or {n + 2} elements, but it has a length of '
                             f"'{len(output_size)}'")
        for d in range(n):
            low, high = usual[d] - stride[d], usual[d] + stride[d]
            if not low < output_size[d] < high:
                raise ValueError(f'invalid output_size "{output_size}" (dim {d} must be between {low} and {high})')
    for d in range(n):
        if output_size[d] < 0:
            raise ValueError('max_unpooling: output_size must contain non-negative spatial dimensions, but got '
                             f'output_size[{d}]={output_size[d]}')
    return output_size


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Puts each element where it was before max_pool1d, 0 elsewhere."""
    kernel_size = _single(kernel_size)
    stride = kernel_size if stride is None else _single(stride)
    size = _unpool_size(input, kernel_size, stride, _single(padding), output_size)
    return function('max_unpool2d')(input.unsqueeze(-1), indices.unsqueeze(-1), [*size, 1]).squeeze(-1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Puts each element where it was before max_pool2d, 0 elsewhere."""
    kernel_size = _pair(kernel_size)
    stride = kernel_size if stride is None else _pair(stride)
    return function('max_unpool2d')(input, indices, _unpool_size(input, kernel_size, stride, _pair(padding), output_size))


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Puts each element where it was before max_pool3d, 0 elsewhere."""
    kernel_size = _triple(kernel_size)
    stride = kernel_size if stride is None else _triple(stride)
    padding = _triple(padding)
    size = _unpool_size(input, kernel_size, stride, padding, output_size)
    return function('max_unpool3d')(input, indices, size, stride, padding)


def _lp_pool(n):
    def pool(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        count = kernel_size if n == 1 else math.prod((_pair, _triple)[n - 2](kernel_size))
        if isinstance(norm_type, (int, float)):
            largest = (max_pool1d, max_pool2d, max_pool3d)[n - 1]
            if norm_type == float('inf'):
                return largest(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
            if norm_type == -float('inf'):
                return -largest(-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
        mean = function(f'avg_pool{n}d')
        out = mean(input.pow(norm_type), kernel_size, [] if stride is None else stride, 0, ceil_mode)
        return (torch.sign(out) * torch.relu(torch.abs(out))).mul(count).pow(1.0 / norm_type)

    pool.__doc__ = '(Σ xᵖ)^(1/p) over each window.'
    return _named(f'lp_pool{n}d', pool)


lp_pool1d, lp_pool2d, lp_pool3d = _lp_pool(1), _lp_pool(2), _lp_pool(3)

for _f in (adaptive_max_pool1d_with_indices, adaptive_avg_pool2d, adaptive_avg_pool3d, max_unpool1d, max_unpool2d, max_unpool3d):
    _f.__module__ = 'torch.nn.functional'
