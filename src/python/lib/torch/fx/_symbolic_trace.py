"""torch.fx.symbolic_trace: runs a program with proxies for its inputs."""
import builtins
import functools
import inspect
import math
import sys
import types

import torch

from .. import nn
from .graph import Graph
from .graph_module import GraphModule
from .node import map_aggregate
from .proxy import Proxy, TracerBase

# (the globals that hold it, name) of functions that are to be written down, not run.
_wrapped = []
PH = type('PHBase', (), {'__repr__': lambda self: 'PH'})()


class ProxyableClassMeta(type):
    """The metaclass of classes whose instances are made in the graph where they are given proxies."""

    def __call__(cls, *args, **kwargs):
        found = _proxies(args, kwargs)
        if not found:
            return super().__call__(*args, **kwargs)
        return found[0].tracer.create_proxy('call_function', cls, args, kwargs)


def _proxies(args, kwargs):
    found = []

    def look(v):
        if isinstance(v, Proxy):
            found.append(v)
        return v

    map_aggregate(args, look)
    map_aggregate(kwargs, look)
    return found


def wrap(fn_or_name):
    """Says, at the level of a module, that calls of one of its functions are to be written down and not traced through."""
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError('Unsupported type for global function! Must be either a callable or string name')
    name = fn_or_name.__name__ if callable(fn_or_name) else fn_or_name
    frame = sys._getframe(1)
    if frame.f_code.co_name != '<module>':
        raise NotImplementedError('wrap must be called at the top level of a module')
    if not any(space is frame.f_globals and n == name for space, n in _wrapped):
        _wrapped.append((frame.f_globals, name))
    return fn_or_name


def _recorded(fn):
    """A function that becomes a node where it is given a proxy."""
    @functools.wraps(fn)
    def record(*args, **kwargs):
        found = _proxies(args, kwargs)
        if not found:
            return fn(*args, **kwargs)
        made = found[0].tracer.create_proxy('call_function', fn, args, kwargs)
        made.node.meta['is_wrapped'] = True
        return made

    return record


def _dispatched(fn):
    """One of torch's functions that are written in Python, which asks proxies first as those of the engine do."""
    @functools.wraps(fn)
    def call(*args, **kwargs):
        if _proxies(args, kwargs):
            return Proxy.__torch_function__(fn, (), args, kwargs)
        return fn(*args, **kwargs)

    return call


class _Patches:
    """Attributes and globals that are others while a program is traced."""

    def __init__(self):
        self.undo = []

    def item(self, space, name, value):
        there = name in space
        before = space.get(name)
        self.undo.append(lambda: space.__setitem__(name, before) if there else space.pop(name, None))
        space[name] = value

    def attribute(self, owner, name, value):
        before = owner.__dict__[name]
        self.undo.append(lambda: setattr(owner, name, before))
        setattr(owner, name, value)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for undo in reversed(self.undo):
            undo()


class Tracer(TracerBase):
    """Traces a module or function into a Graph. Override is_leaf_module, call_module, create_arg and others to trace otherwise."""

    def __init__(self, autowrap_modules=(math,), autowrap_functions=(), param_shapes_constant=False):
        super().__init__()
        self._autowrap_modules, self._autowrap_functions = autowrap_modules, autowrap_functions
        self.root = None
        self.tensor_attrs = {}

    def is_leaf_module(self, m, module_qualified_name):
        """Is a call of this module one node? Of those of torch.nn, but for Sequential."""
        return m.__module__.startswith('torch.nn') and not isinstance(m, nn.Sequential)

    def path_of_module(self, mod):
        for name, found in self.root.named_modules():
            if found is mod:
                return name
        raise NameError('module is not installed as a submodule')

    def call_module(self, m, forward, args, kwargs):
        name = self.path_of_module(m)
        if not self.is_leaf_module(m, name):
            return forward(*args, **kwargs)
        made = self.create_proxy('call_module', name, args, kwargs)
        made.node.meta['nn_module_stack'] = {name: (name, type(m))}
        return made

    def getattr(self, attr, attr_val, parameter_proxy_cache):
        """What a module's attribute is to the program: parameters are proxies."""
        if isinstance(attr_val, nn.Parameter) or (self.proxy_buffer_attributes and isinstance(attr_val, torch.Tensor)):
            places = self.root.named_parameters() if isinstance(attr_val, nn.Parameter) else self.root.named_buffers()
            for name, value in places:
                if value is attr_val:
                    if name not in parameter_proxy_cache:
                        parameter_proxy_cache[name] = self.create_proxy('get_attr', name, (), {})
                    return parameter_proxy_cache[name]
        return attr_val

    def create_arg(self, a):
        if isinstance(a, nn.Parameter):
            for name, p in self.root.named_parameters():
                if p is a:
                    return self.create_node('get_attr', name, (), {})
            raise NameError('parameter is not a member of this module')
        if isinstance(a, torch.Tensor):
            name = next((name for name, b in self.root.named_buffers() if b is a), None) or self.tensor_attrs.get(id(a))
            if name is None:
                name = self._constant('_tensor_constant', a)
                self.tensor_attrs[id(a)] = name
            return self.create_node('get_attr', name, (), {})
        if isinstance(type(a), ProxyableClassMeta):
            return self.create_node('get_attr', self._constant(f'_{type(a).__name__}_constant_', a), (), {})
        return super().create_arg(a)

    def _constant(self, prefix, value):
        i = 0
        while hasattr(self.root, f'{prefix}{i}'):
            i += 1
        setattr(self.root, f'{prefix}{i}', value)
        return f'{prefix}{i}'

    def create_args_for_root(self, root_fn, is_module, concrete_args=None):
        """(the function, proxies for its arguments)."""
        code = inspect.unwrap(root_fn).__code__
        hints = getattr(root_fn, '__annotations__', {})
        parameters = inspect.signature(inspect.unwrap(root_fn)).parameters
        names = list(code.co_varnames[:code.co_argcount + code.co_kwonlyargcount])
        args = []
        if is_module:
            if not names:
                raise RuntimeError('``self`` argument cannot be part of *args expansion!')
            args.append(self.root)
            names = names[1:]

        def placeholder(name):
            if concrete_args is not None and name in concrete_args and concrete_args[name] is not PH:
                return self._specialized(name, concrete_args[name], parameters)
            default = () if name.startswith('*') or parameters[name].default is inspect.Parameter.empty else (parameters[name].default,)
            return self.create_proxy('placeholder', name, default, {}, type_expr=hints.get(name))

        values = [placeholder(name) for name in names]
        kwonly = code.co_kwonlyargcount
        by_name = dict(zip(names[len(names) - kwonly:], values[len(values) - kwonly:])) if kwonly else {}
        args += values[:len(values) - kwonly] if kwonly else values
        at = code.co_argcount + code.co_kwonlyargcount
        if code.co_flags & inspect.CO_VARARGS:
            rest = placeholder('*' + code.co_varnames[at])
            at += 1
        else:
            rest = None
        words = placeholder('**' + code.co_varnames[at]) if code.co_flags & inspect.CO_VARKEYWORDS else None
        if rest is None and words is None:
            return lambda: root_fn(*args, **by_name)
        # The function whose * and ** are the proxies themselves.
        plain = types.FunctionType(code.replace(co_flags=code.co_flags & ~(inspect.CO_VARARGS | inspect.CO_VARKEYWORDS),
                                                co_argcount=code.co_argcount + (rest is not None) + (words is not None)
                                                if not kwonly else code.co_argcount),
                                   root_fn.__globals__, root_fn.__name__, root_fn.__defaults__, root_fn.__closure__)
        return lambda: plain(*args, *([rest] if rest is not None else []), *([words] if words is not None else []), **by_name)

    def _specialized(self, name, value, parameters):
        """An argument with one value for good: the graph checks it."""
        default = parameters[name].default
        out = self.create_proxy('placeholder', f'{name}_1', () if default is inspect.Parameter.empty else (default,), {})
        if isinstance(value, (bool, int, float)):
            torch._assert(out == value, f'{name} has been specialized to have value {value} but got another value')
        return value

    def trace(self, root, concrete_args=None):
        """The Graph of a module or function."""
        if isinstance(root, nn.Module):
            self.root, fn = root, type(root).forward
        else:
            self.root, fn = nn.Module(), root
        self.graph = Graph(tracer_cls=type(self))
        self.tensor_attrs = {}
        for prefix, module in self.root.named_modules():
            for name, value in module.__dict__.items():
                if isinstance(value, torch.Tensor):
                    self.tensor_attrs[id(value)] = f'{prefix}.{name}' if prefix else name
        run = self.create_args_for_root(fn, isinstance(root, nn.Module), concrete_args)
        cache = {}
        call, get = nn.Module.__call__, nn.Module.__getattr__
        tracer = self

        def module_call(mod, *args, **kwargs):
            return tracer.call_module(mod, lambda *a, **k: call(mod, *a, **k), args, kwargs)

        def module_getattr(mod, name):
            return tracer.getattr(name, get(mod, name), cache)

        with _Patches() as patches:
            patches.attribute(nn.Module, '__getattr__', module_getattr)
            patches.attribute(nn.Module, '__call__', module_call)
            for space in (nn.functional, nn.init, torch):
                for name, value in list(vars(space).items()):
                    if isinstance(value, types.FunctionType) and not name.startswith('__') and (name == '_assert' or name[0] != '_'):
                        patches.item(vars(space), name, _dispatched(value))
            for space, name in _wrapped:
                original = space.get(name, getattr(builtins, name, None))
                patches.item(space, name, _recorded(original))
            for module in self._autowrap_modules:
                for name, value in list(vars(module).items()):
                    if not name.startswith('_') and callable(value):
                        patches.item(vars(module), name, _recorded(value))
            functions = {id(f) for f in self._autowrap_functions} | {
                id(inspect.unwrap(f)) for m in self._autowrap_modules for n, f in vars(m).items() if not n.startswith('_') and callable(f)}
            space = getattr(inspect.unwrap(fn), '__globals__', {})
            for name, value in list(space.items()):
                if not name.startswith('_') and id(value) in functions:
                    patches.item(space, name, _recorded(value))
            hints = getattr(inspect.unwrap(fn), '__annotations__', {})
            self.create_node('output', 'output', (self.create_arg(run()),), {}, type_expr=hints.get('return'))
        return self.graph


def symbolic_trace(root, concrete_args=None):
    """A GraphModule with what a module or function does."""
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, nn.Module) else root.__name__
    return GraphModule(tracer.root, graph, name)
