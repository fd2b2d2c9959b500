"""torch.fx.GraphModule: a module whose forward is a graph."""
import copy
import itertools
import linecache

import torch

from ..nn import Module
from .graph import Graph

_count = itertools.count()


def _copy_attr(source, to, target):
    """What `target` names, put into `to` under the same name; modules on the way are made."""
    *path, name = target.split('.')
    for part in path:
        source = getattr(source, part)
        if not hasattr(to, part):
            to.add_module(part, Module())
        to = getattr(to, part)
    found = getattr(source, name)
    if isinstance(found, torch.Tensor) and not isinstance(found, torch.nn.Parameter):
        to.register_buffer(name, found)
    else:
        setattr(to, name, found)


class GraphModule(Module):
    """A module of a graph: `code` is its forward as Python. After a change of the graph, recompile() writes it anew.

    root: the module that the graph's targets lie in, or a dictionary of them by target.
    """

    def __new__(cls, *args, **kwargs):
        # Each has a class of its own, since forward is a method.
        for c in cls.__mro__:
            if '_own_class' not in c.__dict__:
                cls = c
                break
        made = type('GraphModuleImpl', (cls,), {'_own_class': True, '__module__': cls.__module__,
                                                '__qualname__': f'{cls.__qualname__}.__new__.<locals>.GraphModuleImpl'})
        return super().__new__(made)

    def __init__(self, root, graph, class_name='GraphModule'):
        super().__init__()
        type(self).__name__ = class_name
        if isinstance(root, Module):
            self.training = getattr(root, 'training', self.training)
            for node in graph.nodes:
                if node.op in ('get_attr', 'call_module'):
                    _copy_attr(root, self, node.target)
        elif isinstance(root, dict):
            for target in sorted((n.target for n in graph.nodes if n.op in ('get_attr', 'call_module')), key=lambda t: t.count('.')):
                if target not in root:
                    raise RuntimeError(f'Node in the graph referenced target {target} but that target was not provided in ``root``!')
                to = self
                *path, name = target.split('.')
                for part in path:
                    if not hasattr(to, part):
                        to.add_module(part, Module())
                    to = getattr(to, part)
                setattr(to, name, root[target])
        else:
            raise RuntimeError('Unsupported type ' + str(root) + ' passed for root!')
        self.graph = graph
        self.meta = {}

    @property
    def graph(self):
        return self._graph

    @graph.setter
    def graph(self, g):
        if not isinstance(g, Graph):
            raise AssertionError(f'Expected a Graph instance, but got {type(g)}')
        self._graph = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self):
        return self._code

    def recompile(self):
        """Writes forward anew from the graph."""
        code = self._graph.python_code('self')
        self._code = code.src
        file = f'<eval_with_key>.{next(_count)}'
        linecache.cache[file] = (len(code.src), None, code.src.splitlines(True), file)
        names = dict(code.globals)
        exec(compile(code.src, file, 'exec'), names)
        type(self).forward = names['forward']
        return code

    def add_submodule(self, target, m):
        """Puts a module at a dotted name; False where something else lies on the way."""
        *path, name = target.split('.')
        to = self
        for part in path:
            if not hasattr(to, part):
                setattr(to, part, Module())
            to = getattr(to, part)
            if not isinstance(to, Module):
                return False
        to.add_module(name, m)
        return True

    def delete_submodule(self, target):
        """Takes a module out; False where there is none."""
        *path, name = target.split('.')
        to = self
        for part in path:
            to = getattr(to, part, None)
            if not isinstance(to, Module):
                return False
        if not isinstance(getattr(to, name, None), Module):
            return False
        delattr(to, name)
        return True

    def delete_all_unused_submodules(self):
        """Takes out the modules that the graph neither calls nor reaches through."""
        used = set()
        for node in self.graph.nodes:
            if node.op in ('call_module', 'get_attr'):
                parts = node.target.split('.')
                used |= {'.'.join(parts[:i + 1]) for i in range(len(parts))}
                if node.op == 'call_module':
                    used |= {f'{node.target}.{name}' for name, _ in self.get_submodule(node.target).named_modules()}
        for name in [name for name, _ in self.named_modules()]:
            if name and name not in used:
                self.delete_submodule(name)

    def __deepcopy__(self, memo):
        held = Module()
        held.__dict__.update({k: copy.deepcopy(v, memo) for k, v in self.__dict__.items() if k not in ('_graph', '_code', '_trace_id')})
        made = GraphModule(held, copy.deepcopy(self._graph, memo))
        made.meta = dict(self.meta)
        return made

    def print_readable(self, print_output=True, *args, **kwargs):
        """The code as that of a class."""
        head, _, rest = self._code.strip('\n').partition('\n')
        lines = [head, '    # No stacktrace found for following nodes', *rest.split('\n')]
        body = '\n'.join('    ' + line if line.strip() else '' for line in lines)
        text = f'class {type(self).__name__}(torch.nn.Module):\n{body}'
        if print_output:
            print(text)
        return text

    def __str__(self):
        return f'{super().__repr__()}\n{self._code}\n# To see more debug info, please use `graph_module.print_readable()`'
