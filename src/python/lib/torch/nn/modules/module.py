"""torch.nn.Module."""
import itertools
import warnings
from collections import OrderedDict, namedtuple
from typing import Any, TypeVar

from ... import _trace
from ..._tensor import Tensor
from ..parameter import Buffer, Parameter
from . import _global_hooks
from ._backward_hooks import with_backward_hooks, with_legacy_hooks
from ._global_hooks import *  # noqa: F403
from ._global_hooks import add as _add
from ._names import typename


class _IncompatibleKeys(namedtuple('IncompatibleKeys', ['missing_keys', 'unexpected_keys'])):
    __slots__ = ()

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return '<All keys matched successfully>'
        return super().__repr__()

    __str__ = __repr__


_enter_module, _exit_module = _trace.enter_module, _trace.exit_module
_EXTRA_STATE_KEY_SUFFIX = '_extra_state'


def _indented(text):
    first, *rest = text.split('\n')
    return '\n'.join([first, *('  ' + line for line in rest)])


def _hook_dicts():
    return {name: OrderedDict() for name in (
        '_backward_pre_hooks', '_backward_hooks', '_forward_hooks', '_forward_hooks_with_kwargs', '_forward_hooks_always_called',
        '_forward_pre_hooks', '_forward_pre_hooks_with_kwargs', '_state_dict_hooks', '_state_dict_pre_hooks',
        '_load_state_dict_pre_hooks', '_load_state_dict_post_hooks')}


class Module:
    """Base class of all networks and layers: what is assigned to it as a parameter, buffer or module becomes part of it."""

    dump_patches = False
    _version = 1
    training: bool
    call_super_init = False
    # The type of a state_dict's own dict, for annotations.
    T_destination = TypeVar('T_destination', bound=dict[str, Any])

    def __init__(self, *args, **kwargs):
        if self.call_super_init is False and kwargs:
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if self.call_super_init is False and args:
            raise TypeError(f'{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given')
        mine = self.__dict__
        mine['training'] = True
        mine['_parameters'] = {}
        mine['_buffers'] = {}
        mine['_non_persistent_buffers_set'] = set()
        mine.update(_hook_dicts())
        mine['_is_full_backward_hook'] = None
        mine['_modules'] = {}
        mine['_trace_id'] = _trace.new_id()
        if _trace.recording:
            _trace.module(self._trace_id, None, '', type(self).__name__, '')
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input):
        """What the module computes; every subclass writes its own."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # ---- parts ------------------------------------------------------------------------------------------------

    def register_buffer(self, name, tensor, persistent=True):
        """Adds a tensor that is no parameter, but part of the module's state (unless persistent=False)."""
        self.__check_name('buffer', '_buffers', name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        tensor = _global_hooks.changed(_global_hooks.buffer_registration, self, name, tensor)
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)
        if _trace.recording and tensor is not None:
            _trace.buffer(self._trace_id, name, tensor)

    def register_parameter(self, name, param):
        """Adds a parameter."""
        self.__check_name('parameter', '_parameters', name)
        if param is None:
            self._parameters[name] = None
        elif not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{typename(param)}' object to parameter '{name}' "
                            '(torch.nn.Parameter or None required)')
        elif param.grad_fn:
            raise ValueError(f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                             f"To express '{name}' as a function of another Tensor, compute the value in the forward() method.")
        else:
            param = _global_hooks.changed(_global_hooks.parameter_registration, self, name, param)
            self._parameters[name] = param
            if _trace.recording:
                _trace.parameter(self._trace_id, name, param)

    def add_module(self, name, module):
        """Adds a child module."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f'{typename(module)} is not a Module subclass')
        if not isinstance(name, str):
            raise TypeError(f'module name should be a string. Got {typename(name)}')
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        if '.' in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == '':
            raise KeyError('module name can\'t be empty string ""')
        module = _global_hooks.changed(_global_hooks.module_registration, self, name, module)
        self._modules[name] = module
        self._tell_child(name, module)

    def register_module(self, name, module):
        """Same as add_module."""
        self.add_module(name, module)

    def __check_name(self, kind, where, name):
        if where not in self.__dict__:
            raise AttributeError(f'cannot assign {kind} before Module.__init__() call')
        if not isinstance(name, str):
            raise TypeError(f'{kind} name should be a string. Got {typename(name)}')
        if '.' in name:
            raise KeyError(f'{kind} name can\'t contain "."')
        if name == '':
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in self.__dict__[where]:
            raise KeyError(f"attribute '{name}' already exists")

    def _tell_child(self, name, module):
        """Lets the recorder know a child's name, as soon as it has one."""
        if _trace.recording and module is not None and '_trace_id' in module.__dict__:
            _trace.module(module._trace_id, self._trace_id, name, type(module).__name__, module.__extra_words())

    def __extra_words(self):
        try:
            return self.extra_repr()
        except Exception:  # a user's extra_repr, asked for too early
            return ''

    def __tell_all(self):
        """Tells the recorder the whole module: after a copy or an unpickling."""
        if not _trace.recording:
            return
        _trace.module(self._trace_id, None, '', type(self).__name__, self.__extra_words())
        for name, p in self._parameters.items():
            if p is not None:
                _trace.parameter(self._trace_id, name, p)
        for name, b in self._buffers.items():
            if b is not None:
                _trace.buffer(self._trace_id, name, b)
        for name, m in self._modules.items():
            self._tell_child(name, m)

    def __remove(self, name, *where):
        for w in where:
            d = self.__dict__.get(w)
            if d is not None and name in d:
                if isinstance(d, set):
                    d.discard(name)
                else:
                    del d[name]
        self.__dict__.pop(name, None)

    def __setattr__(self, name, value):
        mine = self.__dict__
        if isinstance(value, Tensor):
            if isinstance(value, Parameter):
                if '_parameters' not in mine:
                    raise AttributeError('cannot assign parameters before Module.__init__() call')
                self.__remove(name, '_buffers', '_modules', '_non_persistent_buffers_set')
                self.register_parameter(name, value)
                return
            if name in mine.get('_parameters', ()):
                raise TypeError(f"cannot assign '{typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)")
            if name in mine.get('_modules', ()):
                raise TypeError(f"cannot assign '{typename(value)}' as child module '{name}' (torch.nn.Module or None expected)")
            if isinstance(value, Buffer):
                if '_buffers' not in mine:
                    raise AttributeError('cannot assign buffer before Module.__init__() call')
                self.__remove(name, '_parameters', '_modules')
                self.register_buffer(name, value, value.persistent)
            elif name in mine.get('_buffers', ()):
                value = _global_hooks.changed(_global_hooks.buffer_registration, self, name, value)
                mine['_buffers'][name] = value
                if _trace.recording:
                    _trace.buffer(self._trace_id, name, value)
            else:
                super().__setattr__(name, value)
        elif isinstance(value, Module):
            if name in mine.get('_parameters', ()):
                raise TypeError(f"cannot assign '{typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)")
            if '_modules' not in mine:
                raise AttributeError('cannot assign module before Module.__init__() call')
            self.__remove(name, '_parameters', '_buffers', '_non_persistent_buffers_set')
            value = _global_hooks.changed(_global_hooks.module_registration, self, name, value)
            mine['_modules'][name] = value
            self._tell_child(name, value)
        else:
            for where, kind, expected in (
                ('_parameters', 'parameter', 'torch.nn.Parameter'), ('_modules', 'child module', 'torch.nn.Module'),
                ('_buffers', 'buffer', 'torch.nn.Buffer, torch.Tensor'),
            ):
                if name in mine.get(where, ()):
                    if value is not None:
                        raise TypeError(f"cannot assign '{typename(value)}' as {kind} '{name}' ({expected} or None expected)")
                    mine[where][name] = None
                    return
            super().__setattr__(name, value)

    def __getattr__(self, name):
        mine = self.__dict__
        # No loop: a layer comes here for each of its parameters, each time it runs.
        if '_parameters' in mine:
            found = mine['_parameters']
            if name in found:
                return found[name]
        if '_modules' in mine:
            found = mine['_modules']
            if name in found:
                return found[name]
        if '_buffers' in mine:
            found = mine['_buffers']
            if name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __delattr__(self, name):
        for where in ('_parameters', '_buffers', '_modules'):
            if name in self.__dict__.get(where, ()):
                del self.__dict__[where][name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self):
        names = {*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers}
        return sorted(name for name in names if not name[:1].isdigit())

    def __getstate__(self):
        state = self.__dict__.copy()
        state.pop('_trace_id', None)
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name, empty in _hook_dicts().items():
            self.__dict__.setdefault(name, empty)
        self.__dict__.setdefault('_non_persistent_buffers_set', set())
        self.__dict__.setdefault('_is_full_backward_hook', None)
        self.__dict__['_trace_id'] = _trace.new_id()
        self.__tell_all()

    # ---- calling ----------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        # Almost every call: nobody hooks. Each Python call that is spared here is spared for every layer.
        run = self.__run if (
            self._forward_hooks or self._forward_pre_hooks or self._backward_hooks or self._backward_pre_hooks
            or _global_hooks.forward or _global_hooks.forward_pre or _global_hooks.backward or _global_hooks.backward_pre
        ) else None
        if _trace.recording:
            _enter_module(self._trace_id)
            try:
                return self.forward(*args, **kwargs) if run is None else run(args, kwargs)
            finally:
                _exit_module()
        return self.forward(*args, **kwargs) if run is None else run(args, kwargs)

    def _call_impl(self, *args, **kwargs):
        return Module.__call__(self, *args, **kwargs)

    def __run(self, args, kwargs):
        """forward() with the hooks around it."""
        called = set()
        try:
            return self.__run_with_hooks(args, kwargs, called)
        except Exception:
            self.__run_always_called(args, kwargs, called)
            raise

    def __run_always_called(self, args, kwargs, called):
        """Forward hooks registered with always_call=True see a failure, too."""
        for hooks, always, what in ((_global_hooks.forward, _global_hooks.forward_always, 'global module forward hook'),
                                    (self._forward_hooks, self._forward_hooks_always_called, 'module forward hook')):
            for id, hook in hooks.items():
                if id not in always or id in called:
                    continue
                try:
                    if id in self._forward_hooks_with_kwargs:
                        hook(self, args, kwargs, None)
                    else:
                        hook(self, args, None)
                except Exception as error:
                    warnings.warn(f'{what} with ``always_call=True`` raised an exception that was silenced as another error was raised '
                                  f'in forward: {error}', stacklevel=2)

    def _get_backward_hooks(self):
        """(full ones, old ones): those of all modules, then this module's."""
        full, old = [], []
        for hooks, kind in ((_global_hooks.backward, _global_hooks.full), (self._backward_hooks, self._is_full_backward_hook)):
            if kind is not None:
                (full if kind else old).extend(hooks.values())
        return full, old

    def _get_backward_pre_hooks(self):
        return [*_global_hooks.backward_pre.values(), *self._backward_pre_hooks.values()]

    def __run_with_hooks(self, args, kwargs, called):
        full, old = self._get_backward_hooks()
        before = self._get_backward_pre_hooks()
        for id, hook in (*_global_hooks.forward_pre.items(), *self._forward_pre_hooks.items()):
            if id in self._forward_pre_hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError('forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got '
                                           f'{changed}.')
                    args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        finish = None
        if full or before:
            args, finish = with_backward_hooks(self, full, before, args)
        result = self.forward(*args, **kwargs)
        for id, hook in (*_global_hooks.forward.items(), *self._forward_hooks.items()):
            called.add(id)
            if id in self._forward_hooks_with_kwargs or id in _global_hooks.forward_with_kwargs:
                changed = hook(self, args, kwargs, result)
            else:
                changed = hook(self, args, result)
            if changed is not None:
                result = changed
        if finish is not None:
            if not isinstance(result, (Tensor, tuple)):
                warnings.warn('For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received '
                              f'{type(result)}', stacklevel=2)
            result = finish(result)
        if old:
            with_legacy_hooks(self, old, args, result)
        return result

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Calls hook(module, args) before forward; what it returns replaces the arguments."""
        handle = _add(self._forward_pre_hooks, hook, prepend=prepend, also=[self._forward_pre_hooks_with_kwargs])
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Calls hook(module, args, output) after forward; what it returns replaces the output."""
        handle = _add(self._forward_hooks, hook, prepend=prepend,
                      also=[self._forward_hooks_with_kwargs, self._forward_hooks_always_called])
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Calls hook(module, grad_output) before the module's gradients are computed."""
        return _add(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Calls hook(module, grad_input, grad_output) when the gradients of the module's inputs are computed."""
        if self._is_full_backward_hook is False:
            raise RuntimeError('Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only '
                               'one of them.')
        self._is_full_backward_hook = True
        return _add(self._backward_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook):
        """The old form of register_full_backward_hook: its grad_input is that of the last op of forward()."""
        if self._is_full_backward_hook is True:
            raise RuntimeError('Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only '
                               'one of them.')
        self._is_full_backward_hook = False
        return _add(self._backward_hooks, hook)

    # ---- walking ----------------------------------------------------------------------------------------------

    def _named_members(self, members, prefix, recurse, remove_duplicate):
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in members(module):
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield f'{path}.{name}' if path else name, value

    def parameters(self, recurse=True):
        """All parameters, each once."""
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_parameters(self, prefix='', recurse=True, remove_duplicate=True):
        """All parameters, each once, with their paths."""
        return self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """All buffers, each once."""
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    def named_buffers(self, prefix='', recurse=True, remove_duplicate=True):
        """All buffers, each once, with their paths."""
        return self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def children(self):
        """The modules directly in this one."""
        for _, m in self.named_children():
            yield m

    def named_children(self):
        """The modules directly in this one, with their names."""
        seen = set()
        for name, m in self._modules.items():
            if m is not None and m not in seen:
                seen.add(m)
                yield name, m

    def modules(self):
        """This module and all below it, each once."""
        for _, m in self.named_modules():
            yield m

    def named_modules(self, memo=None, prefix='', remove_duplicate=True):
        """This module and all below it, each once, with their paths."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, m in self._modules.items():
            if m is not None:
                yield from m.named_modules(memo, f'{prefix}.{name}' if prefix else name, remove_duplicate)

    def get_submodule(self, target):
        """The module at a path such as 'encoder.0'."""
        found = self
        for name in target.split('.') if target else ():
            if not hasattr(found, name):
                raise AttributeError(f'{found._get_name()} has no attribute `{name}`')
            found = getattr(found, name)
            if not isinstance(found, Module):
                raise AttributeError(f'`{name}` is not an nn.Module')
        return found

    def __part(self, target):
        """(the module that has it, its name), for a path such as 'encoder.0.weight'."""
        path, _, name = target.rpartition('.')
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f'{module._get_name()} has no attribute `{name}`')
        return module, name

    def get_parameter(self, target):
        """The parameter at a path such as 'encoder.0.weight'."""
        module, name = self.__part(target)
        found = getattr(module, name)
        if not isinstance(found, Parameter):
            raise AttributeError(f'`{name}` is not an nn.Parameter')
        return found

    def get_buffer(self, target):
        """The buffer at a path."""
        module, name = self.__part(target)
        if name not in module._buffers:
            raise AttributeError(f'`{name}` is not a buffer')
        return module._buffers[name]

    def set_submodule(self, target, module, strict=False):
        """Puts a module at a path such as 'encoder.0'; strict: only where there is one already."""
        if target == '':
            raise ValueError('Cannot set the submodule without a target name!')
        if not isinstance(module, Module):
            raise ValueError(f'`module` is not an nn.Module, found {type(module)}')
        path, _, name = target.rpartition('.')
        parent = self.get_submodule(path)
        if hasattr(parent, name):
            if not isinstance(getattr(parent, name), Module):
                raise AttributeError(f'`{name}` is not an nn.Module')
        elif strict:
            raise AttributeError(f'{parent._get_name()} has no attribute `{name}`')
        setattr(parent, name, module)

    def apply(self, fn):
        """Calls fn on every module, children first."""
        for m in self.children():
            m.apply(fn)
        fn(self)
        return self

    # ---- modes, devices, types --------------------------------------------------------------------------------

    def train(self, mode=True):
        """Sets training mode, in this module and all below it."""
        if not isinstance(mode, bool):
            raise ValueError('training mode is expected to be boolean')
        self.training = mode
        for m in self.children():
            m.train(mode)
        return self

    def eval(self):
        """Sets evaluation mode."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Whether gradients are kept, for all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets all parameters' gradients, or makes them zero."""
        for p in self.parameters():
            if p.grad is None:
                continue
            if set_to_none:
                p.grad = None
            else:
                if p.grad.grad_fn is not None:
                    p.grad.detach_()
                else:
                    p.grad.requires_grad_(False)
                p.grad.zero_()

    def _apply(self, fn, recurse=True):
        """Replaces the contents of every parameter and buffer by fn of it."""
        import torch
        if recurse:
            for m in self.children():
                m._apply(fn)
        for p in self._parameters.values():
            if p is None:
                continue
            data = p.data
            with torch.no_grad():
                changed = fn(data)
            if changed is not data:
                before = p.grad
                if before is not None:
                    p.grad = None
                p.data = changed
                if before is not None:
                    with torch.no_grad():
                        p.grad = fn(before).requires_grad_(before.requires_grad)
        for name, b in self._buffers.items():
            if b is not None:
                changed = fn(b)
                if changed is not b:
                    self._buffers[name] = changed
                    _trace.buffer(self._trace_id, name, changed)
        return self

    def __to_dtype(self, dtype):
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() and t.dtype != dtype else t)

    def to(self, *args, **kwargs):
        """Another dtype (of floating point), or another device, for all parameters and buffers."""
        import torch
        from ..._tensor import parse_to
        from ..._device import check
        for a in (*args[:1], kwargs.get('device')):
            if isinstance(a, (str, torch.device)) or (isinstance(a, int) and not isinstance(a, bool)):
                check(a)
        dtype = parse_to(args, kwargs)[0]
        if dtype is None:
            return self
        if not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f'nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}')
        return self.__to_dtype(dtype)

    def type(self, dst_type):
        """Converts all parameters and buffers."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self):
        """float32, for everything of floating point."""
        import torch
        return self.__to_dtype(torch.float32)

    def double(self):
        """float64, for everything of floating point."""
        import torch
        return self.__to_dtype(torch.float64)

    def half(self):
        """float16, for everything of floating point."""
        import torch
        return self.__to_dtype(torch.float16)

    def bfloat16(self):
        """bfloat16, for everything of floating point."""
        import torch
        return self.__to_dtype(torch.bfloat16)

    def cpu(self):
        """Where everything is already."""
        return self

    def cuda(self, device=None):
        """Refused, as by a PyTorch without CUDA."""
        return self._apply(lambda t: t.cuda(device))

    def xpu(self, device=None):
        """Refused, as by a PyTorch without such a device."""
        return self._apply(lambda t: t.xpu(device))

    def ipu(self, device=None):
        """Refused, as by a PyTorch without such a device."""
        return self._apply(lambda t: t.ipu(device))

    def mtia(self, device=None):
        """Refused, as by a PyTorch without such a device."""
        return self._apply(lambda t: t.mtia(device))

    def to_empty(self, *, device, recurse=True):
        """New parameters and buffers of the same shapes, whose elements are still to be set."""
        import torch
        return self._apply(lambda t: torch.empty_like(t, device=device), recurse=recurse)

    def share_memory(self):
        """For other processes, of which there are none."""
        return self

    def compile(self, *args, **kwargs):
        """Compiling is for speed; here the module runs as it is."""

    # ---- state_dict -------------------------------------------------------------------------------------------

    def get_extra_state(self):
        raise RuntimeError('Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at '
                           'https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.')

    def set_extra_state(self, state):
        raise RuntimeError('Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at '
                           'https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug.')

    def __has_extra_state(self, name):
        return getattr(type(self), name) is not getattr(Module, name)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, p in self._parameters.items():
            if p is not None:
                destination[prefix + name] = p if keep_vars else p.data
        for name, b in self._buffers.items():
            if b is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = b if keep_vars else b.data
        if self.__has_extra_state('get_extra_state'):
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def state_dict(self, *args, destination=None, prefix='', keep_vars=False):
        """All parameters and persistent buffers by path."""
        given = dict(zip(('destination', 'prefix', 'keep_vars'), args))
        destination = given.get('destination', destination)
        prefix = given.get('prefix', prefix)
        keep_vars = given.get('keep_vars', keep_vars)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local = dict(version=self._version)
        if hasattr(destination, '_metadata'):
            destination._metadata[prefix[:-1]] = local
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, m in self._modules.items():
            if m is not None:
                m.state_dict(destination=destination, prefix=f'{prefix}{name}.', keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, local)
            if changed is not None:
                destination = changed
        return destination

    def register_state_dict_pre_hook(self, hook):
        return _add(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        return _add(self._state_dict_hooks, hook)

    _register_state_dict_hook = register_state_dict_post_hook

    def register_load_state_dict_pre_hook(self, hook):
        return _add(self._load_state_dict_pre_hooks, lambda *args: hook(self, *args))

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return _add(self._load_state_dict_pre_hooks, (lambda *args: hook(self, *args)) if with_module else hook)

    def register_load_state_dict_post_hook(self, hook):
        return _add(self._load_state_dict_post_hooks, hook)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        import torch
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        persistent = {k: b for k, b in self._buffers.items() if k not in self._non_persistent_buffers_set}
        for name, mine in itertools.chain(self._parameters.items(), persistent.items()):
            if mine is None:
                continue
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
                continue
            given = state_dict[key]
            if not isinstance(given, Tensor):
                error_msgs.append(f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
                                  f'checkpoint but received {type(given)}')
                continue
            if len(mine.shape) == 0 and len(given.shape) == 1:
                given = given[0]
            if tuple(given.shape) != tuple(mine.shape):
                error_msgs.append(f'size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, '
                                  f'the shape in current model is {mine.shape}.')
                continue
            if local_metadata.get('assign_to_params_buffers', False):
                if isinstance(mine, Parameter) and not isinstance(given, Parameter):
                    given = Parameter(given, requires_grad=mine.requires_grad)
                setattr(self, name, given)
                continue
            try:
                with torch.no_grad():
                    mine.copy_(given)
            except Exception as error:
                error_msgs.append(f'While copying the parameter named "{key}", whose dimensions in the model are {mine.size()} and '
                                  f'whose dimensions in the checkpoint are {given.size()}, an exception occurred : {error.args}.')
        extra = prefix + _EXTRA_STATE_KEY_SUFFIX
        if self.__has_extra_state('set_extra_state'):
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra:
                    first, *rest = key[len(prefix):].split('.', 1)
                    if rest:
                        if first not in self._modules:
                            unexpected_keys.append(key)
                    elif first not in self._parameters and first not in persistent:
                        unexpected_keys.append(key)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copies parameters and buffers from a state_dict; strict: its keys must be just this module's."""
        from collections.abc import Mapping
        if not isinstance(state_dict, Mapping):
            raise TypeError(f'Expected state_dict to be dict-like, got {type(state_dict)}.')
        missing, unexpected, errors = [], [], []
        metadata = getattr(state_dict, '_metadata', None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata

        def load(module, local_state, prefix=''):
            local = {} if metadata is None else metadata.get(prefix[:-1], {})
            if assign:
                local['assign_to_params_buffers'] = assign
            module._load_from_state_dict(local_state, prefix, local, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    below = f'{prefix}{name}.'
                    load(child, {k: v for k, v in local_state.items() if k.startswith(below)}, below)
            keys = _IncompatibleKeys(missing, unexpected)
            for hook in module._load_state_dict_post_hooks.values():
                hook(module, keys)

        load(self, state_dict)
        if strict:
            for kind, keys in (('Unexpected', unexpected), ('Missing', missing)):
                if keys:
                    listed = ', '.join(f'"{k}"' for k in keys)
                    errors.insert(0, f'{kind} key(s) in state_dict: {listed}. ')
        if errors:
            raise RuntimeError('Error(s) in loading state_dict for {}:\n\t{}'.format(type(self).__name__, '\n\t'.join(errors)))
        return _IncompatibleKeys(missing, unexpected)

    # ---- words ------------------------------------------------------------------------------------------------

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """What stands in the brackets of the module's repr."""
        return ''

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split('\n') if extra else []
        children = [f'({name}): {_indented(repr(m))}' for name, m in self._modules.items()]
        if len(lines) == 1 and not children:
            return f'{self._get_name()}({lines[0]})'
        body = [*lines, *children]
        if not body:
            return f'{self._get_name()}()'
        return f'{self._get_name()}(\n  ' + '\n  '.join(body) + '\n)'


Module.__module__ = 'torch.nn.modules.module'
