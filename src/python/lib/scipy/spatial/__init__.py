"""scipy.spatial: distances."""
from .. import _absent
from . import distance  # noqa: F401

__getattr__ = _absent('scipy.spatial')
