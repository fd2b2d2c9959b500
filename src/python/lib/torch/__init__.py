"""Backstep's torch: PyTorch's Python face over Backstep's engine."""
import math as _math

from . import _missing
_missing.install()
from . import _bridge, _device, _dtype, _traceback, _wrappers
from ._device import device
from ._errors import AcceleratorError, OutOfMemoryError
from ._dtype import (channels_last, channels_last_3d, contiguous_format, dtype, finfo, get_default_dtype, iinfo, layout, memory_format,
                     preserve_format, set_default_dtype, sparse_coo, strided)
from ._size import Size
from ._tensor import Tensor
from . import _construct
from ._construct import as_tensor, asarray, scalar_tensor, tensor
from . import _bind
from ._ops import ops as _ops

__version__ = '2.13.0+cpu'
globals().update(_dtype.dtypes)
globals().update(_construct.tensor_types())
# What PyTorch's own module imports shows as well: torch.math, torch.torch.
globals().update({_name: __import__(_name) for _name in ('math', 'os', 'sys', 'warnings', 'builtins', 'torch')})
inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
newaxis = None
_bind.install()

from .random import (Generator, default_generator, fork_rng, get_rng_state, initial_seed, manual_seed, seed,  # noqa: E402
                     set_rng_state)
from .autograd.grad_mode import (enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled,  # noqa: E402
                                 no_grad, set_grad_enabled)
from ._functions import *  # noqa: E402,F403
from ._bindings import *  # noqa: E402,F403
from ._linalg_functions import *  # noqa: E402,F403
from ._tensor_str import set_printoptions  # noqa: E402
from . import autograd, nn, optim, utils  # noqa: E402
from .autograd.anomaly_mode import is_anomaly_check_nan_enabled, is_anomaly_enabled, set_anomaly_enabled  # noqa: E402
from . import amp, backends, cpu, cuda, fft, linalg, special, version  # noqa: E402
from . import serialization, storage  # noqa: E402
from . import _C, _return_types as return_types  # noqa: E402
from . import func  # noqa: E402
from .func import vmap  # noqa: E402
from .amp.autocast_mode import (autocast, clear_autocast_cache, get_autocast_cpu_dtype, get_autocast_dtype,  # noqa: E402
                                get_autocast_gpu_dtype, is_autocast_cache_enabled, is_autocast_cpu_enabled,
                                is_autocast_enabled, set_autocast_cache_enabled, set_autocast_dtype, set_autocast_enabled)
from .serialization import load, save  # noqa: E402
from .storage import TypedStorage, UntypedStorage  # noqa: E402
globals().update(storage.storage_types())

# Seldom asked for: imported when they are.
_LATER = {name: 'torch.' + name for name in (
    'distributions', 'jit', 'types', 'accelerator', 'mps', 'xpu', 'mtia', 'distributed', 'multiprocessing', 'testing', 'compiler',
    'functional', 'signal', 'profiler', 'fx')}
from . import _built, _foreach  # noqa: E402
globals().update({_name: _f for _name, _f in vars(_foreach).items() if _name.startswith('_foreach_')})
__getattr__, __dir__ = _bind.lazy('torch', globals(), {
    **_LATER, 'GradScaler': 'torch.amp', **dict.fromkeys(_built.NAMES, 'torch._built')})
