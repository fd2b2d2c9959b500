"""torch.nn.utils.parametrize: parameters computed from others by modules, whenever they are asked for."""
import copyreg
from collections.abc import Sequence
from contextlib import contextmanager
from copy import deepcopy

import torch

from ..._tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

__all__ = ['cached', 'ParametrizationList', 'register_parametrization', 'is_parametrized', 'remove_parametrizations',
           'type_before_parametrizations', 'transfer_parametrizations_and_params']

_cache_enabled = 0
_cache = {}


@contextmanager
def cached():
    """Within it, a parametrized tensor is computed once."""
    global _cache_enabled
    _cache_enabled += 1
    try:
        yield
    finally:
        _cache_enabled -= 1
        if not _cache_enabled:
            _cache.clear()


def _register_parameter_or_buffer(module, name, x):
    if isinstance(x, Parameter):
        module.register_parameter(name, x)
    else:
        module.register_buffer(name, x)


def _set(dest, src):
    """Gives dest the memory of src; it stays the tensor that an optimizer knows."""
    dest.data = src.detach()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensor or tensors that they start from: `original`, or `original0`, `original1` …"""

    def __init__(self, modules, original, unsafe=False):
        if len(modules) == 0:
            raise ValueError('ParametrizationList requires one or more modules.')
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with torch.no_grad():
            new = original
            for module in reversed(self):
                if hasattr(module, 'right_inverse'):
                    try:
                        new = module.right_inverse(new)
                    except NotImplementedError:
                        pass
        if not isinstance(new, (Tensor, Sequence)):
            raise ValueError("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                             f'Got {type(new).__name__}')
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if original.dtype != new.dtype:
                raise ValueError('When `right_inverse` outputs one tensor, it may not change the dtype.\n'
                                 f'original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}')
            with torch.no_grad():
                _set(original, new)
            _register_parameter_or_buffer(self, 'original', original)
        else:
            for i, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                                     f'Got element {i} of the sequence with type {type(part).__name__}.')
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                part.requires_grad_(original.requires_grad)
                _register_parameter_or_buffer(self, f'original{i}', part)
        if not self.unsafe:
            self._check(self(), shape, dtype)

    @staticmethod
    def _check(z, shape, dtype):
        if not isinstance(z, Tensor):
            raise ValueError(f'A parametrization must return a tensor. Got {type(z).__name__}.')
        for what, before, after in (('dtype', dtype, z.dtype), ('shape', shape, z.shape)):
            if before != after:
                raise ValueError(f'Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is '
                                 f'enabled.\nunparametrized {what}: {before}\nparametrized {what}: {after}')

    def right_inverse(self, value):
        """Sets the originals so that the parametrized tensor becomes `value`."""
        with torch.no_grad():
            for module in reversed(self):
                if not hasattr(module, 'right_inverse'):
                    raise RuntimeError(f'parametrization {type(module).__name__} does not implement right_inverse.')
                value = module.right_inverse(value)
            if self.is_tensor:
                if not isinstance(value, Tensor):
                    raise ValueError(f'`right_inverse` should return a tensor. Got {type(value).__name__}')
                if value.dtype != self.original.dtype:
                    raise ValueError(f'The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype '
                                     f'{self.original.dtype}')
                _set(self.original, value)
                return
            if not isinstance(value, Sequence):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}.")
            if len(value) != self.ntensors:
                raise ValueError(f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                                 f'length {len(value)}.')
            for i, part in enumerate(value):
                original = getattr(self, f'original{i}')
                if not isinstance(part, Tensor):
                    raise ValueError("'right_inverse' must return a sequence of tensors or reference-type opaques. "
                                     f'Got element {i} of type {type(part).__name__}.')
                if original.dtype != part.dtype:
                    raise ValueError(f'Tensor {i} returned by `right_inverse` has dtype {part.dtype} while `original{i}` has dtype '
                                     f'{original.dtype}')
                _set(original, part)

    def forward(self):
        """The parametrized tensor."""
        originals = [self.original] if self.is_tensor else [getattr(self, f'original{i}') for i in range(self.ntensors)]
        x = self[0](*originals)
        for i in range(1, len(self)):
            x = self[i](x)
        return x


def _inject_new_class(module):
    """Makes the module an instance of a class of its own, which can have properties of its own."""
    cls = module.__class__

    def copied(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        replica = memo[id(self)] = self.__new__(self.__class__)
        replica.__dict__ = deepcopy(self.__dict__, memo)
        for slot in copyreg._slotnames(self.__class__):
            if hasattr(self, slot):
                setattr(replica, slot, deepcopy(getattr(self, slot), memo))
        return replica

    def getstate(self):
        raise RuntimeError('Serialization of parametrized modules is only supported through state_dict(). See:\n'
                           'https://pytorch.org/tutorials/beginner/saving_loading_models.html'
                           '#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training')

    members = {'__getstate__': getstate}
    if not hasattr(cls, '__deepcopy__'):
        members['__deepcopy__'] = copied
    module.__class__ = type(f'Parametrized{cls.__name__}', (cls,), members)


def _inject_property(module, tensor_name):
    """Makes module.tensor_name the parametrized tensor."""
    if hasattr(module, tensor_name):
        raise AssertionError(f"Module already has an attribute named '{tensor_name}'")

    def get(self):
        parametrization = self.parametrizations[tensor_name]
        if not _cache_enabled:
            return parametrization()
        key = (id(self), tensor_name)
        if key not in _cache:
            _cache[key] = parametrization()
        return _cache[key]

    def put(self, value):
        self.parametrizations[tensor_name].right_inverse(value)

    setattr(module.__class__, tensor_name, property(get, put))


def _check_next(module, tensor_name, parametrization):
    """One more parametrization must neither change dtype nor shape, forth and back."""
    y = getattr(module, tensor_name)
    x = parametrization(y)
    if not isinstance(x, Tensor):
        raise ValueError(f'A parametrization must return a tensor. Got {type(x).__name__}.')
    for what in ('dtype', 'shape'):
        before, after = getattr(y, what), getattr(x, what)
        if before != after:
            raise ValueError(f'Registering a parametrization may not change the {what} of the tensor, unless the `unsafe` flag is '
                             f'enabled.\nmodule.{tensor_name}.{what}: {before}\nparametrization(module.{tensor_name}).{what}: {after}')
    if not hasattr(parametrization, 'right_inverse'):
        return
    try:
        z = parametrization.right_inverse(x)
    except NotImplementedError:
        return
    if not isinstance(z, Tensor):
        raise ValueError(f'parametrization.right_inverse must return a tensor. Got: {type(z).__name__}')
    for what in ('dtype', 'shape'):
        before, after = getattr(y, what), getattr(z, what)
        if before != after:
            raise ValueError(f'The tensor returned by parametrization.right_inverse must have the same {what} as module.{tensor_name}, '
                             f'unless the `unsafe` flag is enabled.\nmodule.{tensor_name}.{what}: {before}\nreturned {what}: {after}')


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Makes module.tensor_name what `parametrization` computes of the tensor that was there; that one is kept as the original.

    A parametrization may have right_inverse, which says what the original must be for a value that is assigned. unsafe: no checks.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_next(module, tensor_name, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        parametrizations = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _inject_new_class(module)
            module.parametrizations = ModuleDict()
        _inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = parametrizations
    else:
        raise ValueError(f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'")
    return module


def is_parametrized(module, tensor_name=None):
    """Has the module (or this tensor of it) a parametrization?"""
    found = getattr(module, 'parametrizations', None)
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Makes the tensor an ordinary one again: with the value it has now, or (leave_parametrized=False) with its original's."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f'Module {module} does not have a parametrization on {tensor_name}')
    parametrizations = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            with torch.no_grad():
                _set(original, getattr(module, tensor_name))
    elif leave_parametrized:
        t = getattr(module, tensor_name)
        original = Parameter(t) if t.requires_grad else t
    else:
        raise ValueError('Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence '
                         'of tensors.')
    delattr(module.__class__, tensor_name)
    del module.parametrizations[tensor_name]
    _register_parameter_or_buffer(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, 'parametrizations')
        module.__class__ = module.__class__.__bases__[0]
    return module


def type_before_parametrizations(module):
    """The class that the module had before."""
    return module.__class__.__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Gives to_module the parametrizations of from_module, and their originals."""
    if not is_parametrized(from_module):
        return to_module
    for name in from_module.parametrizations if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        source = from_module.parametrizations[name]
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target = to_module.parametrizations[name]
        if source.is_tensor:
            target.original = source.original
        else:
            for i in range(source.ntensors):
                setattr(target, f'original{i}', getattr(source, f'original{i}'))
    return to_module
