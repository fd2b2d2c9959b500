"""torch.nn.Parameter and Buffer, and those whose shape is still to come."""
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
    """Is this a parameter or buffer without a shape yet?"""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedTensorMixin:
    """What a tensor is whose shape the first batch decides: it has a dtype, and nothing else."""

    cls_to_become = None

    def materialize(self, shape, device=None, dtype=None):
        """Gives the tensor a shape. Its elements are still to be set."""
        import torch
        self.data = torch.empty(shape, device=device, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.cls_to_become

    @property
    def shape(self):
        raise RuntimeError("Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
                           '`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call '
                           '`forward` to initialize the parameters before accessing their attributes.')

    def share_memory_(self):
        raise RuntimeError("Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
                           'before calling `module.share_memory()`.')

    def __repr__(self):
        return f'<{type(self).__name__}>'

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad,)

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, self.device, self.dtype)
        return memo[id(self)]


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter that gets its shape when its module sees the first batch (nn.LazyLinear and its like)."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        import torch
        made = _share(torch.empty(0, device=device, dtype=dtype), cls)
        made.requires_grad_(bool(requires_grad))
        return made

    def __init__(self, requires_grad=True, device=None, dtype=None):
        pass


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer that gets its shape when its module sees the first batch."""

    cls_to_become = Tensor

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        import torch
        made = _share(torch.empty(0, device=device, dtype=dtype), cls)
        made.requires_grad_(bool(requires_grad))
        made.persistent = persistent
        made._is_buffer = True
        return made

    def __init__(self, requires_grad=False, device=None, dtype=None, persistent=True):
        pass


for _class in (UninitializedTensorMixin, UninitializedParameter, UninitializedBuffer):
    _class.__module__ = 'torch.nn.parameter'
for _class in (UninitializedParameter, UninitializedBuffer):
    _convert.KIND_OF[_class] = 0
