"""torch.fx.Graph: nodes in order, and the Python code that they stand for."""
import builtins
import contextlib
import keyword
import math
import re
from collections import namedtuple

import torch

from .node import Node, _get_qualified_name, _type_repr, map_arg, shown

_OPERATORS = {'add': '{} + {}', 'sub': '{} - {}', 'mul': '{} * {}', 'floordiv': '{} // {}', 'truediv': '{} / {}', 'mod': '{} % {}',
              'pow': '{} ** {}', 'lshift': '{} << {}', 'rshift': '{} >> {}', 'and_': '{} & {}', 'or_': '{} | {}', 'xor': '{} ^ {}',
              'getitem': '{}[{}]', 'matmul': '{} @ {}', 'eq': '{} == {}', 'ne': '{} != {}', 'lt': '{} < {}', 'gt': '{} > {}',
              'le': '{} <= {}', 'ge': '{} >= {}', 'pos': '+{}', 'neg': '-{}', 'invert': '~{}'}
_IN_PLACE = {'iadd': '+=', 'iand': '&=', 'ifloordiv': '//=', 'ilshift': '<<=', 'imod': '%=', 'imul': '*=', 'imatmul': '@=', 'ior': '|=',
             'ipow': '**=', 'irshift': '>>=', 'isub': '-=', 'itruediv': '/=', 'ixor': '^='}
# Names that generated code finds in its globals.
_GLOBALS = {'inf': math.inf, 'nan': math.nan, 'NoneType': type(None), 'torch': torch, 'device': torch.device}

PythonCode = namedtuple('PythonCode', ['src', 'globals'])


class _Namespace:
    """Names that are taken."""

    def __init__(self):
        self.owners, self.used, self.counts = {}, set(), {}

    def create_name(self, candidate, obj=None):
        """A name like the candidate that nobody has, and that is no word of Python's."""
        if obj is not None and obj in self.owners:
            return self.owners[obj]
        candidate = re.sub(r'\W+', '_', candidate) or '_unnamed'
        if candidate[0].isdigit():
            candidate = '_' + candidate
        match = re.fullmatch(r'(.*)_(\d+)', candidate)
        base, number = (match[1], int(match[2])) if match else (candidate, None)
        candidate = base if number is None else f'{base}_{number}'
        if not number:
            number = self.counts.get(base, 0)
        while candidate in self.used or self._illegal(candidate, obj):
            number += 1
            candidate = f'{base}_{number}'
        self.used.add(candidate)
        self.counts[base] = number
        if obj is not None:
            self.owners[obj] = candidate
        return candidate

    @staticmethod
    def _illegal(name, obj):
        if keyword.iskeyword(name):
            return True
        if name in builtins.__dict__:
            return obj is None or builtins.__dict__[name] is not obj
        return name in _GLOBALS and _GLOBALS[name] is not obj


class _node_list:
    def __init__(self, graph, direction='_next'):
        self.graph, self.direction = graph, direction

    def __len__(self):
        return self.graph._len

    def __iter__(self):
        node = getattr(self.graph._root, self.direction)
        while node is not self.graph._root:
            if not node._erased:
                yield node
            node = getattr(node, self.direction)

    def __reversed__(self):
        return _node_list(self.graph, '_prev' if self.direction == '_next' else '_next')


class CodeGen:
    """Writes a graph as a function."""

    def gen_fn_def(self, free_vars, maybe_return_annotation):
        if not free_vars or free_vars[0] != 'self':
            free_vars.insert(0, 'self')
        return f"def forward({', '.join(free_vars)}){maybe_return_annotation}:"

    def generate_output(self, output_args, **kwargs):
        return f'return {_repr(output_args)}'

    def additional_globals(self):
        return []


def _snake(text):
    return re.sub(r'(?<=[a-z0-9])([A-Z])|(?<!^)(?<!_)([A-Z])(?=[a-z])', lambda m: '_' + m[0], text).lower()


def _repr(v):
    """A value as source."""
    if isinstance(v, tuple) and hasattr(v, '_fields'):
        return f"{type(v).__name__}({', '.join(map(_repr, v))})"
    if isinstance(v, tuple):
        return '(' + ', '.join(map(_repr, v)) + (',)' if len(v) == 1 else ')')
    if isinstance(v, list):
        return '[' + ', '.join(map(_repr, v)) + ']'
    if isinstance(v, dict):
        return '{' + ', '.join(f'{k!r}: {_repr(x)}' for k, x in v.items()) + '}'
    if isinstance(v, slice):
        return f'slice({_repr(v.start)}, {_repr(v.stop)}, {_repr(v.step)})'
    return repr(v)


def _arguments(args, kwargs):
    return ', '.join([*map(_repr, args), *(f'{k} = {_repr(v)}' for k, v in kwargs.items())])


def _target(base, target):
    """`self.a.b`, with getattr for what is no name."""
    for part in target.split('.'):
        base = f'{base}.{part}' if part.isidentifier() else f'getattr({base}, "{part}")'
    return base


class Graph:
    """A program: placeholders (inputs), calls, and an output.

    create_node(op, target, args, kwargs) and its shorthands write a node at the insert point, which is the end if not told otherwise.
    """

    def __init__(self, owning_module=None, tracer_cls=None, tracer_extras=None):
        self._root = Node(self, '', 'root', '', (), {})
        self._insert = self._root.prepend
        self._graph_namespace = _Namespace()
        self._owning_module, self._tracer_cls = owning_module, tracer_cls
        self._len = 0
        self._codegen = CodeGen()

    owning_module = property(lambda self: self._owning_module, lambda self, module: setattr(self, '_owning_module', module))
    nodes = property(_node_list)

    def output_node(self):
        return next(iter(reversed(self.nodes)))

    def find_nodes(self, *, op, target=None, sort=True):
        return [n for n in self.nodes if n.op == op and (target is None or n.target == target)]

    def _target_to_str(self, target):
        name = target if isinstance(target, str) else target.__name__
        if name.startswith('__') and name.endswith('__'):
            name = name[2:-2]
        return _snake(name)

    def create_node(self, op, target, args=None, kwargs=None, name=None, type_expr=None):
        args, kwargs = () if args is None else args, {} if kwargs is None else kwargs
        name = self._graph_namespace.create_name(name if name is not None else self._target_to_str(target))
        node = Node(self, name, op, target, args, kwargs, type_expr)
        self._graph_namespace.owners[node] = name
        self._insert(node)
        self._len += 1
        return node

    def placeholder(self, name, type_expr=None, default_value=None, **kwargs):
        return self.create_node('placeholder', name, () if default_value is None else (default_value,), type_expr=type_expr)

    def get_attr(self, qualified_name, type_expr=None):
        return self.create_node('get_attr', qualified_name, type_expr=type_expr)

    def call_module(self, module_name, args=None, kwargs=None, type_expr=None):
        return self.create_node('call_module', module_name, args, kwargs, type_expr=type_expr)

    def call_method(self, method_name, args=None, kwargs=None, type_expr=None):
        return self.create_node('call_method', method_name, args, kwargs, type_expr=type_expr)

    def call_function(self, the_function, args=None, kwargs=None, type_expr=None, name=None):
        return self.create_node('call_function', the_function, args, kwargs, name=name, type_expr=type_expr)

    def output(self, result, type_expr=None):
        return self.create_node('output', 'output', (result,), type_expr=type_expr)

    def erase_node(self, to_erase):
        """Takes a node out that nobody uses."""
        if to_erase.users:
            raise RuntimeError(f'Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: '
                               f'{to_erase.users}!')
        if to_erase.graph is not self:
            raise RuntimeError(f'Attempting to remove {to_erase} from wrong graph!')
        if to_erase._erased:
            return
        to_erase._unlink()
        to_erase._erased = True
        self._len -= 1
        to_erase._update((), {})

    @contextlib.contextmanager
    def _inserting(self, insert):
        before, self._insert = self._insert, insert
        try:
            yield
        finally:
            self._insert = before

    def inserting_before(self, n=None):
        """For a `with`: nodes are written before n, or at the beginning."""
        return self.inserting_after(self._root) if n is None else self._inserting(n.prepend)

    def inserting_after(self, n=None):
        """For a `with`: nodes are written after n, or at the end; each after the one before it."""
        if n is None:
            return self.inserting_before(self._root)
        last = n

        def insert(node):
            nonlocal last
            last.append(node)
            last = node

        return self._inserting(insert)

    def node_copy(self, node, arg_transform=lambda x: x):
        """A copy of another graph's node, at the insert point."""
        made = self.create_node(node.op, node.target, map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform), node.name,
                                node.type)
        made.meta = dict(node.meta)
        return made

    def graph_copy(self, g, val_map, return_output_node=False):
        """Copies all nodes of another graph; gives its output's argument."""
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == 'output':
                result = map_arg(node.args[0], lambda n: val_map[n])
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo=None):
        copy = Graph(tracer_cls=self._tracer_cls)
        result = copy.graph_copy(self, {}, return_output_node=True)
        if result is not None:
            copy.output(result[0], type_expr=result[1].type).meta = dict(result[1].meta)
        return copy

    def eliminate_dead_code(self, is_impure_node=None):
        """Takes out what nobody uses; says whether anything was."""
        impure = is_impure_node or Node.is_impure
        changed = False
        for node in list(reversed(self.nodes)):
            if not node.users and not impure(node):
                self.erase_node(node)
                changed = True
        return changed

    def lint(self):
        """Checks that each node comes after what it takes, and that modules and attributes are there."""
        seen, names = set(), set()
        for node in self.nodes:
            for used in node.all_input_nodes:
                if used.graph is not self:
                    raise RuntimeError(f"Argument '{used}' of Node '{node}' does not belong to this Graph, but was used as an argument! If "
                                       'you are copying nodes from another graph, make sure to use ``arg_transform`` on node_copy() to '
                                       f'remap values\n{self}')
                if used not in seen:
                    raise RuntimeError(f"Argument '{used}' of Node '{node}' was used before it has been defined! Please check that Nodes "
                                       f'in the graph are topologically ordered\n{self}')
            if node.name in names:
                raise RuntimeError(f'Node redefined name {node.name}!')
            seen.add(node)
            names.add(node.name)
            if self.owning_module is not None and node.op in ('call_module', 'get_attr'):
                found = self.owning_module
                for part in node.target.split('.'):
                    if not hasattr(found, part):
                        raise RuntimeError(f'Node {node} target {node.target} references nonexistent attribute {part} of {found}')
                    found = getattr(found, part)

    def set_codegen(self, codegen):
        self._codegen = codegen

    def python_code(self, root_module, *, verbose=False, **kwargs):
        """PythonCode(src, globals) of this program as a function whose self is called root_module."""
        namespace, found, wrapped = _Namespace(), {}, []

        def add_global(hint, obj):
            if getattr(obj, '__module__', '').partition('.')[0] == 'torch' and obj is not torch.device:
                return _get_qualified_name(obj) if callable(obj) and not isinstance(obj, type) else f'{obj.__module__}.{obj.__qualname__}'
            name = hint.replace('.', '_')
            if name not in found or found[name] is not obj:
                name = namespace.create_name(name, obj)
                found[name] = obj
            return name

        for name, obj in _GLOBALS.items():
            found[name] = obj
            namespace.used.add(name)

        def type_repr(t):
            if t is None or t == ():
                return ''
            if getattr(t, '__origin__', None) is not None or isinstance(t, str):
                return re.sub(r'\W+', '_', repr(t)) if isinstance(t, str) else repr(t)
            return add_global(_type_repr(t), t)

        last_uses = {}
        user_of = {}
        for node in reversed(self.nodes):
            for used in _in_order(node):
                if used not in user_of:
                    user_of[used] = node
                    last_uses.setdefault(node, []).append(used)

        body, free, returns = [], [], ''
        for node in self.nodes:
            line, returns = self._line(node, root_module, add_global, type_repr, free, wrapped, returns)
            if line is None:
                continue
            if node.op not in ('placeholder', 'output'):
                gone = last_uses.get(node, []) + ([] if node.users else [node])
                line += ';  ' + ' = '.join([*map(repr, gone), 'None']) if gone else ''
            body.append(line + '\n')
        wraps = '\n'.join(f'torch.fx._symbolic_trace.wrap("{name}")' for name in wrapped)
        code = '\n'.join('    ' + line for line in (''.join(body) or 'pass\n').split('\n'))
        return PythonCode(f'\n{wraps}\n\n{self._codegen.gen_fn_def(free, returns)}\n{code}', found)

    def _line(self, node, root_module, add_global, type_repr, free, wrapped, returns):
        """(a node's line, the annotation of what is returned)."""
        kind = f' : {type_repr(node.type)}' if node.type is not None else ''
        name, args = repr(node), node.args
        if node.op == 'placeholder':
            free.append(f'{node.target}{kind}' + (f' = {_repr(args[0])}' if args else ''))
            raw = node.target.replace('*', '')
            return (f'{name} = {raw}' if raw != name else None), returns
        if node.op == 'output':
            return self._codegen.generate_output(args[0]), f' -> {type_repr(node.type)}' if node.type is not None else returns
        if node.op == 'get_attr':
            return f'{name}{kind} = {_target(root_module, node.target)}', returns
        if node.op == 'call_method':
            return f'{name}{kind} = {_target(repr(args[0]), node.target)}({_arguments(args[1:], node.kwargs)})', returns
        if node.op == 'call_module':
            return f'{name}{kind} = {_target(root_module, node.target)}({_arguments(args, node.kwargs)})', returns
        fn = node.target
        if getattr(fn, '__module__', None) == '_operator':
            if fn.__name__ in _OPERATORS:
                return f'{name}{kind} = {_OPERATORS[fn.__name__].format(*map(_repr, args))}', returns
            if fn.__name__ in _IN_PLACE:
                return f'{_repr(args[0])} {_IN_PLACE[fn.__name__]} {_repr(args[1])};  {name}{kind} = {_repr(args[0])}', returns
        if fn is getattr and len(args) == 2 and isinstance(args[1], str) and args[1].isidentifier():
            return f'{name}{kind} = {_target(repr(args[0]), args[1])}', returns
        called = add_global(_get_qualified_name(fn), fn)
        if node.meta.get('is_wrapped') and called not in wrapped:
            wrapped.append(called)
        return f'{name}{kind} = {called}({_arguments(args, node.kwargs)})', returns

    def __str__(self):
        names, lines = [], []
        for node in self.nodes:
            lines.append('\n    ' + node.format_node(names))
        return 'graph():' + ''.join(lines)

    def print_tabular(self):
        """The nodes as a table."""
        rows = [('opcode', 'name', 'target', 'args', 'kwargs'),
                *((n.op, n.name, shown(n.target), str(n.args), str(n.kwargs)) for n in self.nodes)]
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        widths = [max(w, len(head) + 2) if len(rows) > 1 else w for w, head in zip(widths, rows[0])]
        lines = [rows[0], tuple('-' * w for w in widths), *rows[1:]]
        print('\n'.join('  '.join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in lines))


def _in_order(node):
    """What a node takes: as often and in the order in which it stands in its arguments."""
    out = []
    map_arg(node.args, out.append)
    map_arg(node.kwargs, out.append)
    return out
