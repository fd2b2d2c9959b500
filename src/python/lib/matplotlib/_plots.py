"""The ways to draw: each makes artists of numbers."""
import functools
import math
import re

from ._anything import Anything, note
from ._contour import bands, lines_at
from ._data import broadcast, columns, finite, flat, matrix, number, numbers, plain
from ._projection import project
from .artist import (Annotation, AxesImage, BarContainer, ErrorbarContainer, Line2D, PathCollection, Polygon, Rectangle, Segments, StemContainer,
                     Span, Text, colours)
from .colors import LogNorm, Normalize, to_rgba

_FORMAT = re.compile(r'^(?:(?P<color>C\d|[bgrcmykw])|(?P<style>--|-\.|-|:)|(?P<marker>[.,ov^<>1234spP*hH+xXdD|_]))')


def _format(text):
    """The look that 'ro--' stands for; None where it is none."""
    look, rest = {}, text
    while rest:
        found = _FORMAT.match(rest)
        if not found:
            return {'color': text} if _is_colour(text) else None
        look[found.lastgroup] = found.group()
        rest = rest[found.end():]
    if 'marker' in look and 'style' not in look:
        look['style'] = 'none'
    return look


def _is_colour(text):
    try:
        to_rgba(text)
    except ValueError:
        return False
    return True


_SHORT = {'c': 'color', 'ls': 'style', 'linestyle': 'style', 'lw': 'linewidth', 'ms': 'markersize', 'mfc': 'markerfacecolor',
          'mec': 'markeredgecolor', 'ec': 'edgecolor', 'fc': 'facecolor', 'linewidths': 'linewidth', 'edgecolors': 'edgecolor',
          'facecolors': 'facecolor', 'colour': 'color'}


def look_of(look):
    """matplotlib's short and long names of one thing as one."""
    return {_SHORT.get(name, name): value for name, value in look.items()}


def refused(kind, text):
    """An error that matplotlib raises too."""
    error = kind(text)
    error.meant = True
    return error


def _guarded(method):
    """A drawing that fails is noted; it does not end the script."""
    @functools.wraps(method)
    def drawing(self, *args, **look):
        try:
            return method(self, *args, **look)
        except Exception as error:
            if getattr(error, 'meant', False):
                raise
            note(f'{method.__name__}() could not be drawn ({type(error).__name__}: {error})')
            return Anything(method.__name__)
    return drawing


class Plots:
    """What pyplot and Axes draw with. The arguments are matplotlib's."""

    def plot(self, *args, scalex=True, scaley=True, data=None, **look):
        look = look_of(look)
        lines = []
        args = [data[a] if data is not None and isinstance(a, str) and a in data else a for a in args]
        while args:
            if self.projection == '3d' and len(args) > 2 and not isinstance(args[2], str):
                x, y = project(*map(numbers, args[:3]))
                args = args[3:]
            elif len(args) > 1 and not isinstance(args[1], str):
                x, y, args = args[0], args[1], args[2:]
            else:
                x, y, args = None, args[0], args[1:]
            form = {}
            if args and isinstance(args[0], str):
                form = _format(args[0])
                if form is None:
                    raise refused(ValueError, f"'{args[0]}' is not a valid format string")
                args = args[1:]
            ys = columns(y)
            xs = columns(x) if x is not None else [list(range(len(ys[0])))]
            if len(ys) < len(xs):
                ys = ys * len(xs)
            for i, curve in enumerate(ys):
                own = xs[i % len(xs)]
                if len(own) != len(curve):
                    raise refused(ValueError, f'x and y must have same first dimension, but have shapes ({len(own)},) and ({len(curve)},)')
                label = look.get('label')
                if isinstance(label, (list, tuple)):
                    label = label[len(lines) % len(label)]
                line = Line2D(self.xaxis.place(own), self.yaxis.place(curve), **form | look | {'label': label or f'_child{len(self.artists)}'})
                if line.look('color') is None:
                    line._look['color'] = self.next_colour()
                lines.append(self.add(line))
        return lines

    def semilogy(self, *args, **look):
        self.set_yscale('log')
        return self.plot(*args, **look)

    def semilogx(self, *args, **look):
        self.set_xscale('log')
        return self.plot(*args, **look)

    def loglog(self, *args, **look):
        self.set_xscale('log')
        return self.semilogy(*args, **look)

    def step(self, x, y, *args, where='pre', **look):
        p, q = numbers(x), numbers(y)
        xs, ys = [], []
        for i in range(len(p)):
            if i > 0:
                xs.append({'pre': p[i - 1], 'post': p[i]}.get(where, (p[i - 1] + p[i]) / 2))
                ys.append(q[i] if where == 'pre' else q[i - 1])
                if where == 'mid':
                    xs.append(xs[-1])
                    ys.append(q[i])
            xs.append(p[i])
            ys.append(q[i])
        return self.plot(xs, ys, *args, **look)

    def scatter(self, x, y, *args, s=None, c=None, marker=None, cmap=None, norm=None, vmin=None, vmax=None, alpha=None, zs=None, **look):
        from .cm import get_cmap
        if self.projection == '3d' and (zs is not None or args):
            z, args = (zs, args) if zs is not None else (args[0], args[1:])
            x, y = project(numbers(x), numbers(y), broadcast(z, len(numbers(x))))
        if args:
            s = args[0]
            c = args[1] if len(args) > 1 else c
        look = look_of(look)
        x, y = self.xaxis.place(x), self.yaxis.place(y)
        if len(x) != len(y):
            raise refused(ValueError, 'x and y must be the same size')
        c = plain(c)
        values = None
        if isinstance(c, (list, tuple)):
            found = flat(c)
            if len(found) == len(x) and all(isinstance(v, (int, float)) for v in found) and not (len(c) in (3, 4) and len(x) == 1):
                values = numbers(found)
        marks = PathCollection(x, y, **look, color=c if c is not None else look.get('color') or look.get('facecolor') or self.next_colour(),
                               values=values, cmap=get_cmap(cmap), norm=norm or Normalize(vmin, vmax), marker=marker or 'o', size=numbers(s) if s is not None else [36.0],
                               alpha=alpha) if 'color' not in look else PathCollection(
            x, y, **look, values=None, marker=marker or 'o', size=numbers(s) if s is not None else [36.0], alpha=alpha)
        marks.cmap, marks.norm = get_cmap(cmap), marks.look('norm') or Normalize()
        return self.add(marks)

    def bar(self, x, height, width=0.8, bottom=None, *, align='center', yerr=None, tick_label=None, orientation='vertical', **look):
        look = look_of(look)
        along, across = (self.xaxis, self.yaxis) if orientation == 'vertical' else (self.yaxis, self.xaxis)
        places = along.place(x)
        heights = across.place(height)
        places, heights = broadcast(places, max(len(places), len(heights))), broadcast(heights, max(len(places), len(heights)))
        widths, bottoms = numbers(broadcast(width, len(places))), numbers(broadcast(0 if bottom is None else bottom, len(places)))
        color = look.pop('color', None) or look.pop('facecolor', None) or self.next_colour()
        fills = colours(plain(color), len(places))
        boxes = []
        for i, (place, height, width, base) in enumerate(zip(places, heights, widths, bottoms)):
            low = place - width / 2 if align == 'center' else place
            xy, size = ((low, base), (width, height)) if orientation == 'vertical' else ((base, low), (height, width))
            own = {**look, 'label': look.get('label') if i == 0 else None}
            boxes.append(self.add(Rectangle(xy, *size, color=fills[i], **own)))
        if tick_label is not None:
            along.set_ticks(places, plain(tick_label))
        if yerr is not None:
            self._error_bars(places, heights, None, yerr, 'black')
        return BarContainer(boxes, label=look.get('label'))

    def barh(self, y, width, height=0.8, left=None, **look):
        return self.bar(y, width, height, left, orientation='horizontal', **look)

    def hist(self, x, bins=10, range=None, density=False, weights=None, cumulative=False, bottom=None, histtype='bar', align='mid',
             orientation='vertical', rwidth=None, log=False, color=None, label=None, stacked=False, **look):
        """Counts, edges and boxes, as numpy's histogram counts: the last bin has both its edges."""
        sets = [numbers(v) for v in plain(x)] if _is_ragged(plain(x)) else columns(x) if _is_matrix(plain(x)) else [numbers(x)]
        sets = [finite(numbers(s)) for s in sets]
        whole = [v for s in sets for v in s]
        if isinstance(bins, str):
            bins = 10
        if isinstance(bins, int):
            low, high = map(float, range) if range is not None else (min(whole, default=0.0), max(whole, default=1.0))
            if low == high:
                low, high = low - 0.5, high + 0.5
            edges = [low + (high - low) * i / bins for i in _range(bins)] + [high]
        else:
            edges = numbers(bins)
        counts = [_histogram(s, edges, density) for s in sets]
        if cumulative:
            counts = [[sum(c[:i + 1]) for i in _range(len(c))] for c in counts]
        boxes = []
        for i, found in enumerate(counts):
            fill = (color if color is None or isinstance(color, str) else color[i % len(color)]) or self.next_colour()
            part = 1 / len(counts)
            own = {'color': fill, **look_of(look)}
            name = label if label is None or isinstance(label, str) else label[i]
            made = []
            for k, height in enumerate(found):
                width = edges[k + 1] - edges[k]
                at = edges[k] + (width * part * i if len(counts) > 1 else 0)
                xy, size = ((at, 0.0), (width * part, height))
                if orientation == 'horizontal':
                    xy, size = xy[::-1], size[::-1]
                made.append(self.add(Rectangle(xy, *size, **own, label=name if k == 0 else None)))
            boxes.append(BarContainer(made))
        if log:
            self.set_yscale('log')
        lists = [_array(c) for c in counts]
        return (lists[0], _array(edges), boxes[0]) if len(sets) == 1 else (lists, _array(edges), boxes)

    def hist2d(self, x, y, bins=10, cmap=None, **look):
        x, y = numbers(x), numbers(y)
        nx, ny = (bins, bins) if isinstance(bins, int) else bins
        xs = [min(x) + (max(x) - min(x)) * i / nx for i in _range(nx + 1)]
        ys = [min(y) + (max(y) - min(y)) * i / ny for i in _range(ny + 1)]
        counts = [_histogram([b for a, b in zip(x, y) if xs[i] <= a and (a < xs[i + 1] or i == nx - 1)], ys, False) for i in _range(nx)]
        image = self.pcolormesh(xs, ys, [list(row) for row in zip(*counts)], cmap=cmap)
        return _array(counts), _array(xs), _array(ys), image

    def fill_between(self, x, y1, y2=0, where=None, **look):
        x = self.xaxis.place(x)
        lower, upper = numbers(broadcast(y2, len(x))), numbers(broadcast(y1, len(x)))
        keep = [bool(w) for w in flat(where)] if where is not None else [True] * len(x)
        p = [(a, b, c) for a, b, c, k in zip(x, upper, lower, keep) if k]
        look = look_of(look)
        look.setdefault('color', look.get('facecolor') or self.next_colour())
        return self.add(Polygon([(a, b) for a, b, _ in p] + [(a, c) for a, _, c in reversed(p)], **look)).known_as('collections.FillBetweenPolyCollection')

    def fill(self, *args, **look):
        x, y = args[:2]
        return [self.add(Polygon(list(zip(numbers(x), numbers(y))), **{'color': args[2] if len(args) > 2 else self.next_colour(), **look_of(look)}))]

    def stackplot(self, x, *ys, labels=(), colors=None, **look):
        rows = plain(ys[0]) if len(ys) == 1 and _is_matrix(plain(ys[0])) else [numbers(y) for y in ys]
        below, found = [0.0] * len(numbers(x)), []
        for i, row in enumerate(rows):
            above = [a + b for a, b in zip(below, numbers(row))]
            label = labels[i] if i < len(labels) else None
            found.append(self.fill_between(x, above, below, label=label, color=colors[i % len(colors)] if colors else None, **look))
            below = above
        return found

    def errorbar(self, x, y, yerr=None, xerr=None, fmt='', ecolor=None, capsize=None, elinewidth=None, **look):
        line = self.plot(x, y, *([fmt] if fmt and fmt != 'none' else []), **look)[0]
        if fmt == 'none':
            line._look['style'] = 'none'
        bars = self._error_bars(line.x, line.y, xerr, yerr, ecolor or line.look('color'))
        return ErrorbarContainer([line, [], [bars]], lines=(line, [], [bars]))

    def _error_bars(self, x, y, xerr, yerr, color):
        found = []
        for err, upright in ((yerr, True), (xerr, False)):
            if err is None:
                continue
            both = plain(err)
            low, high = (numbers(both[0]), numbers(both[1])) if _is_matrix(both) and len(both) == 2 else (numbers(broadcast(err, len(x))),) * 2
            for a, b, down, up in zip(x, y, low, high):
                found.append((a, b - down, a, b + up) if upright else (a - down, b, a + up, b))
        return self.add(Segments(found, color=color)).known_as('collections.LineCollection')

    def vlines(self, x, ymin, ymax, colors=None, linestyles='solid', label=None, **look):
        x = self.xaxis.place(x)
        low, high = broadcast(ymin, len(x)), broadcast(ymax, len(x))
        return self.add(Segments([(a, number(b), a, number(c)) for a, b, c in zip(x, low, high)], color=colors or look.get('color') or self.next_colour(),
                                 style=linestyles, label=label)).known_as('collections.LineCollection')

    def hlines(self, y, xmin, xmax, colors=None, linestyles='solid', label=None, **look):
        y = self.yaxis.place(y)
        low, high = broadcast(xmin, len(y)), broadcast(xmax, len(y))
        return self.add(Segments([(number(b), a, number(c), a) for a, b, c in zip(y, low, high)], color=colors or look.get('color') or self.next_colour(),
                                 style=linestyles, label=label)).known_as('collections.LineCollection')

    def stem(self, *args, **look):
        x, y = (numbers(args[0]), numbers(args[1])) if len(args) > 1 and not isinstance(args[1], str) else (list(_range(len(numbers(args[0])))), numbers(args[0]))
        stems = self.vlines(x, 0, y)
        marks = self.plot(x, y, 'o', color=stems.look('color'), label=look.get('label'))[0]
        return StemContainer([marks, stems, marks])

    def _across(self, along, places, look):
        look = look_of(look)
        look.setdefault('color', 'C0')
        return self.add(Span(along, places, **look))

    def axhline(self, y=0, xmin=0, xmax=1, **look):
        return self._across('y', self.yaxis.place(y), look).known_as('lines.Line2D')

    def axvline(self, x=0, ymin=0, ymax=1, **look):
        return self._across('x', self.xaxis.place(x), look).known_as('lines.Line2D')

    def axhspan(self, ymin, ymax, **look):
        return self._across('y', numbers([ymin, ymax]), look).known_as('patches.Rectangle')

    def axvspan(self, xmin, xmax, **look):
        return self._across('x', numbers([xmin, xmax]), look).known_as('patches.Rectangle')

    def axline(self, xy1, xy2=None, *, slope=None, **look):
        x, y = numbers(xy1)
        end = numbers(xy2) if xy2 is not None else (x + 1, y + number(slope))
        return self.plot([x, end[0]], [y, end[1]], **look)[0]

    def arrow(self, x, y, dx, dy, **look):
        return self.add(Segments([(number(x), number(y), number(x) + number(dx), number(y) + number(dy))], arrow=True,
                                 **{'color': look.get('fc') or look.get('color') or 'C0'})).known_as('patches.FancyArrow')

    def quiver(self, *args, **look):
        args = [numbers(a) for a in args[:4]]
        if len(args) < 4:
            return self.add(Segments([])).known_as('quiver.Quiver')
        x, y, u, v = args
        if len(x) * len(y) == len(u) != len(x):
            x, y = [a for _ in y for a in x], [b for b in y for _ in x]
        return self.add(Segments([(a, b, a + p, b + q) for a, b, p, q in zip(x, y, u, v)], arrow=True, color=look.get('color', 'k'))).known_as('quiver.Quiver')

    def text(self, x, y, s, *more, transform=None, **look):
        if more:  # of three dimensions: x, y, z, s
            (x, y), s = (p[0] for p in project([number(x)], [number(y)], [number(s)])), more[0]
        return self.add(Text(number(x), number(y), s, given=(x, y), inside=transform == 'axes', **look_of(look)))

    def annotate(self, text, xy, xytext=None, *args, arrowprops=None, **look):
        offset = look.get('textcoords') not in (None, 'data')
        return self.add(Annotation(text, numbers(xy), None if offset or xytext is None else numbers(xytext), arrow=arrowprops is not None,
                                   given=xy if xytext is None else xytext, **look_of(look)))

    def imshow(self, X, cmap=None, norm=None, *, aspect='equal', interpolation=None, alpha=None, vmin=None, vmax=None, origin=None, extent=None, **look):
        from .cm import get_cmap
        if hasattr(X, 'convert') and hasattr(X, 'getdata'):
            X = [list(row) for row in _pixels(X)]
        rows = matrix(X)
        if rows and not isinstance(rows[0], (list, tuple)):
            raise refused(TypeError, f'Invalid shape ({len(rows)},) for image data')
        if rows and isinstance(rows[0][0], (list, tuple)) and len(rows[0][0]) not in (1, 3, 4):
            raise refused(TypeError, f'Invalid shape ({len(rows)}, {len(rows[0])}, {len(rows[0][0])}) for image data')
        height, width = len(rows), len(rows[0]) if rows else 0
        upper = origin != 'lower'
        found = numbers(extent) if extent is not None else [-0.5, width - 0.5, height - 0.5 if upper else -0.5, -0.5 if upper else height - 0.5]
        image = AxesImage(rows, found, get_cmap(cmap), _norm(norm, vmin, vmax), alpha=alpha, upper=upper, smooth=interpolation not in (None, 'none', 'nearest', 'antialiased', 'auto'))
        if upper and extent is None:
            self.yaxis.limits = (height - 0.5, -0.5)
        self.aspect = aspect
        return self.add(image)

    def matshow(self, Z, **look):
        return self.imshow(Z, **look)

    def spy(self, Z, **look):
        return self.imshow([[0 if number(v) else 1 for v in row] for row in matrix(Z)], cmap='gray')

    def pcolormesh(self, *args, cmap=None, norm=None, vmin=None, vmax=None, alpha=None, **look):
        from .cm import get_cmap
        z = matrix(args[-1])
        if len(args) >= 3:
            x, y = numbers(args[0]), numbers(args[1])
            extent = [min(x), max(x), min(y), max(y)]
        else:
            extent = [0, len(z[0]), 0, len(z)]
        return self.add(AxesImage(z, extent, get_cmap(cmap), _norm(norm, vmin, vmax), alpha=alpha, upper=False)).known_as('collections.QuadMesh')

    pcolor = pcolormesh

    def contour(self, *args, **look):
        return self._contour(args, False, **look)

    def contourf(self, *args, **look):
        return self._contour(args, True, **look)

    def _contour(self, args, filled, levels=None, cmap=None, colors=None, alpha=None, vmin=None, vmax=None, norm=None, **look):
        from .cm import get_cmap
        from .contour import QuadContourSet
        from .ticker import places
        if len(args) in (2, 4):
            levels, args = args[-1], args[:-1]
        z = [numbers(row) for row in matrix(args[-1])]
        height, width = len(z), len(z[0])
        x, y = (matrix(args[0]), matrix(args[1])) if len(args) >= 3 else (list(_range(width)), list(_range(height)))
        x = numbers(x[0] if isinstance(x[0], (list, tuple)) else x)
        y = numbers([row[0] for row in y] if isinstance(y[0], (list, tuple)) else y)
        values = finite(flat(z))
        low, high = min(values, default=0.0), max(values, default=1.0)
        if levels is None or isinstance(plain(levels), int):
            most = plain(levels) or 7
            found = places(low, high, most + 1)
            step = found[1] - found[0] if len(found) > 1 else 1.0
            levels = [found[0] - step, *found, found[-1] + step] if filled else found
            levels = [v for v in levels if low - step < v < high + step] if filled else levels
        levels = numbers(levels)
        norm = _norm(norm, vmin, vmax)
        norm.autoscale_None(levels)
        ramp = get_cmap(cmap)
        given = colours(plain(colors), len(levels)) if colors is not None else None
        made = []
        if filled:
            middles = [(a + b) / 2 for a, b in zip(levels, levels[1:])]
            fills = given or [ramp.at(norm.part(m)) for m in middles]
            made.append(self.add(AxesImage(bands(z, levels, fills, x, y), [min(x), max(x), min(y), max(y)], ramp, norm, alpha=alpha, upper=False, smooth=True)))
        else:
            for i, level in enumerate(levels):
                made.append(self.add(Segments(lines_at(z, level, x, y), color=(given or [])[i] if given else ramp.at(norm.part(level)),
                                              linewidth=look.get('linewidths') if not isinstance(look.get('linewidths'), (list, tuple)) else None, alpha=alpha, sticky=True)))
        return QuadContourSet(made, _array(levels), ramp, norm)

    def pie(self, x, explode=None, labels=None, colors=None, autopct=None, **look):
        sizes = numbers(x)
        whole, angle = sum(sizes) or 1.0, look.get('startangle', 0) / 360
        wedges, words = [], []
        for i, size in enumerate(sizes):
            end = angle + size / whole
            steps = max(2, round(60 * size / whole))
            arc = [2 * math.pi * (angle + (end - angle) * k / steps) for k in _range(steps + 1)]
            color = colors[i % len(colors)] if colors is not None else self.next_colour()
            wedges.append(self.add(Polygon([(0, 0)] + [(math.cos(t), math.sin(t)) for t in arc], color=color, label=labels[i] if labels else None)).known_as('patches.Wedge'))
            middle = math.pi * (angle + end)
            if labels is not None:
                words.append(self.text(1.15 * math.cos(middle), 1.15 * math.sin(middle), labels[i], ha='center'))
            if autopct:
                percent = 100 * size / whole
                self.text(0.6 * math.cos(middle), 0.6 * math.sin(middle), autopct(percent) if callable(autopct) else autopct % percent, ha='center')
            angle = end
        self.aspect, self.frame = 'equal', False
        return (wedges, words, []) if autopct else (wedges, words)

    def boxplot(self, x, *args, labels=None, tick_labels=None, **look):
        sets = [numbers(v) for v in plain(x)] if _is_ragged(plain(x)) else columns(x)
        for i, values in enumerate(sets, 1):
            values = sorted(finite(numbers(values)))
            if not values:
                continue
            low, middle, high = (_quantile(values, q) for q in (0.25, 0.5, 0.75))
            reach = 1.5 * (high - low)
            ends = [v for v in values if low - reach <= v <= high + reach]
            self.add(Segments([(i - .25, low, i + .25, low), (i - .25, high, i + .25, high), (i - .25, low, i - .25, high), (i + .25, low, i + .25, high),
                               (i, ends[0], i, low), (i, high, i, ends[-1]), (i - .12, ends[0], i + .12, ends[0]), (i - .12, ends[-1], i + .12, ends[-1])], color='k'))
            self.add(Segments([(i - .25, middle, i + .25, middle)], color='C1'))
            out = [v for v in values if v < ends[0] or v > ends[-1]]
            if out:
                self.add(PathCollection([i] * len(out), out, color='none', edgecolor='k', size=[36.0], marker='o'))
        self.xaxis.set_ticks(list(_range(1, len(sets) + 1)), labels or tick_labels)
        return {name: [] for name in ('whiskers', 'caps', 'boxes', 'medians', 'fliers', 'means')}

    def plot_surface(self, X, Y, Z, *args, cmap=None, color=None, **look):
        """Faces from the farthest to the nearest."""
        from .cm import get_cmap
        rows = [[numbers(r) for r in matrix(m)] for m in (X, Y, Z)]
        heights = finite(flat(rows[2]))
        norm, ramp = Normalize(min(heights), max(heights)), get_cmap(cmap or 'viridis')
        faces = []
        step_i, step_j = max(1, len(rows[2]) // 50), max(1, len(rows[2][0]) // 50)
        for i in _range(0, len(rows[2]) - step_i, step_i):
            for j in _range(0, len(rows[2][0]) - step_j, step_j):
                corners = [(i, j), (i, j + step_j), (i + step_i, j + step_j), (i + step_i, j)]
                x, y, z = ([rows[k][a][b] for a, b in corners] for k in _range(3))
                faces.append((sum(y) - sum(x), list(zip(*project(x, y, z))), sum(z) / 4))
        for _, corners, height in sorted(faces, key=lambda face: -face[0]):
            self.add(Polygon(corners, color=ramp.at(norm.part(height)) if color is None or cmap else color, alpha=look.get('alpha')))
        return AxesImage([[0]], [0, 1, 0, 1], ramp, norm)

    def plot_wireframe(self, X, Y, Z, **look):
        for rows in (tuple(map(matrix, (X, Y, Z))), tuple([list(c) for c in zip(*matrix(m))] for m in (X, Y, Z))):
            for x, y, z in zip(*rows):
                p, q = project(numbers(x), numbers(y), numbers(z))
                self.add(Line2D(p, q, color=look.get('color', 'C0'), linewidth=0.7))

    plot3D, scatter3D = plot, scatter


_range = range


def _norm(norm, vmin, vmax):
    return norm if isinstance(norm, Normalize) else LogNorm(vmin, vmax) if norm == 'log' else Normalize(vmin, vmax)


def _is_matrix(values):
    return isinstance(values, (list, tuple)) and len(values) > 0 and isinstance(values[0], (list, tuple))


def _is_ragged(values):
    return _is_matrix(values) and len({len(v) for v in values}) > 1


def _histogram(values, edges, density):
    from bisect import bisect_right
    counts = [0.0] * (len(edges) - 1)
    for v in values:
        if edges[0] <= v <= edges[-1]:
            counts[min(bisect_right(edges, v) - 1, len(counts) - 1)] += 1
    whole = sum(counts)
    return [c / whole / (b - a) for c, a, b in zip(counts, edges, edges[1:])] if density and whole else counts


def _quantile(values, q):
    place = q * (len(values) - 1)
    i = min(int(place), len(values) - 2) if len(values) > 1 else 0
    return values[i] + (values[min(i + 1, len(values) - 1)] - values[i]) * (place - i)


def _array(values):
    try:
        import numpy
    except ImportError:
        return values
    return numpy.array(values)


def _pixels(image):
    width, height = image.size
    data = list(image.convert('RGB').getdata())
    return [[list(p) for p in data[i * width:(i + 1) * width]] for i in range(height)]


for _name, _method in list(vars(Plots).items()):
    if not _name.startswith('_'):
        setattr(Plots, _name, _guarded(_method))
