"""Backstep's numpy: numpy's Python face over Backstep's engine. An array's memory is a tensor's: torch.from_numpy and Tensor.numpy share it."""
import builtins as _builtins
import contextlib as _contextlib
from math import e, inf, nan, pi

from . import _missing
_missing.install()
from . import _core, _create, _index, _io, _math, _print, _products, _reduce, _search, _shape, _statistics, _ufunc  # noqa: E402
from . import exceptions  # noqa: E402
from ._core import asarray, ndarray  # noqa: E402
from ._dtype import (bool_, can_cast, character, complex64, complex128, complexfloating, dtype, False_, finfo, flexible, float16,  # noqa: E402
                     float32, float64, floating, generic, iinfo, inexact, int8, int16, int32, int64, integer, issubdtype, number, object_,
                     promote_types, signedinteger, str_, True_, uint8, unsignedinteger)

for _module in (_create, _math, _print, _products, _reduce, _search, _shape, _statistics, _io):
    for _name in _module.__all__:
        globals()[_name] = getattr(_module, _name)
globals().update(_ufunc.made)
from ._ufunc import ufunc  # noqa: E402
from ._mgrid import c_, mgrid, ogrid, r_, s_, index_exp, ndenumerate, ndindex, nditer  # noqa: E402

__version__ = '2.4.6'
bool = bool_
double, single, half, intp, long, longlong, short, byte, ubyte, intc, int_ = (
    float64, float32, float16, int64, int64, int64, int16, int8, uint8, int32, int64)
cdouble, csingle = complex128, complex64
euler_gamma = 0.5772156649015329
newaxis = None
ScalarType = (int, float, complex, _builtins.bool, bytes, str)
sctypeDict = {}
typecodes = {'Integer': 'bhil', 'UnsignedInteger': 'B', 'Float': 'efd', 'Complex': 'FD', 'AllInteger': 'bBhil', 'AllFloat': 'efdFD'}
little_endian = True


class errstate(_contextlib.ContextDecorator):
    """Which warnings of floating point are given; Backstep's numpy gives none."""

    def __init__(self, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None


def seterr(all=None, divide=None, over=None, under=None, invalid=None):
    return {'divide': 'warn', 'over': 'warn', 'under': 'ignore', 'invalid': 'warn'}


geterr = seterr


def may_share_memory(a, b, max_work=None):
    """Do two arrays show the same memory?"""
    return a._t.data_ptr() >> 32 == b._t.data_ptr() >> 32


shares_memory = may_share_memory


def asarray_chkfinite(a, dtype=None, order=None):
    a = asarray(a, dtype)
    if not isfinite(a).all():  # noqa: F821
        raise ValueError('array must not contain infs or NaNs')
    return a


def iterable(y):
    try:
        iter(y)
    except TypeError:
        return False
    return True


def show_config(mode='stdout'):
    print("Backstep's numpy, over Backstep's engine")


def _methods():
    """Methods that are functions whose first argument is the array."""
    m = globals()
    for name in '''sum prod max min any all cumsum cumprod mean var std argmax argmin nonzero argsort searchsorted clip take put choose compress
                   round dot trace diagonal squeeze swapaxes repeat conj conjugate ravel argpartition'''.split():
        f = m[name]
        setattr(ndarray, name, _method(f) if isinstance(f, ufunc) else f)


def _method(f):
    return lambda self, *args, **kwargs: f(self, *args, **kwargs)


_methods()


def _in_place_methods():
    def resize(self, *new_shape, refcheck=True):
        shape = new_shape[0] if len(new_shape) == 1 and hasattr(new_shape[0], '__iter__') else new_shape
        made = zeros(shape, self.dtype)  # noqa: F821
        n = _builtins.min(made.size, self.size)
        made.reshape(-1)[:n] = self.ravel()[:n]
        self._t = made._t

    def partition(self, kth, axis=-1, kind='introselect', order=None):
        self.sort(axis)

    def view(self, dtype=None, type=None):
        if dtype is None or dtype == self.dtype or isinstance(dtype, _builtins.type) and issubclass(dtype, ndarray):
            return self[...]
        raise _missing.not_yet('numpy.ndarray.view with another dtype', NotImplementedError)

    def byteswap(self, inplace=False):
        return self

    def setflags(self, write=None, align=None, uic=None):
        pass

    for f in (resize, partition, view, byteswap, setflags):
        setattr(ndarray, f.__name__, f)


_in_place_methods()

# Seldom asked for: imported when they are.
_LATER = ('linalg', 'fft', 'random', 'testing')
_lost = _missing.module_getattr('numpy')


def __getattr__(name):
    if name in _LATER:
        import importlib
        return importlib.import_module('numpy.' + name)
    return _lost(name)


def _array_getattr(self, name):
    if name in _missing.names('numpy.ndarray'):
        raise _missing.not_yet(f'numpy.ndarray.{name}')
    raise AttributeError(f"'numpy.ndarray' object has no attribute '{name}'")


ndarray.__getattr__ = _array_getattr
