"""matplotlib.container: see artist.py."""
from ._anything import module_getattr
from .artist import BarContainer, ErrorbarContainer  # noqa: F401

__getattr__ = module_getattr('matplotlib.container')
