"""Arrays as text. The numbers' own text is the engine's (src/engine/numpy/format.ts); here are rows, brackets and summaries."""
import contextlib

from torch._tensor import nested

from ._bridge import function
from ._core import asarray, ndarray
from ._dtype import dtypes, generic

_texts = function('npTexts')
_scalar_text = function('npScalarText')
_positional = function('npPositional')
_exponential = function('npExponential')
_DEFAULT = {'edgeitems': 3, 'threshold': 1000, 'floatmode': 'maxprec', 'precision': 8, 'suppress': False, 'linewidth': 75,
            'nanstr': 'nan', 'infstr': 'inf', 'sign': '-', 'formatter': None, 'legacy': False, 'override_repr': None}
_options = dict(_DEFAULT)
_MODES = ('maxprec', 'unique', 'fixed', 'maxprec_equal')
_SIGNS = ('-', '+', ' ')
_IMPLIED = ('bool', 'int64', 'float64', 'complex128')


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, suppress=None, nanstr=None, infstr=None, formatter=None,
                     sign=None, floatmode=None, *, legacy=None, override_repr=None):
    """How arrays are printed from now on."""
    given = {k: v for k, v in locals().items() if v is not None}
    if floatmode is not None and floatmode not in _MODES:
        raise ValueError("floatmode option must be one of 'fixed', 'unique', 'maxprec', 'maxprec_equal'")
    if sign is not None and sign not in _SIGNS:
        raise ValueError("sign option must be one of ' ', '+', or '-'")
    if threshold is not None and threshold != threshold:
        raise ValueError('threshold must be non-NAN, try sys.maxsize for untruncated representation')
    _options.update(given)
    _options['formatter'] = formatter
    _options['override_repr'] = override_repr


def get_printoptions():
    return {k: v for k, v in _options.items()}


@contextlib.contextmanager
def printoptions(*args, **kwargs):
    """set_printoptions for the length of a block."""
    before = dict(_options)
    try:
        set_printoptions(*args, **kwargs)
        yield get_printoptions()
    finally:
        _options.clear()
        _options.update(before)


def scalar_text(v, d):
    return _scalar_text(v, d._i)


def complex_text(v, d):
    part = dtypes['float32' if d.name == 'complex64' else 'float64']
    word = lambda x: scalar_text(x, part).removesuffix('.0')  # noqa: E731
    imag = word(v.imag)
    if v.real == 0 and str(v.real) == '0.0':
        return imag + 'j'
    return f"({word(v.real)}{'' if imag.startswith('-') else '+'}{imag}j)"


def _kind_of_format(d):
    return {'b': 'bool', 'i': 'int', 'u': 'int', 'f': 'float', 'c': 'complexfloat', 'O': 'object', 'U': 'numpystr'}[d.kind]


def _own_format(d, formatter):
    """A user's function for this dtype, or None."""
    if not formatter:
        return None
    kind = _kind_of_format(d)
    group = {'int': 'int_kind', 'float': 'float_kind', 'complexfloat': 'complex_kind', 'numpystr': 'str_kind'}.get(kind)
    for key in (kind, group, 'all'):
        if key is not None and formatter.get(key) is not None:
            return formatter[key]
    return None


def _words(a, options):
    """The text of each element, in row-major order."""
    d = a.dtype
    own = _own_format(d, options['formatter'])
    if own is not None:
        return [own(v) for v in a.ravel()] if a.ndim else [own(a[()])]
    if d._i < 0:
        return [repr(v) if not isinstance(v, list) else f'list({v!r})' for v in a._flat()]
    o = options
    text = _texts(a._t._h, o['precision'], _MODES.index(o['floatmode']), bool(o['suppress']), _SIGNS.index(o['sign']), o['nanstr'], o['infstr'])
    return text.split('\0')


def _corners(a, edge):
    """What is shown of a long array: the first and the last of each axis."""
    from ._shape import concatenate
    for axis in range(a.ndim):
        if a.shape[axis] > 2 * edge:
            front = (slice(None),) * axis
            a = concatenate([a[front + (slice(None, edge),)], a[front + (slice(-edge, None),)]], axis)
    return a


def _array2string(a, options, separator, prefix):
    summary = a.size > options['threshold']
    edge = options['edgeitems']
    shown = _corners(a, edge) if summary else a
    words = _words(shown, options)
    if a.ndim == 0:
        return words[0]
    short = shown.shape
    rows = nested(words, short)
    return _rows(rows, a.shape, summary, edge, separator, ' ' + ' ' * len(prefix), options['linewidth'])


def _extend(text, line, word, width, indent):
    parts = word.splitlines() or ['']
    longest = max(map(len, parts))
    if len(line) + longest > width and len(line) > len(indent):
        text += line.rstrip() + '\n'
        line = indent
    start = ' ' * len(line)
    line += parts[0]
    for part in parts[1:]:
        text += line.rstrip() + '\n'
        line = start + part
    return text, line + (' ' * (longest - len(parts[-1])) if len(parts) > 1 else '')


def _rows(rows, shape, summary, edge, separator, indent, width):
    """Brackets around rows, `...` where some are left out; lines that are too long go on in the next."""
    cut = summary and 2 * edge < shape[0]
    deeper = len(shape) > 1
    text = ''
    if not deeper:
        inside = width - max(len(separator.rstrip()), 1)
        line = indent
        for i, word in enumerate(rows):
            if cut and i == edge:
                text, line = _extend(text, line, '...', inside, indent)
                line += separator
            text, line = _extend(text, line, word, inside, indent)
            if i < len(rows) - 1:
                line += separator
        text += line
    else:
        between = separator.rstrip() + '\n' * (len(shape) - 1)
        for i, row in enumerate(rows):
            if cut and i == edge:
                text += indent + '...' + between
            text += indent + _rows(row, shape[1:], summary, edge, separator, indent + ' ', width - 1)
            if i < len(rows) - 1:
                text += between
    return '[' + text[len(indent):] + ']'


def array2string(a, max_line_width=None, precision=None, suppress_small=None, separator=' ', prefix='', *, formatter=None, threshold=None,
                 edgeitems=None, sign=None, floatmode=None, suffix='', legacy=None):
    """An array's text."""
    a = asarray(a)
    given = {'linewidth': max_line_width, 'precision': precision, 'suppress': suppress_small, 'formatter': formatter, 'threshold': threshold,
             'edgeitems': edgeitems, 'sign': sign, 'floatmode': floatmode}
    options = {**_options, **{k: v for k, v in given.items() if v is not None}}
    options['linewidth'] -= len(suffix)
    if a.size == 0:
        return '[]'
    return _array2string(a, options, separator, prefix)


def array_repr(arr, max_line_width=None, precision=None, suppress_small=None):
    """repr() of an array."""
    own = _options['override_repr']
    if own is not None:
        return own(arr)
    width = _options['linewidth'] if max_line_width is None else max_line_width
    name = 'array' if type(arr) in (ndarray,) or hasattr(arr, '_flat') else type(arr).__name__
    prefix = name + '('
    text = array2string(arr, max_line_width, precision, suppress_small, ', ', prefix, suffix=')')
    extras = []
    if (arr.size == 0 and arr.shape != (0,)) or arr.size > _options['threshold']:
        extras.append(f'shape={arr.shape}')
    if arr.dtype.name not in _IMPLIED or arr.size == 0:
        d = arr.dtype
        extras.append(f'dtype={d.name if d._i >= 0 else "object" if d.kind == "O" else repr(str(d))}')
    if not extras:
        return f'{prefix}{text})'
    text, extra = f'{prefix}{text},', ', '.join(extras) + ')'
    last = len(text) - (text.rfind('\n') + 1)
    return text + ('\n' + ' ' * len(prefix) if last + len(extra) + 1 > width else ' ') + extra


def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    """str() of an array."""
    if a.ndim == 0:
        return str(a[()])
    return array2string(a, max_line_width, precision, suppress_small, ' ', '')


def _float_of(x):
    d = x.dtype if isinstance(x, (generic, ndarray)) and x.dtype.kind == 'f' else dtypes['float64']
    return float(x), d._i


def format_float_positional(x, precision=None, unique=True, fractional=True, trim='k', sign=False, pad_left=None, pad_right=None,
                            min_digits=None):
    """A float without an exponent."""
    v, d = _float_of(x)
    return _positional(v, d, -1 if precision is None else precision, min_digits or 0, unique, trim, sign, pad_left or 0, pad_right or 0)


def format_float_scientific(x, precision=None, unique=True, trim='k', sign=False, pad_left=None, exp_digits=None, min_digits=None):
    """A float with an exponent."""
    v, d = _float_of(x)
    return _exponential(v, d, -1 if precision is None else precision, min_digits or 0, unique, trim, sign, pad_left or 0, exp_digits or 0)


def binary_repr(num, width=None):
    text = bin(int(num))[2:] if num >= 0 else bin((1 << max(width or 0, (-int(num)).bit_length() + 1)) + int(num))[2:]
    return text.zfill(width or 0)


def base_repr(number, base=2, padding=0):
    digits, n = '', abs(int(number))
    while n:
        digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n % base] + digits
        n //= base
    return ('-' if number < 0 else '') + '0' * padding + (digits or '0')


__all__ = ['set_printoptions', 'get_printoptions', 'printoptions', 'array2string', 'array_repr', 'array_str', 'format_float_positional',
           'format_float_scientific', 'binary_repr', 'base_repr']
