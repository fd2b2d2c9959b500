"""torch.device. There is one device here; others are refused as PyTorch without CUDA refuses them."""
import re

_KNOWN = ('cpu', 'cuda', 'ipu', 'xpu', 'mkldnn', 'opengl', 'opencl', 'ideep', 'hip', 've', 'fpga', 'maia', 'xla', 'lazy',
          'vulkan', 'mps', 'meta', 'hpu', 'mtia', 'privateuseone')


class device:
    """Where a tensor lives: `device('cpu')`."""

    __slots__ = ('type', 'index')

    def __init__(self, type=None, index=None):
        if isinstance(type, device):
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, int) and not isinstance(type, bool):
            self.type, self.index = 'cuda', type
            return
        match = re.fullmatch(r'([a-z_]+)(?::(\d+))?', type)
        if not match:
            raise RuntimeError(f"Invalid device string: '{type}'")
        if match[1] not in _KNOWN:
            raise RuntimeError(f"Expected one of {', '.join(_KNOWN)} device type at start of device string: {type}")
        if match[2] is not None and index is not None:
            raise RuntimeError(f'type (string) must not include an index because index was passed explicitly: {type}')
        self.type = match[1]
        self.index = int(match[2]) if match[2] is not None else index

    def __repr__(self):
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __str__(self):
        return self.type if self.index is None else f'{self.type}:{self.index}'

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return (device, (str(self),))

    def __enter__(self):
        check(self)
        return self

    def __exit__(self, *exc):
        return False


device.__module__ = 'torch'
cpu = device('cpu')


def check(d):
    """Refuses every device but the CPU, in PyTorch's words."""
    if d is None or d is cpu:
        return
    d = device(d) if not isinstance(d, device) else d
    if d.type == 'cpu':
        return
    if d.type == 'cuda':
        raise AssertionError('Torch not compiled with CUDA enabled')
    if d.type == 'mps':
        raise RuntimeError("PyTorch is not linked with support for mps devices")
    from ._missing import not_yet
    raise not_yet(f"device '{d.type}'", NotImplementedError)
