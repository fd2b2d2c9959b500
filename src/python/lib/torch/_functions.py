"""Functions of namespace torch that are no ops of the engine: questions about tensors, and compositions."""
from . import _bridge, _device
from ._convert import type_name
from ._dtype import dtypes, get_default_dtype, set_default_dtype
from ._ops import ops
from ._tensor import Tensor

__all__ = ['is_tensor', 'is_storage', 'is_floating_point', 'is_complex', 'is_nonzero', 'numel', 'promote_types', 'result_type', 'can_cast',
           'from_numpy', 'set_default_device', 'get_default_device', 'set_default_tensor_type', 'get_num_threads', 'set_num_threads',
           'get_num_interop_threads', 'set_num_interop_threads', 'use_deterministic_algorithms', 'are_deterministic_algorithms_enabled',
           'compile', 'typename', 'is_inference', 'set_float32_matmul_precision', 'get_float32_matmul_precision', 'is_grad_enabled',
           'set_flush_denormal', 'get_file_path', 'broadcast_shapes', 'is_warn_always_enabled', 'set_warn_always', 'atleast_1d',
           'atleast_2d', 'atleast_3d', 'broadcast_tensors', 'Assert', 'unique', 'nonzero', 'where', 'split']


def is_grad_enabled():
    return _bridge._js.gradEnabled()


def is_tensor(obj):
    return isinstance(obj, Tensor)


def is_storage(obj):
    from .storage import TypedStorage, UntypedStorage
    return isinstance(obj, (TypedStorage, UntypedStorage))


def _need(fn, input):
    if not isinstance(input, Tensor):
        raise TypeError(f"{fn}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")


def is_floating_point(input):
    _need('is_floating_point', input)
    return input.is_floating_point()


def is_complex(input):
    _need('is_complex', input)
    return False


def is_inference(input):
    return input.is_inference()


def is_nonzero(input):
    if input.numel() != 1:
        raise RuntimeError('Boolean value of Tensor with ' + ('no values' if input.numel() == 0 else 'more than one value') + ' is ambiguous')
    return bool(input.item())


def numel(input):
    _need('numel', input)
    return input.numel()


_ORDER = ('bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128')


def promote_types(type1, type2):
    """The smallest dtype that holds both."""
    a, b = type1.name, type2.name
    if a == b:
        return type1
    if 'uint8' in (a, b) and 'int8' in (a, b):
        return dtypes['int16']
    if {a, b} == {'float16', 'bfloat16'}:
        return dtypes['float32']
    return max(type1, type2, key=lambda d: _ORDER.index(d.name))


def result_type(tensor1, tensor2):
    """The dtype of an operation of the two."""
    def rank(v):
        if not isinstance(v, Tensor):
            return 0
        return 1 if v.dim() == 0 else 2

    def of(v):
        if isinstance(v, Tensor):
            return v.dtype
        return dtypes['bool'] if isinstance(v, bool) else dtypes['int64'] if isinstance(v, int) else get_default_dtype()

    def kind(d):
        return 2 if d.is_floating_point else 0 if d.name == 'bool' else 1

    a, b = of(tensor1), of(tensor2)
    ra, rb = rank(tensor1), rank(tensor2)
    if ra != rb:
        high, low = (a, b) if ra > rb else (b, a)
        return high if kind(high) >= kind(low) else (low if min(ra, rb) else promote_types(high, low))
    return promote_types(a, b)


def can_cast(from_, to):
    if from_.is_floating_point and not to.is_floating_point:
        return False
    return not (from_.name != 'bool' and to.name == 'bool')


def from_numpy(ndarray):
    from ._numpy import from_array
    if type(ndarray).__module__ != 'numpy':
        raise TypeError(f'expected np.ndarray (got {type_name(ndarray)})')
    return from_array(ndarray)


def set_default_device(device):
    _device.check(device)


def get_default_device():
    return _device.cpu


def set_default_tensor_type(t):
    from ._construct import dtype_of_type
    set_default_dtype(dtype_of_type(t) if isinstance(t, str) else t.dtype)


def get_num_threads():
    return 1


get_num_interop_threads = get_num_threads


def set_num_threads(n):
    pass


set_num_interop_threads = set_flush_denormal = set_warn_always = set_num_threads


def is_warn_always_enabled():
    return False


def use_deterministic_algorithms(mode, *, warn_only=False):
    pass


def are_deterministic_algorithms_enabled():
    return True


def set_float32_matmul_precision(precision):
    pass


def get_float32_matmul_precision():
    return 'highest'


def get_file_path(*parts):
    from os.path import join
    return join(*parts)


def compile(model=None, **kwargs):
    """The model itself: Backstep records what runs, and does not compile it."""
    if model is None:
        return lambda m: m
    return model


def typename(obj):
    if isinstance(obj, Tensor):
        return obj.type()
    module = getattr(obj, '__module__', '') or ''
    module = '' if module in ('builtins', '') else module + '.'
    return module + (obj.__qualname__ if hasattr(obj, '__qualname__') else type(obj).__name__)


def broadcast_shapes(*shapes):
    from ._size import Size
    out = []
    for shape in shapes:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        while len(out) < len(shape):
            out.insert(0, 1)
        for i in range(1, len(shape) + 1):
            if shape[-i] != 1 and shape[-i] != out[-i]:
                if out[-i] != 1:
                    raise RuntimeError('Shape mismatch: objects cannot be broadcast to a single shape')
                out[-i] = shape[-i]
    return Size(out)


def broadcast_tensors(*tensors):
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    shape = broadcast_shapes(*(t.shape for t in tensors))
    return tuple(t.expand(shape) for t in tensors)


def _atleast(n, widen):
    def f(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
            tensors = tuple(tensors[0])
            return tuple(widen(t) for t in tensors)
        out = tuple(widen(t) for t in tensors)
        return out[0] if len(out) == 1 else out
    f.__name__ = f'atleast_{n}d'
    return f


atleast_1d = _atleast(1, lambda t: t.reshape(1) if t.dim() == 0 else t)
atleast_2d = _atleast(2, lambda t: t.reshape(1, 1) if t.dim() == 0 else t.unsqueeze(0) if t.dim() == 1 else t)
atleast_3d = _atleast(3, lambda t: t.reshape(1, 1, 1) if t.dim() == 0 else t.reshape(1, -1, 1) if t.dim() == 1
                      else t.unsqueeze(-1) if t.dim() == 2 else t)


def Assert(condition, message):
    assert condition, message




def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements of a tensor, in order."""
    _need('unique', input)
    if dim is not None:
        if not ops.has('unique_dim'):
            from ._missing import not_yet
            raise not_yet('torch.unique(dim=…)', NotImplementedError)
        out, inverse, counts = ops.unique_dim(input, dim, sorted, return_inverse, return_counts)
    else:
        out, inverse, counts = ops._unique2(input, sorted, return_inverse, return_counts)
    if return_inverse and return_counts:
        return out, inverse, counts
    if return_inverse:
        return out, inverse
    return (out, counts) if return_counts else out


def nonzero(input, *, as_tuple=False, out=None):
    """Indices of the elements that are not zero."""
    _need('nonzero', input)
    if not as_tuple:
        return ops.nonzero(input)
    found = ops.nonzero(input.unsqueeze(0) if input.dim() == 0 else input)
    return tuple(found.unbind(1))


def where(condition, input=None, other=None, *, out=None):
    """Elements of `input` where the condition holds, of `other` elsewhere; with the condition alone, its nonzero indices."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return ops.where(condition, input, other)


def split(tensor, split_size_or_sections, dim=0):
    """Pieces of a size, or of several sizes, along a dimension."""
    _need('split', tensor)
    if isinstance(split_size_or_sections, int):
        return ops.split(tensor, split_size_or_sections, dim)
    return ops.split_with_sizes(tensor, list(split_size_or_sections), dim)
