"""a.flat and a.flags."""
from ._bridge import function
from ._core import asarray

_row_major = function('npRowMajor')


class Flat:
    """An array's elements one after the other."""

    def __init__(self, array):
        self.base = array

    def __iter__(self):
        return iter(self.base.ravel())

    def __len__(self):
        return self.base.size

    def __getitem__(self, index):
        return self.base.ravel()[index]

    def __setitem__(self, index, value):
        flat = self.base.ravel().copy()
        value = asarray(value)
        flat[index] = value if value.ndim == 0 or value.ndim < 2 else value.ravel()
        self.base[...] = flat.reshape(self.base.shape)

    def __array__(self, dtype=None, copy=None):
        return self.base.ravel()

    def copy(self):
        return self.base.flatten()


class Flags:
    """How an array lies in memory."""

    def __init__(self, array):
        self.c_contiguous = bool(_row_major(array._t._h, False))
        self.f_contiguous = bool(_row_major(array._t._h, True))
        self.owndata = array.base is None
        self.writeable = self.aligned = True
        self.writebackifcopy = False
        self.contiguous, self.fortran, self.forc = self.c_contiguous, self.f_contiguous, self.c_contiguous or self.f_contiguous

    def __getitem__(self, name):
        return getattr(self, name.lower())

    def __repr__(self):
        return ''.join(f'  {name.upper()} : {getattr(self, name)}\n' for name in (
            'c_contiguous', 'f_contiguous', 'owndata', 'writeable', 'aligned', 'writebackifcopy'))
