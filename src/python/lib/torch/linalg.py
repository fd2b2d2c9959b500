"""torch.linalg: the engine's ops."""
from . import _bind

__getattr__, __dir__ = _bind.lazy('torch.linalg', globals())
