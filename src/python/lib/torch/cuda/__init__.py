"""torch.cuda on a machine without CUDA."""


class _Properties:
    pass


def is_available():
    return False


def device_count():
    return 0


def is_initialized():
    return False


def is_bf16_supported(including_emulation=True):
    return False


def manual_seed(seed):
    pass


def manual_seed_all(seed):
    pass


def empty_cache():
    pass


def synchronize(device=None):
    _refuse()


def _refuse(*args, **kwargs):
    raise AssertionError('Torch not compiled with CUDA enabled')


current_device = get_device_name = get_device_properties = get_device_capability = set_device = init = _refuse


def memory_allocated(device=None):
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated

from . import amp  # noqa: E402,F401
from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.cuda', globals())
