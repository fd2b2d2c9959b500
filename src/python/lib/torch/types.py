"""torch.types: names for annotations."""
import builtins as _builtins
from os import PathLike as _PathLike
from typing import IO, Any, List, Optional, Sequence, Tuple, Union  # noqa: F401

from . import Size, Tensor, device as _device_class, dtype as _dtype_class

Number = Union[_builtins.int, _builtins.float, _builtins.bool]
_int, _float, _bool, _complex = _builtins.int, _builtins.float, _builtins.bool, _builtins.complex
_dtype, _device, _size = _dtype_class, _device_class, Union[Size, List[_builtins.int], Tuple[_builtins.int, ...]]
Device = Optional[Union[_device_class, str, _builtins.int]]
FileLike = Union[str, _PathLike, IO[bytes]]
Storage = Any
_TensorOrTensors = Union[Tensor, Sequence[Tensor]]
_TensorOrTensorsOrGradEdge = Any
