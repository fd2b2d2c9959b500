"""torch.autocast. Which ops it casts for is the engine's: src/engine/autocast.ts."""
import functools
import warnings

from .. import _bridge
from .._dtype import dtypes

_set = _bridge.function('setAutocast')
_DEVICES = ('cpu', 'cuda', 'xpu', 'mps', 'hpu', 'mtia', 'maia', 'xla', 'ipu')
_SUPPORTED = (dtypes['bfloat16'], dtypes['float16'])


class _State:
    """What is in force: per device whether, and in which dtype."""

    enabled = dict.fromkeys(_DEVICES, False)
    dtype = {d: dtypes['bfloat16' if d in ('cpu', 'xla') else 'float16'] for d in _DEVICES}
    cached = True
    nesting = 0


def _apply(first=False):
    """Tells the engine."""
    on = _State.enabled['cpu'] and _State.dtype['cpu'] in _SUPPORTED
    _set(_State.dtype['cpu']._i if on else -1, _State.cached, first)


def is_autocast_available(device_type):
    """Does torch.autocast know this device type?"""
    return device_type in _DEVICES


def is_autocast_enabled(device_type='cuda'):
    return _State.enabled[device_type]


def is_autocast_cpu_enabled():
    return _State.enabled['cpu']


def is_autocast_cache_enabled():
    return _State.cached


def get_autocast_dtype(device_type):
    if device_type not in _DEVICES:
        raise RuntimeError('Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, '
                           f'hpu, mtia, privateuseone device type at start of device string: {device_type}')
    return _State.dtype[device_type]


def get_autocast_cpu_dtype():
    return _State.dtype['cpu']


def get_autocast_gpu_dtype():
    return _State.dtype['cuda']


def set_autocast_enabled(device_type, enabled=None):
    device_type, enabled = ('cuda', device_type) if enabled is None else (device_type, enabled)
    _State.enabled[device_type] = enabled
    _apply()


def set_autocast_dtype(device_type, dtype):
    _State.dtype[device_type] = dtype
    _apply()


def set_autocast_cache_enabled(enabled):
    _State.cached = enabled
    _apply()


def clear_autocast_cache():
    _apply(first=True)


class autocast:
    """A region in which some ops compute in a lower dtype; a context manager and a decorator.

    device_type: 'cpu' (others are accepted, and do nothing); dtype: torch.bfloat16 (the default) or torch.float16; enabled;
    cache_enabled: casts each weight once in the region.
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f'Expected `device_type` of type `str`, got: `{type(device_type)}`')
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        self.device = device_type
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self._cache_enabled = _State.cached if cache_enabled is None else cache_enabled
        if enabled and device_type == 'cuda':
            warnings.warn('CUDA is not available or torch_xla is imported. Disabling autocast.', stacklevel=2)
            enabled = False
        elif enabled and self.fast_dtype not in _SUPPORTED:
            name = device_type.upper()
            warnings.warn(f'In {name} autocast, but the target dtype is not supported. Disabling autocast.\n{name} Autocast only supports '
                          f'dtypes of {", ".join(map(str, _SUPPORTED))} currently.', stacklevel=2)
            enabled = False
        self._enabled = enabled

    def __enter__(self):
        device = self.device
        self._before = _State.enabled[device], _State.dtype[device], _State.cached
        _State.enabled[device], _State.dtype[device], _State.cached = self._enabled, self.fast_dtype, self._cache_enabled
        _State.nesting += 1
        _apply()
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        _State.nesting -= 1
        _State.enabled[self.device], _State.dtype[self.device], _State.cached = self._before
        # Outside of every region the casts of weights are let go.
        _apply(first=_State.nesting == 0)
        return False

    def __call__(self, func):
        if not callable(func):
            raise TypeError(f'autocast()(func) requires a callable, but got {type(func).__name__}. Did you mean to use autocast as a context '
                            'manager? For example:\n    with torch.autocast(device_type=...):\n        output = model(input)')

        @functools.wraps(func)
        def inside(*args, **kwargs):
            with self:
                return func(*args, **kwargs)
        return inside


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """Of an autograd.Function's forward: remembers whether autocast was on, or turns it off and casts the inputs."""
    from .._tensor import Tensor
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    def cast(v):
        if isinstance(v, Tensor):
            return v.to(cast_inputs) if v.is_floating_point() and v.dtype is not dtypes['float64'] else v
        if isinstance(v, dict):
            return {cast(k): cast(item) for k, item in v.items()}
        return type(v)(map(cast, v)) if isinstance(v, (list, tuple)) else v

    @functools.wraps(fwd)
    def decorated(*args, **kwargs):
        args[0]._dtype = get_autocast_dtype(device_type)
        if cast_inputs is None:
            args[0]._fwd_used_autocast = is_autocast_enabled(device_type)
            return fwd(*args, **kwargs)
        context = is_autocast_enabled(device_type)
        args[0]._fwd_used_autocast = False
        if not context:
            return fwd(*args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(*map(cast, args), **cast(kwargs))
    return decorated


def custom_bwd(bwd=None, *, device_type):
    """Of an autograd.Function's backward: runs it with autocast as forward ran."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def decorated(*args, **kwargs):
        with autocast(device_type, enabled=args[0]._fwd_used_autocast, dtype=args[0]._dtype):
            return bwd(*args, **kwargs)
    return decorated
