"""IPython's face: what scripts show by it is text in the console."""
from . import display  # noqa: F401

__version__ = '8.30.0'
version_info = (8, 30, 0)


def get_ipython():
    """A notebook has one, under this name; a script has none."""
    import builtins
    own = getattr(builtins, 'get_ipython', None)
    return own() if own is not None else None


def embed(*args, **kwargs):
    pass
