"""torch.cpu."""
from . import amp  # noqa: F401
from .._missing import module_getattr


def is_available():
    return True


def device_count():
    return 1


def synchronize(device=None):
    pass


__getattr__ = module_getattr('torch.cpu', globals())
