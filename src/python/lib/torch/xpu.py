"""torch.xpu on a machine without it."""


def is_available():
    return False


def device_count():
    return 0


def manual_seed(seed):
    pass


def empty_cache():
    pass


def synchronize(device=None):
    pass


manual_seed_all = manual_seed
from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.xpu', globals())
