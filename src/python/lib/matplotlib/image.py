"""matplotlib.image: see artist.py."""
from ._anything import module_getattr
from .artist import AxesImage  # noqa: F401

__getattr__ = module_getattr('matplotlib.image')
