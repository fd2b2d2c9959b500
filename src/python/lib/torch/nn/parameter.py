"""torch.nn.Parameter and Buffer."""
from collections import OrderedDict

from .. import _bridge, _convert
from .._tensor import Tensor, _warn_of_hooks, wrap


def _share(data, cls):
    """A new leaf of class `cls` over the same memory."""
    return wrap(_bridge.function('detached')(data._h), cls)


def _empty():
    import torch
    return torch.empty(0)


class _ParameterMeta(type(Tensor)):
    def __instancecheck__(cls, instance):
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and getattr(instance, '_is_param', False)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that is a parameter of the module it is assigned to.

    data: the tensor whose memory it takes; requires_grad: whether gradients are kept for it.
    """

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = _empty()
        if not isinstance(data, Tensor):
            data = data.detach()  # an object that can pass for a tensor; for any other, PyTorch's error too
        if requires_grad and not (data.is_floating_point() or data.is_complex()):
            raise RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
        made = _share(data, cls)
        made.requires_grad_(bool(requires_grad))
        return made

    def __init__(self, data=None, requires_grad=True):
        pass

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        made = type(self)(self.data.clone(), self.requires_grad)
        memo[id(self)] = made
        return made

    def __repr__(self):
        return 'Parameter containing:\n' + super().__repr__()

    def __reduce_ex__(self, protocol):
        from .._utils import _rebuild_parameter, _rebuild_parameter_with_state, state_of
        _warn_of_hooks(self)
        state = state_of(self)
        if state:
            return _rebuild_parameter_with_state, (self.data, self.requires_grad, OrderedDict(), state)
        return _rebuild_parameter, (self.data, self.requires_grad, OrderedDict())


Parameter.__module__ = 'torch.nn.parameter'
_convert.KIND_OF[Parameter] = 0


class _BufferMeta(type(Tensor)):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and getattr(instance, '_is_buffer', False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that is a buffer of the module it is assigned to."""

    def __new__(cls, data=None, *, persistent=True):
        made = (_empty() if data is None else data).data
        made.persistent = persistent
        made._is_buffer = True
        return made

    def __init__(self, data=None, *, persistent=True):
        pass


Buffer.__module__ = 'torch.nn.parameter'


def is_lazy(param):
    """Is this a parameter without a shape yet? There are none here."""
    return False

