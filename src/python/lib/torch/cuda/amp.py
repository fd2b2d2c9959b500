"""torch.cuda.amp: older names of torch.amp, for a device that is not there."""
import functools

from .. import amp as _amp
from .._dtype import dtypes
from ..cpu.amp import _old


def amp_definitely_not_available():
    return True


class autocast(_amp.autocast):
    """torch.amp.autocast('cuda', ...)."""

    def __init__(self, enabled=True, dtype=dtypes['float16'], cache_enabled=True):
        _old('cuda.amp.autocast', "autocast('cuda'")
        super().__init__('cuda', enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)


class GradScaler(_amp.GradScaler):
    """torch.amp.GradScaler('cuda', ...)."""

    def __init__(self, init_scale=2.0 ** 16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        _old('cuda.amp.GradScaler', "GradScaler('cuda'")
        super().__init__('cuda', init_scale, growth_factor, backoff_factor, growth_interval, enabled)


custom_fwd = functools.partial(_amp.custom_fwd, device_type='cuda')
custom_bwd = functools.partial(_amp.custom_bwd, device_type='cuda')
