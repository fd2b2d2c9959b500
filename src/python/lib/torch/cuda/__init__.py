"""torch.cuda of a PyTorch without CUDA: what asks about a GPU says there is none, what needs one is refused in PyTorch's words."""
import contextlib as _contextlib
import warnings as _warnings

from .. import _device
from .._errors import AcceleratorError, OutOfMemoryError
from .streams import Event, ExternalStream, Stream, _Dummy

default_generators = ()
has_half = True
has_magma = False


class CudaError(RuntimeError):
    def __init__(self, code):
        check_error(code)


class DeferredCudaCallError(Exception):
    pass


class cudaStatus:
    SUCCESS = 0
    ERROR_NOT_READY = 34


def is_available():
    return False


def device_count():
    return 0


def is_initialized():
    return False


def is_bf16_supported(including_emulation=True):
    return False


def is_tf32_supported():
    return False


def manual_seed(seed):
    """Nothing to seed; the argument must be a number, as PyTorch's must."""
    int(seed)


def seed():
    pass


def empty_cache():
    pass


manual_seed_all = manual_seed
seed_all = seed


def get_arch_list():
    return []


def get_gencode_flags():
    return ''


def _refused(name):
    def function(*args, **kwargs):
        raise AssertionError('Torch not compiled with CUDA enabled')

    function.__name__ = function.__qualname__ = name
    return function


for _name in ('init', 'synchronize', 'current_device', 'get_device_name', 'get_device_properties', 'get_device_capability',
              'can_device_access_peer', 'cudart', 'current_blas_handle', 'current_solver_handle', 'current_stream', 'default_stream',
              'get_stream_from_external', 'get_sync_debug_mode', 'set_sync_debug_mode', 'initial_seed', 'ipc_collect', 'get_rng_state',
              'mem_get_info', 'get_per_process_memory_fraction', 'set_per_process_memory_fraction', 'caching_allocator_alloc'):
    globals()[_name] = _refused(_name)


def _without(name, inner):
    """A function that calls into a part of torch._C that is not there."""
    def function(*args, **kwargs):
        raise AttributeError(f"module 'torch._C' has no attribute '{inner}'")

    function.__name__ = function.__qualname__ = name
    return function


for _name, _inner in (('caching_allocator_delete', '_cuda_cudaCachingAllocator_raw_delete'),
                      ('change_current_allocator', '_cuda_changeCurrentAllocator'),
                      ('get_allocator_backend', '_cuda_getAllocatorBackend'), ('memory_snapshot', '_cuda_memorySnapshot'),
                      ('reset_accumulated_host_memory_stats', '_cuda_resetAccumulatedHostMemoryStats'),
                      ('reset_accumulated_memory_stats', '_cuda_resetAccumulatedMemoryStats'),
                      ('reset_peak_host_memory_stats', '_cuda_resetPeakHostMemoryStats'),
                      ('reset_peak_memory_stats', '_cuda_resetPeakMemoryStats')):
    globals()[_name] = _without(_name, _inner)


def _unmeasured(name):
    def function(device=None):
        raise ModuleNotFoundError("nvidia-ml-py does not seem to be installed or it can't be imported.")

    function.__name__ = function.__qualname__ = name
    return function


for _name in ('clock_rate', 'device_memory_used', 'memory_usage', 'power_draw', 'temperature', 'utilization'):
    globals()[_name] = _unmeasured(_name)


def list_gpu_processes(device=None):
    return 'pynvml module not found, please install nvidia-ml-py'


def check_error(res):
    raise AttributeError("'NoneType' object has no attribute 'cudaError'")


def set_device(device):
    if not isinstance(device, int):
        given = _device.device(device)
        if given.type != 'cuda':
            raise ValueError(f'Expected a cuda device, but got: {given}')
        if given.index is None:
            raise ValueError(f'Expected a torch.device with a specified index or an integer, but got:{given}')
        device = given.index
    if device >= 0:
        raise AttributeError("module 'torch._C' has no attribute '_cuda_setDevice'")


def memory_allocated(device=None):
    return 0


def max_memory_allocated(device=None):
    return 0


def memory_reserved(device=None):
    return 0


def max_memory_reserved(device=None):
    return 0


def memory_cached(device=None):
    _warnings.warn('`torch.cuda.memory_cached` has been renamed to `torch.cuda.memory_reserved`', FutureWarning, stacklevel=2)
    return 0


def max_memory_cached(device=None):
    _warnings.warn('`torch.cuda.max_memory_cached` has been renamed to `torch.cuda.max_memory_reserved`', FutureWarning, stacklevel=2)
    return 0


def _resets(name):
    def function(device=None):
        _warnings.warn(f'torch.cuda.{name} now calls torch.cuda.reset_peak_memory_stats, which resets /all/ peak memory stats.',
                       FutureWarning, stacklevel=2)
        reset_peak_memory_stats(device)  # noqa: F821

    function.__name__ = function.__qualname__ = name
    return function


reset_max_memory_allocated = _resets('reset_max_memory_allocated')
reset_max_memory_cached = _resets('reset_max_memory_cached')


def memory_stats(device=None):
    from collections import OrderedDict
    return OrderedDict()


def memory_stats_as_nested_dict(device=None):
    return {}


def host_memory_stats():
    return memory_stats()


def host_memory_stats_as_nested_dict():
    return {}


def memory_summary(device=None, abbreviated=False):
    return memory_stats()['allocated_bytes.all.current']


@_contextlib.contextmanager
def caching_allocator_disabled():
    raise AttributeError("module 'torch._C' has no attribute '_cuda_cudaCachingAllocator_is_enabled'")
    yield


def caching_allocator_enable(value=True):
    pass


def get_rng_state_all():
    return []


def set_rng_state(new_state, device='cuda'):
    new_state.clone()  # PyTorch keeps it for the day that CUDA starts.


def set_rng_state_all(new_states):
    for state in new_states:
        set_rng_state(state)


def set_stream(stream):
    stream.stream_id
    raise AssertionError('Torch not compiled with CUDA enabled')


class device:
    """Chooses a GPU for a block: with none, nothing, unless one is named that cannot be."""

    def __init__(self, device):
        self.idx = _index(device)
        self.prev_idx = -1

    def __enter__(self):
        if not self.idx < 0:
            raise RuntimeError('PyTorch was compiled without CUDA support')

    def __exit__(self, type, value, traceback):
        return False


class device_of(device):
    """The GPU of a tensor: of one on the CPU, none."""

    def __init__(self, obj):
        super().__init__(obj.get_device() if obj.is_cuda else -1)


def _index(given):
    if given is None or isinstance(given, int):
        return given
    found = _device.device(given)
    if found.type != 'cuda':
        raise ValueError(f'Expected a cuda device, but got: {found}')
    return found.index


class StreamContext:
    """Chooses a stream for a block; without CUDA the block just runs."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        pass

    def __exit__(self, type, value, traceback):
        pass


def stream(stream):
    return StreamContext(stream)


class CUDAGraph(_Dummy):
    pass


class MemPool(_Dummy):
    pass


class GreenContext:
    pass


class graph:
    """Records work of a GPU."""

    def __init__(self, cuda_graph, pool=None, stream=None, capture_error_mode='global', check_input_liveness=False):
        Stream()


def graph_pool_handle():
    raise RuntimeError('Tried to instantiate dummy base class _graph_pool_handle')


def is_current_stream_capturing():
    raise RuntimeError('Tried to instantiate dummy base class _cuda_isCurrentStreamCapturing')


from . import amp, nvtx, streams  # noqa: E402,F401
from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.cuda', globals())
