"""Convolution for torch.nn.functional: padding by number or by word."""
from .._wrappers import by_name, make

__all__ = ['conv1d', 'conv2d', 'conv3d']


def _convolution(n):
    name = f'conv{n}d'
    # Two ops in the engine, as in PyTorch. Which one is plain from the padding: asking all arguments would cost more than a small op.
    by_number = make(by_name[name], 'function', name)
    by_word = make(by_name[name + '_padding'], 'function', name)

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        op = by_word if padding.__class__ is str else by_number
        return op(input, weight, bias, stride, padding, dilation, groups)

    conv.__name__ = conv.__qualname__ = name
    conv.__module__ = 'torch.nn.functional'
    conv.__doc__ = f'y[o] = Σ w[o, c] ⋆ x[c] + b[o], over {n} dimension{"s" if n > 1 else ""}; padding: numbers, \'same\' or \'valid\'.'
    return conv


conv1d, conv2d, conv3d = (_convolution(n) for n in (1, 2, 3))
