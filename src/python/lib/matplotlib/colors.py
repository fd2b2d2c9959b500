"""Colours: names, maps, norms."""
import json
import math

from ._anything import module_getattr
from ._data import flat, number, plain

with open(__file__.rpartition('/')[0] + '/_colormaps.json') as _file:
    _found = json.load(_file)

CSS4_COLORS = {name: f'#{code}' for name, code in _found['named'].items()}
BASE_COLORS = {'b': (0, 0, 1), 'g': (0, 0.5, 0), 'r': (1, 0, 0), 'c': (0, 0.75, 0.75), 'm': (0.75, 0, 0.75), 'y': (0.75, 0.75, 0),
               'k': (0, 0, 0), 'w': (1, 1, 1)}
TABLEAU_COLORS = {f'tab:{name}': f'#{_found["listed"]["tab10"][6 * i:6 * i + 6]}' for i, name in
                  enumerate('blue orange green red purple brown pink gray olive cyan'.split())}
CYCLE = list(TABLEAU_COLORS.values())


def _parts(text):
    return tuple(int(text[i:i + 2], 16) / 255 for i in range(0, len(text), 2))


def to_rgba(c, alpha=None):
    """(r, g, b, a) of a name, '#rrggbb', '0.5', 'C1' or numbers; ValueError for none of them."""
    c = plain(c)
    if isinstance(c, str):
        name = c.strip()
        if name.lower() == 'none':
            return (0.0, 0.0, 0.0, 0.0)
        if name in BASE_COLORS:
            rgba = BASE_COLORS[name]
        elif name[:1] == 'C' and name[1:].isdigit():
            rgba = _parts(CYCLE[int(name[1:]) % len(CYCLE)][1:])
        elif name[:1] == '#' and len(name) in (4, 5):
            rgba = _parts(''.join(2 * digit for digit in name[1:]))
        elif name[:1] == '#' and len(name) in (7, 9):
            rgba = _parts(name[1:])
        else:
            code = TABLEAU_COLORS.get(name.lower()) or CSS4_COLORS.get(name.lower().removeprefix('xkcd:').replace(' ', ''))
            gray = number(name)
            if code is None and not 0 <= gray <= 1:
                raise ValueError(f'{c!r} is not a valid value for color')
            rgba = _parts(code[1:]) if code else (gray, gray, gray)
    elif isinstance(c, (list, tuple)) and len(c) == 2 and isinstance(c[0], (str, list, tuple)):
        rgba, alpha = to_rgba(c[0]), c[1] if alpha is None else alpha
    elif isinstance(c, (list, tuple)) and len(c) in (3, 4) and all(isinstance(v, (int, float)) for v in c):
        rgba = tuple(float(v) for v in c)
    else:
        raise ValueError(f'Invalid RGBA argument: {c!r}')
    rgba = tuple(float(v) for v in rgba)
    own = rgba[3] if len(rgba) == 4 else 1.0
    return (*rgba[:3], own if alpha is None else float(alpha))


def to_rgb(c):
    return to_rgba(c)[:3]


def to_hex(c, keep_alpha=False):
    return '#' + ''.join(f'{round(max(0, min(1, v)) * 255):02x}' for v in to_rgba(c)[:4 if keep_alpha else 3])


def to_rgba_array(c, alpha=None):
    return [to_rgba(one, alpha) for one in ([c] if isinstance(c, str) else plain(c))]


def is_color_like(c):
    try:
        to_rgba(c)
    except ValueError:
        return False
    return True


class Colormap:
    """Maps 0..1 (or an index) to a colour."""

    def __init__(self, name, points, listed=False, N=256):
        self.name = name
        self._points = points
        self._listed = listed
        self.N = len(points) if listed else N
        if listed:
            self.colors = [p[:3] for p in points]

    def at(self, x):
        """The colour at a number in 0..1."""
        if not math.isfinite(x):
            return (0.0, 0.0, 0.0, 0.0) if math.isnan(x) else self.at(1.0 if x > 0 else 0.0)
        x = max(0.0, min(1.0, x))
        points = self._points
        if self._listed:
            return points[min(int(x * len(points)), len(points) - 1)]
        # matplotlib looks it up in a table of N colours.
        place = min(int(x * self.N), self.N - 1) / max(self.N - 1, 1) * (len(points) - 1)
        i = min(int(place), len(points) - 2)
        part = place - i
        return tuple(a + (b - a) * part for a, b in zip(points[i], points[i + 1]))

    def __call__(self, X, alpha=None, bytes=False):
        def one(x):
            if isinstance(x, (list, tuple)):
                return [one(v) for v in x]
            rgba = self.at(x / max(self.N - 1, 1) if isinstance(x, int) and not isinstance(x, bool) else number(x))
            rgba = (*rgba[:3], rgba[3] if alpha is None else alpha)
            return tuple(round(v * 255) for v in rgba) if bytes else rgba
        found = one(plain(X))
        if isinstance(found, list):
            try:
                import numpy
                return numpy.array(found)
            except ImportError:
                pass
        return found

    def reversed(self, name=None):
        return Colormap(name or f'{self.name}_r', self._points[::-1], self._listed, self.N)

    def resampled(self, lutsize):
        return Colormap(self.name, [self.at(i / max(lutsize - 1, 1)) for i in range(lutsize)], True)

    def copy(self):
        return self

    def set_bad(self, color='k', alpha=None):
        pass

    set_under = set_over = set_bad


class ListedColormap(Colormap):
    def __init__(self, colors, name='from_list', N=None):
        colors = [to_rgba(c) for c in ([colors] if isinstance(colors, str) else plain(colors))]
        super().__init__(name, colors[:N] if N else colors, True)


class LinearSegmentedColormap(Colormap):
    def __init__(self, name, segmentdata, N=256, gamma=1.0):
        super().__init__(name, [(0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)], False, N)

    @staticmethod
    def from_list(name, colors, N=256, gamma=1.0):
        colors = list(colors)
        if colors and isinstance(colors[0], (list, tuple)) and len(colors[0]) == 2:
            stops = [(number(at), to_rgba(c)) for at, c in colors]
        else:
            stops = [(i / max(len(colors) - 1, 1), to_rgba(c)) for i, c in enumerate(colors)]
        points = []
        for i in range(N):
            x = i / max(N - 1, 1)
            right = next((k for k in range(1, len(stops)) if stops[k][0] >= x), len(stops) - 1)
            (a, p), (b, q) = stops[max(right - 1, 0)], stops[right]
            part = (x - a) / (b - a) if b > a else 0.0
            points.append(tuple(u + (v - u) * part for u, v in zip(p, q)))
        return Colormap(name, points, False, N)


class Normalize:
    """Takes vmin..vmax to 0..1."""

    def __init__(self, vmin=None, vmax=None, clip=False):
        self.vmin, self.vmax, self.clip = vmin, vmax, clip

    def autoscale_None(self, values):
        values = [v for v in map(number, flat(values)) if math.isfinite(v)]
        if values:
            self.vmin = min(values) if self.vmin is None else number(self.vmin)
            self.vmax = max(values) if self.vmax is None else number(self.vmax)

    def part(self, x):
        low, high = self.scale(self.vmin), self.scale(self.vmax)
        return (self.scale(x) - low) / (high - low) if high > low else 0.0

    @staticmethod
    def scale(x):
        return x

    def __call__(self, value, clip=None):
        self.autoscale_None(value)
        found = plain(value)
        if not isinstance(found, (list, tuple)):
            return self.part(number(found))
        parts = [self.part(number(v)) for v in found]
        try:
            import numpy
            return numpy.array(parts)
        except ImportError:
            return parts


class LogNorm(Normalize):
    @staticmethod
    def scale(x):
        return math.log10(x) if x is not None and x > 0 else -math.inf if x is not None else 0.0


class BoundaryNorm(Normalize):
    def __init__(self, boundaries, ncolors, clip=False):
        super().__init__(boundaries[0], boundaries[-1])


def _points(code):
    return [(*_parts(code[i:i + 6]), 1.0) for i in range(0, len(code), 6)]


def builtin_maps():
    """{name: Colormap} with the reversed ones."""
    maps = {name: Colormap(name, _points(code)) for name, code in _found['continuous'].items()}
    maps |= {name: Colormap(name, _points(code), True) for name, code in _found['listed'].items()}
    maps |= {'grey': maps['gray']}
    return maps | {f'{name}_r': found.reversed() for name, found in maps.items()}


__getattr__ = module_getattr('matplotlib.colors')
