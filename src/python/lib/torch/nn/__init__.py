"""torch.nn: layers, losses, initialisers."""
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from . import functional, init, modules, utils
from .modules import *  # noqa: F403
from . import attention, parallel
from .parallel import DataParallel
from .. import _bind

__getattr__, __dir__ = _bind.lazy('torch.nn', globals())
