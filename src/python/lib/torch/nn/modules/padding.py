"""Padding layers."""
from .. import functional as F
from .module import Module
from .utils import _ntuple


class _PadNd(Module):
    __constants__ = ['padding']
    _rank = 0
    _mode = ''

    def __init__(self, padding):
        super().__init__()
        self.padding = _ntuple(2 * self._rank)(padding)

    def forward(self, input):
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f'{self.padding}'


class _CircularPadNd(_PadNd):
    _mode = 'circular'

    def forward(self, input):
        n = self._rank
        if input.dim() not in (n + 1, n + 2):
            raise ValueError(f'expected {n + 1}D or {n + 2}D input (got {input.dim()}D input)')
        return super().forward(input)


class _ConstantPadNd(_PadNd):
    __constants__ = ['padding', 'value']

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, 'constant', self.value)

    def extra_repr(self):
        return f'padding={self.padding}, value={self.value}'


class _ZeroPadNd(_ConstantPadNd):
    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f'{self.padding}'


class _ReflectionPadNd(_PadNd):
    _mode = 'reflect'


class _ReplicationPadNd(_PadNd):
    _mode = 'replicate'


def _layer(kind, base, rank, what, ancestor=None):
    name = f'{kind}Pad{rank}d'
    bases = (base,) if ancestor is None else (base, ancestor)
    return type(name, bases, {'__doc__': f'{what} around the last {rank} dimension{"s" if rank > 1 else ""}.', '_rank': rank,
                              '__module__': 'torch.nn.modules.padding'})


CircularPad1d, CircularPad2d, CircularPad3d = (_layer('Circular', _CircularPadNd, n, 'The input again, as on a ring,') for n in (1, 2, 3))
ConstantPad1d, ConstantPad2d, ConstantPad3d = (_layer('Constant', _ConstantPadNd, n, 'One value') for n in (1, 2, 3))
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = (
    _layer('Reflection', _ReflectionPadNd, n, 'The input, mirrored at its edges,') for n in (1, 2, 3))
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = (
    _layer('Replication', _ReplicationPadNd, n, 'The values of the edges') for n in (1, 2, 3))
ZeroPad1d, ZeroPad2d, ZeroPad3d = (
    _layer('Zero', _ZeroPadNd, n, 'Zeros', base) for n, base in ((1, ConstantPad1d), (2, ConstantPad2d), (3, ConstantPad3d)))
