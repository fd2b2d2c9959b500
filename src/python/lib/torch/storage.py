"""torch.UntypedStorage and torch.TypedStorage: the memory that tensors share.

The engine's memory has one element type. A storage here shows it as bytes (untyped) or as elements (typed); both keep a one-dimensional
tensor over all of it.
"""
import io
import warnings

from . import _bridge, _device
from ._dtype import dtype as dtype_class, dtypes
from ._tensor import _data, contents, flat_values, wrap

_strided = _bridge.function('strided')
_length = _bridge.function('storageLength')
_id = _bridge.function('storageId')

_TYPED_WORDS = (
    'TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This should only '
    'matter to you if you are using storages directly.  To access UntypedStorage directly, use tensor.untyped_storage() instead of '
    'tensor.storage()')
# PyTorch's name of a storage class for each dtype.
_LABELS = {
    'float64': 'Double', 'float32': 'Float', 'float16': 'Half', 'int64': 'Long', 'int32': 'Int', 'int16': 'Short', 'int8': 'Char',
    'uint8': 'Byte', 'bool': 'Bool', 'bfloat16': 'BFloat16', 'complex128': 'ComplexDouble', 'complex64': 'ComplexFloat',
}


def alias(tensor, offset, size, stride):
    """A tensor over the same memory, in another geometry; unknown to autograd, with a version counter of its own."""
    counted = wrap(_strided(tensor._h, offset, len(size), *size, *stride))
    return wrap(_data(counted._h))


def whole(tensor):
    """A one-dimensional tensor over all the memory of a tensor."""
    return alias(tensor, 0, (_length(tensor._h),), (1,))


class UntypedStorage:
    """Memory as bytes. UntypedStorage(n): n bytes, all zero."""

    is_cuda = is_hpu = is_sparse = False
    device = property(lambda self: _device.cpu)

    def __init__(self, size=0, *, device=None):
        from ._construct import from_flat
        _device.check(device)
        if isinstance(size, int):
            self._t = from_flat(dtypes['uint8'], [0] * size, (size,))
        else:
            self._t = from_flat(dtypes['uint8'], list(size), (len(size),))

    @classmethod
    def _of(cls, tensor):
        """The storage of a tensor."""
        made = object.__new__(cls)
        made._t = whole(tensor)
        return made

    @property
    def _cdata(self):
        return _id(self._t._h)

    def data_ptr(self):
        return self._t.data_ptr() if self.nbytes() else 0

    def nbytes(self):
        return self._t.numel() * self._t.dtype.itemsize

    size = nbytes
    __len__ = nbytes

    def __bool__(self):
        return True

    def element_size(self):
        return 1

    def get_device(self):
        return -1

    def is_pinned(self, device=None):
        return False

    def is_shared(self):
        return False

    def resizable(self):
        return True

    def cpu(self):
        return self

    def to(self, *, device, non_blocking=False):
        _device.check(device)
        return self

    def cuda(self, device=None, non_blocking=False):
        _device.check('cuda')

    def untyped(self):
        return self

    def share_memory_(self):
        return self

    def _bytes(self):
        return contents(self._t)

    def tolist(self):
        """The bytes, as numbers."""
        return list(self._bytes())

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return UntypedStorage(self._bytes()[index])
        return self._bytes()[index]

    def __setitem__(self, index, value):
        from ._construct import from_raw
        raw = bytearray(self._bytes())
        size = len(range(*index.indices(len(raw)))) if isinstance(index, slice) else None
        raw[index] = value if size is None else bytes([value]) * size if isinstance(value, int) else bytes(value)
        _overwrite(self._t, from_raw(self._t.dtype, bytes(raw), tuple(self._t.shape)))

    def fill_(self, value):
        self[:] = int(value)
        return self

    def copy_(self, source, non_blocking=None):
        self[:] = source.untyped()._bytes()
        return self

    def clone(self):
        return UntypedStorage._of(self._t.clone())

    def resize_(self, size):
        from ._missing import not_yet
        raise not_yet('torch.UntypedStorage.resize_', NotImplementedError)

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        memo = memo.setdefault('torch', {})
        if self._cdata not in memo:
            memo[self._cdata] = self.clone()
        return memo[self._cdata]

    def __reduce__(self):
        return _load_from_bytes, (_legacy_bytes(self),)

    def __str__(self):
        data = '\n '.join(map(str, self.tolist()))
        return f' {data}\n[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]'

    __repr__ = __str__


def _overwrite(t, new):
    from .autograd.grad_mode import no_grad
    with no_grad():
        t.copy_(new)


class _LegacyMeta(type):
    def __instancecheck__(cls, instance):
        if cls is TypedStorage or cls.dtype is None:
            return type.__instancecheck__(cls, instance)
        return isinstance(instance, TypedStorage) and instance.dtype is cls.dtype


class TypedStorage(metaclass=_LegacyMeta):
    """Memory as elements of a dtype."""

    is_sparse = is_cuda = is_hpu = False
    dtype = None
    device = property(lambda self: _device.cpu)

    def __new__(cls, *args, wrap_storage=None, dtype=None, device=None, _internal=False):
        from ._construct import from_data, from_flat
        _device.check(device)
        made = object.__new__(TypedStorage)
        made.dtype = cls.dtype or dtype
        if wrap_storage is not None:
            made._untyped_storage = wrap_storage
            return made
        if made.dtype is None:
            from ._dtype import get_default_dtype
            made.dtype = get_default_dtype()
        if args and not isinstance(args[0], int):
            t = from_data(args[0], made.dtype)
        else:
            n = args[0] if args else 0
            t = from_flat(made.dtype, [made.dtype.is_floating_point and 0.0 or 0] * n, (n,))
        made._untyped_storage = UntypedStorage._of(t)
        return made

    def _elements(self):
        t = self._untyped_storage._t
        if t.dtype is self.dtype:
            return t
        from ._construct import from_raw
        return from_raw(self.dtype, self._untyped_storage._bytes(), (self._size(),))

    def untyped(self):
        _warn()
        return self._untyped_storage

    @property
    def _cdata(self):
        return self._untyped_storage._cdata

    def _size(self):
        return self._untyped_storage.nbytes() // self.dtype.itemsize

    def _data_ptr(self):
        return self._untyped_storage.data_ptr()

    def _pickle_storage_type(self):
        return f'{_LABELS[self.dtype.name]}Storage'

    def size(self):
        _warn()
        return self._size()

    __len__ = size

    def nbytes(self):
        _warn()
        return self._untyped_storage.nbytes()

    def data_ptr(self):
        _warn()
        return self._data_ptr()

    def element_size(self):
        _warn()
        return self.dtype.itemsize

    def pickle_storage_type(self):
        _warn()
        return self._pickle_storage_type()

    def is_shared(self):
        return False

    def is_pinned(self, device=None):
        return False

    def share_memory_(self):
        return self

    def cpu(self):
        return self

    def cuda(self, device=None, non_blocking=False):
        _device.check('cuda')

    def tolist(self):
        _warn()
        return flat_values(self._elements())

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, index):
        _warn()
        if isinstance(index, slice):
            raise RuntimeError('slices are only supported in UntypedStorage.__getitem__')
        if not isinstance(index, int):
            raise RuntimeError(f"can't index a {type(self)} with {type(index)}")
        n = self._size()
        if not -n <= index < n:
            raise IndexError(f'index {index} out of range for storage of size {n}')
        return self._elements()[index].item()

    def __setitem__(self, index, value):
        _warn()
        from .autograd.grad_mode import no_grad
        with no_grad():
            self._elements()[index] = value

    def fill_(self, value):
        self[:] = value
        return self

    def copy_(self, source, non_blocking=None):
        _overwrite(self._elements(), source._elements())
        return self

    def clone(self):
        return TypedStorage(wrap_storage=self._untyped_storage.clone(), dtype=self.dtype, _internal=True)

    def type(self, dtype=None, non_blocking=False):
        _warn()
        if dtype is None:
            return f'torch.{self._pickle_storage_type()}'
        return self._to(dtype if isinstance(dtype, dtype_class) else dtypes[_BY_LABEL[str(dtype).rpartition('.')[2]]])

    def _to(self, dtype):
        t = self._elements().to(dtype).clone()
        return TypedStorage(wrap_storage=UntypedStorage._of(t), dtype=dtype, _internal=True)

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        from copy import deepcopy
        return TypedStorage(wrap_storage=deepcopy(self._untyped_storage, memo), dtype=self.dtype, _internal=True)

    def __reduce__(self):
        return _load_from_bytes, (_legacy_bytes(self),)

    def __str__(self):
        data = '\n '.join(map(str, flat_values(self._elements())))
        return f' {data}\n[torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {self._size()}]'

    __repr__ = __str__


def _converter(name):
    def convert(self):
        _warn()
        return self._to(dtypes[name])
    return convert


for _method, _name in (('double', 'float64'), ('float', 'float32'), ('half', 'float16'), ('long', 'int64'), ('int', 'int32'),
                       ('short', 'int16'), ('char', 'int8'), ('byte', 'uint8'), ('bool', 'bool'), ('bfloat16', 'bfloat16')):
    setattr(TypedStorage, _method, _converter(_name))

_BY_LABEL = {f'{label}Storage': name for name, label in _LABELS.items()}
UntypedStorage.__module__ = TypedStorage.__module__ = 'torch.storage'
_warned = False


def _warn():
    """Says once, as PyTorch, that typed storages go."""
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(_TYPED_WORDS, UserWarning, stacklevel=3)


def storage_types():
    """{FloatStorage: class} and so on: what names a storage's dtype in a file."""
    return {f'{label}Storage': _LegacyMeta(f'{label}Storage', (TypedStorage,), {'dtype': dtypes[name], '__module__': 'torch'})
            for name, label in _LABELS.items()}


def dtype_of_storage(name):
    """The dtype of `FloatStorage`. A KeyError for other names."""
    return dtypes[_BY_LABEL[name]]


def typed(tensor):
    """A tensor's memory, as elements: what its pickle holds."""
    return TypedStorage(wrap_storage=UntypedStorage._of(tensor), dtype=tensor.dtype, _internal=True)


def _legacy_bytes(storage):
    from .serialization import save
    b = io.BytesIO()
    save(storage, b, _use_new_zipfile_serialization=False)
    return b.getvalue()


def _load_from_bytes(b):
    """What a storage in a plain pickle becomes again."""
    from .serialization import load
    return load(io.BytesIO(b), weights_only=False)


__all__ = ['TypedStorage', 'UntypedStorage']
