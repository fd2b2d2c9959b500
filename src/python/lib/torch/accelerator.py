"""torch.accelerator on a machine without one."""


def is_available():
    return False


def device_count():
    return 0


def current_accelerator(check_available=False):
    return None


def synchronize(device=None):
    raise RuntimeError('Cannot access accelerator device when none is available.')


current_device_index = set_device_index = current_stream = set_stream = synchronize
from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.accelerator', globals())
