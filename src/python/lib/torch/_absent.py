"""What torch.mps, torch.mtia and torch.xpu say on a machine without such a device."""


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
