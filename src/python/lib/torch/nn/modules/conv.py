"""Convolutions."""
import math

from .. import functional as F
from .. import init
from ..parameter import Parameter, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module
from .utils import _ntuple, _reverse_repeat_tuple


class _ConvNd(Module):
    """What all convolutions share. weight and bias start uniform in (-1/√fan_in, 1/√fan_in)."""

    __constants__ = ['stride', 'padding', 'dilation', 'groups', 'padding_mode', 'output_padding', 'in_channels', 'out_channels',
                     'kernel_size']

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding, groups, bias,
                 padding_mode, device=None, dtype=None):
        import torch
        super().__init__()
        if groups <= 0:
            raise ValueError('groups must be a positive integer')
        if in_channels % groups != 0:
            raise ValueError('in_channels must be divisible by groups')
        if out_channels % groups != 0:
            raise ValueError('out_channels must be divisible by groups')
        if isinstance(padding, str):
            words = {'same', 'valid'}
            if padding not in words:
                raise ValueError(f'Invalid padding string {padding!r}, should be one of {words}')
            if padding == 'same' and any(s != 1 for s in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = {'zeros', 'reflect', 'replicate', 'circular'}
        if padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{padding_mode}'")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = self._border()
        channels = (in_channels, out_channels // groups) if transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(torch.empty((*channels, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter('bias', None)
        self.reset_parameters()

    def _border(self):
        """The padding as F.pad takes it, for the padding modes that are an op of their own."""
        if not isinstance(self.padding, str):
            return _reverse_repeat_tuple(self.padding, 2)
        if self.padding == 'valid':
            return [0, 0] * len(self.kernel_size)
        border = []
        for d, k in zip(reversed(self.dilation), reversed(self.kernel_size)):
            total = d * (k - 1)
            border += [total // 2, total - total // 2]
        return border

    def reset_parameters(self):
        """Draws weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        n = len(self.kernel_size)
        words = f'{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}'
        for name, usual in (('padding', (0,) * n), ('dilation', (1,) * n), ('output_padding', (0,) * n), ('groups', 1)):
            value = getattr(self, name)
            if value != usual:
                words += f', {name}={value}'
        if self.bias is None:
            words += ', bias=False'
        return words if self.padding_mode == 'zeros' else words + f', padding_mode={self.padding_mode}'

    def __setstate__(self, state):
        super().__setstate__(state)
        self.__dict__.setdefault('padding_mode', 'zeros')


class _Conv(_ConvNd):
    """A convolution over `_rank` dimensions."""

    _rank = 0

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode='zeros', device=None, dtype=None):
        each = _ntuple(self._rank)
        super().__init__(in_channels, out_channels, each(kernel_size), each(stride),
                         padding if isinstance(padding, str) else each(padding), each(dilation), False, each(0), groups, bias,
                         padding_mode, device, dtype)

    def _conv_forward(self, input, weight, bias):
        convolve = getattr(F, f'conv{self._rank}d')
        if self.padding_mode == 'zeros':
            return convolve(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
        padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
        return convolve(padded, weight, bias, self.stride, 0, self.dilation, self.groups)

    def forward(self, input):
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Conv):
    """y[o] = Σ w[o, c] ⋆ x[c] + b[o], over inputs (N, C, L) or (C, L)."""

    _rank = 1


class Conv2d(_Conv):
    """y[o] = Σ w[o, c] ⋆ x[c] + b[o], over inputs (N, C, H, W) or (C, H, W)."""

    _rank = 2


class Conv3d(_Conv):
    """y[o] = Σ w[o, c] ⋆ x[c] + b[o], over inputs (N, C, D, H, W) or (C, D, H, W)."""

    _rank = 3


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution: the gradient of a convolution, as a layer."""

    _rank = 0

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
                 padding_mode='zeros', device=None, dtype=None):
        if padding_mode != 'zeros':
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        each = _ntuple(self._rank)
        super().__init__(in_channels, out_channels, each(kernel_size), each(stride), each(padding), each(dilation), True,
                         each(output_padding), groups, bias, padding_mode, device, dtype)

    def _output_padding(self, input, output_size, stride, padding, kernel_size, num_spatial_dims, dilation=None):
        """What is added at the end so that the output has the size that was asked for."""
        n = num_spatial_dims
        if output_size is None:
            return self.output_padding
        lead = 2 if input.dim() == n + 2 else 1
        if len(output_size) == lead + n:
            output_size = output_size[lead:]
        if len(output_size) != n:
            raise ValueError(f'ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or {lead + n} elements '
                             f'(got {len(output_size)})')
        least = [(input.size(d + lead) - 1) * stride[d] - 2 * padding[d]
                 + (dilation[d] if dilation is not None else 1) * (kernel_size[d] - 1) + 1 for d in range(n)]
        most = [size + s - 1 for size, s in zip(least, stride)]
        if any(not low <= size <= high for low, size, high in zip(least, output_size, most)):
            raise ValueError(f'requested an output size of {output_size}, but valid sizes range from {least} to {most} '
                             f'(for an input of {input.size()[2:]})')
        return [size - low for size, low in zip(output_size, least)]

    def forward(self, input, output_size=None):
        if self.padding_mode != 'zeros':
            raise ValueError(f'Only `zeros` padding mode is supported for ConvTranspose{self._rank}d')
        output_padding = self._output_padding(input, output_size, self.stride, self.padding, self.kernel_size, self._rank,
                                              self.dilation)
        convolve = getattr(F, f'conv_transpose{self._rank}d')
        return convolve(input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation)


class ConvTranspose1d(_ConvTransposeNd):
    """Spreads each element of (N, C, L) or (C, L) over a window: y[o, s·i + k] += w[c, o, k] · x[c, i]."""

    _rank = 1


class ConvTranspose2d(_ConvTransposeNd):
    """Spreads each element of (N, C, H, W) or (C, H, W) over a window: y[o, s·i + k] += w[c, o, k] · x[c, i]."""

    _rank = 2


class ConvTranspose3d(_ConvTransposeNd):
    """Spreads each element of (N, C, D, H, W) or (C, D, H, W) over a window: y[o, s·i + k] += w[c, o, k] · x[c, i]."""

    _rank = 3


class _LazyConvXdMixin(LazyModuleMixin):
    """A convolution that takes in_channels from its first batch."""

    def _make_lazy(self, out_channels, bias, device, dtype):
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self):
        """Draws weight and bias anew, where they have a shape."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input, *args, **kwargs):
        """Gives weight and bias the shapes that the input asks for, and draws them."""
        if not self.has_uninitialized_params():
            return
        n = self._get_num_spatial_dims()
        if input.dim() not in (n + 1, n + 2):
            raise RuntimeError(f'Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {type(self).__name__}, but got input '
                               f'of size: {input.shape}')
        self.in_channels = input.shape[-n - 1]
        if self.in_channels % self.groups != 0:
            raise ValueError('in_channels must be divisible by groups')
        own, other = self.out_channels, self.in_channels
        if self.transposed:
            own, other = other, own
        self._materialize('weight', (own, other // self.groups, *self.kernel_size))
        if self.bias is not None:
            self._materialize('bias', (self.out_channels,))
        self.reset_parameters()

    def _get_num_spatial_dims(self):
        return self._rank


class _LazyConv(_LazyConvXdMixin):
    def __init__(self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros',
                 device=None, dtype=None):
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)
        self._make_lazy(out_channels, bias, device, dtype)


class _LazyConvTranspose(_LazyConvXdMixin):
    def __init__(self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
                 padding_mode='zeros', device=None, dtype=None):
        super().__init__(0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode, device, dtype)
        self._make_lazy(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """Conv1d with in_channels from the first batch."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """Conv2d with in_channels from the first batch."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """Conv3d with in_channels from the first batch."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """ConvTranspose1d with in_channels from the first batch."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """ConvTranspose2d with in_channels from the first batch."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """ConvTranspose3d with in_channels from the first batch."""

    cls_to_become = ConvTranspose3d


for _class in (Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, LazyConv1d, LazyConv2d, LazyConv3d,
               LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d):
    _class.__module__ = 'torch.nn.modules.conv'
