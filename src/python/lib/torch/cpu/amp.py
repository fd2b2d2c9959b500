"""torch.cpu.amp: older names of torch.amp."""
import warnings

from .. import amp as _amp
from .._dtype import dtypes


def _old(old, new, level=3):
    warnings.warn(f'`torch.{old}(args...)` is deprecated. Please use `torch.amp.{new}, args...)` instead.', FutureWarning, stacklevel=level)


class autocast(_amp.autocast):
    """torch.amp.autocast('cpu', ...)."""

    def __init__(self, enabled=True, dtype=dtypes['bfloat16'], cache_enabled=True):
        _old('cpu.amp.autocast', "autocast('cpu'")
        super().__init__('cpu', enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)


class GradScaler(_amp.GradScaler):
    """torch.amp.GradScaler('cpu', ...)."""

    def __init__(self, init_scale=2.0 ** 16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        _old('cpu.amp.GradScaler', "GradScaler('cpu'")
        super().__init__('cpu', init_scale, growth_factor, backoff_factor, growth_interval, enabled)
