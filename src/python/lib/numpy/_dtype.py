"""numpy.dtype, the classes of numpy's scalars, and how one becomes the other."""
import numbers
import struct

from ._bridge import function

_npPromote = function('npPromote')
_NAMES = function('dtypeNames')().split(',')
INDEX = {name: i for i, name in enumerate(_NAMES)}


class generic:
    """A numpy scalar."""

    __slots__ = ()
    __array_priority__ = -1000000.0
    ndim = 0
    shape = strides = ()
    size = 1
    base = None

    def __new__(cls, value=0, *args):
        return cls._make(value)

    @classmethod
    def _make(cls, value):
        from ._core import asarray
        if cls._dt is None:
            raise TypeError(f"cannot create '{cls.__module__}.{cls.__name__}' instances")
        if isinstance(value, (list, tuple)) or getattr(value, 'ndim', 0) > 0:
            return asarray(value, cls._dt)
        return cls._of(cls._read(value))

    @classmethod
    def _of(cls, v):
        """A scalar of a Python number that fits."""
        self = object.__new__(cls)
        self._v = v
        return self

    dtype = property(lambda self: self._dt)
    itemsize = property(lambda self: self._dt.itemsize)
    nbytes = itemsize
    T = real = property(lambda self: self)

    def item(self, *args):
        """The Python number."""
        return self._v

    tolist = item

    def __array__(self, dtype=None, copy=None):
        from ._core import asarray
        return asarray(self, dtype)

    def __bool__(self):
        return self._v != 0

    def __hash__(self):
        return hash(self._v)

    def __str__(self):
        return str(self._v)

    def __repr__(self):
        return f'np.{type(self).__name__}({str(self)})'

    def __format__(self, spec):
        return format(self._v, spec)

    def __round__(self, ndigits=None):
        from ._math import round as nearest
        return int(nearest(self)) if ndigits is None else nearest(self, ndigits)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return type(self), (self._v,)

    def __getitem__(self, index):
        if index == () or index is Ellipsis or index is None:
            from ._core import asarray
            return asarray(self)[index]
        raise IndexError('invalid index to scalar variable.')

    def __getattr__(self, name):
        # What an array without dimensions can do.
        from ._core import asarray, ndarray
        if name.startswith('_') or not hasattr(ndarray, name):
            raise AttributeError(f"'{type(self).__module__}.{type(self).__name__}' object has no attribute '{name}'")
        return getattr(asarray(self), name)


class number(generic):
    __slots__ = ()


class integer(number):
    __slots__ = ()

    @classmethod
    def _read(cls, value):
        if isinstance(value, str):
            value = int(value)
        if isinstance(value, float) and value != value:
            raise ValueError('cannot convert float NaN to integer')
        v = int(value)
        low, high = cls._dt._range
        if not low <= v <= high:
            raise OverflowError(f'Python integer {v} out of bounds for {cls._dt.name}')
        return v

    def __index__(self):
        return self._v

    def __int__(self):
        return self._v

    def __float__(self):
        return float(self._v)

    def __complex__(self):
        return complex(self._v)

    def bit_count(self):
        return self._v.bit_count()

    def is_integer(self):
        return True

    denominator = 1
    numerator = property(lambda self: self)


class signedinteger(integer):
    __slots__ = ()


class unsignedinteger(integer):
    __slots__ = ()


class inexact(number):
    __slots__ = ()


class floating(inexact):
    __slots__ = ()

    @classmethod
    def _read(cls, value):
        return float(value)

    def __float__(self):
        return float(self._v)

    def __int__(self):
        return int(self._v)

    def __complex__(self):
        return complex(self._v)

    def __str__(self):
        from ._print import scalar_text
        return scalar_text(self._v, self._dt)

    def is_integer(self):
        return self._v.is_integer()

    def as_integer_ratio(self):
        return self._v.as_integer_ratio()


class complexfloating(inexact):
    __slots__ = ()

    @classmethod
    def _read(cls, value):
        return complex(value)

    def __complex__(self):
        return self._v

    def __str__(self):
        from ._print import complex_text
        return complex_text(self._v, self._dt)

    def __repr__(self):
        return f'np.{type(self).__name__}({str(self).strip("()")})'

    real = property(lambda self: self._part(self._v.real))
    imag = property(lambda self: self._part(self._v.imag))

    def _part(self, v):
        return (float64 if self._dt.name == 'complex128' else float32)(v)

    def conjugate(self):
        return type(self)(self._v.conjugate())

    conj = conjugate


class flexible(generic):
    __slots__ = ()


class character(flexible):
    __slots__ = ()


class bool_(generic):
    __slots__ = ('_v',)

    @classmethod
    def _of(cls, v):
        return True_ if v else False_

    @classmethod
    def _read(cls, value):
        return bool(value)

    def __repr__(self):
        return f'np.{self._v}_'

    def __bool__(self):
        return self._v

    def __int__(self):
        return int(self._v)

    __index__ = __int__

    def __float__(self):
        return float(self._v)


class float64(floating, float):
    """A double: Python's own float, with numpy's arithmetic."""

    __slots__ = ()

    def __new__(cls, value=0.0):
        if value.__class__ is float:
            return float.__new__(float64, value)
        return cls._make(value)

    @classmethod
    def _of(cls, v):
        return float.__new__(float64, v)

    _v = property(lambda self: float.__float__(self))
    __hash__ = float.__hash__

    def item(self, *args):
        return float.__float__(self)

    tolist = item

    def __float__(self):
        return float.__float__(self)

    def __int__(self):
        return float.__int__(self)

    def __bool__(self):
        return float.__bool__(self)

    def __str__(self):
        from ._print import scalar_text
        return scalar_text(float.__float__(self), self._dt)

    def __repr__(self):
        return f'np.float64({float.__repr__(self)})'

    def __format__(self, spec):
        return float.__format__(float.__float__(self), spec)

    def is_integer(self):
        return float.is_integer(self)

    __round__ = generic.__round__

    def __reduce__(self):
        return float64, (float.__float__(self),)


def _single(v):
    """A double as the nearest float32."""
    try:
        return struct.unpack('f', struct.pack('f', v))[0]
    except OverflowError:
        return float('inf') if v > 0 else float('-inf')


def _half(v):
    try:
        return struct.unpack('e', struct.pack('e', v))[0]
    except OverflowError:
        return float('inf') if v > 0 else float('-inf')


class float32(floating):
    __slots__ = ('_v',)

    @classmethod
    def _read(cls, value):
        return _single(float(value))


class float16(floating):
    __slots__ = ('_v',)

    @classmethod
    def _read(cls, value):
        return _half(float(value))


class complex128(complexfloating, complex):
    __slots__ = ()

    def __new__(cls, real=0, imag=0):
        return cls._make(real if imag == 0 else complex(real, imag))

    @classmethod
    def _of(cls, v):
        return complex.__new__(complex128, v)

    _v = property(lambda self: complex.__complex__(self))
    real = property(lambda self: float64(complex.__complex__(self).real))
    imag = property(lambda self: float64(complex.__complex__(self).imag))
    __hash__ = complex.__hash__


class complex64(complexfloating):
    __slots__ = ('_v',)

    @classmethod
    def _read(cls, value):
        v = complex(value)
        return complex(_single(v.real), _single(v.imag))


class int8(signedinteger):
    __slots__ = ('_v',)


class int16(signedinteger):
    __slots__ = ('_v',)


class int32(signedinteger):
    __slots__ = ('_v',)


class int64(signedinteger):
    __slots__ = ('_v',)


class uint8(unsignedinteger):
    __slots__ = ('_v',)


class str_(character, str):
    """A text out of an array of texts."""

    def __new__(cls, value=''):
        return str.__new__(cls, value)

    _of = __new__
    dtype = property(lambda self: dtype('<U%d' % max(len(self), 1)))

    def item(self, *args):
        return str.__str__(self)

    __str__ = tolist = item
    __hash__ = str.__hash__
    __len__ = str.__len__
    __getitem__ = str.__getitem__
    __format__ = str.__format__

    def __bool__(self):
        return len(self) > 0

    def __repr__(self):
        return f'np.str_({str.__repr__(self)})'


class object_(generic):
    __slots__ = ()

    def __new__(cls, value=None):
        return value


for _c in (str_,):
    for _name in ('__eq__', '__ne__', '__lt__', '__le__', '__gt__', '__ge__', '__add__', '__mul__', '__mod__', '__contains__', '__iter__'):
        setattr(_c, _name, getattr(str, _name))

# name: (scalar class, kind, character, bytes)
_ALL = {
    'bool': (bool_, 'b', '?', 1), 'uint8': (uint8, 'u', 'B', 1), 'int8': (int8, 'i', 'b', 1), 'int16': (int16, 'i', 'h', 2),
    'int32': (int32, 'i', 'i', 4), 'int64': (int64, 'i', 'l', 8), 'float16': (float16, 'f', 'e', 2), 'float32': (float32, 'f', 'f', 4),
    'float64': (float64, 'f', 'd', 8), 'complex64': (complex64, 'c', 'F', 8), 'complex128': (complex128, 'c', 'D', 16),
}
_ABSENT = {'uint16', 'uint32', 'uint64', 'longdouble', 'clongdouble', 'float128', 'complex256', 'datetime64', 'timedelta64', 'bytes_', 'void'}


class _Dtypes(type):
    def __call__(cls, given=None, align=False, copy=False):
        return resolve(given)


class dtype(metaclass=_Dtypes):
    """What an array's elements are."""

    __slots__ = ('name', 'type', 'kind', 'char', 'itemsize', '_i', '_range')
    names = fields = subdtype = metadata = None
    shape = ()
    ndim = 0
    isnative = True
    byteorder = property(lambda self: '|' if self.itemsize == 1 or self.kind == 'O' else '=')
    base = property(lambda self: self)
    alignment = property(lambda self: min(self.itemsize, 8))
    hasobject = property(lambda self: self.kind == 'O')
    num = property(lambda self: self._i)

    @property
    def str(self):
        if self.kind in 'OU':
            return '|O' if self.kind == 'O' else self.name_of_text()
        return ('|' if self.itemsize == 1 else '<') + self.kind + f'{self.itemsize}'

    def name_of_text(self):
        return f'<U{self.itemsize // 4}'

    def __eq__(self, other):
        if self is other:
            return True
        try:
            return _key(resolve(other)) == _key(self)
        except (TypeError, AttributeError, NotImplementedError):
            return False

    def __ne__(self, other):
        return not self == other

    def __lt__(self, other):
        return self != other and promote_types(self, other) == other

    def __hash__(self):
        return hash(_key(self))

    def __str__(self):
        return self.name_of_text() if self.kind == 'U' else self.name

    def __repr__(self):
        return f'dtype({str_repr(self)})'

    def __reduce__(self):
        return dtype, (self.str,)

    def newbyteorder(self, order='S'):
        return self


def str_repr(d):
    return repr('O') if d.kind == 'O' else repr(d.__str__())


def _key(d):
    return d.name, d.itemsize


def _new(name, kind, char, size, scalar):
    d = object.__new__(dtype)
    d.name, d.kind, d.char, d.itemsize, d.type = name, kind, char, size, scalar
    d._i = INDEX.get(name, -1)
    d._range = None
    return d


dtypes = {name: _new(name, kind, char, size, scalar) for name, (scalar, kind, char, size) in _ALL.items()}
by_index = [dtypes.get(name) for name in _NAMES]
object_dtype = _new('object', 'O', 'O', 8, object_)
for _d in dtypes.values():
    _d.type._dt = _d
    if _d.kind in 'iu':
        _bits = 8 * _d.itemsize
        _d._range = (0, 2 ** _bits - 1) if _d.kind == 'u' else (-2 ** (_bits - 1), 2 ** (_bits - 1) - 1)
for _c in (generic, number, integer, signedinteger, unsignedinteger, inexact, floating, complexfloating, flexible, character, str_):
    _c._dt = None
object_._dt = object_dtype
# The same for the scalar of each dtype, by the engine's number.
scalar_of = [d and d.type._of for d in by_index]
True_, False_ = object.__new__(bool_), object.__new__(bool_)
True_._v, False_._v = True, False


def text_dtype(length):
    """The dtype of texts of up to so many characters."""
    return _new(f'str{32 * length}', 'U', 'U', 4 * length, str_)


_texts = {'float': 'float64', 'int': 'int64', 'complex': 'complex128', 'bool': 'bool', 'bool_': 'bool', 'double': 'float64', 'single': 'float32',
          'half': 'float16', 'long': 'int64', 'intp': 'int64', 'longlong': 'int64', 'short': 'int16', 'byte': 'int8', 'ubyte': 'uint8',
          'intc': 'int32', 'q': 'int64', 'p': 'int64', 'cfloat': 'complex128', 'cdouble': 'complex128', 'csingle': 'complex64'}
for _d in dtypes.values():
    _texts[_d.name] = _texts[_d.char] = _d.name
    _texts[_d.kind + str(_d.itemsize)] = _d.name
_texts.update({'f': 'float32', 'd': 'float64', 'b': 'int8', 'B': 'uint8', 'i': 'int32', '?': 'bool', 'b1': 'bool', 'l': 'int64'})
_python = {float: 'float64', int: 'int64', bool: 'bool', complex: 'complex128'}


def not_there(name):
    from ._missing import not_yet
    return not_yet(f'numpy.{name}', TypeError)


def resolve(given):
    """The dtype of what a user gave for one. Raises numpy's TypeError for anything else."""
    if given.__class__ is dtype:
        return given
    if given is None:
        return dtypes['float64']
    if isinstance(given, type):
        if given in _python:
            return dtypes[_python[given]]
        if issubclass(given, generic):
            if given is str_:
                return text_dtype(0)
            if given._dt is not None:
                return given._dt
            abstract = {'floating': 'float64', 'inexact': 'float64', 'number': 'float64', 'integer': 'int64', 'signedinteger': 'int64'}
            if given.__name__ in abstract:
                return dtypes[abstract[given.__name__]]
        if given is str:
            return text_dtype(0)
        if given is object:
            return object_dtype
        return object_dtype
    if isinstance(given, str):
        name = given.lstrip('<=|')
        if name in _texts:
            return dtypes[_texts[name]]
        if name in ('O', 'object', 'object_'):
            return object_dtype
        if name in ('str', 'str_', 'U') or name[:1] == 'U' and name[1:].isdigit():
            return text_dtype(int(name[1:]) if name[1:].isdigit() else 0)
        if name.rstrip('0123456789') in ('uint', 'u', 'datetime', 'timedelta', 'M', 'm', 'S', 'a') or name in _ABSENT or given[:1] == '>':
            raise not_there(f'dtype({given!r})')
        raise TypeError(f'data type {given!r} not understood')
    name = getattr(given, 'name', None)
    if type(given).__module__ == 'torch' and name in dtypes:
        raise TypeError(f'Cannot interpret {given!r} as a data type')
    inner = getattr(given, 'dtype', None)
    if inner.__class__ is dtype:
        return inner
    raise (not_there('structured dtypes') if isinstance(given, (list, dict)) else TypeError(f'Cannot interpret {given!r} as a data type'))


def promote_types(a, b):
    """The dtype that both can be brought to safely."""
    a, b = resolve(a), resolve(b)
    if a.kind == 'O' or b.kind == 'O':
        return object_dtype
    if a.kind == 'U' or b.kind == 'U':
        return text_dtype(max(d.itemsize // 4 if d.kind == 'U' else 32 if d.kind == 'f' else 21 for d in (a, b)))
    return by_index[_npPromote(a._i, b._i)]


_LEVEL = {'b': 0, 'u': 1, 'i': 1, 'f': 2, 'c': 3}


def can_cast(from_, to, casting='safe'):
    """May numbers of one dtype be cast to another?"""
    if isinstance(from_, (int, float, complex)) and not isinstance(from_, generic):
        raise TypeError('can_cast() does not support Python ints, floats, and complex because the result used to depend on the value.\n'
                        'This change was part of adopting NEP 50, we may explicitly allow them again in the future.')
    a, b = resolve(from_ if not isinstance(from_, generic) else from_.dtype), resolve(to)
    if casting == 'unsafe' or a == b:
        return True
    if casting in ('no', 'equiv'):
        return False
    if casting == 'same_kind':
        return _LEVEL[a.kind] <= _LEVEL[b.kind] and not (a.kind == 'i' and b.kind == 'u')
    return promote_types(a, b) == b


def issubdtype(arg1, arg2):
    """Is a dtype of a kind: np.issubdtype(a.dtype, np.floating)."""
    first = arg1 if isinstance(arg1, type) and issubclass(arg1, generic) else resolve(arg1).type
    second = arg2 if isinstance(arg2, type) and issubclass(arg2, generic) else resolve(arg2).type
    return issubclass(first, second)


class finfo:
    """Limits of a float dtype."""

    _ALL = {'float64': (2.220446049250313e-16, 1.7976931348623157e+308, 2.2250738585072014e-308, 5e-324, 15, 53, 11, -1022, 1024),
            'float32': (1.1920929e-07, 3.4028234663852886e+38, 1.1754943508222875e-38, 1.401298464324817e-45, 6, 24, 8, -126, 128),
            'float16': (0.000977, 65504.0, 6.103515625e-05, 5.960464477539063e-08, 3, 11, 5, -14, 16)}

    def __init__(self, of):
        d = resolve(of if not isinstance(of, (float, complex)) or isinstance(of, generic) else type(of))
        name = {'complex128': 'float64', 'complex64': 'float32'}.get(d.name, d.name)
        if name not in self._ALL:
            raise ValueError(f'data type {d.type!r} not inexact')
        self.dtype = dtypes[name]
        make = self.dtype.type
        eps, most, tiny, least, self.precision, mantissa, exponent, self.minexp, self.maxexp = self._ALL[name]
        self.eps = make(2.0 ** (1 - mantissa))
        self.max, self.min, self.tiny, self.smallest_subnormal = make(most), make(-most), make(tiny), make(least)
        self.smallest_normal = self.tiny
        self.resolution = make(10.0 ** -self.precision)
        self.bits, self.nmant, self.nexp = 8 * self.dtype.itemsize, mantissa - 1, exponent
        self.epsneg = make(2.0 ** -mantissa)

    def __repr__(self):
        return f'finfo(resolution={self.resolution}, min={self.min}, max={self.max}, dtype={self.dtype.name})'


class iinfo:
    """Limits of an integer dtype."""

    def __init__(self, of):
        d = resolve(type(of) if isinstance(of, int) and not isinstance(of, type) else of)
        if d.kind not in 'iu':
            raise ValueError(f"Invalid integer data type '{d.kind}'.")
        self.dtype, self.bits, self.kind = d, 8 * d.itemsize, d.kind
        self.min, self.max = d._range

    def __repr__(self):
        return f'iinfo(min={self.min}, max={self.max}, dtype={self.dtype.name})'


numbers.Integral.register(integer)
numbers.Real.register(floating)
numbers.Complex.register(complexfloating)
bool_.__name__ = bool_.__qualname__ = 'bool'
for _c in list(globals().values()):
    if isinstance(_c, type) and _c.__module__ == __name__ and _c is not _Dtypes:
        _c.__module__ = 'numpy'
