"""torch.fx.Node: one call of a graph."""
import builtins
import functools
import json
import types

from .immutable_collections import immutable_dict, immutable_list

_LEGAL_OPS = {'placeholder', 'call_method', 'call_module', 'call_function', 'get_attr', 'output', 'root'}
_side_effectful = set()


@functools.cache
def functions():
    """{function: {name, params, defaults, args, kwargs}} as torch.fx writes them, from _functions.json (made by test/golden/fx_names.py)."""
    with open(__file__.rpartition('/')[0] + '/_functions.json') as f:
        return {key: _read(text) for key, text in json.load(f).items()}


def _read(text):
    name, *more = text.split('|')
    if not more:
        return {'name': name}
    params, args, kwargs = map(str.split, more)
    defaults = {k: json.loads(v) for k, given, v in (p.partition('=') for p in params) if given}
    return {'name': name, 'params': [p.partition('=')[0] for p in params], 'defaults': defaults, 'args': args, 'kwargs': kwargs}


def known_as(fn):
    """What is recorded of a function of torch: {name, args, kwargs}, or None."""
    name, module = getattr(fn, '__name__', ''), getattr(fn, '__module__', None) or ''
    if not module.startswith('torch'):
        return None
    # Our own files are others than PyTorch's.
    more = ('torch.nn.functional',) if module.startswith('torch.nn') else ('torch',)
    for space in (module, *more, *(('torch.linalg',) if module == 'torch._linalg_functions' else ())):
        found = functions().get(f'{space}.{name}') or functions().get(f"{space}.{name.partition('_')[2]}" if '_' in name else '')
        if found is not None:
            return found
    return None


def shown(target):
    """A target as PyTorch prints it."""
    if isinstance(target, types.FunctionType):
        known = known_as(target)
        name = known['name'].rpartition('.')[2] if known else target.__name__
        where = known['name'] if known else f'torch.{name}'
        if where.startswith('torch._C'):
            return f'<built-in function {name}>'
        if (target.__module__ or '').startswith('torch') and where == f'torch.{name}':
            return f'<built-in method {name} of type object at 0x{id(target):012x}>'
        return f'<function {target.__qualname__} at 0x{id(target):012x}>'
    return str(target)


def has_side_effect(fn):
    """Says that calls of a function are not dead code, though nobody takes their results."""
    _side_effectful.add(fn)
    return fn


def map_arg(a, fn):
    """Arguments with fn(node) in place of each node, in lists, tuples, dictionaries and slices too."""
    return map_aggregate(a, lambda v: fn(v) if isinstance(v, Node) else v)


def map_aggregate(a, fn):
    """Arguments with fn(value) in place of each value."""
    if isinstance(a, tuple):
        mapped = [map_aggregate(v, fn) for v in a]
        return type(a)(*mapped) if hasattr(a, '_fields') else tuple(mapped)
    if isinstance(a, list):
        return immutable_list(map_aggregate(v, fn) for v in a)
    if isinstance(a, dict):
        return immutable_dict((k, map_aggregate(v, fn)) for k, v in a.items())
    if isinstance(a, slice):
        return slice(map_aggregate(a.start, fn), map_aggregate(a.stop, fn), map_aggregate(a.step, fn))
    return fn(a)


def _get_qualified_name(func):
    """Where a function is found: `torch.add`, `operator.add`'s `_operator.add`."""
    known = known_as(func)
    if known is not None:
        return known['name']
    if getattr(builtins, func.__name__, None) is func:
        return func.__name__
    module = func.__module__ or ''
    if module.startswith('torch._'):
        module = 'torch'
    qualname = getattr(func, '__qualname__', func.__name__) if isinstance(func, types.MethodDescriptorType) else func.__name__
    return f'{module}.{qualname}' if module else qualname


def _type_repr(obj):
    if isinstance(obj, type) and not isinstance(obj, types.GenericAlias):
        if obj.__module__ == 'builtins':
            return obj.__qualname__
        return f'{obj.__module__}.{obj.__qualname__}'
    if obj is ...:
        return '...'
    return obj.__name__ if isinstance(obj, types.FunctionType) else repr(obj)


def _format_arg(arg):
    if isinstance(arg, list):
        return '[' + ', '.join(map(_format_arg, arg)) + ']'
    if isinstance(arg, tuple):
        return '(' + ', '.join(map(_format_arg, arg)) + (',)' if len(arg) == 1 else ')')
    if isinstance(arg, dict):
        return '{' + ', '.join(f'{k}: {_format_arg(v)}' for k, v in arg.items()) + '}'
    return '%' + str(arg) if isinstance(arg, Node) else str(arg)


class Node:
    """A step of a Graph: what is called (op, target), with what (args, kwargs), and who takes the result (users)."""

    def __init__(self, graph, name, op, target, args, kwargs, return_type=None):
        if op not in _LEGAL_OPS:
            raise AssertionError(f"op '{op}' is not in _legal_ops")
        if op == 'call_function':
            if not callable(target):
                raise ValueError(f'Node [graph = {graph}, name = \'{name}\'] target {target} has type {type(target)} but a Callable is expected')
        elif not isinstance(target, str):
            raise ValueError(f'Node [graph = {graph}, name = \'{name}\'] target {target} has type {type(target)} but a str is expected')
        self.graph, self.name, self.op, self.target, self.type = graph, name, op, target, return_type
        self._prev = self._next = self
        self._erased = False
        self._input_nodes, self.users = {}, {}
        self._args, self._kwargs = (), {}
        self.meta = {}
        self._repr_fn = None
        self._update(args, kwargs)

    next = property(lambda self: self._next)
    prev = property(lambda self: self._prev)
    stack_trace = property(lambda self: self.meta.get('stack_trace'), lambda self, text: self.meta.__setitem__('stack_trace', text))

    @property
    def args(self):
        return self._args

    @args.setter
    def args(self, args):
        self._update(args, self._kwargs)

    @property
    def kwargs(self):
        return self._kwargs

    @kwargs.setter
    def kwargs(self, kwargs):
        self._update(self._args, kwargs)

    @property
    def all_input_nodes(self):
        return list(self._input_nodes)

    def _update(self, args, kwargs):
        for node in self._input_nodes:
            node.users.pop(self, None)
        self._input_nodes = {}

        def use(node):
            self._input_nodes.setdefault(node)
            node.users.setdefault(self)
            return node

        self._args, self._kwargs = map_arg(tuple(args), use), map_arg(dict(kwargs), use)

    def update_arg(self, idx, arg):
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def update_kwarg(self, key, arg):
        self.kwargs = {**self.kwargs, key: arg}

    def insert_arg(self, idx, arg):
        if not 0 <= idx <= len(self.args):
            raise AssertionError('insert_args index must be between 0 and len(self.args)')
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def prepend(self, x):
        """Puts node x before this one."""
        if x.graph is not self.graph:
            raise AssertionError('Attempting to move a Node into a different Graph')
        if x is self:
            return
        x._unlink()
        before = self._prev
        before._next, x._prev, x._next, self._prev = x, before, self, x

    def append(self, x):
        """Puts node x after this one."""
        self._next.prepend(x)

    def _unlink(self):
        self._prev._next, self._next._prev = self._next, self._prev

    def replace_all_uses_with(self, replace_with, delete_user_cb=lambda user: True, *, propagate_meta=False):
        """Gives all who take this node's result another's; the list of them."""
        if propagate_meta:
            replace_with.meta.update(self.meta)
        changed = []
        for user in list(self.users):
            if delete_user_cb(user):
                user.replace_input_with(self, replace_with)
                changed.append(user)
        return changed

    def replace_input_with(self, old_input, new_input):
        swap = lambda node: new_input if node is old_input else node  # noqa: E731
        self._update(map_arg(self._args, swap), map_arg(self._kwargs, swap))

    def is_impure(self, impure_random=True):
        """Does it do something beside giving a result?"""
        if self.op in ('placeholder', 'output'):
            return True
        if self.op == 'call_function':
            name = getattr(self.target, '__name__', '')
            return self.target in _side_effectful or name in ('_assert', '_assert_async', '_record_function_enter', '_record_function_exit')
        if self.op == 'call_module':
            return getattr(self.graph.owning_module.get_submodule(self.target), '_is_impure', False) if self.graph.owning_module else False
        return False

    def _pretty_print_target(self, target):
        if isinstance(target, str):
            return target
        if getattr(target, '__module__', None) == 'builtins':
            return f'builtins.{target.__name__}'
        if getattr(target, '__module__', None) == '_operator':
            return f'operator.{target.__name__}'
        return _get_qualified_name(target)

    def format_node(self, placeholder_names=None, maybe_return_typename=None):
        """`%add : [num_users=1] = call_function[target=operator.add](args = (%x, %y), kwargs = {})`."""
        kind = f'{_type_repr(self.type)} ' if self.type else ''
        head = f'%{self.name} : {kind}[num_users={len(self.users)}] = {self.op}[target={self._pretty_print_target(self.target)}]'
        if self.op == 'placeholder':
            if placeholder_names is not None:
                placeholder_names.append(self.target + (f': {_type_repr(self.type)}' if self.type else ''))
            return head + (f'(default={self.args[0]})' if self.args else '')
        if self.op == 'get_attr':
            return head
        if self.op == 'output':
            return f'return {self.args[0]}'
        return f'{head}(args = {_format_arg(self.args)}, kwargs = {_format_arg(self.kwargs)})'

    def __lt__(self, other):
        order = {node: i for i, node in enumerate(self.graph.nodes)}
        return order[self] < order[other]

    def __repr__(self):
        return self._repr_fn(self) if self._repr_fn else self.name
