"""matplotlib.text: see artist.py."""
from ._anything import module_getattr
from .artist import Annotation, Text  # noqa: F401

__getattr__ = module_getattr('matplotlib.text')
