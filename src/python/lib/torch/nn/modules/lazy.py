"""LazyModuleMixin: for layers that learn their input's size from the first batch."""
import itertools

from ... import _trace
from ..parameter import is_lazy


class LazyModuleMixin:
    """Gives a module's parameters their shapes before its first forward(), by its initialize_parameters().

    A subclass makes its parameters UninitializedParameters and writes initialize_parameters(*args), which gets forward()'s arguments.
    Once they have their shapes, the module becomes one of class `cls_to_become`, if that is not None.
    """

    cls_to_become = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, value in itertools.chain(self._parameters.items(), self._buffers.items()):
            if value is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()

    def _lazy_load_hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        """Gives what has no shape yet the shape of what is loaded into it."""
        for name, mine in itertools.chain(self._parameters.items(), self._buffers.items()):
            given = state_dict.get(prefix + name)
            if is_lazy(mine) and given is not None and not is_lazy(given):
                self._materialize(name, given.shape)

    def _materialize(self, name, shape):
        """Gives the parameter or buffer of this name its shape, and tells the recorder."""
        value = getattr(self, name)
        value.materialize(shape)
        if _trace.recording:
            tell = _trace.parameter if name in self._parameters else _trace.buffer
            tell(self._trace_id, name, value)

    def initialize_parameters(self, *args, **kwargs):
        """Gives the parameters their shapes, from the arguments of the first forward()."""
        raise NotImplementedError(f'initialize_parameters is not implemented for {type(self).__name__}')

    def has_uninitialized_params(self):
        """Is there a parameter or buffer without a shape?"""
        return any(is_lazy(v) for v in itertools.chain(self._parameters.values(), self._buffers.values()))

    def _infer_parameters(self, module, args, kwargs=None):
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f'module {self._get_name()} has not been fully initialized')
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook
        del module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become


LazyModuleMixin.__module__ = 'torch.nn.modules.lazy'
