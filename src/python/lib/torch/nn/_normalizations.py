"""torch.nn.functional's normalizations."""
import torch

from .. import _convert, _wrappers

__all__ = ['normalize', 'batch_norm', 'instance_norm', 'group_norm', 'layer_norm', 'rms_norm', 'local_response_norm']


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """x / max(‖x‖ₚ, eps), along dim."""
    size = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / size if out is None else torch.div(input, size, out=out)


def _one_value_error(size):
    return ValueError(f'Expected more than 1 value per channel when training, got input size {size}')


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Normalizes each channel over the batch; in training, updates the running statistics."""
    if training and input.dim() > 0:
        values = input.size(0)
        for n in input.shape[2:]:
            values *= n
        if values == 1:
            raise _one_value_error(input.size())
    if training and eps <= 0.0:
        raise ValueError(f'batch_norm eps must be positive during training, but got {eps}')
    if eps < 0.0:
        raise ValueError(f'batch_norm eps must be non-negative, but got {eps}')
    return _wrappers.function('batch_norm')(input, weight, bias, running_mean, running_var, training, momentum, eps, False)


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    """Normalizes each channel of each example; updates the running statistics where they are given."""
    if use_input_stats:
        values = 1
        for n in input.shape[2:]:
            values *= n
        if values == 1:
            raise ValueError(f'Expected more than 1 spatial element when training, got input size {input.size()}')
    return _wrappers.function('instance_norm')(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, False)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalizes groups of channels of each example."""
    if input.dim() < 2:
        raise RuntimeError(f'Expected at least 2 dimensions for input tensor but received {input.dim()}')
    shape = [input.size(0) * input.size(1) // num_groups, num_groups, *input.shape[2:]]
    values = shape[0]
    for n in shape[2:]:
        values *= n
    if values == 1:
        raise _one_value_error(shape)
    return _wrappers.function('group_norm')(input, num_groups, weight, bias, eps)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x - mean) / √(var + eps) · weight + bias, over the last dimensions."""
    return _wrappers.function('layer_norm')(input, _sizes('layer_norm', normalized_shape), weight, bias, eps)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x / √(mean of x² + eps) · weight, over the last dimensions."""
    return _wrappers.function('rms_norm')(input, _sizes('rms_norm', normalized_shape), weight, eps)


def _sizes(fn, shape):
    if isinstance(shape, int):
        raise TypeError(f"{fn}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {_convert.type_name(shape)}")
    return shape


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """x / (k + alpha · mean of x² over `size` neighbouring channels)^beta."""
    rank = input.dim()
    if rank < 3:
        raise ValueError(f'Expected 3D or higher dimensionality                          input (got {rank} dimensions)')
    if input.numel() == 0:
        return input
    F = torch.nn.functional
    around = (size // 2, (size - 1) // 2)
    squares = input.mul(input)
    if rank == 3:
        rows = F.pad(squares.unsqueeze(1), (0, 0, *around))
        means = F.avg_pool2d(rows, (size, 1), stride=1).squeeze(1)
    else:
        shape = input.size()
        rows = F.pad(squares.view(shape[0], 1, shape[1], shape[2], -1), (0, 0, 0, 0, *around))
        means = F.avg_pool3d(rows, (size, 1, 1), stride=1).squeeze(1).view(shape)
    return input / means.mul(alpha).add(k).pow(beta)


for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.functional'
