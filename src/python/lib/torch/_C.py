"""torch._C: the names of PyTorch's compiled module that scripts and annotations use."""
from ._device import device  # noqa: F401
from ._dtype import dtype, layout, memory_format  # noqa: F401
from ._size import Size  # noqa: F401
from ._tensor import TensorBase  # noqa: F401
from .random import Generator  # noqa: F401


def _get_tracing_state():
    return None
