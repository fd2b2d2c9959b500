"""Functions of namespace torch that are no ops of the engine: questions about tensors, and compositions."""
from builtins import range as _count

from . import _bridge, _device
from ._convert import type_name
from ._dtype import dtypes, get_default_dtype, set_default_dtype
from ._ops import ops
from ._tensor import Tensor

__all__ = ['_assert', 'is_tensor', 'is_storage', 'is_floating_point', 'is_complex', 'is_conj', 'is_neg', 'is_nonzero', 'numel', 'promote_types', 'result_type', 'can_cast',
           'from_numpy', 'set_default_device', 'get_default_device', 'set_default_tensor_type', 'get_num_threads', 'set_num_threads',
           'get_num_interop_threads', 'set_num_interop_threads', 'use_deterministic_algorithms', 'are_deterministic_algorithms_enabled',
           'compile', 'typename', 'is_inference', 'set_float32_matmul_precision', 'get_float32_matmul_precision', 'is_grad_enabled',
           'set_flush_denormal', 'get_file_path', 'broadcast_shapes', 'is_warn_always_enabled', 'set_warn_always', 'atleast_1d',
           'atleast_2d', 'atleast_3d', 'broadcast_tensors', 'Assert', 'unique', 'nonzero', 'where', 'split',
           'unique_consecutive', 'range', 'get_deterministic_debug_mode', 'set_deterministic_debug_mode', 'frombuffer',
           'is_deterministic_algorithms_warn_only_enabled', 'compiled_with_cxx11_abi', 'histogramdd', 'unravel_index', 'gradient']


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
    return input.is_complex()


def is_conj(input):
    _need('is_conj', input)
    return input.is_conj()


def is_neg(input):
    _need('is_neg', input)
    return input.is_neg()


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
    if type1.is_complex or type2.is_complex:
        return dtypes['complex128' if {'float64', 'complex128'} & {a, b} else 'complex64']
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
        if isinstance(v, complex):
            return _complex_of(get_default_dtype())
        return dtypes['bool'] if isinstance(v, bool) else dtypes['int64'] if isinstance(v, int) else get_default_dtype()

    def kind(d):
        return 3 if d.is_complex else 2 if d.is_floating_point else 0 if d.name == 'bool' else 1

    a, b = of(tensor1), of(tensor2)
    ra, rb = rank(tensor1), rank(tensor2)
    if ra != rb:
        high, low = (a, b) if ra > rb else (b, a)
        if high.is_floating_point and low.is_complex:
            return _complex_of(high)
        return high if kind(high) >= kind(low) else (low if min(ra, rb) else promote_types(high, low))
    return promote_types(a, b)


def _complex_of(real):
    return dtypes['complex128' if real.name == 'float64' else 'complex32' if real.name == 'float16' else 'complex64']


def can_cast(from_, to):
    if from_.is_complex and not to.is_complex:
        return False
    if from_.is_floating_point and not (to.is_floating_point or to.is_complex):
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


set_num_interop_threads = set_flush_denormal = set_num_threads


_warn_always = False


def set_warn_always(b, /):
    """Whether what PyTorch warns of once is warned of every time."""
    global _warn_always
    if not isinstance(b, bool):
        raise RuntimeError('setWarnOnlyOnce expects a bool, but got ' + type(b).__name__)
    _warn_always = b


def is_warn_always_enabled():
    return _warn_always


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
        for i in _count(1, len(shape) + 1):
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
        many = len(tensors) == 1 and isinstance(tensors[0], (list, tuple))
        tensors = tuple(tensors[0]) if many else tensors
        for i, t in enumerate(tensors):
            if not isinstance(t, Tensor):
                raise TypeError(f'expected Tensor as element {i} in argument 0, but got {type_name(t)}')
        if many:
            return tuple(widen(t) for t in tensors)
        out = tuple(widen(t) for t in tensors)
        return out[0] if len(out) == 1 else out
    f.__name__ = f.__qualname__ = f'atleast_{n}d'
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
        out, inverse, counts = ops.unique_dim(input, dim, sorted, return_inverse, return_counts)
    else:
        out, inverse, counts = ops._unique2(input, sorted, return_inverse, return_counts)
    if return_inverse and return_counts:
        return out, inverse, counts
    if return_inverse:
        return out, inverse
    return (out, counts) if return_counts else out


def range(start=0, end=None, step=1, *, out=None, dtype=None, device=None, requires_grad=False, **kwargs):
    """Numbers from start to end, the end among them. PyTorch warns that it will go: arange is what it recommends."""
    import warnings
    if end is None:
        start, end = 0, start
    warnings.warn('torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with Python\'s '
                  'range builtin. Instead, use torch.arange, which produces values in [start, end).', stacklevel=2)
    _device.check(device)
    t = ops.range(start, end, step, dtype=dtype)
    return t.requires_grad_() if requires_grad else t


def get_deterministic_debug_mode():
    return 0


def is_deterministic_algorithms_warn_only_enabled():
    return False


def set_deterministic_debug_mode(debug_mode):
    pass


def compiled_with_cxx11_abi():
    return True


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of the bytes of a buffer, copied."""
    from ._construct import from_raw
    raw = bytes(buffer)[offset:]
    n = len(raw) // dtype.itemsize if count < 0 else count
    t = from_raw(dtype, raw[:n * dtype.itemsize], (n,))
    return t.requires_grad_() if requires_grad else t


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """A tensor without what equals the element (or slice) before it."""
    _need('unique_consecutive', input)
    out, inverse, counts = ops.unique_consecutive(input, return_inverse, return_counts, dim)
    if return_inverse and return_counts:
        return out, inverse, counts
    if return_inverse:
        return out, inverse
    return (out, counts) if return_counts else out


def histogramdd(input, bins, *, range=None, weight=None, density=False):
    """How many points (rows of the last dimension) fall into each box of a grid, and the grid's edges."""
    _need('histogramdd', input)
    from ._return_types import return_type
    if isinstance(bins, int):
        bins = [bins]
    if all(isinstance(b, int) for b in bins):
        hist, *edges = ops._histogramdd_even(input, list(bins), range=range, weight=weight, density=density)
    else:
        hist, *edges = ops._histogramdd_edges(input, list(bins), weight=weight, density=density)
    return return_type('histogramdd', ('hist', 'bin_edges'))((hist, tuple(edges)))


def unravel_index(indices, shape):
    """Coordinates of flat places in a tensor of this shape, one tensor a dimension."""
    if not isinstance(indices, Tensor):
        raise TypeError(f'unravel_index(): argument \'indices\' must be Tensor, not {type_name(indices)}')
    if indices.is_floating_point() or indices.dtype.name == 'bool':
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if isinstance(shape, Tensor):
        shape = shape.tolist()
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    for d in shape:
        if not isinstance(d, int):
            raise ValueError(f'expected sequence shape to contain only ints, but got {type_name(d)}')
    if any(d < 0 for d in shape):
        raise ValueError(f'shape cannot have negative values, got {shape}')
    import torch
    steps, total = [], 1
    for d in reversed(shape):
        steps.append(total)
        total *= d
    steps = torch.tensor(steps[::-1], dtype=torch.int64)
    sizes = torch.tensor(shape, dtype=torch.int64)
    return (ops.div(indices.unsqueeze(-1), steps, rounding_mode='floor') % sizes).unbind(-1)


def nonzero(input, *, as_tuple=False, out=None):
    """Indices of the elements that are not zero."""
    _need('nonzero', input)
    if not as_tuple:
        return ops.nonzero(input, out=out)
    found = ops.nonzero(input.unsqueeze(0) if input.dim() == 0 else input)
    return tuple(found.unbind(1))


def where(condition, input=None, other=None, *, out=None):
    """Elements of `input` where the condition holds, of `other` elsewhere; with the condition alone, its nonzero indices."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return ops.where(condition, input, other, out=out)


def split(tensor, split_size_or_sections, dim=0):
    """Pieces of a size, or of several sizes, along a dimension."""
    _need('split', tensor)
    if isinstance(split_size_or_sections, int):
        return ops.split(tensor, split_size_or_sections, dim)
    return ops.split_with_sizes(tensor, list(split_size_or_sections), dim)


def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """Derivatives along dimensions, by central differences (and one-sided ones at the edges)."""
    _need('gradient', input)
    if edge_order not in (1, 2):
        raise RuntimeError('torch.gradient only supports edge_order=1 and edge_order=2.')
    n = input.dim()
    dims = list(_count(n)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    for d in dims:
        if not -n <= d < n:
            raise IndexError(f'Dimension out of range (expected to be in range of [{-max(n, 1)}, {max(n, 1) - 1}], but got {d})')
    dims = [d % n for d in dims]
    if len(set(dims)) != len(dims):
        raise RuntimeError(f'dim {next(d for d in dims if dims.count(d) > 1)} appears multiple times in the list of dims')
    if spacing is None:
        spacing = 1
    if isinstance(spacing, (int, float)):
        spacing = [spacing] * len(dims)
    if isinstance(spacing, Tensor):
        spacing = [spacing]
    if len(spacing) != len(dims):
        raise RuntimeError(f'torch.gradient expected spacing to be unspecified, a scalar or a list of length equal to '
                           f"'self.dim() = {len(dims)}', since dim argument was not given, but got a list of length {len(spacing)}"
                           if dim is None else
                           'torch.gradient expected spacing to be unspecified, a scalar or it\'s spacing and dim arguments to have '
                           f'the same length, but got a spacing argument of length {len(spacing)} and a dim argument of length {len(dims)}.')
    for d in dims:
        if input.shape[d] < edge_order + 1:
            raise RuntimeError('torch.gradient expected each dimension size to be at least edge_order+1')
    return tuple(_slope(input, step, d, edge_order) for step, d in zip(spacing, dims))


def _slope(x, step, d, edge_order):
    """Of one dimension; `step` is a number, or the coordinates."""
    import torch
    size = x.shape[d]
    part = lambda start, length: x.narrow(d, start, length)
    if isinstance(step, Tensor):
        if step.dim() != 1:
            raise RuntimeError(f'torch.gradient expected each element of spacing to have one dimension, but got an element with {step.dim()} dimensions!')
        if step.numel() != size:
            raise RuntimeError("torch.gradient expected self.size(i) == coordinates[i].numel(), got "
                               f'{size} and {step.numel()}')
        h = step.diff().reshape([-1 if i == d else 1 for i in _count(x.dim())])
        before, after = h.narrow(d, 0, size - 2), h.narrow(d, 1, size - 2)
        a = -after / (before * (before + after))
        b = (after - before) / (before * after)
        c = before / (after * (before + after))
        middle = a * part(0, size - 2) + b * part(1, size - 2) + c * part(2, size - 2)
        first_step, last_step = h.select(d, 0).unsqueeze(d), h.select(d, -1).unsqueeze(d)
        if edge_order == 1:
            first = (part(1, 1) - part(0, 1)) / first_step
            last = (part(size - 1, 1) - part(size - 2, 1)) / last_step
        else:
            p, q = h.select(d, 0).unsqueeze(d), h.select(d, 1).unsqueeze(d)
            first = (-(2. * p + q) / (p * (p + q)) * part(0, 1) + (p + q) / (p * q) * part(1, 1)
                     + -p / (q * (p + q)) * part(2, 1))
            p, q = h.select(d, -2).unsqueeze(d), h.select(d, -1).unsqueeze(d)
            last = (q / (p * (p + q)) * part(size - 3, 1) + -(p + q) / (p * q) * part(size - 2, 1)
                    + (p + 2 * q) / (q * (p + q)) * part(size - 1, 1))
        return torch.cat((first, middle, last), d)
    if edge_order == 1:
        first = (part(1, 1) - part(0, 1)) / step
        last = (part(size - 1, 1) - part(size - 2, 1)) / step
    else:
        first = (-1.5 * part(0, 1) + 2 * part(1, 1) - 0.5 * part(2, 1)) / step
        last = (0.5 * part(size - 3, 1) - 2 * part(size - 2, 1) + 1.5 * part(size - 1, 1)) / step
    middle = (part(2, size - 2) - part(0, size - 2)) / step / 2
    return torch.cat((first, middle, last), d)


def _assert(condition, message):
    """Python's assert as a function: torch.fx writes it into graphs."""
    if type(condition) is not Tensor and getattr(type(condition), '__torch_function__', None) is not None:
        return type(condition).__torch_function__(_assert, (type(condition),), (condition, message), {})
    assert condition, message
