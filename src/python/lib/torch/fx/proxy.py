"""torch.fx.Proxy: stands for a value while a program is traced; each operation on it becomes a node."""
import dis
import operator
import sys

import torch

from . import node as _node
from .node import Node, map_aggregate

base_types = (str, int, float, bool, complex, torch.dtype, torch.Tensor, torch.device, torch.memory_format, torch.layout)


class TraceError(ValueError):
    """A program that cannot be written down as a graph."""


class TracerBase:
    """Makes nodes of calls."""

    record_stack_traces = False
    trace_asserts = False
    proxy_buffer_attributes = False
    check_mutable_operations = False
    graph = None

    def create_node(self, kind, target, args, kwargs, name=None, type_expr=None):
        return self.graph.create_node(kind, target, args, kwargs, name, type_expr)

    def proxy(self, node):
        return Proxy(node, self)

    def create_proxy(self, kind, target, args, kwargs, name=None, type_expr=None, proxy_factory_fn=None):
        """A node for a call, and the proxy of its result."""
        args, kwargs = self.create_arg(args), self.create_arg(kwargs)
        made = self.create_node(kind, target, args, kwargs, name, type_expr)
        return proxy_factory_fn(made) if proxy_factory_fn else self.proxy(made)

    def create_arg(self, a):
        """An argument as a node has it: nodes for proxies, in lists and dictionaries too."""
        if isinstance(a, Proxy):
            return a.node
        if hasattr(a, '__fx_create_arg__'):
            return a.__fx_create_arg__(self)
        if isinstance(a, tuple):
            if hasattr(a, '_fields'):
                return self.create_node('call_function', type(a), tuple(self.create_arg(v) for v in a), {})
            return type(a)([self.create_arg(v) for v in a])
        if isinstance(a, list):
            return [self.create_arg(v) for v in a]
        if isinstance(a, dict):
            for k in a:
                if isinstance(k, (Proxy, Node)):
                    raise RuntimeError(f'Keys for dictionaries used as an argument cannot contain a Node. Got key: {k}')
            return {self.create_arg(k): self.create_arg(v) for k, v in a.items()}
        if isinstance(a, slice):
            return slice(self.create_arg(a.start), self.create_arg(a.stop), self.create_arg(a.step))
        if isinstance(a, range):
            return range(a.start, a.stop, a.step)
        if isinstance(a, base_types) or a is None or a is ...:
            return a
        raise NotImplementedError(f'argument of type: {type(a)}')

    def to_bool(self, obj):
        raise TraceError('symbolically traced variables cannot be used as inputs to control flow')

    def iter(self, obj):
        """What `a, b = proxy` gives; a loop over a proxy is refused."""
        frame = sys._getframe(2)
        for at in dis.get_instructions(frame.f_code):
            if at.offset == frame.f_lasti:
                if at.opname == 'UNPACK_SEQUENCE':
                    return (obj[i] for i in range(at.argval))
                break
        raise TraceError('Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args or **kwargs '
                         'function argument. See the torch.fx docs on pytorch.org for a more detailed explanation of what types of control '
                         'flow can be traced, and check out the Proxy docstring for help troubleshooting Proxy iteration errors')

    def keys(self, obj):
        return Attribute(obj, 'keys')()


class GraphAppendingTracer(TracerBase):
    """Writes at the graph's insert point."""

    def __init__(self, graph):
        self.graph = graph


class Proxy:
    """Stands for the result of a node."""

    def __init__(self, node, tracer=None):
        self.tracer = GraphAppendingTracer(node.graph) if tracer is None else tracer
        self.node = node

    def __repr__(self):
        return f'Proxy({self.node.name})'

    def __getattr__(self, name):
        # Asked for by our own functions, to find that this is no tensor.
        if name == '_h' or name.startswith('__'):
            raise AttributeError(name)
        return Attribute(self, name)

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy('call_method', '__call__', (self, *args), kwargs)

    def __iter__(self):
        return iter(self.tracer.iter(self))

    def __bool__(self):
        return self.tracer.to_bool(self)

    def keys(self):
        return self.tracer.keys(self)

    def __len__(self):
        raise RuntimeError("'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please call "
                           "torch.fx.wrap('len') at module scope")

    @classmethod
    def __torch_function__(cls, orig_method, types, args=(), kwargs=None):
        """A call of a function of torch with proxies among its arguments becomes a node."""
        tracers = {}

        def find(v):
            if isinstance(v, Proxy):
                tracers[v.tracer] = None
            return v

        map_aggregate(args, find)
        map_aggregate(kwargs or {}, find)
        if len(tracers) > 1:
            raise RuntimeError(f'Found multiple different tracers {list(tracers)} while trying to trace operations {orig_method}')
        tracer, = tracers
        if getattr(torch.Tensor, orig_method.__name__, None) is orig_method:
            return tracer.create_proxy('call_method', orig_method.__name__, args, kwargs or {})
        args, kwargs = _as_pytorch_calls(orig_method, args, kwargs or {})
        # Named as PyTorch's own function: special_expit.
        known = _node.known_as(orig_method)
        name = known['name'].rpartition('.')[2] if known else orig_method.__name__
        return tracer.create_proxy('call_function', orig_method, args, kwargs, name=tracer.graph._target_to_str(name))


def _as_pytorch_calls(fn, args, kwargs):
    """Arguments as PyTorch's functions hand them on: those written in Python give most of them by name, defaults too."""
    known = _node.known_as(fn)
    if known is None or 'args' not in known:
        return args, kwargs
    given = dict(zip(known['params'], args))
    if len(args) > len(known['params']) or given.keys() & kwargs.keys():
        return args, kwargs
    given.update(kwargs)
    given = {**known['defaults'], **given}
    if any(name not in given for name in known['args']) or given.keys() - set(known['args']) - set(known['kwargs']):
        return args, kwargs
    return tuple(given[name] for name in known['args']), {name: given[name] for name in known['kwargs'] if name in given}


class Attribute(Proxy):
    """proxy.name: a method, if it is called next."""

    def __init__(self, root, attr):
        self.root, self.attr, self.tracer = root, attr, root.tracer
        self._node = None

    @property
    def node(self):
        if self._node is None:
            self._node = self.tracer.create_proxy('call_function', getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy('call_method', self.attr, (self.root, *args), kwargs)


def _operator(name, fn):
    def made(self, *args):
        return self.tracer.create_proxy('call_function', fn, (self, *args), {})

    made.__name__ = name
    return made


def _reflected(name, fn):
    def made(self, other):
        return self.tracer.create_proxy('call_function', fn, (other, self), {})

    made.__name__ = name
    return made


for _name in ('add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow', 'matmul', 'and_', 'or_', 'xor', 'lshift', 'rshift'):
    _dunder = _name.strip('_')
    setattr(Proxy, f'__{_dunder}__', _operator(f'__{_dunder}__', getattr(operator, _name)))
    setattr(Proxy, f'__r{_dunder}__', _reflected(f'__r{_dunder}__', getattr(operator, _name)))
for _name in ('eq', 'ne', 'lt', 'le', 'gt', 'ge', 'neg', 'pos', 'invert', 'getitem'):
    setattr(Proxy, f'__{_name}__', _operator(f'__{_name}__', getattr(operator, _name)))
Proxy.__hash__ = object.__hash__
