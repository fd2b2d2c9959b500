"""A figure as SVG."""
import math
from html import escape

from ._png import link, of_image
from ._data import number
from .colors import to_rgba
from .gridspec import SubplotSpec
from .ticker import labels, places

DASHES = {'--': '6 4', 'dashed': '6 4', ':': '1.5 3', 'dotted': '1.5 3', '-.': '8 3 1.5 3', 'dashdot': '8 3 1.5 3'}
NONE = ('none', 'None', '', ' ')
_LEGEND_AT = {'upper right': (1, 0), 'upper left': (0, 0), 'lower left': (0, 1), 'lower right': (1, 1), 'center': (.5, .5), 'upper center': (.5, 0),
              'lower center': (.5, 1), 'center left': (0, .5), 'center right': (1, .5), 'right': (1, .5), 1: (1, 0), 2: (0, 0), 3: (0, 1), 4: (1, 1)}


def _n(v):
    return f'{v:.2f}'.rstrip('0').rstrip('.')


def _paint(color, alpha=None, what='fill'):
    r, g, b, a = to_rgba(color, None)
    a *= 1 if alpha is None else alpha
    return f'{what}="#{round(r * 255):02x}{round(g * 255):02x}{round(b * 255):02x}"' + (f' {what}-opacity="{a:.3g}"' if a < 1 else '')


def _words(text, x, y, size=10, anchor='middle', color='black', turn=0, more=''):
    lines = str(text).replace('$', '').split('\n')
    turned = f' transform="rotate({-turn} {_n(x)} {_n(y)})"' if turn else ''
    spans = ''.join(f'<tspan x="{_n(x)}" dy="{0 if i == 0 else 1.2 * size:g}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size:g}" text-anchor="{anchor}" {_paint(color)}{turned}{more}>{spans}</text>'


class _Frame:
    """An axes' rectangle on the sheet, in points, and its scales."""

    def __init__(self, axes, left, top, width, height):
        self.left, self.top, self.width, self.height = left, top, width, height
        self.axes = axes
        self.x_limits, self.y_limits = self._range(axes.xaxis), self._range(axes.yaxis)
        if axes.aspect == 'equal' or isinstance(axes.aspect, (int, float)):
            self._square(1 if axes.aspect == 'equal' else float(axes.aspect))

    @staticmethod
    def _range(axis):
        low, high = axis.range()
        log = axis.scale == 'log'
        return (math.log10(max(low, 1e-300)), math.log10(max(high, 1e-300))) if log else (low, high)

    def _square(self, ratio):
        spans = [abs(b - a) or 1 for a, b in (self.x_limits, self.y_limits)]
        unit = min(self.width / spans[0], self.height / (spans[1] * ratio))
        width, height = unit * spans[0], unit * spans[1] * ratio
        self.left += (self.width - width) / 2
        self.top += (self.height - height) / 2
        self.width, self.height = width, height

    def _at(self, v, limits, scale):
        low, high = limits
        if scale == 'log':
            v = math.log10(v) if v > 0 else math.nan
        return (v - low) / ((high - low) or 1)

    def x(self, v):
        return self.left + self.width * self._at(v, self.x_limits, self.axes.xaxis.scale)

    def y(self, v):
        return self.top + self.height * (1 - self._at(v, self.y_limits, self.axes.yaxis.scale))


def _path(frame, x, y):
    """Pieces between what is not finite."""
    out, pen = [], False
    for a, b in zip(x, y):
        p, q = frame.x(a), frame.y(b)
        if not (math.isfinite(p) and math.isfinite(q)):
            pen = False
            continue
        p, q = max(-1e5, min(1e5, p)), max(-1e5, min(1e5, q))
        out.append(f'{"L" if pen else "M"}{_n(p)} {_n(q)}')
        pen = True
    return ''.join(out)


def _mark(kind, x, y, r):
    """One mark's shape."""
    kind = str(kind)
    if kind in '.o,8h':
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r * (0.5 if kind == "." else 0.2 if kind == "," else 1))}"/>'
    if kind == 's':
        return f'<rect x="{_n(x - r)}" y="{_n(y - r)}" width="{_n(2 * r)}" height="{_n(2 * r)}"/>'
    if kind in 'x+|_1234':
        d = {'x': f'M{_n(x - r)} {_n(y - r)}l{_n(2 * r)} {_n(2 * r)}m0 {_n(-2 * r)}l{_n(-2 * r)} {_n(2 * r)}', '|': f'M{_n(x)} {_n(y - r)}v{_n(2 * r)}',
             '_': f'M{_n(x - r)} {_n(y)}h{_n(2 * r)}'}.get(kind, f'M{_n(x - r)} {_n(y)}h{_n(2 * r)}M{_n(x)} {_n(y - r)}v{_n(2 * r)}')
        return f'<path d="{d}" class="s"/>'
    sides, turn, inner = {'^': (3, 0, 1), 'v': (3, math.pi, 1), '<': (3, -math.pi / 2, 1), '>': (3, math.pi / 2, 1), '*': (10, 0, .4), 'D': (4, 0, 1), 'd': (4, 0, 1),
                          'p': (5, 0, 1), 'P': (4, 0, 1), 'X': (4, math.pi / 4, 1), 'H': (6, 0, 1)}.get(kind, (12, 0, 1))
    points = ' '.join(f'{_n(x + r * (inner if k % 2 and inner < 1 else 1) * math.sin(turn + 2 * math.pi * k / sides))},'
                      f'{_n(y - r * (inner if k % 2 and inner < 1 else 1) * math.cos(turn + 2 * math.pi * k / sides))}' for k in range(sides))
    return f'<polygon points="{points}"/>'


def _stroke(artist, width=1.5, color=None):
    style = DASHES.get(artist.look('style'), '')
    wide = number(artist.look('linewidth', width))
    return (f'fill="none" {_paint(color or artist.look("color", "C0"), artist.look("alpha"), "stroke")} stroke-width="{_n(wide)}"'
            + (f' stroke-dasharray="{style}"' if style else ''))


def _line(artist, frame):
    out = []
    if artist.look('style', '-') not in NONE:
        out.append(f'<path d="{_path(frame, artist.x, artist.y)}" {_stroke(artist)}/>')
    marker = artist.look('marker')
    if marker is not None and marker not in NONE:
        r = number(artist.look('markersize', 6)) / 2
        fill = _paint(artist.look('markerfacecolor') or artist.look('color', 'C0'), artist.look('alpha'))
        edge = _paint(artist.look('markeredgecolor') or artist.look('color', 'C0'), artist.look('alpha'), 'stroke')
        every = artist.look('markevery', 1)
        points = list(zip(artist.x, artist.y))[::every if isinstance(every, int) and every > 0 else 1]
        marks = ''.join(_mark(marker, frame.x(a), frame.y(b), r) for a, b in points if math.isfinite(frame.x(a)) and math.isfinite(frame.y(b)))
        out.append(f'<g {fill} {edge}>{marks}</g>')
    return ''.join(out)


def _marks(artist, frame):
    from .artist import colours
    count = len(artist.x)
    fills = colours(artist.look('color', 'C0'), count, artist.look('values'), artist.cmap, artist.norm) if count else []
    sizes = artist.look('size', [36.0])
    edge = artist.look('edgecolor')
    out, before = [], None
    for i, (a, b) in enumerate(zip(artist.x, artist.y)):
        p, q = frame.x(a), frame.y(b)
        if not (math.isfinite(p) and math.isfinite(q)):
            continue
        fill = fills[i % len(fills)] if fills else to_rgba('C0')
        if fill != before:
            own = edge if isinstance(edge, (str, tuple)) and edge not in ('face', 'none') else fill
            out.append(f'{"</g>" if before is not None else ""}<g {_paint(fill, artist.look("alpha"))} {_paint(own, artist.look("alpha"), "stroke")} '
                       f'stroke-width="{1 if own != fill or str(artist.look("marker")) in "x+|_" else 0}">')
            before = fill
        out.append(_mark(artist.look('marker', 'o'), p, q, math.sqrt(max(0, sizes[i % len(sizes)])) / 2))
    return ''.join(out) + ('</g>' if before is not None else '')


def _box(artist, frame):
    x0, x1 = sorted((frame.x(artist.x), frame.x(artist.x + artist.width)))
    low = artist.y if frame.axes.yaxis.scale != 'log' or artist.y > 0 else 10 ** min(frame.y_limits)
    if frame.axes.yaxis.scale == 'log' and artist.y + artist.height <= 0:
        return ''
    y0, y1 = sorted((frame.y(low), frame.y(artist.y + artist.height)))
    if not all(map(math.isfinite, (x0, x1, y0, y1))):
        return ''
    empty = artist.look('fill') is False
    edge = artist.look('edgecolor')
    fill = 'fill="none"' if empty else _paint(artist.look('color') or artist.look('facecolor') or 'C0', artist.look('alpha'))
    stroke = _paint(edge or 'black', None, 'stroke') if (edge is not None and edge not in NONE) or empty else ''
    return f'<rect x="{_n(x0)}" y="{_n(y0)}" width="{_n(x1 - x0)}" height="{_n(y1 - y0)}" {fill} {stroke}/>'


def _shape(artist, frame):
    corners = ' '.join(f'{_n(frame.x(a))},{_n(frame.y(b))}' for a, b in artist.corners if math.isfinite(frame.x(a)) and math.isfinite(frame.y(b)))
    return f'<polygon points="{corners}" {_paint(artist.look("color") or artist.look("facecolor") or "C0", artist.look("alpha"))}/>'


def _segments(artist, frame):
    d = ''.join(f'M{_n(frame.x(a))} {_n(frame.y(b))}L{_n(frame.x(c))} {_n(frame.y(e))}' for a, b, c, e in artist.segments
                if all(map(math.isfinite, (frame.x(a), frame.y(b), frame.x(c), frame.y(e)))))
    color = artist.look('color', 'C0')
    color = color[0] if isinstance(color, list) and color and not isinstance(color[0], (int, float)) else color
    return f'<path d="{d}" {_stroke(artist, 1.5, color)}{" marker-end=" + chr(34) + "url(#head)" + chr(34) if artist.look("arrow") else ""}/>'


def _span(artist, frame):
    right, bottom = frame.left + frame.width, frame.top + frame.height
    at = [frame.x(v) if artist.along == 'x' else frame.y(v) for v in artist.places]
    if not all(map(math.isfinite, at)):
        return ''
    if len(at) == 1:
        d = f'M{_n(at[0])} {_n(frame.top)}V{_n(bottom)}' if artist.along == 'x' else f'M{_n(frame.left)} {_n(at[0])}H{_n(right)}'
        return f'<path d="{d}" {_stroke(artist)}/>'
    low, high = sorted(at)
    x, y, w, h = (low, frame.top, high - low, frame.height) if artist.along == 'x' else (frame.left, low, frame.width, high - low)
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" {_paint(artist.look("color") or "C0", artist.look("alpha"))}/>'


def _image(artist, frame):
    rows = of_image(artist)
    left, right, bottom, top = artist.extent
    x0, x1, y0, y1 = frame.x(left), frame.x(right), frame.y(top), frame.y(bottom)
    upper = artist.look('upper')
    if (y0 > y1) is not (upper is False and y0 > y1):
        rows = rows[::-1]
        y0, y1 = y1, y0
    elif upper is False:
        rows = rows[::-1]
    if x0 > x1:
        rows, x0, x1 = [row[::-1] for row in rows], x1, x0
    smooth = '' if artist.look('smooth') else ' style="image-rendering:pixelated"'
    alpha = artist.look('alpha')
    fade = f' opacity="{alpha:.3g}"' if isinstance(alpha, (int, float)) else ''
    return (f'<image x="{_n(x0)}" y="{_n(y0)}" width="{_n(x1 - x0)}" height="{_n(abs(y1 - y0))}" preserveAspectRatio="none"{smooth}{fade} '
            f'href="{link(rows)}"/>')


def _text(artist, frame):
    if artist.look('inside'):
        x, y = frame.left + frame.width * number(artist.x), frame.top + frame.height * (1 - number(artist.y))
    else:
        x, y = frame.x(number(artist.x)), frame.y(number(artist.y))
    if not (math.isfinite(x) and math.isfinite(y)):
        return ''
    anchor = {'center': 'middle', 'right': 'end'}.get(artist.look('ha') or artist.look('horizontalalignment'), 'start')
    size = artist.look('fontsize') or artist.look('size') or 10
    size = size if isinstance(size, (int, float)) else 10
    middle = 0.35 * size if (artist.look('va') or artist.look('verticalalignment')) == 'center' else 0
    out = ''
    if artist.kind == 'annotation' and artist.look('arrow'):
        out = f'<path d="M{_n(x)} {_n(y)}L{_n(frame.x(artist.xy[0]))} {_n(frame.y(artist.xy[1]))}" stroke="black" fill="none" marker-end="url(#head)"/>'
    return out + _words(artist.text, x, y + middle, size, anchor, artist.look('color', 'black'))


_DRAW = {'line': _line, 'marks': _marks, 'box': _box, 'shape': _shape, 'segments': _segments, 'span': _span, 'image': _image, 'text': _text,
         'annotation': _text}


def _legend(legend, frame):
    if not legend.entries:
        return ''
    width = 34 + 5.8 * max(len(w) for _, w in legend.entries)
    rows = len(legend.entries) + (1 if legend.title else 0)
    height = 6 + 14 * rows
    across, down = _LEGEND_AT.get(legend.loc, (1, 0))
    x, y = frame.left + 6 + (frame.width - 12 - width) * across, frame.top + 6 + (frame.height - 12 - height) * down
    out = [f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="3" fill="white" fill-opacity="0.8" stroke="#cccccc"/>']
    if legend.title:
        out.append(_words(legend.title, x + width / 2, y + 13))
        y += 14
    for i, (artist, text) in enumerate(legend.entries):
        at = y + 10 + 14 * i
        color = artist.look('color', 'C0')
        color = color if isinstance(color, (str, tuple)) else 'C0'
        if artist.kind in ('line', 'segments', 'span') and artist.look('style', '-') not in NONE:
            out.append(f'<path d="M{_n(x + 5)} {_n(at)}h20" {_stroke(artist, 1.5, color)}/>')
        elif artist.kind in ('box', 'shape'):
            out.append(f'<rect x="{_n(x + 5)}" y="{_n(at - 4)}" width="20" height="8" {_paint(color, artist.look("alpha"))}/>')
        if artist.kind == 'marks' or artist.kind == 'line' and artist.look('marker'):
            out.append(f'<g {_paint(color, artist.look("alpha"))} {_paint(color, None, "stroke")}>{_mark(artist.look("marker", "o"), x + 15, at, 3)}</g>')
        out.append(_words(text, x + 30, at + 3.5, 10, 'start'))
    return ''.join(out)


def _ticks(frame, axes):
    out = []
    right, bottom = frame.left + frame.width, frame.top + frame.height
    twin_x = axes.twin_of is not None and axes.shares == 'x'
    twin_y = axes.twin_of is not None and axes.shares == 'y'
    if not twin_x and axes.xaxis.visible:
        for place, text in axes.xaxis.marks():
            x = frame.x(place)
            if math.isfinite(x):
                edge = frame.top if twin_y else bottom
                out.append(f'<path d="M{_n(x)} {_n(edge)}v{-3.5 if twin_y else 3.5}" stroke="black"/>' + _words(text, x, edge - 6 if twin_y else edge + 14))
    if not twin_y and axes.yaxis.visible:
        for place, text in axes.yaxis.marks():
            y = frame.y(place)
            if math.isfinite(y):
                edge, way = (right, 1) if twin_x else (frame.left, -1)
                out.append(f'<path d="M{_n(edge)} {_n(y)}h{3.5 * way}" stroke="black"/>' + _words(text, edge + 6 * way, y + 3.5, 10, 'start' if twin_x else 'end'))
    return ''.join(out)


def _grid(frame, axes):
    if not axes.grid_on:
        return ''
    d = ''
    if axes.grid_on in ('x', 'both'):
        d += ''.join(f'M{_n(frame.x(p))} {_n(frame.top)}v{_n(frame.height)}' for p, _ in axes.xaxis.marks())
    if axes.grid_on in ('y', 'both'):
        d += ''.join(f'M{_n(frame.left)} {_n(frame.y(p))}h{_n(frame.width)}' for p, _ in axes.yaxis.marks())
    return f'<path d="{d}" stroke="#b0b0b0" stroke-width="0.8"/>'


def _colorbar(mappable, frame, label):
    steps = 64
    x, h = frame.left + frame.width + 12, frame.height / steps
    cells = ''.join(f'<rect x="{_n(x)}" y="{_n(frame.top + frame.height - (k + 1) * h)}" width="12" height="{_n(h + 0.5)}" {_paint(mappable.cmap.at((k + .5) / steps))}/>'
                    for k in range(steps))
    low, high = mappable.norm.vmin, mappable.norm.vmax
    out = [cells, f'<rect x="{_n(x)}" y="{_n(frame.top)}" width="12" height="{_n(frame.height)}" fill="none" stroke="black" stroke-width="0.8"/>']
    if low is not None and high is not None and high > low:
        marks = places(low, high, 7)
        for place, text in zip(marks, labels(marks)):
            y = frame.top + frame.height * (1 - (place - low) / (high - low))
            out.append(f'<path d="M{_n(x + 12)} {_n(y)}h3.5" stroke="black"/>' + _words(text, x + 18, y + 3.5, 10, 'start'))
    if label:
        at = frame.top + frame.height / 2
        out.append(_words(label, x + 50, at, 10, 'middle', turn=90))
    return ''.join(out)


def _axes(axes, at, index):
    left, top, width, height = at
    if axes.colorbar_of is not None:
        width -= 45
    frame = _Frame(axes, left, top, max(10, width), max(10, height))
    clip = f'clip{index}'
    flat = axes.projection != 'polar'
    out = [f'<clipPath id="{clip}"><rect x="{_n(frame.left)}" y="{_n(frame.top)}" width="{_n(frame.width)}" height="{_n(frame.height)}"/></clipPath>']
    if axes.frame and axes.twin_of is None:
        out.append(f'<rect x="{_n(frame.left)}" y="{_n(frame.top)}" width="{_n(frame.width)}" height="{_n(frame.height)}" {_paint(axes.face or "white")}/>')
        out.append(_grid(frame, axes))
    drawn = sorted(axes.artists, key=lambda a: (number(a.look('zorder', 0)) if a.look('zorder') else 0, a.kind != 'image'))
    out += [f'<g clip-path="url(#{clip})">', *(_DRAW[a.kind](a, frame) for a in drawn if a.kind not in ('text', 'annotation')), '</g>']
    out += [_DRAW[a.kind](a, frame) for a in drawn if a.kind in ('text', 'annotation')]
    if axes.frame:
        if axes.twin_of is None:
            out.append(f'<rect x="{_n(frame.left)}" y="{_n(frame.top)}" width="{_n(frame.width)}" height="{_n(frame.height)}" fill="none" stroke="black" stroke-width="0.8"/>')
        if flat and axes.projection != '3d':
            out.append(_ticks(frame, axes))
        out.append(_words(axes.xaxis.label.text, frame.left + frame.width / 2, frame.top + frame.height + 28) if axes.xaxis.label.text else '')
        side = frame.left + frame.width + 38 if axes.twin_of is not None else frame.left - 38
        out.append(_words(axes.yaxis.label.text, side, frame.top + frame.height / 2, turn=90) if axes.yaxis.label.text else '')
    if axes.title.text:
        lines = axes.title.text.count('\n')
        out.append(_words(axes.title.text, frame.left + frame.width / 2, frame.top - 6 - 14 * lines, 12))
    if axes.colorbar_of is not None:
        out.append(_colorbar(axes.colorbar_of, frame, axes.colorbar_label))
    if axes.legend_of is not None:
        out.append(_legend(axes.legend_of, frame))
    return ''.join(out)


def _place(axes, width, height, words):
    """Where an axes' frame is on the sheet."""
    if not isinstance(axes.spot, SubplotSpec):
        left, bottom, w, h = axes.spot
        return left * width, (1 - bottom - h) * height, w * width, h * height
    left, bottom, w, h = axes.spot.parts()
    sheet = height - (22 if words else 0)
    x, y = left * width, height - sheet + (1 - bottom - h) * sheet
    room = (54 if axes.yaxis.label.text else 44, 24, 18 if any(a.twin_of is axes for a in axes.figure.axes) is False else 48, 38 if axes.xaxis.label.text else 24)
    room = room if axes.frame else (8, 24, 8, 8)
    return x + room[0], y + room[1], w * width - room[0] - room[2], h * sheet - room[1] - room[3]


def draw(figure):
    """The text of an SVG file; a point is 1/72 inch, as matplotlib's."""
    width, height = (72 * v for v in figure.size)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width / 72 * 100)}" height="{_n(height / 72 * 100)}" viewBox="0 0 {_n(width)} {_n(height)}" '
             'font-family="DejaVu Sans, Verdana, sans-serif">',
             '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">'
             '<path d="M0 0L10 5L0 10z"/></marker></defs><style>.s{fill:none}</style>',
             f'<rect width="{_n(width)}" height="{_n(height)}" fill="white"/>']
    for i, axes in enumerate(figure.axes):
        twin = axes.twin_of or axes
        parts.append(_axes(axes, _place(twin, width, height, figure.words.text), i))
    if figure.words.text:
        parts.append(_words(figure.words.text, width / 2, 16, 12))
    return ''.join(parts) + '</svg>\n'
