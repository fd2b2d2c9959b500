"""A figure: axes on a sheet of paper."""
import os

import numpy

from ._anything import Anything, note
from .artist import Text
from .axes import Axes
from .gridspec import GridSpec, SubplotSpec

DPI = 100
# Kinds of files that are drawn, not painted.
_PAPER = ('pdf', 'ps', 'eps', 'pgf')


def _array(axes, shape):
    """numpy's array of axes, as subplots() gives it."""
    found = numpy.empty(len(axes), dtype=object)
    for i, one in enumerate(axes):
        found[i] = one
    return found.reshape(shape)


class Canvas(Anything):
    """A figure's canvas; draw() shows the figure as it is."""

    def __init__(self, figure):
        super().__init__('canvas')
        self.__dict__['figure'] = figure

    def draw(self):
        self.figure.show()

    draw_idle = draw


class Figure:
    """figsize: (width, height) in inches."""

    def __init__(self, figsize=None, dpi=None, number=0, label='', **look):
        from . import rcParams
        self.number, self.label = number, label
        self.size = tuple(float(v) for v in (figsize or rcParams['figure.figsize']))
        self.dpi = dpi or rcParams['figure.dpi']
        self.axes = []
        self.words = Text(0.5, 0.98, '')
        self.current = None
        self.shared = []
        self.canvas = Canvas(self)
        self.shown = self.serial = None

    # ---- axes

    def add_axes(self, spot, projection=None, **look):
        if isinstance(spot, Axes):
            self.axes.append(spot)
            self.current = spot
            return spot
        axes = Axes(self, spot if isinstance(spot, SubplotSpec) else tuple(map(float, spot)), projection)
        self.axes.append(axes)
        self.current = axes
        _apply(axes, look)
        return axes

    def add_subplot(self, *where, projection=None, sharex=None, sharey=None, **look):
        where = where or (111,)
        spot = where[0]
        if isinstance(spot, int) and len(where) == 1:
            where = tuple(map(int, str(spot)))
        if isinstance(spot, SubplotSpec):
            cell = spot
        else:
            rows, across, index = where
            first, last = (index if isinstance(index, (tuple, list)) else (index, index))
            cell = SubplotSpec(GridSpec(rows, across), divmod(first - 1, across), divmod(last - 1, across))
        for axes in self.axes:
            if axes.spot == cell and axes.projection == projection and axes.twin_of is None and self._reuse:
                self.current = axes
                return axes
        axes = self.add_axes(cell, projection, **look)
        for other, name in ((sharex, 'x'), (sharey, 'y')):
            if isinstance(other, Axes):
                self.shared.append((name, [other, axes]))
        return axes

    _reuse = False

    def subplots(self, nrows=1, ncols=1, sharex=False, sharey=False, squeeze=True, subplot_kw=None, gridspec_kw=None, **look):
        grid = GridSpec(nrows, ncols, **(gridspec_kw or {}))
        all_axes = [self.add_subplot(grid[i, j], **(subplot_kw or {})) for i in range(nrows) for j in range(ncols)]
        for name, share in (('x', sharex), ('y', sharey)):
            if share in (True, 'all'):
                self.shared.append((name, all_axes))
            elif share in ('row', 'col'):
                groups = [all_axes[i * ncols:(i + 1) * ncols] for i in range(nrows)] if share == 'row' else [all_axes[j::ncols] for j in range(ncols)]
                self.shared += [(name, group) for group in groups]
        if not squeeze:
            return _array(all_axes, (nrows, ncols))
        if len(all_axes) == 1:
            return all_axes[0]
        return _array(all_axes, (len(all_axes),) if 1 in (nrows, ncols) else (nrows, ncols))

    def subplot_mosaic(self, mosaic, **look):
        rows = [list(row) for row in (mosaic.split() if isinstance(mosaic, str) else mosaic)]
        grid, found = GridSpec(len(rows), len(rows[0])), {}
        for i, row in enumerate(rows):
            for j, name in enumerate(row):
                found.setdefault(name, []).append((i, j))
        return {name: self.add_subplot(SubplotSpec(grid, min(cells), max(cells))) for name, cells in found.items() if name != '.'}

    def add_gridspec(self, nrows=1, ncols=1, **more):
        return GridSpec(nrows, ncols, **more)

    def sharing(self, axes, name):
        """The axes that have one range of x (or y)."""
        group = [axes] + [other for along, others in self.shared if along == name and axes in others for other in others if other is not axes]
        for other in self.axes:
            if other.twin_of is not None and other.shares == name and (axes is other or axes is other.twin_of):
                group += [a for a in (other, other.twin_of) if a not in group]
        return group

    def gca(self, projection=None, **look):
        if self.current is None:
            self.add_subplot(111, projection=projection)
        return self.current

    def sca(self, axes):
        self.current = axes
        return axes

    def delaxes(self, axes):
        if axes in self.axes:
            self.axes.remove(axes)
        self.current = self.axes[-1] if self.axes else None

    def get_axes(self):
        return list(self.axes)

    def clear(self, *args):
        self.axes, self.shared, self.current = [], [], None
        self.words.text = ''

    clf = clear

    # ---- words and size

    def suptitle(self, t, **look):
        self.words.text = str(t)
        return self.words

    def legend(self, *args, **look):
        return self.gca().legend(*args, **look)

    def text(self, x, y, s, **look):
        return self.gca().text(x, y, s, transform='axes')

    def colorbar(self, mappable=None, cax=None, ax=None, label=None, **look):
        from .artist import Artist
        owner = ax[0] if isinstance(ax, (list, tuple)) else ax.ravel()[0] if isinstance(ax, numpy.ndarray) else ax
        owner = owner or getattr(mappable, 'axes', None) or self.gca()
        if isinstance(owner, Axes) and hasattr(mappable, 'norm'):
            owner.colorbar_of = mappable
            if label:
                owner.colorbar_label = label
        return _Colorbar(axes=owner)

    def set_size_inches(self, w, h=None, **more):
        self.size = tuple(map(float, w if h is None else (w, h)))

    def get_size_inches(self):
        return self.size

    def set_figwidth(self, width):
        self.size = (float(width), self.size[1])

    def set_figheight(self, height):
        self.size = (self.size[0], float(height))

    def get_dpi(self):
        return self.dpi

    def set_dpi(self, dpi):
        self.dpi = dpi

    # ---- out

    def svg(self):
        from ._svg import draw
        return draw(self)

    def summary(self):
        """What is drawn, in words: '2 lines, 1 image'."""
        kinds = {}
        for axes in self.axes:
            for artist in axes.artists:
                if artist.kind not in ('text', 'annotation'):
                    kinds[artist.kind] = kinds.get(artist.kind, 0) + 1
        found = ', '.join(f'{n} {kind if n == 1 or kind in ("marks", "segments") else kind + ("es" if kind == "box" else "s")}' for kind, n in kinds.items())
        return found or 'empty'

    def title(self):
        return self.words.text or next((a.title.text for a in self.axes if a.title.text), '') or self.label

    def show(self, *args, **more):
        from ._shown import show
        show(self)

    def savefig(self, fname, dpi=None, format=None, **look):
        """Writes a PNG or an SVG picture, as the name says; a name without an end gets `.png`. Of a kind that is neither, an SVG beside it."""
        from ._shown import png
        self.show()
        to_file = hasattr(fname, 'write')
        name = '' if to_file else os.fspath(fname)
        end = os.path.splitext(name)[1][1:].lower()
        kind = (format or end or 'png').lower()
        if not end and not to_file:
            name += f'.{kind}'
        if kind == 'svg':
            data = self.svg().encode()
        else:
            if kind in _PAPER and not to_file:
                note(f'figures are written as PNG or SVG: {os.path.basename(name)}.svg in place of {os.path.basename(name)}')
                name += '.svg'
                data = self.svg().encode()
            else:
                if kind != 'png':
                    note(f'figures are written as PNG or SVG: {os.path.basename(name) or "the file"} holds a PNG')
                data = png(self.svg(), (dpi if isinstance(dpi, (int, float)) else self.dpi) / DPI)
        if to_file:
            fname.write(data)
            return
        with open(name, 'wb') as file:
            file.write(data)

    def tight_layout(self, *args, **more):
        pass

    subplots_adjust = autofmt_xdate = align_labels = set_tight_layout = set_constrained_layout = tight_layout

    def __getattr__(self, name):
        if name.startswith('__') or name.startswith('_repr'):
            raise AttributeError(name)
        return Anything(f'figure.{name}')

    def __repr__(self):
        width, height = (round(v * self.dpi) for v in self.size)
        return f'<Figure size {width}x{height} with {len(self.axes)} Axes>'

    def __str__(self):
        width, height = (round(v * self.dpi) for v in self.size)
        return f'Figure({width}x{height})'


def _apply(axes, look):
    for name, value in look.items():
        if name in ('title', 'xlabel', 'ylabel', 'xlim', 'ylim', 'xscale', 'yscale', 'xticks', 'yticks', 'aspect', 'facecolor'):
            getattr(axes, f'set_{name}')(value)


class _Colorbar(Anything):
    def __init__(self, axes):
        super().__init__('colorbar')
        self.__dict__['axes'] = axes

    def __repr__(self):
        return f'<matplotlib.colorbar.Colorbar at {id(self):#x}>'

    def set_label(self, label, **look):
        if isinstance(self.axes, Axes):
            self.axes.colorbar_label = label


Figure.__module__ = 'matplotlib.figure'
