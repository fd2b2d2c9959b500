"""How a tensor prints: PyTorch's text, character by character."""
from math import ceil, floor, isfinite

from . import _bridge
from ._dtype import get_default_dtype
from ._tensor import Tensor, flat_values, unpack

_corners = _bridge.function('corners')
_grad_name = _bridge.function('gradFnName')


class _Options:
    precision = 4
    threshold = 1000
    edgeitems = 3
    linewidth = 80
    sci_mode = None


options = _Options()
_PROFILES = {
    'default': (4, 1000, 3, 80),
    'short': (2, 1000, 2, 80),
    'full': (4, float('inf'), 3, 80),
}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """How tensors print from now on."""
    if profile is not None:
        if profile in _PROFILES:
            options.precision, options.threshold, options.edgeitems, options.linewidth = _PROFILES[profile]
    for name, v in (('precision', precision), ('threshold', threshold), ('edgeitems', edgeitems), ('linewidth', linewidth)):
        if v is not None:
            setattr(options, name, v)
    options.sci_mode = sci_mode


def get_printoptions():
    return {name: getattr(options, name) for name in ('precision', 'threshold', 'edgeitems', 'linewidth', 'sci_mode')}


class _Format:
    """One width and one notation for all numbers that are shown."""

    def __init__(self, values, floating):
        self.floating = floating
        self.whole = True
        self.scientific = False
        self.width = 1
        if not floating:
            self.width = max([1, *(len(str(v)) for v in values)])
            return
        real = [v for v in values if v != 0 and isfinite(v)]
        if not real:
            return
        sizes = [abs(v) for v in real]
        low, high = min(sizes), max(sizes)
        self.whole = all(v == ceil(v) for v in real)
        wide = high / low > 1000 or high > 1e8
        self.scientific = wide if self.whole else wide or low < 1e-4
        precision = options.precision
        if self.scientific:
            lengths = [len(f'{v:.{precision}e}') for v in real]
        elif self.whole:
            lengths = [len(f'{v:.0f}') + 1 for v in real]
        else:
            lengths = [len(f'{v:.{precision}f}') for v in real]
        self.width = max([1, *lengths])
        if options.sci_mode is not None:
            self.scientific = options.sci_mode

    def __call__(self, v):
        if not self.floating:
            text = str(v)
        elif self.scientific:
            text = f'{v:{self.width}.{options.precision}e}'
        elif self.whole:
            text = f'{v:.0f}'
            if isfinite(v):
                text += '.'
        else:
            text = f'{v:.{options.precision}f}'
        return text.rjust(self.width)


def _vector(values, cut, indent, form):
    per_line = max(1, floor((options.linewidth - indent) / (form.width + 2)))
    edge = options.edgeitems
    if cut and not edge:
        return '[...]'
    shown = [form(v) for v in values]
    if cut:
        shown[edge:edge] = [' ...']
    lines = [', '.join(shown[i:i + per_line]) for i in range(0, len(shown), per_line)]
    return '[' + (',\n' + ' ' * (indent + 1)).join(lines) + ']'


def _body(values, shape, indent, cut, form):
    """Text of the values of a (possibly reduced) tensor: `cut` says for each dimension whether its middle is left out."""
    if not shape:
        return form(values[0])
    if len(shape) == 1:
        return _vector(values, cut[0], indent, form)
    step = len(values) // shape[0] if shape[0] else 0
    rows = [_body(values[i * step:(i + 1) * step], shape[1:], indent + 1, cut[1:], form) for i in range(shape[0])]
    if cut[0]:
        rows[options.edgeitems:options.edgeitems] = ['...']
    return '[' + (',' + '\n' * (len(shape) - 1) + ' ' * (indent + 1)).join(rows) + ']'


def _contents(t, shape, indent):
    n = 1
    for d in shape:
        n *= d
    edge = options.edgeitems
    if n > options.threshold:
        cut = [d > 2 * edge for d in shape]
        values = unpack(_corners(t._h, edge).to_bytes(), t.dtype)
        shape = [2 * edge if c else d for c, d in zip(cut, shape)]
    else:
        cut = [False] * len(shape)
        values = flat_values(t)
    return _body(values, shape, indent, cut, _Format(values, t.dtype.is_floating_point))


def text(t):
    """repr of a tensor."""
    parameter = getattr(type(t), '_is_parameter', False)
    plain = type(t) is Tensor or parameter
    prefix = 'tensor(' if plain else f'{type(t).__name__}('
    indent = len(prefix)
    shape = tuple(t.shape)
    dtype = t.dtype
    suffixes = []
    if 0 in shape:
        body = '[]'
        if len(shape) != 1:
            suffixes.append(f'size={shape}')
        if dtype is not get_default_dtype():
            suffixes.append(f'dtype={dtype}')
    else:
        body = _contents(t, shape, indent)
        if dtype is not get_default_dtype() and dtype.name not in ('int64', 'bool'):
            suffixes.append(f'dtype={dtype}')
    name = _grad_name(t._h)
    if name:
        suffixes.append(f'grad_fn=<{name}>')
    elif t.requires_grad:
        suffixes.append('requires_grad=True')
    out = prefix + body
    last = len(out) - out.rfind('\n') + 1
    for suffix in suffixes:
        if last + len(suffix) + 2 > options.linewidth:
            out += ',\n' + ' ' * indent + suffix
            last = indent + len(suffix)
        else:
            out += ', ' + suffix
            last += len(suffix) + 2
    out += ')'
    return 'Parameter containing:\n' + out if parameter else out
