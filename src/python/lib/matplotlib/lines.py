"""matplotlib.lines: see artist.py."""
from ._anything import module_getattr
from .artist import Line2D  # noqa: F401

__getattr__ = module_getattr('matplotlib.lines')
