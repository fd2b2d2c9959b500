"""torch.dtype and its instances; also layout and memory_format, of which there is one that matters."""
from . import _bridge

_js_names = _bridge.function('dtypeNames')().split(',')
# name: (bytes, floating, complex, signed)
_ALL = {
    'bool': (1, False, False, False), 'uint8': (1, False, False, False), 'int8': (1, False, False, True),
    'int16': (2, False, False, True), 'int32': (4, False, False, True), 'int64': (8, False, False, True),
    'uint16': (2, False, False, False), 'uint32': (4, False, False, False), 'uint64': (8, False, False, False),
    'float16': (2, True, False, True), 'bfloat16': (2, True, False, True), 'float32': (4, True, False, True),
    'float64': (8, True, False, True), 'complex32': (4, False, True, True), 'complex64': (8, False, True, True),
    'complex128': (16, False, True, True),
}
_ALIASES = {
    'float': 'float32', 'double': 'float64', 'half': 'float16', 'short': 'int16', 'int': 'int32', 'long': 'int64',
    'cfloat': 'complex64', 'cdouble': 'complex128', 'chalf': 'complex32',
}


class dtype:
    """Type of a tensor's elements: `torch.float32`."""

    __slots__ = ('name', '_i', 'itemsize', 'is_floating_point', 'is_complex', 'is_signed')

    def __new__(cls, *args, **kwargs):
        raise TypeError("type 'torch.dtype' is not an acceptable base type" if args else "cannot create 'torch.dtype' instances")

    def __repr__(self):
        return 'torch.' + self.name

    def __reduce__(self):
        return self.name

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def to_real(self):
        return dtypes[{'complex32': 'float16', 'complex64': 'float32', 'complex128': 'float64'}.get(self.name, self.name)]


def _make(name):
    d = object.__new__(dtype)
    d.name = name
    d._i = _js_names.index(name) if name in _js_names else -1
    d.itemsize, d.is_floating_point, d.is_complex, d.is_signed = _ALL[name]
    return d


dtypes = {name: _make(name) for name in _ALL}
dtypes.update({alias: dtypes[name] for alias, name in _ALIASES.items()})
dtype.__module__ = 'torch'
by_index = [dtypes[name] for name in _js_names]

_default = _bridge.function('defaultDtype')
_set_default = _bridge.function('setDefaultDtype')
_PYTHON = {float: dtypes['float64'], int: dtypes['int64'], bool: dtypes['bool'], complex: dtypes['complex128']}


def index_of(d, function='', argument='dtype', error=TypeError):
    """The engine's number of a dtype given by a user; raises PyTorch's error for what is none."""
    if type(d) is dtype:
        if d._i < 0:
            from ._missing import not_yet
            raise not_yet(f'dtype {d!r}', NotImplementedError)
        return d._i
    if d in (float, int, bool, complex):
        return _PYTHON[d]._i
    raise error(f"{function}(): argument '{argument}' must be torch.dtype, not {type(d).__name__}")


def get_default_dtype():
    """The dtype of tensors made of Python floats."""
    return by_index[_default()]


def set_default_dtype(d, /):
    if type(d) is not dtype:
        raise TypeError('invalid dtype object: only floating-point types are supported as the default type')
    if not d.is_floating_point:
        raise TypeError('only floating-point types are supported as the default type')
    _set_default(index_of(d))


class layout:
    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return 'torch.' + self._name


class memory_format(layout):
    pass


layout.__module__ = memory_format.__module__ = 'torch'
strided = layout('strided')
sparse_coo = layout('sparse_coo')
contiguous_format = memory_format('contiguous_format')
preserve_format = memory_format('preserve_format')
channels_last = memory_format('channels_last')
channels_last_3d = memory_format('channels_last_3d')


class iinfo:
    """Limits of an integer dtype."""

    def __init__(self, type):
        if type.is_floating_point:
            raise TypeError(f'torch.iinfo() requires an integer input type. Use torch.finfo to handle \'{type!r}\'')
        self.bits = type.itemsize * 8
        signed = type.is_signed
        self.min = -(1 << (self.bits - 1)) if signed else 0
        self.max = (1 << (self.bits - (1 if signed else 0))) - 1
        self.dtype = type.name

    def __repr__(self):
        return f'iinfo(min={self.min}, max={self.max}, dtype={self.dtype})'


iinfo.__module__ = 'torch'


class finfo:
    """Limits of a floating point dtype."""

    _LIMITS = {
        'float64': (2.0 ** -52, 1.7976931348623157e308, 2.2250738585072014e-308, 1e-15, 5e-324),
        'float32': (2.0 ** -23, 3.4028234663852886e38, 1.1754943508222875e-38, 1e-06, 1.401298464324817e-45),
        'float16': (2.0 ** -10, 65504.0, 6.103515625e-05, 0.001, 5.960464477539063e-08),
        'bfloat16': (2.0 ** -7, 3.3895313892515355e38, 1.1754943508222875e-38, 0.01, 9.183549615799121e-41),
    }

    def __init__(self, type=None):
        type = get_default_dtype() if type is None else type
        type = type.to_real()
        if not type.is_floating_point:
            raise TypeError(f'torch.finfo() requires a floating point input type. Use torch.iinfo to handle \'{type!r}\'')
        self.bits = type.itemsize * 8
        self.eps, self.max, self.tiny, self.resolution, self.smallest_subnormal = self._LIMITS[type.name]
        self.smallest_normal = self.tiny
        self.min = -self.max
        self.dtype = type.name

    def __repr__(self):
        def g(x):
            return f'{x:g}'
        return (f'finfo(resolution={g(self.resolution)}, min={g(self.min)}, max={g(self.max)}, eps={g(self.eps)}, '
                f'smallest_normal={g(self.smallest_normal)}, tiny={g(self.tiny)}, dtype={self.dtype})')


finfo.__module__ = 'torch'
