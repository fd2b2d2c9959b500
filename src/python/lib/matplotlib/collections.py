"""matplotlib.collections: see artist.py."""
from ._anything import module_getattr
from ._data import numbers
from .artist import PathCollection, Segments  # noqa: F401


class LineCollection(Segments):
    """Lines of two or more points each."""

    def __init__(self, segments, colors=None, **look):
        found = []
        for line in segments:
            p = numbers(line)
            found += zip(p[0:-2:2], p[1:-2:2], p[2::2], p[3::2])
        super().__init__(found, color=colors or look.get('color'), linewidth=look.get('linewidths') or look.get('linewidth'))


__getattr__ = module_getattr('matplotlib.collections')
