"""torch.Tensor. Its arithmetic is the engine's (see _bind.py): here are identity, geometry, conversion and the tape's face."""
from collections import OrderedDict
from weakref import WeakValueDictionary

from . import _bridge, _convert, _wrappers
from . import _device as _devices
from ._dtype import by_index, dtype as dtype_class, dtypes, get_default_dtype, index_of
from ._ops import ops
from ._size import Size

_f = _bridge.function
_shape = _bridge._js.shape
_dtype = _bridge._js.dtype
_item = _bridge._js.item
_rank = _bridge._js.rank
_numel = _bridge._js.numel
_grad = _bridge._js.grad
_requires = _bridge._js.requiresGrad
_free = _bridge.free
_forget = _free.append
_again = _f('again')
_contiguous = _f('contiguous')
_conjugated = _f('conjugated')
_detachInPlace = _f('detachInPlace')
_inference = _f('inference')
_isLeaf = _f('isLeaf')
_isView = _f('isView')
_offset = _f('offset')
_retainGrad = _f('retainGrad')
_retainsGrad = _f('retainsGrad')
_storageId = _f('storageId')
_version = _f('version')
_strides = _f('strides')
_set_grad = _f('setGrad')
_set_data = _f('setData')
_set_requires = _f('setRequiresGrad')
_data = _f('data')
_bytes = _f('bytes')
_held = _f('held')
_new = object.__new__
# The module, once someone calls backward().
_autograd = None
# Two dimensions cross as one number, the first one, plus 1, in the bits above (src/python/bridge/tensors.ts).
_WIDE = 1 << 26
_id = _f('id')
# Leaves by the engine's id, so that the tape gives back the very objects that the user made.
leaves = WeakValueDictionary()


def wrap(handle, cls=None):
    """A Python tensor around an engine handle."""
    t = _new(cls or Tensor)
    t._h = handle
    return t


class _TensorMeta(type):
    """Finds methods that are not made yet (see _bind.py)."""


class TensorBase(metaclass=_TensorMeta):
    __slots__ = ('_h', '_g', '__weakref__')


class Tensor(TensorBase):
    """A multi-dimensional array whose history autograd knows."""

    __torch_function__ = None
    is_sparse = is_quantized = is_cuda = is_mps = is_meta = is_xpu = is_mkldnn = is_nested = False
    is_cpu = True
    names = property(lambda self: (None,) * self.dim())
    device = property(lambda self: _devices.cpu)
    layout = property(lambda self: __import__('torch').strided)

    def __new__(cls, *args, device=None, **kwargs):
        from ._construct import legacy
        _devices.check(device)
        return legacy(cls, get_default_dtype(), args, kwargs)

    def __init__(self, *args, **kwargs):
        pass

    def __del__(self):
        try:
            # Those before, not this one: the handle of `f(x)._h` may be an argument of the call that comes next.
            if len(_free) >= _bridge.limit:
                _bridge.flush()
            _forget(self._h)
        except (AttributeError, TypeError):
            return  # never got a handle, or Python is ending

    # ---- geometry ---------------------------------------------------------------------------------------------

    @property
    def shape(self):
        n = _shape(self._h)
        if n.__class__ is int:
            if n < _WIDE:
                return Size((n,)) if n >= 0 else Size()
            return Size(((n >> 26) - 1, n & _WIDE - 1))
        return Size(map(int, n.split(',')))

    def size(self, dim=None):
        """torch.Size of all dimensions, or the size of one."""
        if dim is None:
            return self.shape
        shape = self.shape
        n = len(shape)
        dim = dim if dim.__class__ is int else _convert.integer(dim, 'size', 'dim', 1)
        if not -max(n, 1) <= dim < max(n, 1) or n == 0:
            if n == 0 and dim in (-1, 0):
                raise IndexError('Dimension specified as ' + str(dim) + ' but tensor has no dimensions')
            raise IndexError(f'Dimension out of range (expected to be in range of [{-max(n, 1)}, {max(n, 1) - 1}], but got {dim})')
        return shape[dim]

    def dim(self):
        return _rank(self._h)

    ndimension = dim
    ndim = property(dim)

    def numel(self):
        return _numel(self._h)

    nelement = numel

    def stride(self, dim=None):
        text = _strides(self._h)
        strides = tuple(map(int, text.split(','))) if text else ()
        return strides if dim is None else strides[dim]

    def storage_offset(self):
        return _offset(self._h)

    def is_contiguous(self, memory_format=None):
        if memory_format is not None and memory_format._name.startswith('channels_last'):
            rank = 5 if memory_format._name.endswith('3d') else 4
            if self.dim() != rank:
                return False
            turned = self.permute(0, *range(2, rank), 1)
            return _contiguous(turned._h)
        return _contiguous(self._h)

    def element_size(self):
        return self.dtype.itemsize

    itemsize = property(element_size)
    nbytes = property(lambda self: self.numel() * self.dtype.itemsize)

    def data_ptr(self):
        return _storageId(self._h) * 2 ** 32 + self.storage_offset() * self.dtype.itemsize

    def untyped_storage(self):
        """The memory behind this tensor, as bytes."""
        from .storage import UntypedStorage
        return UntypedStorage._of(self)

    def storage(self):
        """The memory behind this tensor, as elements."""
        from .storage import _warn, typed
        _warn()
        return typed(self)

    def _typed_storage(self):
        from .storage import typed
        return typed(self)

    @property
    def dtype(self):
        return by_index[_dtype(self._h)]

    def is_floating_point(self):
        return by_index[_dtype(self._h)].is_floating_point

    def is_complex(self):
        return by_index[_dtype(self._h)].is_complex

    def is_conj(self):
        """Does this tensor show the conjugates of what its memory holds?"""
        return _conjugated(self._h)

    def is_neg(self):
        return False

    def is_signed(self):
        return self.dtype.is_signed

    def is_inference(self):
        return _inference(self._h)

    def get_device(self):
        return -1

    def is_set_to(self, other):
        return (self.data_ptr(), self.shape, self.stride()) == (other.data_ptr(), other.shape, other.stride())

    def is_shared(self):
        return False

    def share_memory_(self):
        return self

    def pin_memory(self, device=None):
        return self

    def is_pinned(self, device=None):
        return False

    # ---- Python values ----------------------------------------------------------------------------------------

    def item(self):
        """The only element, as a Python number."""
        v = _item(self._h)
        c = v.__class__
        if c is float or c is bool:
            return v
        if v is None:
            _bridge.raise_error()
        if c is str:
            return -0.0 if v == '-0.0' else complex(v)
        # int(): what JavaScript holds in 64 bits comes as a class of its own.
        return float(v) if by_index[_dtype(self._h)].is_floating_point else int(v)

    def tolist(self):
        """Nested lists of Python numbers; a number for a 0-d tensor."""
        if _rank(self._h) == 0:
            return self.item()
        return nested(flat_values(self), self.shape)

    def numpy(self, *, force=False):
        if not force and _requires(self._h):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        from ._numpy import to_numpy
        return to_numpy(self)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError('len() of a 0-d tensor')
        return shape[0]

    def __iter__(self):
        if _rank(self._h) == 0:
            raise TypeError('iteration over a 0-d tensor')
        return iter(self.unbind(0))

    def __reversed__(self):
        return self if self.dim() == 0 else self.flip(0)

    def __contains__(self, element):
        if isinstance(element, (Tensor, int, float, bool)):
            return bool((self == element).any().item())
        raise RuntimeError(f'Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.')

    def __bool__(self):
        n = _numel(self._h)
        if n == 1:
            try:
                return bool(self.item())
            except RuntimeError as error:
                if 'vmap' not in str(error):
                    raise
                raise RuntimeError("vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
                                   'support that yet, please file an issue at https://github.com/pytorch/pytorch/issues .') from None
        if n == 0:
            raise RuntimeError('Boolean value of Tensor with no values is ambiguous')
        raise RuntimeError('Boolean value of Tensor with more than one value is ambiguous')

    def __int__(self):
        return int(self._number())

    def __float__(self):
        v = self._number(warn=True)
        if v.__class__ is complex:
            if v.imag:
                raise RuntimeError('value cannot be converted to type double without overflow')
            v = v.real
        return float(v)

    def _number(self, warn=False):
        if warn and self.requires_grad:
            warn_once('Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n'
                       'Consider using tensor.detach() first.', 4)
        if _numel(self._h) != 1:
            raise ValueError('only one element tensors can be converted to Python scalars')
        return self.item()

    def __complex__(self):
        return complex(self._number(warn=True))

    def __index__(self):
        v = self.item() if _numel(self._h) == 1 else None
        if v is None or isinstance(v, float):
            raise TypeError('only integer tensors of a single element can be converted to an index')
        return int(v)

    def __format__(self, spec):
        if _rank(self._h) == 0 and type(self) is Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __hash__(self):
        return id(self)

    def __repr__(self, *, tensor_contents=None):
        from ._tensor_str import text
        return text(self)

    # ---- indexing ---------------------------------------------------------------------------------------------

    def __getitem__(self, index):
        from ._indexing import get
        Tensor.__getitem__ = get
        return get(self, index)

    def __setitem__(self, index, value):
        from ._indexing import put
        Tensor.__setitem__ = put
        put(self, index, value)

    # ---- the tape ---------------------------------------------------------------------------------------------

    @property
    def requires_grad(self):
        return _requires(self._h)

    @requires_grad.setter
    def requires_grad(self, on):
        self.requires_grad_(on)

    def requires_grad_(self, requires_grad=True):
        """Sets whether autograd follows this tensor, in place."""
        _set_requires(self._h, bool(requires_grad))
        leaves[_id(self._h)] = self
        return self

    @property
    def is_leaf(self):
        return _isLeaf(self._h)

    @property
    def retains_grad(self):
        return _retainsGrad(self._h)

    @property
    def grad(self):
        # The same Python object as last time, if it still is the same gradient: `p.grad is p.grad`.
        try:
            known = self._g
        except AttributeError:
            known = None
        h = _grad(self._h, -1 if known is None else known._h)
        if h >= 0:
            g = _new(Tensor)
            g._h = h
            self._g = g
            return g
        if h == -2:
            return known
        self._g = None
        if not _isLeaf(self._h) and not _retainsGrad(self._h):
            _warn_non_leaf()
        return None

    @grad.setter
    def grad(self, value):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(f'assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}')
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        _set_grad(self._h, -1 if value is None else value._h)
        self._g = value

    @grad.deleter
    def grad(self):
        self.grad = None

    @property
    def grad_fn(self):
        h = _f('gradFn')(self._h)
        if h < 0:
            return None
        from .autograd.graph import Node
        return Node._of(h)

    @property
    def data(self):
        return wrap(_data(self._h))

    @data.setter
    def data(self, value):
        if not isinstance(value, Tensor):
            raise TypeError(f'Variable data has to be a tensor, but got {type(value).__name__}')
        _set_data(self._h, value._h)

    @property
    def _version(self):
        return _version(self._h)

    @property
    def output_nr(self):
        return _bridge._js.outputNr(self._h)

    volatile = False

    def _is_view(self):
        return _isView(self._h)

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Gradients of this tensor with respect to the graph's leaves."""
        global _autograd
        if _autograd is None:
            from . import autograd as _autograd
        _autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def retain_grad(self):
        """Keeps the gradient of a tensor that is no leaf."""
        _retainGrad(self._h)

    def register_hook(self, hook):
        """Calls hook(grad) each time a gradient for this tensor is computed; what it returns replaces the gradient."""
        from .autograd._hooks import register
        return register(self, hook)

    def register_post_accumulate_grad_hook(self, hook):
        from .autograd._hooks import register_post
        return register_post(self, hook)

    def detach_(self):
        _detachInPlace(self._h)
        return self

    # ---- conversion -------------------------------------------------------------------------------------------

    def to(self, *args, **kwargs):
        """The tensor with another dtype (or on another device, of which there is one)."""
        dtype, copy = parse_to(args, kwargs)
        if dtype is None or dtype is self.dtype:
            return self.clone() if copy else self
        return _cast(self, dtype)

    def type(self, dtype=None, non_blocking=False, **kwargs):
        if dtype is None:
            return f'torch.{_LEGACY[self.dtype.name]}Tensor'
        if isinstance(dtype, str):
            from ._construct import dtype_of_type
            dtype = dtype_of_type(dtype)
        elif not isinstance(dtype, dtype_class):
            dtype = getattr(dtype, 'dtype', None) or dtypes['float32']
        return self.to(dtype)

    def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        """A new tensor of `data` in this one's dtype."""
        from ._construct import from_data
        _devices.check(device)
        t = from_data(data, dtype or self.dtype)
        return t.requires_grad_() if requires_grad else t

    def new(self, *args, **kwargs):
        from ._construct import legacy
        return legacy(Tensor, self.dtype, args, kwargs)

    def apply_(self, f):
        """Replaces each element by f(element), in place."""
        from ._construct import from_flat
        with _no_grad():
            self.copy_(from_flat(self.dtype, [f(v) for v in flat_values(self)], tuple(self.shape)))
        return self

    def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
        from ._functions import unique
        return unique(self, sorted, return_inverse, return_counts, dim)

    def fill_diagonal_(self, fill_value, wrap=False):
        """Writes a number to the diagonal, in place; of a tall matrix, again and again where `wrap` says so."""
        n = self.dim()
        if n < 2:
            raise RuntimeError('dimensions must larger than 1')
        shape = self.shape
        if n > 2 and any(d != shape[0] for d in shape):
            raise RuntimeError('all dimensions of input must be of equal length')
        step, length = sum(self.stride()), min(shape)
        self.as_strided((length,), (step,)).fill_(fill_value)
        if wrap and n == 2 and shape[0] > shape[1] + 1:
            # One row is left out between two diagonals.
            down, columns = self.stride(0), shape[1]
            rest = shape[0] - columns - 1
            offset = down * (columns + 1)
            while rest > 0:
                self.as_strided((min(rest, columns),), (step,), offset).fill_(fill_value)
                rest -= columns + 1
                offset += down * (columns + 1)
        return self

    def true_divide_(self, other):
        """Divides in place."""
        return self.div_(other)

    def resize_(self, *sizes, memory_format=None):
        """Another shape in the same memory, which grows where it is too small; in place."""
        if self.requires_grad:
            raise RuntimeError('cannot resize variables that require grad')
        size = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
        for d in size:
            if d < 0:
                raise RuntimeError(f'Trying to create tensor with negative dimension {d}: {list(size)}')
        _f('resize')(self._h, *size)
        return self

    def resize_as_(self, the_template, *, memory_format=None):
        """The shape of another tensor, in place."""
        return self.resize_(*the_template.shape)

    def map_(self, tensor, callable):
        """Replaces each element by callable(element, the other's element), in place."""
        from ._construct import from_flat
        if self.requires_grad:
            raise RuntimeError("Can't call map_() on Variable that requires grad. Use var.detach().map_() instead.")
        other = tensor.expand(self.shape)
        values = [callable(a, b) for a, b in zip(flat_values(self), flat_values(other))]
        with _no_grad():
            self.copy_(from_flat(self.dtype, values, tuple(self.shape)))
        return self

    def set_(self, source=None, storage_offset=0, size=None, stride=None):
        """Shows another tensor's memory, in place."""
        if source is None:
            source = self.new_empty(0)
        if not isinstance(source, Tensor):
            from ._missing import not_yet
            raise not_yet('Tensor.set_ of a storage', NotImplementedError)
        if size is not None:
            source = source.as_strided(size, stride, storage_offset)
        with _no_grad():
            _set_data(self._h, source._h)
        return self

    def to_dense(self, dtype=None, *, masked_grad=True):
        """The tensor itself: nothing is sparse here."""
        return self if dtype is None else self.to(dtype)

    def as_subclass(self, cls):
        """The same tensor as an instance of a subclass."""
        return self.detach().as_subclass(cls) if self.requires_grad and self.is_leaf else wrap(_again(self._h), cls)

    def storage_type(self):
        from . import storage
        return storage.TypedStorage

    def dim_order(self, ambiguity_check=False):
        """The dimensions in the order of memory, outermost first."""
        strides = self.stride()
        return tuple(sorted(range(self.dim()), key=lambda d: -strides[d]))

    def is_coalesced(self):
        raise RuntimeError('is_coalesced expected sparse coordinate tensor layout but got Strided')

    def sparse_dim(self):
        return 0

    def dense_dim(self):
        return self.dim()

    def record_stream(self, stream):
        pass

    def module_load(self, other, assign=False):
        """What load_state_dict puts into this tensor."""
        return other.detach() if assign else self.detach().copy_(other)

    is_ipu = is_maia = is_mtia = is_sparse_csr = is_vulkan = is_xla = False
    name = None

    def float_power_(self, exponent):
        """This tensor to the power of another, or of a number, in place; it must be of float64."""
        if self.dtype is not dtypes['float64']:
            raise RuntimeError(f'the base given to float_power_ has dtype {_LEGACY[self.dtype.name]} but the operation\'s result requires '
                               'dtype Double')
        return self.pow_(exponent.to(dtypes['float64']) if isinstance(exponent, Tensor) else exponent)

    def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
        from ._functions import unique_consecutive
        return unique_consecutive(self, return_inverse, return_counts, dim)

    def nonzero(self, *, as_tuple=False):
        from ._functions import nonzero
        return nonzero(self, as_tuple=as_tuple)

    def split(self, split_size, dim=0):
        from ._functions import split
        return split(self, split_size, dim)

    def type_as(self, other):
        return self.to(other.dtype)

    def float(self, memory_format=None):
        return self.to(dtypes['float32'])

    def double(self, memory_format=None):
        return self.to(dtypes['float64'])

    def half(self, memory_format=None):
        return self.to(dtypes['float16'])

    def bfloat16(self, memory_format=None):
        return self.to(dtypes['bfloat16'])

    def int(self, memory_format=None):
        return self.to(dtypes['int32'])

    def long(self, memory_format=None):
        return self.to(dtypes['int64'])

    def short(self, memory_format=None):
        return self.to(dtypes['int16'])

    def char(self, memory_format=None):
        return self.to(dtypes['int8'])

    def byte(self, memory_format=None):
        return self.to(dtypes['uint8'])

    def bool(self, memory_format=None):
        return self.to(dtypes['bool'])

    def cpu(self, memory_format=None):
        return self

    def cuda(self, device=None, non_blocking=False, memory_format=None):
        _devices.check('cuda')

    @property
    def T(self):
        n = self.dim()
        if n == 2:
            return ops.t(self) if ops.has('t') else self.transpose(0, 1)
        warn_once('The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in '
                  'a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` '
                  'to reverse the dimensions of a tensor.')
        return self.permute(*range(n - 1, -1, -1))

    @property
    def mT(self):
        if self.dim() < 2:
            raise RuntimeError(f'tensor.mT is only supported on matrices or batches of matrices. Got {self.dim()}-D tensor.')
        return self.transpose(-2, -1)

    @property
    def H(self):
        n = self.dim()
        if n not in (0, 2):
            raise RuntimeError(f'tensor.H is only supported on matrices (2-D tensors). Got {n}-D tensor.'
                               + (' For batches of matrices, consider using tensor.mH' if n > 2 else ''))
        return self.conj() if n == 0 else self.transpose(0, 1).conj()

    @property
    def mH(self):
        if self.dim() < 2:
            raise RuntimeError(f'tensor.mH is only supported on matrices or batches of matrices. Got {self.dim()}-D tensor.')
        return self.transpose(-2, -1).conj()

    @property
    def real(self):
        """The real parts; of a complex tensor a view of them."""
        return ops.real(self)

    @real.setter
    def real(self, value):
        self.real.copy_(value)

    @property
    def imag(self):
        """The imaginary parts, a view of them."""
        return ops.imag(self)

    @imag.setter
    def imag(self, value):
        self.imag.copy_(value)

    def cfloat(self, memory_format=None):
        return self.to(dtypes['complex64'])

    def cdouble(self, memory_format=None):
        return self.to(dtypes['complex128'])

    # ---- copies and pickles -----------------------------------------------------------------------------------

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        if not self.is_leaf:
            raise RuntimeError(
                'Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  '
                'If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, '
                'see https://github.com/pytorch/pytorch/pull/103001')
        from .autograd.grad_mode import no_grad
        with no_grad():
            copied = self.detach().clone()
            if type(self) is not Tensor:
                copied = wrap(_again(copied._h), type(self))
        copied.requires_grad_(self.requires_grad)
        memo[id(self)] = copied
        if self.grad is not None:
            copied.grad = self.grad.__deepcopy__(memo)
        if self.__dict__:
            from copy import deepcopy
            copied.__dict__.update(deepcopy(self.__dict__, memo))
        return copied

    def __reduce_ex__(self, protocol):
        from ._utils import state_of
        rebuild, args = self._reduce_ex_internal(protocol)
        state = state_of(self)
        if type(self) is Tensor and not state:
            return rebuild, args
        return _rebuild_from_type_v2, (rebuild, type(self), args, state)

    def _reduce_ex_internal(self, protocol):
        from ._utils import _rebuild_tensor_v2
        _warn_of_hooks(self)
        return _rebuild_tensor_v2, (self._typed_storage(), self.storage_offset(), tuple(self.shape), self.stride(), self.requires_grad,
                                    OrderedDict())

    def __setstate__(self, state):
        self.__dict__.update(state)


Tensor.__module__ = 'torch'
TensorBase.__module__ = 'torch._C'
_LEGACY = {'float32': 'Float', 'float64': 'Double', 'float16': 'Half', 'bfloat16': 'BFloat16', 'int8': 'Char', 'uint8': 'Byte',
           'int16': 'Short', 'int32': 'Int', 'int64': 'Long', 'bool': 'Bool',
           'complex64': 'ComplexFloat', 'complex128': 'ComplexDouble'}
_FORMAT = {'float32': 'f', 'float64': 'd', 'int8': 'b', 'uint8': 'B', 'int16': 'h', 'int32': 'i', 'int64': 'q', 'bool': '?',
           # Halves cross as the float32 numbers that the engine holds.
           'float16': 'f', 'bfloat16': 'f',
           # Complex numbers are two of these.
           'complex64': 'f', 'complex128': 'd'}
_wrappers.ready(Tensor)


_warned = set()


def warn_once(words, stacklevel=3):
    """What PyTorch says at the first time only."""
    from ._functions import is_warn_always_enabled
    if words not in _warned or is_warn_always_enabled():
        import warnings
        _warned.add(words)
        warnings.warn(words, stacklevel=stacklevel)


def _warn_non_leaf():
    import warnings
    warnings.warn(
        'The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won\'t be populated during '
        'autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the '
        'non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See '
        'github.com/pytorch/pytorch/pull/30531 for more information. (Triggered internally at '
        '/__w/pytorch/pytorch/build/aten/src/ATen/core/TensorBody.h:493.)', stacklevel=3)


def _no_grad():
    from .autograd.grad_mode import no_grad
    return no_grad()


def _warn_of_hooks(t):
    if t.__dict__.get('_backward_hooks'):
        import warnings
        for hook in t._backward_hooks.values():
            if not hasattr(hook, '__torch_unserializable__'):
                warnings.warn(f'backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the '
                              'function with @torch.utils.hooks.unserializable_hook to suppress this warning', stacklevel=2)


def _rebuild_from_type_v2(func, new_type, args, state):
    """What files say of a tensor of a class of the user's own, or with attributes."""
    from ._utils import set_state
    made = func(*args)
    if type(made) is not new_type:
        made = wrap(_again(made._h), new_type)
        made.requires_grad_(made.requires_grad)
    if getattr(type(made), '__setstate__', Tensor.__setstate__) is not Tensor.__setstate__:
        made.__setstate__(state)
        return made
    return set_state(made, state)


def _cast(t, dtype):
    return ops.to_dtype(t, dtype)


def parse_to(args, kwargs):
    """(dtype or None, copy) of the many forms of `to`."""
    dtype = kwargs.get('dtype')
    copy = kwargs.get('copy', False)
    device = kwargs.get('device')
    rest = list(args)
    if rest and isinstance(rest[0], Tensor):
        return rest.pop(0).dtype, copy
    for i, a in enumerate(rest):
        if isinstance(a, dtype_class) or a in (float, int, bool, complex):
            if a in (float, int, bool, complex):
                a = by_index[index_of(a)]
            dtype = a
            if len(rest) > i + 2:
                copy = rest[i + 2]
            break
        if isinstance(a, (str, _devices.device)) and device is None:
            device = a
        elif a is None or isinstance(a, bool):
            pass
        elif isinstance(a, int) and i == 0:
            device = a
        else:
            raise _no_such_to(', '.join(type(x).__name__ for x in args))
    if device is not None:
        _devices.check(device)
    if dtype is not None and not isinstance(dtype, dtype_class) and dtype not in (float, int, bool, complex):
        raise _no_such_to(f'dtype={type(dtype).__name__}, ')
    if dtype is not None:
        index_of(dtype)
    return dtype, copy


def _no_such_to(got):
    return TypeError(f'to() received an invalid combination of arguments - got ({got}), but expected one of:\n'
                     ' * (torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, bool copy = False, *, '
                     'torch.memory_format memory_format = None)\n'
                     ' * (torch.dtype dtype, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)\n'
                     ' * (Tensor tensor, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)\n')


def contents(t):
    """The elements in row-major order, as bytes in PyTorch's layout."""
    return _bytes(t._h).to_bytes()


def held(t):
    """The elements in row-major order, to be indexed as Python numbers."""
    numbers = memoryview(_held(t._h).to_bytes()).cast(_FORMAT[t.dtype.name])
    return list(map(complex, numbers[::2], numbers[1::2])) if t.dtype.is_complex else numbers


def flat_values(t):
    """The elements in row-major order, as Python numbers."""
    return list(held(t))


def nested(flat, shape):
    """A flat list in a tensor's shape."""
    if len(shape) == 0:
        return flat[0]
    for d in reversed(shape[1:]):
        if d == 0:
            n = 1
            for s in shape[:shape.index(0)]:
                n *= s
            return nested([[] for _ in range(n)], shape[:shape.index(0)])
        flat = [flat[i:i + d] for i in range(0, len(flat), d)]
    return flat
