"""np.mgrid[…], np.r_[…] and their like; loops over places."""
import itertools

from ._core import asarray
from ._create import arange, linspace, meshgrid
from ._shape import column_stack, concatenate, stack


def _range(s):
    start = 0 if s.start is None else s.start
    step = 1 if s.step is None else s.step
    if isinstance(step, complex):
        return linspace(start, s.stop, int(abs(step)))
    return arange(start, s.stop, step)


class _Grid:
    def __init__(self, sparse):
        self.sparse = sparse

    def __getitem__(self, key):
        if not isinstance(key, tuple):
            return _range(key)
        made = meshgrid(*map(_range, key), indexing='ij', sparse=self.sparse)
        return made if self.sparse else stack(made)


class _Rows:
    def __getitem__(self, key):
        parts = key if isinstance(key, tuple) else (key,)
        return concatenate([_range(p) if isinstance(p, slice) else asarray(p).reshape(-1) if asarray(p).ndim < 2 else asarray(p) for p in parts])


class _Columns:
    def __getitem__(self, key):
        parts = key if isinstance(key, tuple) else (key,)
        return column_stack([_range(p) if isinstance(p, slice) else asarray(p).reshape(-1) if asarray(p).ndim < 2 else asarray(p) for p in parts])


class _Index:
    def __init__(self, always):
        self.always = always

    def __getitem__(self, key):
        return (key,) if self.always and not isinstance(key, tuple) else key


def ndindex(*shape):
    """Every place of a shape."""
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    return itertools.product(*map(range, shape))


def ndenumerate(arr):
    """Every place with its element."""
    a = asarray(arr)
    return zip(ndindex(a.shape), a.ravel())


def nditer(op, *args, **kwargs):
    return iter(asarray(op).ravel())


mgrid, ogrid, r_, c_, s_, index_exp = _Grid(False), _Grid(True), _Rows(), _Columns(), _Index(False), _Index(True)
