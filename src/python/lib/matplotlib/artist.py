"""What is drawn on axes: its kind, its numbers and its look. Nothing else is kept."""
from ._anything import Anything
from ._data import flat, numbers
from .colors import to_rgba


class Artist:
    """Something drawn. `set_NAME(value)` and `get_NAME()` work for every property that it was given."""

    kind = 'artist'

    def __init__(self, axes=None, **look):
        self.axes = axes
        self._look = look

    def known_as(self, name):
        """Is shown as matplotlib's class of that name ('quiver.Quiver'); gives itself."""
        self._name = name
        return self

    def __repr__(self):
        name = self.__dict__.get('_name')
        kind = type(self)
        return f'<{f"matplotlib.{name}" if name else f"{kind.__module__}.{kind.__qualname__}"} at {id(self):#x}>'

    def look(self, name, default=None):
        value = self._look.get(name)
        return default if value is None else value

    def set(self, **look):
        for name, value in look.items():
            getattr(self, f'set_{name}')(value)
        return self

    def remove(self):
        if self.axes is not None and self in self.axes.artists:
            self.axes.artists.remove(self)

    def get_label(self):
        return self._look.get('label', '')

    def __getattr__(self, name):
        if name.startswith('set_'):
            return lambda value=None, *args, **kwargs: self._look.__setitem__(name[4:], value)
        if name.startswith('get_'):
            return lambda *args, **kwargs: self._look.get(name[4:])
        if name.startswith('__'):
            raise AttributeError(name)
        return Anything(f'{type(self).__name__}.{name}')


class Line2D(Artist):
    """Points joined by a line, or marked. x, y: sequences of equal length."""

    kind = 'line'

    def __init__(self, xdata=(), ydata=(), **look):
        super().__init__(**look)
        self.set_data(xdata, ydata)

    def set_data(self, *data):
        x, y = data if len(data) == 2 else data[0]
        self.x, self.y = numbers(x), numbers(y)

    def set_xdata(self, x):
        self.x = numbers(x)

    def set_ydata(self, y):
        self.y = numbers(y)

    def get_data(self, orig=True):
        return _array(self.x), _array(self.y)

    def get_xdata(self, orig=True):
        return _array(self.x)

    def get_ydata(self, orig=True):
        return _array(self.y)

    def get_color(self):
        return self._look.get('color')

    def __str__(self):
        return f'Line2D({self.get_label()})'

    def points(self):
        return list(zip(self.x, self.y))


class Text(Artist):
    kind = 'text'

    def __init__(self, x=0, y=0, text='', **look):
        super().__init__(**look)
        self.x, self.y, self.text = x, y, str(text)

    def set_text(self, text):
        self.text = str(text)

    def get_text(self):
        return self.text

    def set_position(self, xy):
        self.x, self.y = self._look['given'] = xy

    def get_position(self):
        return self.x, self.y

    def __repr__(self):
        x, y = self._look.get('given') or (self.x, self.y)
        return f'Text({x!r}, {y!r}, {self.text!r})'

    def points(self):
        return []


class Annotation(Text):
    kind = 'annotation'

    def __init__(self, text, xy, xytext=None, **look):
        super().__init__(*(xytext if xytext is not None else xy), text, **look)
        self.xy = xy


class PathCollection(Artist):
    """Marks at points, each with its own size and colour."""

    kind = 'marks'

    def __init__(self, x, y, **look):
        super().__init__(**look)
        self.x, self.y = x, y

    def set_offsets(self, offsets):
        found = numbers(offsets)
        self.x, self.y = found[0::2], found[1::2]

    def get_offsets(self):
        return _array(list(map(list, zip(self.x, self.y))))

    def set_array(self, values):
        self._look['values'] = numbers(values)

    def points(self):
        return list(zip(self.x, self.y))


class Rectangle(Artist):
    kind = 'box'

    def __init__(self, xy, width, height, **look):
        super().__init__(**look)
        self.x, self.y, self.width, self.height = xy[0], xy[1], width, height

    def get_height(self):
        return self.height

    def get_width(self):
        return self.width

    def get_x(self):
        return self.x

    def get_y(self):
        return self.y

    def set_height(self, height):
        self.height = height

    def set_width(self, width):
        self.width = width

    def points(self):
        return [(self.x, self.y), (self.x + self.width, self.y + self.height)]


class Polygon(Artist):
    """A closed shape."""

    kind = 'shape'

    def __init__(self, xy, **look):
        super().__init__(**look)
        found = numbers(xy)
        self.corners = list(zip(found[0::2], found[1::2]))

    def points(self):
        return self.corners


class Segments(Artist):
    """Lines apart from each other: [(x0, y0, x1, y1), ...]."""

    kind = 'segments'

    def __init__(self, segments, **look):
        super().__init__(**look)
        self.segments = segments

    def points(self):
        return [p for x0, y0, x1, y1 in self.segments for p in ((x0, y0), (x1, y1))]


class Span(Artist):
    """A line (one place) or a band (two) across the axes. `along`: 'x' where the places are of x."""

    kind = 'span'

    def __init__(self, along, places, **look):
        super().__init__(**look)
        self.along, self.places = along, places

    def points(self):
        return []


class AxesImage(Artist):
    """A matrix of numbers or colours over `extent` (left, right, bottom, top)."""

    kind = 'image'

    def __init__(self, rows, extent, cmap, norm, **look):
        super().__init__(**look)
        self.rows, self.extent, self.cmap, self.norm = rows, extent, cmap, norm

    def set_data(self, values):
        from ._data import matrix
        self.rows = matrix(values)

    set_array = set_data

    def set_clim(self, vmin=None, vmax=None):
        if isinstance(vmin, (list, tuple)):
            vmin, vmax = vmin
        self.norm.vmin, self.norm.vmax = vmin, vmax

    def set_cmap(self, cmap):
        from .cm import get_cmap
        self.cmap = get_cmap(cmap)

    def points(self):
        left, right, bottom, top = self.extent
        return [(left, bottom), (right, top)]


class Container(list):
    """What bar() and errorbar() give: a list of artists."""

    def __init__(self, artists, **more):
        super().__init__(artists)
        self.patches = artists
        self.__dict__.update(more)

    def remove(self):
        for artist in self:
            artist.remove()

    def get_children(self):
        return list(self)

    def get_label(self):
        return self.__dict__.get('label', '')


class BarContainer(Container):
    def __repr__(self):
        return f'<BarContainer object of {len(self)} artists>'


class StemContainer(Container):
    def __repr__(self):
        return f'<StemContainer object of {len(self)} artists>'


class ErrorbarContainer(Container):
    def __repr__(self):
        return f'<ErrorbarContainer object of {len(self)} artists>'


def _array(values):
    try:
        import numpy
    except ImportError:
        return values
    return numpy.array(values)


def colours(c, count, values=None, cmap=None, norm=None):
    """A colour for each of `count` things: `c` is one colour, a colour each, or (with a map) a number each."""
    if values is not None:
        norm.autoscale_None(values)
        return [cmap.at(norm.part(v)) for v in values]
    try:
        return [to_rgba(c)] * count
    except ValueError:
        found = [to_rgba(one) for one in (c if isinstance(c, (list, tuple)) else flat(c))]
        return [found[i % len(found)] for i in range(count)] if found else []


def setp(artists, *args, **look):
    for artist in artists if isinstance(artists, (list, tuple)) else [artists]:
        if hasattr(artist, 'set'):
            artist.set(**look, **dict(zip(args[0::2], args[1::2])))


for _class, _module in ((Line2D, 'lines'), (Text, 'text'), (Annotation, 'text'), (PathCollection, 'collections'), (Rectangle, 'patches'),
                        (Polygon, 'patches'), (AxesImage, 'image'), (BarContainer, 'container'), (ErrorbarContainer, 'container'),
                        (StemContainer, 'container')):
    _class.__module__ = f'matplotlib.{_module}'
