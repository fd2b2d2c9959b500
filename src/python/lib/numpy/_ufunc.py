"""Universal functions, and the operators of arrays and scalars that are made of them."""
import operator

from torch._tensor import Tensor

from . import _dtype as dt
from ._bridge import BINARY, UNARY, _js, failed, free, function
from ._core import asarray, dtypes, generic, ndarray, result, scalar_array, weak, wrap
from ._dtype import by_index, float64, resolve
from .exceptions import AxisError, _UFuncOutputCastingError

_unary = _js.npUnary
_binary = _js.npBinary
_reduce = function('npReduce')
_accumulate = function('npAccumulate')
_assign = function('npAssign')
_where = function('npWhere')
_PLAIN = (int, float, complex, bool)


def operand(v):
    """(kind, what crosses, what must live until then) of an argument."""
    c = v.__class__
    if c is ndarray:
        return 0, v._t._h, v
    if c in _PLAIN:
        k, x = weak(v)
        return k, x, None
    a = scalar_array(v) if isinstance(v, generic) and not isinstance(v, str) else asarray(v)
    return 0, a._t._h, a


def _is_objects(*args):
    return any(hasattr(v, '_flat') or isinstance(v, (str, type(None))) for v in args)


def axes_of(axis, ndim):
    """Axes as numbers from 0, of None (all), an int or several. Raises numpy's AxisError."""
    if axis is None:
        return tuple(range(ndim))
    out = []
    for x in axis if isinstance(axis, (tuple, list)) else (axis,):
        x = operator.index(x)
        if not -ndim <= x < ndim:
            raise AxisError(x, ndim)
        out.append(x % ndim)
    if len(set(out)) != len(out):
        raise ValueError("duplicate value in 'axis'")
    return tuple(out)


def one_axis(axis, ndim):
    return axes_of(operator.index(axis), ndim)[0]


def into(out, made, name='copyto', where=True):
    """Writes a result into `out=`."""
    if isinstance(out, tuple):
        out, = out
    made = asarray(made)
    target = out if isinstance(out, ndarray) else asarray(out)
    if not dt.can_cast(made.dtype, target.dtype, 'same_kind'):
        raise _UFuncOutputCastingError(name, made.dtype, target.dtype)
    if where is not True:
        where = asarray(where)
        made = wrap(_where(where._t._h, 0, made._t._h, 0, target._t._h))
    if made.ndim > target.ndim or made.shape != target.shape and any(
            m != t and m != 1 for m, t in zip(made.shape[::-1], target.shape[::-1])):
        raise ValueError(f'non-broadcastable output operand with shape {_spaceless(target.shape)} doesn\'t match the broadcast shape '
                         f'{_spaceless(made.shape)}')
    _assign(target._t._h, made._t._h)
    return out


def _spaceless(shape):
    return str(shape).replace(' ', '')


class ufunc:
    """A function of numpy that works element by element."""

    nout = 1
    identity = None
    signature = None

    def __init__(self, name, nin):
        self.__name__ = self._name = name
        self.nin = nin
        self.nargs = nin + 1
        self._i = (UNARY if nin == 1 else BINARY)[name]
        self.identity = {'add': 0, 'multiply': 1, 'logical_and': True, 'logical_or': False}.get(name)

    def __repr__(self):
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self):
        return self.__name__

    def __call__(self, *args, out=None, where=True, dtype=None, casting='same_kind', order='K', subok=True, signature=None):
        if len(args) == self.nin + 1:
            *args, out = args
        if len(args) != self.nin:
            raise TypeError(f'{self._name}() takes from {self.nin} to {self.nin + 1} positional arguments but {len(args)} were given')
        for v in args:
            if v.__class__ is not ndarray and (own := getattr(v, '__array_ufunc__', None)) is not None:
                return own(self, '__call__', *args)
        if any(isinstance(v, Tensor) for v in args):
            return self._of_tensors(args, out, where, dtype)
        if _is_objects(*args):
            from ._objects import elementwise
            made = elementwise(self._name, args)
        else:
            made = self._compute(args, -1 if dtype is None else resolve(dtype)._i)
        if where is not True and out is None:
            from ._create import zeros
            out = zeros(made.shape, made.dtype)
        return made if out is None else into(out, made, self._name, where)

    def _compute(self, args, d=-1):
        if self.nin == 1:
            v = args[0]
            a = v if v.__class__ is ndarray else asarray(v)
            return result(_unary(self._i, a._t._h, d))
        ka, a, one = operand(args[0])
        kb, b, two = operand(args[1])
        return result(_binary(self._i, ka, a, kb, b, d))

    def _of_tensors(self, args, out, where, dtype):
        """As PyTorch has it: what numpy computes of a tensor is a tensor again."""
        made = self(*(v.__array__() if isinstance(v, Tensor) else v for v in args), where=where, dtype=dtype)
        from torch._numpy import from_array
        made = from_array(asarray(made))
        return made if out is None else out.copy_(made)

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
        """Combines the elements along axes."""
        a = asarray(array)
        if initial is not None or where is not True:
            return self._reduce_with(a, axis, dtype, out, keepdims, initial, where)
        made = result(_reduce(self._name, a._t._h, bool(keepdims), -1 if dtype is None else resolve(dtype)._i, *axes_of(axis, a.ndim)))
        return made if out is None else into(out, made, self._name)

    def _reduce_with(self, a, axis, dtype, out, keepdims, initial, where):
        if where is not True:
            nothing = self.identity if self.identity is not None else initial
            if nothing is None:
                raise ValueError(f"reduction operation '{self._name}' does not have an identity, so to use a where mask one has to specify "
                                 "'initial'")
            from ._search import where as choose
            a = choose(where, a, nothing)
        made = self.reduce(a, axis, dtype, None, keepdims) if a.size or initial is None else initial
        if initial is not None:
            made = self(made, initial)
        return made if out is None else into(out, made, self._name)

    def accumulate(self, array, axis=0, dtype=None, out=None):
        """The running results along an axis."""
        a = asarray(array)
        made = wrap(_accumulate(self._name, a._t._h, one_axis(axis, a.ndim), -1 if dtype is None else resolve(dtype)._i))
        return made if out is None else into(out, made, self._name)

    def outer(self, a, b, **kwargs):
        """The function of every pair."""
        a, b = asarray(a), asarray(b)
        return self(a.reshape(a.shape + (1,) * b.ndim), b, **kwargs)

    def at(self, a, indices, b=None):
        """In place, once for each time that an index stands there."""
        places = asarray(indices) if not isinstance(indices, tuple) else indices
        if isinstance(places, tuple):
            every = list(zip(*(asarray(i).ravel().tolist() for i in places)))
        else:
            every = places.ravel().tolist()
        if b is None:
            for i in every:
                a[i] = self(a[i])
            return
        b = asarray(b)
        values = [b[()]] * len(every) if b.ndim == 0 else list(b)
        if len(values) == 1:
            values = values * len(every)
        for i, v in zip(every, values):
            a[i] = self(a[i], v)


made = {name: ufunc(name, 1) for name in UNARY} | {name: ufunc(name, 2) for name in BINARY}
ALIASES = {'abs': 'absolute', 'true_divide': 'divide', 'mod': 'remainder', 'pow': 'power', 'conj': 'conjugate', 'bitwise_not': 'invert',
           'bitwise_invert': 'invert', 'acos': 'arccos', 'asin': 'arcsin', 'atan': 'arctan', 'acosh': 'arccosh', 'asinh': 'arcsinh',
           'atanh': 'arctanh', 'atan2': 'arctan2', 'degrees': 'rad2deg', 'radians': 'deg2rad', 'bitwise_left_shift': 'left_shift',
           'bitwise_right_shift': 'right_shift'}
made.update({alias: made[name] for alias, name in ALIASES.items()})

# ---- operators --------------------------------------------------------------------------------------------------

_OPERATORS = {'add': 'add', 'sub': 'subtract', 'mul': 'multiply', 'truediv': 'divide', 'floordiv': 'floor_divide', 'mod': 'remainder',
              'pow': 'power', 'and': 'bitwise_and', 'or': 'bitwise_or', 'xor': 'bitwise_xor', 'lshift': 'left_shift', 'rshift': 'right_shift'}
_COMPARE = {'eq': 'equal', 'ne': 'not_equal', 'lt': 'less', 'le': 'less_equal', 'gt': 'greater', 'ge': 'greater_equal'}
_TAKEN = (ndarray, generic, int, float, complex, list, tuple, range)


def _takes(v):
    return isinstance(v, _TAKEN) or (hasattr(v, '__array__') and not isinstance(v, Tensor))


def _operator(name, swapped):
    """`a + b` of an array; the hot cases first."""
    i, f = BINARY[name], made[name]

    def op(self, other):
        c = other.__class__
        if c is ndarray:
            h = _binary(i, 0, other._t._h, 0, self._t._h, -1) if swapped else _binary(i, 0, self._t._h, 0, other._t._h, -1)
        elif c is float or c is int and -2**53 < other < 2**53:
            k = 2 if c is float else 1
            h = _binary(i, k, other, 0, self._t._h, -1) if swapped else _binary(i, 0, self._t._h, k, other, -1)
        elif not _takes(other):
            return NotImplemented
        else:
            return f(other, self) if swapped else f(self, other)
        if h is None:
            failed()
        return wrap(h) if h >= 0 else result(h)

    return op


def _inplace(name):
    f = made[name]

    def op(self, other):
        if isinstance(other, Tensor):
            other = other.__array__()
        elif not _takes(other):
            return NotImplemented
        return into(self, f(self, other), name)

    return op


def _comparison(name, never):
    f = made[name]

    def op(self, other):
        if isinstance(other, Tensor):
            return f(self, other) if never is not None else NotImplemented
        if isinstance(other, str) or not _takes(other):
            if never is None:
                return NotImplemented
            from ._create import full
            return full(self.shape, never)
        return f(self, other)

    return op


def _matmul(self, other):
    if not _takes(other):
        return NotImplemented
    from ._products import matmul
    return matmul(self, other)


def _install():
    for short, name in _OPERATORS.items():
        for cls in (ndarray,):
            setattr(cls, f'__{short}__', _operator(name, False))
            setattr(cls, f'__r{short}__', _operator(name, True))
            setattr(cls, f'__i{short}__', _inplace(name))
    for short, name in _COMPARE.items():
        setattr(ndarray, f'__{short}__', _comparison(name, {'eq': False, 'ne': True}.get(short)))
    for short, name in {'neg': 'negative', 'pos': 'positive', 'abs': 'absolute', 'invert': 'invert'}.items():
        f = made[name]
        setattr(ndarray, f'__{short}__', lambda self, f=f: f._compute((self,)))
        setattr(generic, f'__{short}__', lambda self, f=f: f._compute((self,)))
    ndarray.__divmod__ = lambda self, other: (self // other, self % other)
    ndarray.__rdivmod__ = lambda self, other: (other // self, other % self)
    ndarray.__matmul__ = _matmul
    ndarray.__rmatmul__ = lambda self, other: NotImplemented if not _takes(other) else asarray(other) @ self
    ndarray.__imatmul__ = lambda self, other: into(self, self @ other, 'matmul')
    for short, name in {**_OPERATORS, **_COMPARE}.items():
        f = made[name]
        never = {'eq': False, 'ne': True}.get(short)

        def op(self, other, f=f, never=never):
            if isinstance(other, ndarray) or isinstance(other, Tensor) or not _takes(other):
                if never is not None and not isinstance(other, (ndarray, Tensor)):
                    return never
                return NotImplemented
            return f(self, other)

        def swapped(self, other, f=f):
            return f(other, self) if _takes(other) else NotImplemented

        setattr(generic, f'__{short}__', op)
        if short in _OPERATORS:
            setattr(generic, f'__r{short}__', swapped)
    generic.__divmod__ = lambda self, other: (self // other, self % other)
    _fast_doubles()


def _fast_doubles():
    """float64 is Python's float: its arithmetic need not cross where both are doubles."""
    new = float.__new__
    for short in ('add', 'sub', 'mul', 'radd', 'rsub', 'rmul'):
        plain, slow = getattr(float, f'__{short}__'), getattr(generic, f'__{short}__')

        def op(self, other, plain=plain, slow=slow):
            c = other.__class__
            if c is float or c is float64 or c is int:
                return new(float64, plain(self, other))
            return slow(self, other)

        setattr(float64, f'__{short}__', op)
    for short in ('truediv', 'rtruediv', 'floordiv', 'rfloordiv', 'mod', 'rmod', 'pow', 'rpow', 'neg', 'pos', 'abs'):
        setattr(float64, f'__{short}__', getattr(generic, f'__{short}__'))
    for short in _COMPARE:
        plain, slow = getattr(float, f'__{short}__'), getattr(generic, f'__{short}__')

        def compare(self, other, plain=plain, slow=slow):
            if other.__class__ in (float, float64, int):
                return dt.True_ if plain(self, other) else dt.False_
            return slow(self, other)

        setattr(float64, f'__{short}__', compare)
    float64.__hash__ = float.__hash__
    for short in ('add', 'sub', 'mul', 'truediv', 'pow', 'radd', 'rsub', 'rmul', 'rtruediv', 'rpow', 'eq', 'ne', 'neg', 'pos', 'abs'):
        setattr(dt.complex128, f'__{short}__', getattr(generic, f'__{short}__'))
    dt.complex128.__hash__ = complex.__hash__


_install()
generic.__hash__ = lambda self: hash(self._v)
dt.str_.__hash__ = str.__hash__
ufunc.__module__ = 'numpy'
