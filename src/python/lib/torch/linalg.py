"""torch.linalg: the engine's ops."""
from . import _bind
from ._bridge import LinAlgError  # noqa: F401  (part of this module's face)

__getattr__, __dir__ = _bind.lazy('torch.linalg', globals())
