"""torch.special: special functions, by the engine's ops."""
from . import _bind

__getattr__, __dir__ = _bind.lazy('torch.special', globals())
