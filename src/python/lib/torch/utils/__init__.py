"""torch.utils."""
from . import benchmark, checkpoint, data  # noqa: F401
from .._missing import module_getattr

__getattr__ = module_getattr('torch.utils', globals())
