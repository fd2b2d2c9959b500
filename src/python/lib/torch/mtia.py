"""torch.mtia on a machine without it."""
from ._absent import *  # noqa: F403
from ._missing import module_getattr

__getattr__ = module_getattr('torch.mtia', globals())
