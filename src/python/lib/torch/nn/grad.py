"""torch.nn.grad: the two gradients of a convolution, by themselves."""
from .._wrappers import function
from .modules.utils import _ntuple


def _gradients(n):
    each = _ntuple(n)

    def for_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
        settings = (each(stride), each(padding), each(dilation), False, each(0), groups)
        return function('convolution_backward_input')(grad_output, weight, list(input_size), *settings)

    def for_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
        settings = (each(stride), each(padding), each(dilation), False, each(0), groups)
        return function('convolution_backward_weight')(grad_output, input, list(weight_size), *settings)

    for_input.__doc__ = f"conv{n}d's gradient for its input, from that of its output."
    for_weight.__doc__ = f"conv{n}d's gradient for its weight, from that of its output."
    for f, what in ((for_input, 'input'), (for_weight, 'weight')):
        f.__name__ = f.__qualname__ = f'conv{n}d_{what}'
        f.__module__ = 'torch.nn.grad'
    return for_input, for_weight


conv1d_input, conv1d_weight = _gradients(1)
conv2d_input, conv2d_weight = _gradients(2)
conv3d_input, conv3d_weight = _gradients(3)
