"""Colour maps by name."""
from ._anything import note
from .colors import Colormap, Normalize, builtin_maps

_maps = builtin_maps()


class ColormapRegistry(dict):
    """matplotlib.colormaps"""

    def get_cmap(self, cmap):
        return get_cmap(cmap)

    def register(self, cmap, *, name=None, force=False):
        self[name or cmap.name] = cmap

    def __missing__(self, name):
        raise KeyError(f'{name!r} is not a known colormap name')


colormaps = ColormapRegistry(_maps)


def get_cmap(name=None, lut=None):
    """A colour map; viridis for None, and for a name that is not here."""
    if isinstance(name, Colormap):
        return name
    found = colormaps.get(name or 'viridis')
    if found is None:
        note(f'the colour map {name} is drawn as viridis')
        found = colormaps['viridis']
    return found.resampled(lut) if lut else found


def register_cmap(name=None, cmap=None, **kwargs):
    colormaps.register(cmap, name=name)


class ScalarMappable:
    """Numbers as colours."""

    def __init__(self, norm=None, cmap=None):
        self.norm, self.cmap = norm or Normalize(), get_cmap(cmap)
        self._array = None

    def set_array(self, values):
        self._array = values

    def get_array(self):
        return self._array

    def set_clim(self, vmin=None, vmax=None):
        self.norm.vmin, self.norm.vmax = vmin, vmax

    def to_rgba(self, x, alpha=None, bytes=False, norm=True):
        return self.cmap(self.norm(x) if norm else x, alpha)


def __getattr__(name):
    if name in colormaps:
        return colormaps[name]
    raise AttributeError(f"module 'matplotlib.cm' has no attribute '{name}'")
