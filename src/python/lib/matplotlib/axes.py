"""Axes: what is drawn in one frame, with its limits, scales and words."""
import math

from . import ticker
from ._anything import Anything, note
from ._data import finite, flat, numbers, plain
from ._plots import Plots
from .artist import Text
from .colors import CYCLE


def _float64(values):
    """Limits are numpy's numbers, in matplotlib too."""
    try:
        import numpy
    except ImportError:
        return values
    return tuple(map(numpy.float64, values))


class Axis:
    """The x or y axis."""

    def __init__(self, axes, name):
        self.axes, self.name = axes, name
        self.label = Text(0.5 if name == 'x' else 0, 0 if name == 'x' else 0.5, '')
        self.scale = 'linear'
        self.limits = None
        self.ticks = self.words = self.locator = self.formatter = None
        self.categories = []
        self.inverted = False
        self.visible = True

    def place(self, values):
        """Numbers for what is drawn along this axis: names stand at 0, 1, 2, ..."""
        found = flat(values)
        if not any(isinstance(v, str) for v in found):
            return numbers(found)
        for value in map(str, found):
            if value not in self.categories:
                self.categories.append(value)
        return [float(self.categories.index(str(v))) for v in found]

    def range(self):
        """(low, high): as set, else of what is drawn with matplotlib's margins of 5 %."""
        if self.limits and None not in self.limits:
            return self.limits
        low, high, sticky = self.axes.reach(self.name)
        if low is None:
            low, high = (0.0, 1.0) if self.scale == 'linear' else (1.0, 10.0)
        elif self.scale == 'log':
            low, high = max(low, 1e-300), max(high, 1e-300)
            room = 0.05 * (math.log10(high) - math.log10(low) or 1)
            low, high = 10 ** (math.log10(low) - room), 10 ** (math.log10(high) + room)
        elif low == high:
            room = 0.05 * abs(low) or 0.055
            low, high = low - room, high + room
        else:
            room = self.axes.margin(self.name) * (high - low)
            low, high = low if low in sticky else low - room, high if high in sticky else high + room
        if self.limits:
            low, high = (own if own is not None else found for own, found in zip(self.limits, (low, high)))
        return low, high

    def marks(self):
        """[(place, text)] of its ticks."""
        low, high = sorted(self.range())
        if self.ticks is not None:
            places = self.ticks
        elif self.locator is not None and hasattr(self.locator, 'ticks'):
            places = self.locator.ticks(low, high)
        elif self.categories:
            places = [float(i) for i in range(len(self.categories))]
        else:
            places = ticker.log_places(low, high) if self.scale == 'log' else ticker.places(low, high)
        if self.words is not None:
            words = [str(w.text if isinstance(w, Text) else w) for w in self.words]
        elif self.formatter is not None:
            words = [self.formatter(p, i) for i, p in enumerate(places)]
        elif self.categories and self.ticks is None:
            words = self.categories
        else:
            words = ticker.log_labels(places) if self.scale == 'log' else ticker.labels(places)
        return [(p, w) for p, w in zip(places, words) if low - 1e-9 * abs(high - low) <= p <= high + 1e-9 * abs(high - low)]

    def set_major_locator(self, locator):
        self.locator = locator

    def set_major_formatter(self, formatter):
        from .ticker import FormatStrFormatter, FuncFormatter, StrMethodFormatter
        if isinstance(formatter, str):
            formatter = (StrMethodFormatter if '{' in formatter else FormatStrFormatter)(formatter)
        elif callable(formatter) and not isinstance(formatter, ticker.Formatter):
            formatter = FuncFormatter(formatter)
        self.formatter = formatter

    def set_visible(self, visible):
        self.visible = visible

    def set_ticks(self, ticks, labels=None, **look):
        self.ticks = numbers(ticks)
        if labels is not None:
            self.words = plain(labels)

    def set_ticklabels(self, labels, **look):
        self.words = plain(labels)

    def get_ticklabels(self, *args, **kwargs):
        return [Text(p, 0, w) for p, w in self.marks()]

    def get_majorticklocs(self):
        return [p for p, _ in self.marks()]

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Anything(f'axis.{name}')


class Axes(Plots):
    """One frame of a figure. `spot`: (left, bottom, width, height) in parts of the figure, or a cell of a grid."""

    name = 'rectilinear'

    def __init__(self, figure, spot, projection=None):
        self.figure = self.fig = figure
        self.spot = spot
        self.projection = projection
        self.clear()

    def clear(self):
        self.artists = []
        self.xaxis, self.yaxis = Axis(self, 'x'), Axis(self, 'y')
        self.title = Text(0.5, 1.0, '')
        self.grid_on = self.legend_of = self.colorbar_of = self.colorbar_label = None
        self.aspect = 'auto'
        self.frame = True
        self.face = None
        self.twin_of = None
        self.margins_of = {}
        self._next_colour = 0

    cla = clear

    def add(self, artist):
        artist.axes = self
        self.artists.append(artist)
        return artist

    def next_colour(self):
        """The colour cycle's next one."""
        self._next_colour += 1
        return CYCLE[(self._next_colour - 1) % len(CYCLE)]

    def margin(self, name):
        return self.margins_of.get(name, 0.05)

    def reach(self, name):
        """Lowest and highest place of what is drawn, and the places at which no margin is added."""
        at = 'xy'.index(name)
        low = high = None
        sticky = set()
        shared = self.figure.sharing(self, name)
        for axes in shared:
            for artist in axes.artists:
                found = finite([p[at] for p in artist.points() if p[at] is not None])
                if artist.kind == 'span' and artist.along == name:
                    found = finite(artist.places)
                if axes.axis_of(name).scale == 'log':
                    found = [v for v in found if v > 0]
                if not found:
                    continue
                low = min(found) if low is None else min(low, min(found))
                high = max(found) if high is None else max(high, max(found))
                if artist.kind == 'image' or artist.look('sticky'):
                    sticky |= {min(found), max(found)}
                if artist.kind == 'box':
                    sticky |= {0.0}
        return low, high, sticky

    def axis_of(self, name):
        return self.xaxis if name == 'x' else self.yaxis

    # ---- words

    def set_title(self, label, *args, **look):
        self.title.text = str(label)
        return self.title

    def set_xlabel(self, xlabel, *args, **look):
        self.xaxis.label.text = str(xlabel)
        return self.xaxis.label

    def set_ylabel(self, ylabel, *args, **look):
        self.yaxis.label.text = str(ylabel)
        return self.yaxis.label

    def set_zlabel(self, zlabel, *args, **look):
        return Text(0, 0, zlabel)

    def get_title(self, *args):
        return self.title.text

    def get_xlabel(self):
        return self.xaxis.label.text

    def get_ylabel(self):
        return self.yaxis.label.text

    def legend(self, *args, **look):
        from .legend import Legend
        self.legend_of = Legend(self, *args, **look)
        return self.legend_of

    def get_legend(self):
        return self.legend_of

    def get_legend_handles_labels(self):
        found = [a for a in self.artists if a.get_label() and not str(a.get_label()).startswith('_')]
        return found, [a.get_label() for a in found]

    # ---- limits, scales, ticks

    def _limits(self, axis, low, high):
        if isinstance(low, (list, tuple)) or hasattr(low, 'tolist') and getattr(low, 'ndim', 0) == 1:
            low, high = flat(low)
        old = axis.limits or (None, None)
        low, high = (float(new) if new is not None else before for new, before in zip((low, high), old))
        axis.limits = None if low is None and high is None else (low, high)
        return axis.range()

    def set_xlim(self, left=None, right=None, *, xmin=None, xmax=None, **more):
        return self._limits(self.xaxis, xmin if left is None else left, xmax if right is None else right)

    def set_ylim(self, bottom=None, top=None, *, ymin=None, ymax=None, **more):
        return self._limits(self.yaxis, ymin if bottom is None else bottom, ymax if top is None else top)

    def get_xlim(self):
        return _float64(self.xaxis.range())

    def get_ylim(self):
        return _float64(self.yaxis.range())

    set_xbound, set_ybound, get_xbound, get_ybound = set_xlim, set_ylim, get_xlim, get_ylim

    def set_zlim(self, *args, **more):
        pass

    def invert_yaxis(self):
        self.yaxis.limits = self.yaxis.range()[::-1]

    def invert_xaxis(self):
        self.xaxis.limits = self.xaxis.range()[::-1]

    def set_xscale(self, value, **more):
        self.xaxis.scale = value

    def set_yscale(self, value, **more):
        self.yaxis.scale = value

    def get_xscale(self):
        return self.xaxis.scale

    def get_yscale(self):
        return self.yaxis.scale

    def set_xticks(self, ticks, labels=None, **look):
        self.xaxis.set_ticks(ticks, labels)

    def set_yticks(self, ticks, labels=None, **look):
        self.yaxis.set_ticks(ticks, labels)

    def set_zticks(self, *args, **look):
        pass

    def set_xticklabels(self, labels, **look):
        self.xaxis.words = plain(labels)
        return self.xaxis.get_ticklabels()

    def set_yticklabels(self, labels, **look):
        self.yaxis.words = plain(labels)
        return self.yaxis.get_ticklabels()

    def get_xticks(self):
        return self.xaxis.get_majorticklocs()

    def get_yticks(self):
        return self.yaxis.get_majorticklocs()

    def get_xticklabels(self, **more):
        return self.xaxis.get_ticklabels()

    def get_yticklabels(self, **more):
        return self.yaxis.get_ticklabels()

    def tick_params(self, axis='both', **look):
        for name, side in (('x', 'labelbottom'), ('y', 'labelleft')):
            if axis in (name, 'both') and look.get(side) is False:
                self.axis_of(name).words = [''] * 100

    def margins(self, *both, x=None, y=None, tight=True):
        x, y = both * 2 if len(both) == 1 else both if both else (x, y)
        self.margins_of |= {name: v for name, v in (('x', x), ('y', y)) if v is not None}

    def axis(self, arg=None, **limits):
        """'off', 'equal', 'tight', ... or [left, right, bottom, top]; gives the limits."""
        if isinstance(arg, str):
            if arg in ('off', 'on'):
                self.frame = arg == 'on'
            elif arg in ('equal', 'scaled', 'image', 'square'):
                self.aspect = 'equal'
            elif arg == 'tight':
                self.margins_of = {'x': 0, 'y': 0}
        elif isinstance(arg, bool):
            self.frame = arg
        elif arg is not None:
            left, right, bottom, top = flat(arg)
            self.set_xlim(left, right)
            self.set_ylim(bottom, top)
        self._axis_limits(**limits)
        return (*self.get_xlim(), *self.get_ylim())

    def _axis_limits(self, xmin=None, xmax=None, ymin=None, ymax=None):
        if (xmin, xmax) != (None, None):
            self.set_xlim(xmin, xmax)
        if (ymin, ymax) != (None, None):
            self.set_ylim(ymin, ymax)

    def set_axis_off(self):
        self.frame = False

    def set_axis_on(self):
        self.frame = True

    def set_aspect(self, aspect, **more):
        self.aspect = aspect

    def grid(self, visible=None, which='major', axis='both', **look):
        self.grid_on = (axis if visible is not False else None) if visible is not None or look or not self.grid_on else None

    def set_facecolor(self, color):
        self.face = color

    def twinx(self):
        return self._twin('x')

    def twiny(self):
        return self._twin('y')

    def _twin(self, shared):
        twin = self.figure.add_axes(self.spot)
        twin.twin_of, twin.shares = self, shared
        twin._next_colour = self._next_colour
        return twin

    @property
    def lines(self):
        return [a for a in self.artists if a.kind == 'line']

    @property
    def patches(self):
        return [a for a in self.artists if a.kind in ('box', 'shape')]

    @property
    def collections(self):
        return [a for a in self.artists if a.kind in ('marks', 'segments')]

    @property
    def images(self):
        return [a for a in self.artists if a.kind == 'image']

    @property
    def texts(self):
        return [a for a in self.artists if a.kind in ('text', 'annotation')]

    @property
    def spines(self):
        return Anything('spines')

    @property
    def transAxes(self):
        return 'axes'

    @property
    def transData(self):
        return None

    def get_figure(self):
        return self.figure

    def get_lines(self):
        return self.lines

    def get_position(self):
        return Anything('position')

    def add_patch(self, patch):
        return self.add(patch) if hasattr(patch, 'points') else patch

    def add_line(self, line):
        return self.add_patch(line)

    add_artist = add_collection = add_patch

    def set(self, **words):
        return [getattr(self, f'set_{name}')(*(value if isinstance(value, tuple) and name in ('xlim', 'ylim') else (value,)))
                for name, value in words.items()]

    def __getattr__(self, name):
        # By these an array is told from one axes.
        if name.startswith('__') or name in ('dtype', 'item', 'shape', 'ndim', 'flat', 'ravel', 'flatten', 'size'):
            raise AttributeError(f"'Axes' object has no attribute '{name}'")

        def accept(*args, **kwargs):
            if not name.startswith(('set_', 'get_')) and name not in _QUIET:
                note(f'axes.{name} is not drawn')
            return Anything(f'axes.{name}')
        return accept

    def __repr__(self):
        words = f'title={{{"center"!r}: {self.title.text!r}}}, ' if self.title.text else ''
        return f'<Axes: {words}>'.replace(', >', '>').replace(': >', ': >')


_QUIET = frozenset('relim autoscale_view autoscale draw minorticks_on minorticks_off view_init locator_params ticklabel_format label_outer'.split())
Axes.__module__ = 'matplotlib.axes'
