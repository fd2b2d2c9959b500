"""How a tensor is printed: digits, columns, line breaks and what stands behind them, as PyTorch prints it."""
import contextlib
import math


class _Options:
    """What torch.set_printoptions sets."""

    def __init__(self):
        self.precision = 4
        self.threshold = 1000
        self.edgeitems = 3
        self.linewidth = 80
        self.sci_mode = None


PRINT_OPTS = _Options()
_PROFILES = {
    'default': dict(precision=4, threshold=1000, edgeitems=3, linewidth=80),
    'short': dict(precision=2, threshold=1000, edgeitems=2, linewidth=80),
    'full': dict(precision=4, threshold=math.inf, edgeitems=3, linewidth=80),
}
# Dtypes that are not named.
_UNNAMED = ('torch.int64', 'torch.bool')


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Sets how tensors are printed.

    precision: digits after the point (4); threshold: of more elements than this, only the edges are printed (1000);
    edgeitems: how many at each edge (3); linewidth: characters a line (80); profile: `default`, `short` or `full`;
    sci_mode: always (True) or never (False) write 1.0000e+00, or decide by the values (None).
    """
    if profile is not None:
        for name, value in _PROFILES.get(profile, {}).items():
            setattr(PRINT_OPTS, name, value)
    given = dict(precision=precision, threshold=threshold, edgeitems=edgeitems, linewidth=linewidth)
    for name, value in given.items():
        if value is not None:
            setattr(PRINT_OPTS, name, value)
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions():
    """The options now in force, as a dict."""
    return dict(vars(PRINT_OPTS))


@contextlib.contextmanager
def printoptions(**kwargs):
    """set_printoptions for the length of a with block."""
    before = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**before)


def _elements(t):
    """Every element in row-major order, as an indexable of Python numbers."""
    if not hasattr(t, '_h'):
        return t.detach().flatten().tolist()
    from ._tensor import held
    return held(t)


class _Format:
    """One width and one notation for all elements of a tensor."""

    def __init__(self, values, floating):
        self.width = 1
        if not floating:
            self.width = max([1, *(len(str(v)) for v in values)])
            self.write = str
            return
        finite = [v for v in values if v != 0 and math.isfinite(v)]
        whole = all(v == math.floor(v) for v in finite)
        scientific = False
        if finite:
            largest = max(map(abs, finite))
            smallest = min(map(abs, finite))
            scientific = largest / smallest > 1000 or largest > 1e8 or (not whole and smallest < 1e-4)
            if PRINT_OPTS.sci_mode is not None:
                scientific = PRINT_OPTS.sci_mode
        if scientific:
            self.write = f'{{:.{PRINT_OPTS.precision}e}}'.format
        elif whole:
            self.write = lambda v: f'{v:.0f}.' if math.isfinite(v) else f'{v:.0f}'
        else:
            self.write = f'{{:.{PRINT_OPTS.precision}f}}'.format
        # Zeros, nan and inf do not count.
        self.width = max([1, *(len(self.write(v)) for v in finite)])

    def __call__(self, v):
        return self.write(v).rjust(self.width)


class _Complex:
    """The same of complex numbers: a width and a notation for each part."""

    def __init__(self, values):
        self.real = _Format([v.real for v in values], True)
        self.imag = _Format([v.imag for v in values], True)
        self.width = self.real.width + self.imag.width + 1

    def __call__(self, v):
        imag = (self.imag(v.imag) + 'j').lstrip()
        return self.real(v.real) + ('' if imag[0] in '+-' else '+') + imag


def _kept(n, summarize):
    """Indices that are printed along a dimension, with None where the dots stand."""
    edge = PRINT_OPTS.edgeitems
    if summarize and n > 2 * edge:
        return [*range(edge), None, *range(n - edge, n)]
    return range(n)


def _shown(values, shape, summarize):
    """The elements that will be printed."""
    if not summarize:
        return values
    at = [0]
    for n in shape:
        kept = [i for i in _kept(n, True) if i is not None]
        at = [a * n + i for a in at for i in kept]
    return [values[i] for i in at]


def _row(values, at, n, indent, form, summarize):
    """A vector, broken into lines."""
    per_line = max(1, math.floor((PRINT_OPTS.linewidth - indent) / (form.width + 2)))
    if summarize and PRINT_OPTS.edgeitems == 0:
        words = ['...']
    else:
        words = [' ...' if i is None else form(values[at + i]) for i in _kept(n, summarize)]
    lines = [', '.join(words[i:i + per_line]) for i in range(0, len(words), per_line)]
    return '[' + (',\n' + ' ' * (indent + 1)).join(lines) + ']'


def _block(values, at, shape, indent, form, summarize):
    """Elements from `at` on, in brackets for each dimension of `shape`."""
    if len(shape) == 0:
        return form(values[at])
    if len(shape) == 1:
        return _row(values, at, shape[0], indent, form, summarize)
    size = math.prod(shape[1:])
    parts = ['...' if i is None else _block(values, at + i * size, shape[1:], indent + 1, form, summarize)
             for i in _kept(shape[0], summarize)]
    return '[' + (',' + '\n' * (len(shape) - 1) + ' ' * (indent + 1)).join(parts) + ']'


def _contents_text(t, indent):
    shape = tuple(t.shape)
    values = _elements(t)
    summarize = t.numel() > PRINT_OPTS.threshold
    shown = _shown(values, shape, summarize)
    form = _Complex(shown) if t.dtype.is_complex else _Format(shown, t.dtype.is_floating_point)
    return _block(values, 0, shape, indent, form, summarize)


def _with_suffixes(body, suffixes, indent):
    """What is said behind the elements, on new lines where it does not fit."""
    out = [body]
    column = len(body) - body.rfind('\n') + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > PRINT_OPTS.linewidth:
            out.append(',\n' + ' ' * indent + suffix)
            column = indent + len(suffix)
        else:
            out.append(', ' + suffix)
            column += len(suffix) + 2
    return ''.join(out) + ')'


def _is_plain(t):
    name, where = type(t).__name__, type(t).__module__
    return (name == 'Tensor' and where.startswith('torch')) or (name == 'Parameter' and where.endswith('nn.parameter'))


def _str(t, *, tensor_contents=None):
    """The text of a tensor: `tensor([1., 2.], grad_fn=<MulBackward0>)`."""
    import torch
    prefix = 'tensor(' if _is_plain(t) else f'{type(t).__name__}('
    indent = len(prefix)
    default = torch.get_default_dtype()
    usual = t.dtype == default
    suffixes = []
    if t.numel() == 0:
        if t.dim() != 1:
            suffixes.append(f'size={tuple(t.shape)}')
        body = '[]' if tensor_contents is None else tensor_contents
    else:
        usual = usual or str(t.dtype) in (*_UNNAMED, 'torch.complex128' if default == torch.float64 else 'torch.complex64')
        if PRINT_OPTS.edgeitems == 0:
            suffixes.append(f'size={tuple(t.shape)}')
        body = _contents_text(t, indent) if tensor_contents is None else tensor_contents
    if not usual:
        suffixes.append(f'dtype={t.dtype}')
    node = t.grad_fn
    if node is not None:
        suffixes.append(f'grad_fn=<{node.name().rpartition("::")[2]}>')
    elif t.requires_grad:
        suffixes.append('requires_grad=True')
    return _with_suffixes(prefix + body, suffixes, indent)


text = _str
