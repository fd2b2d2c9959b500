"""Memory formats of convolutions' weights."""

__all__ = ['convert_conv2d_weight_memory_format', 'convert_conv3d_weight_memory_format']


def _ordered(t, memory_format):
    """A copy with its elements in this order: channels last means that they stand next to each other."""
    if 'channels_last' not in str(memory_format):
        return t.clone().contiguous()
    n = t.dim()
    return t.permute(0, *range(2, n), 1).clone().contiguous().permute(0, n - 1, *range(1, n - 1))


def _convert(module, kinds, memory_format):
    if isinstance(module, kinds):
        module.weight.data = _ordered(module.weight.detach(), memory_format)
    for child in module.children():
        _convert(child, kinds, memory_format)
    return module


def convert_conv2d_weight_memory_format(module, memory_format):
    """Puts the weight of every 2-D convolution into this order in memory."""
    from ... import nn
    return _convert(module, (nn.Conv2d, nn.ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module, memory_format):
    """The same for 3-D convolutions."""
    from ... import nn
    return _convert(module, (nn.Conv3d, nn.ConvTranspose3d), memory_format)
