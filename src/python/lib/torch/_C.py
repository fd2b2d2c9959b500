"""torch._C: the names of PyTorch's compiled module that scripts and annotations use."""
from ._device import device  # noqa: F401
from ._dtype import dtype, layout, memory_format  # noqa: F401
from ._size import Size  # noqa: F401
from ._tensor import TensorBase  # noqa: F401
from .random import Generator  # noqa: F401


def _get_tracing_state():
    return None


class _Functions:
    """Functions of the compiled module that code of torch.fx calls by this name: torch._C._nn.linear."""

    def __init__(self, space):
        self._space = space

    def __getattr__(self, name):
        import importlib
        found = importlib.import_module('torch.' + self._space)
        return getattr(found, name.removeprefix(self._space + '_'))


_nn, _linalg, _special, _fft = map(_Functions, ('nn.functional', 'linalg', 'special', 'fft'))
