"""The unpickler of torch.load(weights_only=True): tensors, plain containers and what the user allows; nothing else is ever called."""
import functools
import pickle
import warnings
from _codecs import encode
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import Counter, OrderedDict

_BLOCKED = ('sys', 'os', 'posix', 'nt')
_allowed_by_user = set()


def add(found):
    """Allows more classes and functions."""
    _allowed_by_user.update(found)


def remove(found):
    _allowed_by_user.difference_update(found)


def allowed_by_user():
    return list(_allowed_by_user)


def _user_names():
    names = {}
    for f in _allowed_by_user:
        if isinstance(f, tuple):
            if len(f) != 2:
                raise ValueError(f'Expected tuple of length 2 (global, str of callable full path), but got tuple of length: {len(f)}')
            if type(f[1]) is not str:
                raise TypeError(f'Expected second item in tuple to be str of callable full path, but got: {type(f[1])}')
            names[f[1]] = f[0]
        else:
            names[f'{f.__module__}.{f.__qualname__}'] = f
    return names


@functools.lru_cache(maxsize=1)
def always_allowed():
    """{name: what it is} of everything that a file of weights may name."""
    import torch
    from torch import _tensor, _utils, serialization, storage
    from torch._dtype import dtypes
    names = {
        'collections.OrderedDict': OrderedDict, 'collections.Counter': Counter, 'torch.nn.parameter.Parameter': torch.nn.Parameter,
        'torch.serialization._get_layout': serialization._get_layout, 'torch.Size': torch.Size, 'torch.Tensor': torch.Tensor,
        'torch.device': torch.device, '_codecs.encode': encode, 'builtins.bytearray': bytearray, 'builtins.set': set,
        'builtins.complex': complex, 'torch.storage.TypedStorage': storage.TypedStorage,
        'torch.storage.UntypedStorage': storage.UntypedStorage, 'torch._tensor._rebuild_from_type_v2': _tensor._rebuild_from_type_v2,
    }
    names.update({str(d): d for d in dtypes.values()})
    names.update({f'torch.{name}': c for name, c in torch._construct.tensor_types().items()})
    for name in storage.storage_types():
        names[f'torch.{name}'] = names[f'torch.cuda.{name}'] = serialization.StorageType(name)
    names.update({f'torch._utils.{name}': f for name, f in vars(_utils).items() if name.startswith('_rebuild_')})
    return names


def _unsupported(key):
    def refuse(self):
        raise pickle.UnpicklingError(f'Unsupported operand {key}')
    return refuse


_PLAIN = ('MARK TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWFALSE NEWTRUE EMPTY_TUPLE EMPTY_LIST EMPTY_DICT EMPTY_SET BININT BININT1 BININT2 '
          'BINFLOAT BINUNICODE SHORT_BINSTRING BINGET LONG_BINGET BINPUT LONG_BINPUT LONG1 STOP').split()


def today(module, name):
    """Python 3's name of what Python 2 had elsewhere: files of protocol 2 have the old ones."""
    return NAME_MAPPING.get((module, name)) or (IMPORT_MAPPING.get(module, module), name)


class Unpickler(pickle._Unpickler):
    """Python's own, whose table of instructions is cut down to those that are safe."""

    # A slot for every byte: one that is not listed is refused.
    dispatch = {key: _unsupported(key) for key in range(256)}
    dispatch.update({getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]] for name in _PLAIN})

    def _is_allowed(self, f):
        return any(f is known or f == known for names in (always_allowed(), _user_names()) for known in names.values())

    def load_proto(self):
        self.proto = self.read(1)[0]
        if self.proto != 2:
            warnings.warn(
                f'Detected pickle protocol {self.proto} in the checkpoint, which was not the default pickle protocol used by `torch.load` '
                '(2). The weights_only Unpickler might not support all instructions implemented by this protocol, please file an issue for '
                'adding support if you encounter this.', stacklevel=2)

    def load_global(self):
        module = self.readline()[:-1].decode('utf-8')
        name = self.readline()[:-1].decode('utf-8')
        module, name = today(module, name)
        path = f'{module}.{name}'
        if module in _BLOCKED:
            raise pickle.UnpicklingError(f'Trying to load unsupported GLOBAL {path} whose module {module} is blocked.')
        for names in (always_allowed(), _user_names()):
            if path in names:
                self.append(names[path])
                return
        path = path.removeprefix('builtins.')
        raise pickle.UnpicklingError(
            f'Unsupported global: GLOBAL {path} was not an allowed global by default. Please use '
            f'`torch.serialization.add_safe_globals([{path}])` or the `torch.serialization.safe_globals([{path}])` context manager to '
            'allowlist this global if you trust this class/function.')

    def load_newobj(self):
        args = self.stack.pop()
        cls = self.stack.pop()
        if not self._is_allowed(cls):
            raise pickle.UnpicklingError(
                f'Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got {cls}')
        self.append(cls.__new__(cls, *args))

    def load_reduce(self):
        args = self.stack.pop()
        f = self.stack[-1]
        if not self._is_allowed(f):
            words = f'Trying to call reduce for unrecognized function {f}'
            if hasattr(f, '__self__'):
                words += f' which belongs to {f.__self__}'
            raise pickle.UnpicklingError(words)
        self.stack[-1] = f(*args)

    def load_build(self):
        state = self.stack.pop()
        made = self.stack[-1]
        if type(made) is OrderedDict:
            made.__dict__.update(state)
        elif not self._is_allowed(type(made)):
            raise pickle.UnpicklingError(
                f'Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got {type(made)}')
        elif hasattr(made, '__setstate__'):
            made.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            made.__dict__.update(state or {})
            for name, value in (slots or {}).items():
                setattr(made, name, value)

    def load_append(self):
        item = self.stack.pop()
        if type(self.stack[-1]) is not list:
            raise pickle.UnpicklingError(f'Can only append to lists, but got {type(self.stack[-1])}')
        self.stack[-1].append(item)

    def load_appends(self):
        items = self.pop_mark()
        if type(self.stack[-1]) is not list:
            raise pickle.UnpicklingError(f'Can only extend lists, but got {type(self.stack[-1])}')
        self.stack[-1].extend(items)

    def _check_mapping(self, instruction):
        if type(self.stack[-1]) not in (dict, OrderedDict, Counter):
            raise pickle.UnpicklingError(f'Can only {instruction} for dict, collections.OrderedDict, collections.Counter, but got '
                                         f'{type(self.stack[-1])}')

    def load_setitem(self):
        value, key = self.stack.pop(), self.stack.pop()
        self._check_mapping('SETITEM')
        self.stack[-1][key] = value

    def load_setitems(self):
        items = self.pop_mark()
        self._check_mapping('SETITEMS')
        self.stack[-1].update(zip(items[::2], items[1::2]))

    def load_binpersid(self):
        pid = self.stack.pop()
        if type(pid) is not tuple and type(pid) is not int:
            raise pickle.UnpicklingError(f'persistent_load id must be tuple or int, but got {type(pid)}')
        if type(pid) is tuple and pid and pid[0] not in ('storage', b'storage'):
            raise pickle.UnpicklingError(f'Only persistent_load of storage is allowed, but got {type(pid[0])}')
        self.append(self.persistent_load(pid))

    for _name in 'PROTO GLOBAL NEWOBJ REDUCE BUILD APPEND APPENDS SETITEM SETITEMS BINPERSID'.split():
        dispatch[getattr(pickle, _name)[0]] = locals()[f'load_{_name.lower()}']


def load(file, *, encoding='ASCII'):
    """The next object of a file."""
    return Unpickler(file, encoding=encoding).load()
