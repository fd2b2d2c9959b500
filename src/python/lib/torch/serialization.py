"""torch.save and torch.load: PyTorch's own files, the zip archive of today and the pickles of before 1.6."""
import contextlib
import enum
import io
import os
import pickle
import pickletools
import re
import sys
import warnings

from . import _weights_only_unpickler as _restricted
from ._archive import Reader, Writer
from ._device import check as _check_device
from ._device import device as _device
from .storage import TypedStorage, UntypedStorage, dtype_of_storage

DEFAULT_PROTOCOL = 2
# What old files begin with.
MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001

_UNSAFE = (
    'In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. Re-running '
    '`torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code execution. Do it only if you '
    'got the file from a trusted source.')
_DOCS = ('\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only '
         'https://pytorch.org/docs/stable/generated/torch.load.html.')


class SourceChangeWarning(Warning):
    """A class is not what it was when the file was written."""


class LoadEndianness(enum.Enum):
    NATIVE = 1
    LITTLE = 2
    BIG = 3


class StorageType:
    """A storage class that a file names: only its dtype matters."""

    def __init__(self, name):
        self.dtype = self._dtype = dtype_of_storage(name)

    def __str__(self):
        return f'StorageType(dtype={self.dtype})'


def _get_layout(name):
    """The layout of this name, for files."""
    import torch
    return {'torch.strided': torch.strided, 'torch.sparse_coo': torch.sparse_coo}[name]


def _is_path(f):
    return isinstance(f, (str, os.PathLike))


# ---- what weights_only allows ---------------------------------------------------------------------------------------

def add_safe_globals(safe_globals):
    """Lets files that are loaded with weights_only name these classes and functions."""
    _restricted.add(safe_globals)


def get_safe_globals():
    """What add_safe_globals allowed."""
    return _restricted.allowed_by_user()


def clear_safe_globals():
    """Allows only what PyTorch allows."""
    _restricted.remove(get_safe_globals())


class safe_globals(contextlib.AbstractContextManager):
    """add_safe_globals for a while."""

    def __init__(self, safe_globals):
        self.safe_globals = safe_globals

    def __enter__(self):
        _restricted.add(self.safe_globals)

    def __exit__(self, *exc):
        _restricted.remove(self.safe_globals)


def get_unsafe_globals_in_checkpoint(f):
    """Names in a file that weights_only would refuse."""
    with _opened(f) as file:
        if not _is_zip(file):
            raise ValueError('Expected input to be a checkpoint returned by torch.save')
        archive = Reader(file)
        if archive.has('constants.pkl'):
            raise ValueError('Expected input to be a checkpoint returned by torch.save but got a torchscript checkpoint')
        named = {'.'.join(_restricted.today(*arg.split(' ', 1))) for code, arg, _ in pickletools.genops(archive.record('data.pkl'))
                 if code.name == 'GLOBAL'}
    known = {*_restricted.always_allowed(), *_restricted._user_names()}
    return [name.removeprefix('builtins.') for name in named if name not in known]


# ---- where tensors of other devices go ------------------------------------------------------------------------------

_packages = []


def register_package(priority, tagger, deserializer):
    """How storages of a device of one's own are named in files (tagger) and brought back (deserializer)."""
    _packages.append((priority, tagger, deserializer))
    _packages.sort(key=lambda package: package[0])


def _restore_cpu(storage, location):
    return storage if location == 'cpu' else None


def _restore_elsewhere(kind):
    def restore(storage, location):
        if location != kind and not re.match(f'{kind}(:|[0-9]+)', location):
            return None
        words = f'Attempting to deserialize object on a {kind.upper()} device but torch.{kind}.is_available() is False. '
        raise RuntimeError(words + "If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
                           'to map your storages to the CPU.')
    return restore


register_package(10, lambda storage: 'cpu', _restore_cpu)
for _kind in ('cuda', 'xpu', 'mtia'):
    register_package(20, lambda storage: None, _restore_elsewhere(_kind))


def location_tag(storage):
    """What a file calls the device of a storage: 'cpu'."""
    for _, tagger, _ in _packages:
        found = tagger(storage)
        if found:
            return found
    raise RuntimeError(f"don't know how to determine data location of {type(storage).__module__}.{type(storage).__name__}")


def default_restore_location(storage, location):
    """Puts a storage where its file says that it was."""
    for _, _, restore in _packages:
        found = restore(storage, location)
        if found is not None:
            return found
    if location.startswith(('meta', 'mps')):
        _check_device(location)
    raise RuntimeError(f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {location})")


def _restorer(map_location):
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, map_location.get(location, location))
    if isinstance(map_location, (str, bytes)):
        return lambda storage, location: default_restore_location(storage, map_location)
    if isinstance(map_location, _device):
        return lambda storage, location: default_restore_location(storage, str(map_location))

    def restore(storage, location):
        found = map_location(storage, location)
        return default_restore_location(storage, location) if found is None else found

    return restore


# ---- saving ---------------------------------------------------------------------------------------------------------

class _Storages:
    """The storages of one save: a name for each, in the order in which they were met."""

    def __init__(self, named):
        self._named = named
        self.found = {}
        self._names = {}
        self._dtypes = {}

    def identity(self, obj):
        """(storage class, name, location, elements) of a storage; None for anything else."""
        import torch
        if isinstance(obj, TypedStorage):
            storage, dtype, label, size = obj._untyped_storage, obj.dtype, obj._pickle_storage_type(), obj._size()
        elif isinstance(obj, UntypedStorage):
            storage, dtype, label, size = obj, torch.uint8, 'UntypedStorage', obj.nbytes()
        else:
            return None
        if storage.nbytes() and self._dtypes.setdefault(storage._cdata, dtype) is not dtype:
            raise RuntimeError('Cannot save multiple tensors or storages that view the same data as different types')
        name = self._names.setdefault(storage._cdata, self._named(len(self._names), storage))
        self.found[name] = storage, dtype
        return getattr(torch, label), name, location_tag(storage), size


def _dump(obj, pickle_module, protocol, file, persistent_id):
    class Pickler(pickle_module.Pickler):
        pass

    Pickler.persistent_id = lambda self, obj: persistent_id(obj)
    Pickler(file, protocol=protocol).dump(obj)


def save(obj, f, pickle_module=pickle, pickle_protocol=DEFAULT_PROTOCOL, _use_new_zipfile_serialization=True,
         _disable_byteorder_record=False):
    """Writes an object with tensors to a file (a path, or an object with write), as PyTorch does. Tensors that share memory share it again."""
    if not _is_path(f) and not hasattr(f, 'write'):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    f = os.fspath(f) if _is_path(f) else f
    if not _use_new_zipfile_serialization:
        if not isinstance(f, str):
            _save_legacy(obj, f, pickle_module, pickle_protocol)
            getattr(f, 'flush', lambda: None)()
            return
        with open(f, 'wb') as file:
            _save_legacy(obj, file, pickle_module, pickle_protocol)
        return
    archive = Writer(f)
    try:
        storages = _Storages(lambda nr, _: str(nr))

        def persistent_id(obj):
            found = storages.identity(obj)
            return found and ('storage', *found)

        pickled = io.BytesIO()
        _dump(obj, pickle_module, pickle_protocol, pickled, persistent_id)
    except BaseException:
        archive.abandon()
        raise
    archive.record('data.pkl', pickled.getvalue())
    archive.record('.storage_alignment', b'64')
    if not _disable_byteorder_record:
        archive.record('byteorder', sys.byteorder.encode())
    for name, (storage, _) in storages.found.items():
        archive.record(f'data/{name}', storage._bytes())
    archive.close()


def _save_legacy(obj, f, pickle_module, protocol):
    storages = _Storages(lambda _, storage: str(storage._cdata))

    def persistent_id(obj):
        found = storages.identity(obj)
        return found and ('storage', *found, None)

    sizes = {'short': 2, 'int': 4, 'long': 4}
    for part in (MAGIC_NUMBER, PROTOCOL_VERSION,
                 {'protocol_version': PROTOCOL_VERSION, 'little_endian': sys.byteorder == 'little', 'type_sizes': sizes}):
        pickle_module.dump(part, f, protocol=protocol)
    _dump(obj, pickle_module, protocol, f, persistent_id)
    names = sorted(storages.found)
    pickle_module.dump(names, f, protocol=protocol)
    for name in names:
        storage, dtype = storages.found[name]
        f.write((storage.nbytes() // dtype.itemsize).to_bytes(8, 'little'))
        f.write(storage._bytes())


# ---- loading --------------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def _opened(f):
    if _is_path(f):
        with open(f, 'rb') as file:
            yield file
        return
    try:
        f.seek(f.tell())
    except (io.UnsupportedOperation, AttributeError) as error:
        if 'seek' in str(error) or 'tell' in str(error):
            raise type(error)(f'{error}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer like '
                              'io.BytesIO and try to load from it instead.') from None
        raise
    yield f


def _is_zip(file):
    at = file.tell()
    start = file.read(4)
    file.seek(at)
    return start == b'PK\x03\x04'


def _explained(message):
    """The words around what the restricted unpickler refused."""
    if 'was not an allowed global by default.' in message:
        text = ('Weights only load failed. This file can still be loaded, to do so you have two options, \033[1mdo those steps only if you '
                f'trust the source of the checkpoint\033[0m. \n\t(1) {_UNSAFE}\n\t(2) Alternatively, to load with `weights_only=True` '
                'please check the recommended steps in the following error message.\n\tWeightsUnpickler error: ' + message)
        return text + _DOCS
    text = f'Weights only load failed. {_UNSAFE}\n'
    if not re.search(r'whose module (\S+) is blocked', message):
        text += ('Please file an issue with the following so that we can make `weights_only=True` compatible with your use case: '
                 'WeightsUnpickler error: ')
    return f'{text}\n\n{message}{_DOCS}'


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Reads what torch.save wrote, here or in PyTorch.

    map_location: where tensors go, whatever device they were saved on (a device, its name, a dict of names, or a function of storage and
    name); weights_only (True unless a pickle_module is given): only tensors and plain containers, so that a file can do no harm; mmap is
    accepted, the file is read all the same.
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only:
        if pickle_module is not None:
            raise RuntimeError('Can not safely load weights when explicit pickle_module is specified')
        if pickle_load_args:
            warnings.warn('pickle_load_args only works if `weights_only=False`.', stacklevel=2)
    pickler = _restricted if weights_only else pickle_module or pickle
    pickle_load_args.setdefault('encoding', 'utf-8')
    if _is_path(f) and os.fspath(f).endswith('.safetensors'):
        return _load_safetensors(os.fspath(f), map_location)
    with _opened(f) as file:
        archive = None
        if _is_zip(file):
            archive = Reader(file)
            if archive.has('constants.pkl'):
                from ._missing import not_yet
                raise not_yet('torch.load of a TorchScript archive', NotImplementedError)
            if mmap and not _is_path(f):
                raise ValueError('f must be a file path in order to use the mmap argument')
        elif mmap:
            raise RuntimeError('mmap can only be used with files saved with `torch.save(' + (f'{f}, ' if isinstance(f, str) else '')
                               + '_use_new_zipfile_serialization=True), please torch.save your checkpoint with this option in order to use '
                               'mmap.')
        try:
            restore = _restorer(map_location)
            return _load_archive(archive, restore, pickler, pickle_load_args) if archive else _load_legacy(
                file, restore, pickler, pickle_load_args)
        except pickle.UnpicklingError as error:
            if weights_only:
                raise pickle.UnpicklingError(_explained(str(error))) from None
            raise


def _load_safetensors(path, map_location):
    for kind, words in ((dict, 'dict'), (type(lambda: 0), 'callable')):
        if isinstance(map_location, kind):
            raise RuntimeError(f'Loading safetensors file with {words} map_location is not supported. Use a device string or torch.device '
                               'instead.')
    from safetensors.torch import load_file
    return load_file(path, device='cpu' if map_location is None else str(map_location))


def _unpickler(pickler, file, load_args, persistent_load):
    class Unpickler(pickler.Unpickler):
        def find_class(self, module, name):
            if 'Storage' in name:
                try:
                    return StorageType(name)
                except KeyError:
                    pass
            return super().find_class('torch._tensor' if module == 'torch.tensor' else module, name)

    made = Unpickler(file, **load_args)
    made.persistent_load = persistent_load
    return made


def _text(v):
    """Names in files that Python 2 wrote are bytes."""
    return v.decode('ascii') if isinstance(v, bytes) else v


def _element_type(storage_type):
    import torch
    return torch.uint8 if storage_type is UntypedStorage else storage_type.dtype


def _new_storage(raw, dtype):
    from ._construct import from_raw
    from ._dtype import index_of
    index_of(dtype)
    made = object.__new__(UntypedStorage)
    made._t = from_raw(dtype, raw, (len(raw) // dtype.itemsize,))
    return made


def _swapped(raw, size):
    """Bytes of the other byte order."""
    out = bytearray(len(raw))
    for i in range(size):
        out[i::size] = raw[size - 1 - i::size]
    return bytes(out)


def _load_archive(archive, restore, pickler, load_args):
    order = archive.record('byteorder') if archive.has('byteorder') else b'little'
    if order not in (b'little', b'big'):
        raise ValueError('Unknown endianness type: ' + order.decode())
    loaded = {}

    def persistent_load(saved):
        if not isinstance(saved, tuple):
            raise AssertionError(f'saved_id must be a tuple, got {type(saved).__name__}')
        kind = _text(saved[0])
        if kind != 'storage':
            raise AssertionError(f"Unknown typename for persistent_load, expected 'storage' but got '{kind}'")
        storage_type, key, location, size = saved[1:]
        if key not in loaded:
            dtype = _element_type(storage_type)
            raw = archive.record(f'data/{key}')[:size * dtype.itemsize]
            if order.decode() != sys.byteorder:
                raw = _swapped(raw, dtype.itemsize)
            storage = restore(_new_storage(raw, dtype), _text(location))
            loaded[key] = TypedStorage(wrap_storage=storage.untyped() if isinstance(storage, TypedStorage) else storage, dtype=dtype,
                                       _internal=True)
        return loaded[key]

    return _unpickler(pickler, io.BytesIO(archive.record('data.pkl')), load_args, persistent_load).load()


def _load_legacy(f, restore, pickler, load_args):
    """Old files have the tensors' contents after the pickle: storages are made empty, and filled at the end."""
    storages = {}

    def persistent_load(saved):
        if not isinstance(saved, tuple):
            raise AssertionError(f'saved_id must be a tuple, got {type(saved).__name__}')
        kind, *data = saved
        if _text(kind) == 'module':
            return data[0]
        if _text(kind) != 'storage':
            raise RuntimeError(f'Unknown saved id type: {kind}')
        storage_type, key, location, size, view = data
        if view is not None:
            from ._missing import not_yet
            raise not_yet('torch.load of a file in which a storage is part of another', NotImplementedError)
        if key not in storages:
            dtype = _element_type(storage_type)
            storage = restore(_new_storage(bytes(size * dtype.itemsize), dtype), _text(location))
            storages[key] = TypedStorage(wrap_storage=storage, dtype=dtype, _internal=True)
        return storages[key]

    if pickler.load(f, **load_args) != MAGIC_NUMBER:
        raise RuntimeError('Invalid magic number; corrupt file?')
    version = pickler.load(f, **load_args)
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f'Invalid protocol version: {version}')
    pickler.load(f, **load_args)
    result = _unpickler(pickler, f, load_args, persistent_load).load()
    for key in pickler.load(f, **load_args):
        if key not in storages:
            raise AssertionError(f'storage key {key!r} not found in deserialized_objects')
        storage = storages[key]
        size = int.from_bytes(f.read(8), 'little')
        if size != storage._size():
            raise RuntimeError(f'storage has wrong byte size: expected {storage._untyped_storage.nbytes()} got '
                               f'{size * storage.dtype.itemsize}')
        filled = _new_storage(f.read(size * storage.dtype.itemsize), storage.dtype)
        storage._untyped_storage._t.copy_(filled._t)
    return result
