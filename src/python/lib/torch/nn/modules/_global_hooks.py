"""Hooks of all modules: torch.nn.modules.module.register_module_*."""
from collections import OrderedDict

from ...utils.hooks import RemovableHandle

forward_pre = OrderedDict()
forward = OrderedDict()
forward_with_kwargs = OrderedDict()
forward_always = OrderedDict()
backward_pre = OrderedDict()
backward = OrderedDict()
buffer_registration = OrderedDict()
module_registration = OrderedDict()
parameter_registration = OrderedDict()
# Are the hooks in `backward` full ones? None while none was registered.
full = None


def add(hooks, hook, *, prepend=False, also=()):
    """Registers a hook; `also`: dicts that its removal clears, too."""
    handle = RemovableHandle(hooks, extra_dict=also)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def changed(hooks, module, name, value):
    """What a registration hook makes of a buffer, parameter or module."""
    for hook in hooks.values():
        made = hook(module, name, value)
        if made is not None:
            value = made
    return value


def register_module_buffer_registration_hook(hook):
    """Calls hook(module, name, buffer) when a buffer is registered; what it answers takes its place."""
    return add(buffer_registration, hook)


def register_module_module_registration_hook(hook):
    """Calls hook(module, name, submodule) when a submodule is registered; what it answers takes its place."""
    return add(module_registration, hook)


def register_module_parameter_registration_hook(hook):
    """Calls hook(module, name, parameter) when a parameter is registered; what it answers takes its place."""
    return add(parameter_registration, hook)


def register_module_forward_pre_hook(hook):
    """Calls hook(module, args) before every module's forward."""
    return add(forward_pre, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """Calls hook(module, args, output) after every module's forward."""
    handle = add(forward, hook, also=[forward_with_kwargs, forward_always])
    if with_kwargs:
        forward_with_kwargs[handle.id] = True
    if always_call:
        forward_always[handle.id] = True
    return handle


def register_module_full_backward_pre_hook(hook):
    """Calls hook(module, grad_output) before every module's gradients are computed."""
    return add(backward_pre, hook)


def register_module_full_backward_hook(hook):
    """Calls hook(module, grad_input, grad_output) when the gradients of a module's inputs are computed, for every module."""
    _only(True)
    return add(backward, hook)


def register_module_backward_hook(hook):
    """The old form of register_module_full_backward_hook: its grad_input is that of the last op of forward()."""
    _only(False)
    return add(backward, hook)


def _only(kind):
    global full
    if full is (not kind):
        raise RuntimeError('Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please use only '
                           'one of them.')
    full = kind


__all__ = [name for name in globals() if name.startswith('register_module_')]
for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.modules.module'
