"""torch.nn.attention: which way scaled_dot_product_attention goes."""
import contextlib
from enum import IntEnum

from ..._ops import ops

__all__ = ['SDPBackend', 'sdpa_kernel', 'WARN_FOR_UNFUSED_KERNELS']

WARN_FOR_UNFUSED_KERNELS = False


class SDPBackend(IntEnum):
    """Ways to compute attention. A CPU has MATH (out of other ops) and FLASH_ATTENTION (one op)."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __repr__(self):
        return f'<SDPBackend.{self.name}: {self.value}>'

    def __str__(self):
        return f'SDPBackend.{self.name}'


SDPBackend.__module__ = 'torch.nn.attention'
_used = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH, SDPBackend.CUDNN_ATTENTION]


def _use(backends):
    global _used
    _used = backends
    ops._set_sdp_use(SDPBackend.FLASH_ATTENTION in backends, SDPBackend.MATH in backends)


def _switch(backend, on):
    """torch.backends.cuda.enable_…_sdp: allows or forbids one way."""
    _use([b for b in _used if b != backend] + ([backend] if on else []))


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Within it, attention goes one of these ways. MATH alone has second gradients."""
    if not isinstance(backends, (list, SDPBackend)):
        raise AssertionError(f'Backend must be an instance of SDPBackend or a list of SDPBackend instances, got {type(backends).__name__}')
    backends = [backends] if isinstance(backends, SDPBackend) else list(dict.fromkeys(backends))
    before = _used
    try:
        _use(backends)
        yield {}
    finally:
        _use(before)
