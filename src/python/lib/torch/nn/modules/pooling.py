"""Pooling layers."""
from .. import functional as F
from .module import Module
from .utils import _ntuple


def _between(ratios, given):
    if not all(0 < r < 1 for r in ratios):
        raise ValueError(f'output_ratio must be between 0 and 1 (got {given})')


class _MaxPoolNd(Module):
    __constants__ = ['kernel_size', 'stride', 'padding', 'dilation', 'return_indices', 'ceil_mode']
    _rank = 0

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input):
        pool = getattr(F, f'max_pool{self._rank}d')
        return pool(input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
                    return_indices=self.return_indices)

    def extra_repr(self):
        return (f'kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, '
                f'ceil_mode={self.ceil_mode}')


class _MaxUnpoolNd(Module):
    _rank = 0

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        each = _ntuple(self._rank)
        self.kernel_size = each(kernel_size)
        self.stride = each(kernel_size if stride is None else stride)
        self.padding = each(padding)

    def forward(self, input, indices, output_size=None):
        return getattr(F, f'max_unpool{self._rank}d')(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self):
        return f'kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}'


class _AvgPoolNd(Module):
    __constants__ = ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad']

    def extra_repr(self):
        return f'kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}'


class AvgPool1d(_AvgPoolNd):
    """The mean of each window over 1 dimension."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__()
        single = _ntuple(1)
        self.kernel_size = single(kernel_size)
        self.stride = single(kernel_size if stride is None else stride)
        self.padding = single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input):
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _WideAvgPool(_AvgPoolNd):
    __constants__ = ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override']
    _rank = 0

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        pool = getattr(F, f'avg_pool{self._rank}d')
        return pool(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad, self.divisor_override)


class AvgPool2d(_WideAvgPool):
    """The mean of each window over 2 dimensions."""

    _rank = 2


class AvgPool3d(_WideAvgPool):
    """The mean of each window over 3 dimensions."""

    _rank = 3


class _FractionalMaxPoolNd(Module):
    __constants__ = ['kernel_size', 'return_indices', 'output_size', 'output_ratio']
    _rank = 0

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__()
        n = self._rank
        each = _ntuple(n)
        if n == 3 and not all(k > 0 for k in each(kernel_size)):
            raise ValueError(f'kernel_size must be greater than 0, but got {kernel_size}')
        self.kernel_size = each(kernel_size)
        self.return_indices = return_indices
        self.register_buffer('_random_samples', _random_samples)
        self.output_size = None if output_size is None else each(output_size)
        self.output_ratio = None if output_ratio is None else each(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueError(f'FractionalMaxPool{n}d requires specifying either an output size, or a pooling ratio')
        if output_size is not None and output_ratio is not None:
            raise ValueError('only one of output_size and output_ratio may be specified')
        if self.output_ratio is not None:
            _between(self.output_ratio[:n], output_ratio)

    def forward(self, input):
        pool = getattr(F, f'fractional_max_pool{self._rank}d')
        return pool(input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
                    _random_samples=self._random_samples)


class _LPPoolNd(Module):
    __constants__ = ['norm_type', 'kernel_size', 'stride', 'ceil_mode']
    _rank = 0

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input):
        return getattr(F, f'lp_pool{self._rank}d')(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return f'norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, ceil_mode={self.ceil_mode}'


class _AdaptiveMaxPoolNd(Module):
    __constants__ = ['output_size', 'return_indices']
    _rank = 0

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input):
        return getattr(F, f'adaptive_max_pool{self._rank}d')(input, self.output_size, self.return_indices)

    def extra_repr(self):
        return f'output_size={self.output_size}'


class _AdaptiveAvgPoolNd(Module):
    __constants__ = ['output_size']
    _rank = 0

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return getattr(F, f'adaptive_avg_pool{self._rank}d')(input, self.output_size)

    def extra_repr(self):
        return f'output_size={self.output_size}'


def _layer(base, kind, rank, what):
    return type(f'{kind}Pool{rank}d', (base,), {'__doc__': f'{what} over {rank} dimension{"s" if rank > 1 else ""}.', '_rank': rank,
                                                '__module__': 'torch.nn.modules.pooling'})


MaxPool1d, MaxPool2d, MaxPool3d = (_layer(_MaxPoolNd, 'Max', n, 'The largest element of each window') for n in (1, 2, 3))
LPPool1d, LPPool2d, LPPool3d = (_layer(_LPPoolNd, 'LP', n, '(Σ xᵖ)^(1/p) of each window') for n in (1, 2, 3))
FractionalMaxPool2d, FractionalMaxPool3d = (
    _layer(_FractionalMaxPoolNd, 'FractionalMax', n, 'The largest element of each window, of windows at random distances,')
    for n in (2, 3))
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = (
    _layer(_AdaptiveMaxPoolNd, 'AdaptiveMax', n, 'The largest element of each of output_size parts') for n in (1, 2, 3))
AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = (
    _layer(_AdaptiveAvgPoolNd, 'AdaptiveAvg', n, 'The mean of each of output_size parts') for n in (1, 2, 3))


class MaxUnpool1d(_MaxUnpoolNd):
    """Puts each element where it was before MaxPool1d, 0 elsewhere."""

    _rank = 1


class MaxUnpool2d(_MaxUnpoolNd):
    """Puts each element where it was before MaxPool2d, 0 elsewhere."""

    _rank = 2


class MaxUnpool3d(_MaxUnpoolNd):
    """Puts each element where it was before MaxPool3d, 0 elsewhere."""

    _rank = 3


for _class in (AvgPool1d, AvgPool2d, AvgPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d):
    _class.__module__ = 'torch.nn.modules.pooling'
