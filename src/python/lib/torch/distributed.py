"""torch.distributed as where PyTorch was built without it: one process."""


def is_available():
    return False


def is_initialized():
    return False


from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.distributed', globals())
