"""torch.cpu: the one device there is."""
import contextlib


def is_available():
    return True


def device_count():
    return 1


def current_device():
    return 'cpu'


def synchronize(device=None):
    pass


def set_device(device):
    pass


def stream(stream=None):
    return contextlib.nullcontext()


from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.cpu', globals())
