"""Normalization of layers, of groups of channels, and of neighbouring channels."""
from numbers import Integral

from ...autograd.function import Function
from .. import functional as F
from .. import init
from ._affine import add_affine, reset_affine
from .module import Module


def _shape(normalized_shape):
    return (normalized_shape,) if isinstance(normalized_shape, Integral) else tuple(normalized_shape)


class LayerNorm(Module):
    """(x - mean) / √(var + eps) · weight + bias, over the last dimensions."""

    __constants__ = ['normalized_shape', 'eps', 'elementwise_affine']

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        add_affine(self, self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """weight 1, bias 0."""
        reset_affine(self)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f'{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, '
                f'bias={self.bias is not None}')


class RMSNorm(Module):
    """x / √(mean of x² + eps) · weight, over the last dimensions."""

    __constants__ = ['normalized_shape', 'eps', 'elementwise_affine']

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        add_affine(self, self.normalized_shape, elementwise_affine, None, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """weight 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f'{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}'


class GroupNorm(Module):
    """(x - mean) / √(var + eps) · weight + bias, over groups of channels of each example."""

    __constants__ = ['num_groups', 'num_channels', 'eps', 'affine']

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f'num_channels ({num_channels}) must be divisible by num_groups ({num_groups})')
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        add_affine(self, num_channels, affine, affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """weight 1, bias 0."""
        reset_affine(self)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f'{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}'


class LocalResponseNorm(Module):
    """x / (k + alpha · mean of x² over neighbouring channels)^beta."""

    __constants__ = ['size', 'alpha', 'beta', 'k']

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input):
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f'{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}'


def _across(x, size, before):
    """Sums over `size` neighbouring channels, from `before` channels before each on."""
    padded = F.pad(x, (0, 0, 0, 0, before, size - 1 - before))
    return sum(padded.narrow(1, i, x.size(1)) for i in range(size))


class _CrossMapLRN2dFunction(Function):
    @staticmethod
    def forward(ctx, input, size, alpha=1e-4, beta=0.75, k=1):
        if input.dim() != 4:
            raise ValueError(f'CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.')
        reach = int((size - 1) / 2)
        ctx.size, ctx.alpha, ctx.beta = size, alpha, beta
        squares = input * input
        sums = _across(squares, 2 * reach + 1, reach)
        # PyTorch's running sum never lets go of the first channel.
        sums.narrow(1, min(reach + 1, sums.size(1)), max(0, sums.size(1) - reach - 1)).add_(squares.narrow(1, 0, 1))
        ctx.scale = sums * (alpha / size) + k
        output = input * ctx.scale ** -beta
        ctx.save_for_backward(input, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, output = ctx.saved_tensors
        size = ctx.size
        ratio = _across(grad_output * output / ctx.scale, size, int(size - (size - 1) / 2))
        grad = grad_output * ctx.scale ** -ctx.beta - 2 * ctx.alpha * ctx.beta / size * input * ratio
        return grad, None, None, None, None


_CrossMapLRN2dFunction.__name__ = _CrossMapLRN2dFunction.__qualname__ = 'CrossMapLRN2d'


class CrossMapLRN2d(LocalResponseNorm):
    """Local response normalization as Caffe has it; of 4-dimensional inputs."""

    __constants__ = []

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__(size, alpha, beta, k)

    def forward(self, input):
        return _CrossMapLRN2dFunction.apply(input, self.size, self.alpha, self.beta, self.k)


__all__ = ['CrossMapLRN2d', 'LocalResponseNorm', 'LayerNorm', 'GroupNorm', 'RMSNorm']
for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.modules.normalization'
