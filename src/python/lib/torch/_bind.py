"""Puts the engine's ops where PyTorch has them. Each is made when it is first asked for."""
import importlib
import sys

from . import _missing, _wrappers
from ._tensor import Tensor
from ._warnings import with_warning

_pending = {}
# Of each lazy module, the names that are there.
_here = {}
for _space, _found in _wrappers.faces().items():
    _real = _missing.names().get('torch.Tensor' if _space == 'Tensor' else _space)
    _pending[_space] = {n: found for n, found in _found.items() if _real is None or n in _real or n.startswith('_')}


def names_of(space):
    """Names that the engine's ops give a namespace."""
    return _pending.get(space, {})


def names_there(module):
    """Names of a module that are there; dir() gives PyTorch's."""
    return set(_here.get(module.__name__) or dir(module))


def torch_function(name):
    """torch.name, whichever of its ops takes the arguments."""
    return _wrappers.bind(_pending['torch'][name], 'function', name)


def lazy(space, globals_, later={}):
    """__getattr__ and __dir__ of a module whose functions are the engine's. `later`: {name: the module that is or has it}."""
    pending = _pending.get(space, {})
    style = 'functional' if space == 'torch.nn.functional' else 'function'
    # PyTorch's errors name torch.linalg.qr linalg_qr.
    prefix = {'torch.linalg': 'linalg_', 'torch.special': 'special_', 'torch.fft': 'fft_'}.get(space, '')
    there = _here[space] = _Names(globals_, {*pending, *later})
    missing = _missing.attribute_error

    def __getattr__(name):
        if name in pending:
            found = _wrappers.bind(pending[name], style, prefix + name)
            found = globals_[name] = with_warning(name, found) if space == 'torch' else found
            found.__module__ = space
            return found
        if name in later:
            module = importlib.import_module(later[name])
            return module if later[name] == f'{space}.{name}' else getattr(module, name)
        if not name.startswith('__'):
            error = missing(space, name, there)
            if error is not None:
                if _missing._importing(sys._getframe(1)):
                    raise ImportError(str(error), name=space)
                raise error
        raise AttributeError(f"module '{space}' has no attribute '{name}'", name=name, obj=sys.modules.get(space))

    def __dir__():
        return _missing.listed(space) or sorted(there)

    return __getattr__, __dir__


class _Names:
    """All names of a module, those not made yet among them."""

    def __init__(self, globals_, pending):
        self.globals, self.pending = globals_, pending

    def __iter__(self):
        return iter({*self.globals, *self.pending})


_methods = _pending.get('Tensor', {})


def _method(name):
    """Makes a Tensor method, if the engine has the op."""
    found = _methods.get(name)
    if found is None:
        return None
    made = with_warning(name, _wrappers.bind(found, 'method', name))
    setattr(Tensor, name, made)
    return made


def tensor_class_getattr(cls, name):
    """torch.Tensor.name, for a method not made yet."""
    made = _method(name)
    if made is not None:
        return made
    if not name.startswith('__'):
        error = _missing.attribute_error('torch.Tensor', name, tensor_names())
        if error is not None:
            raise error
    raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'", name=name, obj=cls)


def tensor_getattr(self, name):
    """tensor.name: Python comes here only when a name was not found."""
    made = _method(name)
    if made is not None:
        return made.__get__(self, type(self))
    if not name.startswith('__'):
        error = _missing.attribute_error('torch.Tensor', name, tensor_names())
        if error is not None:
            raise error
    raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)


def tensor_names():
    """Names of torch.Tensor that are there; dir() gives PyTorch's."""
    return {*type.__dir__(Tensor), *_methods}


def _tensor_class_dir(cls):
    return sorted({*_missing.listed('torch.Tensor'), *_own_names(cls)})


def _tensor_dir(self):
    return sorted({*_missing.listed('tensor'), *_own_names(type(self)), *self.__dict__})


def _own_names(cls):
    """What a subclass of Tensor adds."""
    return {name for c in cls.__mro__ if c is not Tensor and issubclass(c, Tensor) for name in c.__dict__}


def install():
    """Gives class Tensor its methods and operators."""
    type(Tensor).__getattr__ = tensor_class_getattr
    Tensor.__getattr__ = tensor_getattr
    type(Tensor).__dir__ = _tensor_class_dir
    Tensor.__dir__ = _tensor_dir
    from . import _operators
    _operators.install()
