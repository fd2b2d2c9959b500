"""torch.autograd.graph: gradient functions as `tensor.grad_fn` shows them, places of the graph, and hooks on what it saves."""
import contextlib
import functools
import json
from collections import defaultdict, namedtuple

from .. import _bridge, _missing
from .._tensor import Tensor
from . import _hooks

_name = _bridge.function('nodeName')
_next = _bridge.function('nodeNext')
_id = _bridge.function('nodeId')
_variable = _bridge.function('nodeVariable')
_function = _bridge.function('nodeFunction')
_saved = _bridge.function('nodeSaved')
_attribute = _bridge.function('nodeAttribute')
_classes = {}
# Nodes that PyTorch wrote by hand, in this namespace.
_IN_CORE = ('AccumulateGrad', 'CopyBackwards', 'CopySlices')
_metadata = {}


class Node:
    """One vertex of the tape: the gradient of one call of one op."""

    __slots__ = ('_n', '__weakref__', '__dict__')

    @staticmethod
    def _of(handle):
        name = _name(handle)
        python = _function(handle) >= 0
        cls = _classes.get((name, python))
        if cls is None:
            cls = _classes[name, python] = type(name, (_FunctionNode if python else Node,), {
                '__slots__': (), '__module__': 'torch.autograd.function' if python else None})
        node = object.__new__(cls)
        node._n = handle
        return node

    def name(self):
        """`MulBackward0`."""
        name = _name(self._n)
        return 'torch::autograd::' + name if name in _IN_CORE else name

    @property
    def metadata(self):
        """A dict of one's own."""
        return _metadata.setdefault(_id(self._n), {})

    @property
    def next_functions(self):
        """(gradient function, number of its output) for each input; (None, 0) where no gradient goes."""
        return _followers(json.loads(_next(self._n)))

    @property
    def variable(self):
        h = _variable(self._n)
        if h < 0:
            raise AttributeError(f"'{self.name()}' object has no attribute 'variable'")
        return _hooks.known(h)

    def register_hook(self, fn):
        """Calls fn(grad_inputs, grad_outputs) after this gradient was computed; what it answers replaces grad_inputs."""
        return _hooks.register_node(self._n, fn, False)

    def register_prehook(self, fn):
        """Calls fn(grad_outputs) before; what it answers replaces them."""
        return _hooks.register_node(self._n, fn, True)

    def __getattr__(self, name):
        if name.startswith('_saved_'):
            h = _saved(self._n, name[len('_saved_'):])
            if h >= 0:
                return _hooks.known(h)
            text = _attribute(self._n, name[len('_saved_'):])
            if text:
                found = json.loads(text)
                return tuple(found) if isinstance(found, list) else found
        raise AttributeError(f"'{self.name()}' object has no attribute '{name}'")

    def __dir__(self):
        return _missing.listed('node')

    def __eq__(self, other):
        return isinstance(other, Node) and _id(self._n) == _id(other._n)

    def __hash__(self):
        return hash(_id(self._n))

    def __del__(self):
        _bridge._js.releaseNode(self._n)


class _Part(Node):
    """A node that is in PyTorch's graph and in ours a part of another: `TBackward0` of linear's weight. It has no hooks of its own."""

    __slots__ = ('_word', '_following')

    @staticmethod
    def _named(name, following):
        cls = _classes.get((name, _Part))
        if cls is None:
            cls = _classes[name, _Part] = type(name, (_Part,), {'__slots__': (), '__module__': None})
        node = object.__new__(cls)
        node._word, node._following = name, following
        return node

    def name(self):
        return self._word

    @property
    def metadata(self):
        return self.__dict__

    @property
    def next_functions(self):
        return self._following

    def register_hook(self, fn):
        raise NotImplementedError(f"{self._word} is a part of another node in Backstep: register the hook on that or on a tensor")

    register_prehook = register_hook

    def __getattr__(self, name):
        raise AttributeError(f"'{self._word}' object has no attribute '{name}'")

    def __eq__(self, other):
        return isinstance(other, _Part) and (self._word, self._following) == (other._word, other._following)

    def __hash__(self):
        return hash((self._word, self._following))

    def __del__(self):
        pass


def _followers(found):
    """`next_functions` of what the engine tells."""
    def node(one):
        if one is None:
            return None, 0
        if isinstance(one, dict):
            return _Part._named(one['name'], _followers(one['next'])), 0
        return Node._of(one[0]), one[1]
    return tuple(map(node, found))


class _FunctionNode(Node):
    """The gradient function of a torch.autograd.Function: its ctx's attributes are its own."""

    __slots__ = ()

    @property
    def _ctx(self):
        return _hooks._functions[_function(self._n)].ctx

    @property
    def saved_tensors(self):
        return self._ctx._tensors(self._n)

    @property
    def __dict__(self):
        return self._ctx.__dict__

    def __getattr__(self, name):
        try:
            return getattr(self._ctx, name)
        except AttributeError:
            raise AttributeError(f"'{self.name()}' object has no attribute '{name}'") from None


class GradientEdge(namedtuple('GradientEdge', ['node', 'output_nr', 'ownership_token'], defaults=[None])):
    """A place of the graph, for autograd.grad's and backward's `inputs`: an output of a gradient function."""


def get_gradient_edge(tensor):
    """Where a tensor's gradient goes."""
    if not tensor.requires_grad:
        raise RuntimeError('It is not possible to get the gradient edge for a Tensor that does not require gradients')
    node = tensor.grad_fn
    if node is None:
        # A view of the leaf leads to its accumulator.
        from .grad_mode import enable_grad
        with enable_grad():
            node = tensor.view_as(tensor).grad_fn.next_functions[0][0]
        return GradientEdge(node, 0)
    return GradientEdge(node, _bridge._js.outputNr(tensor._h))


def increment_version(tensor):
    """Counts a write that autograd could not see."""
    for t in (tensor,) if isinstance(tensor, Tensor) else tensor:
        _bridge._js.bumpVersion(t._h)


class saved_tensors_hooks:
    """Within it, what autograd saves is given to pack_hook, and unpack_hook gives it back for the backward pass."""

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self):
        if _disabled:
            raise RuntimeError(_disabled[-1])
        _hooks.push_saved_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *exc):
        _hooks.pop_saved_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Accepted: what is saved is on the CPU already; pack makes a copy there, as PyTorch's."""

    def __init__(self, pin_memory=False, device_type='cuda'):
        super().__init__(lambda t: (t.device, t.detach().clone() if pin_memory else t.detach()), lambda packed: packed[1])


_disabled = []


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """Within it, saved_tensors_hooks raises."""
    _disabled.append(error_message)
    try:
        yield
    finally:
        _disabled.pop()


class _MultiHandle:
    def __init__(self, handles):
        self.handles = handles

    def remove(self):
        for handle in self.handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def register_multi_grad_hook(tensors, fn, *, mode='all'):
    """Calls fn once a backward pass: with the gradients of all tensors (None where there is none), or ('any') with the first of them."""
    if mode not in ('all', 'any'):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    passes = _pass_counter()
    if mode == 'any':
        seen = set()

        @functools.wraps(fn)
        def once(grad):
            now = passes()
            if now not in seen:
                seen.add(now)
                fn(grad)

        return _MultiHandle([t.register_hook(once) for t in tensors if t.requires_grad])
    found = defaultdict(dict)
    expected = {}

    def hook_of(i):
        def hook(grad):
            now = passes()
            if now not in expected:
                expected[now] = _bridge_reachable(tensors)
            found[now][i] = grad
            if len(found[now]) == expected[now]:
                grads = found.pop(now)
                expected.pop(now)
                fn([grads.get(k) for k in range(len(tensors))])
        return hook

    return _MultiHandle([t.register_hook(hook_of(i)) for i, t in enumerate(tensors) if t.requires_grad])


def _pass_counter():
    return _bridge._js.passNumber


def _bridge_reachable(tensors):
    """How many of these the backward pass that is going on will reach."""
    return _bridge._js.willReach(*[t._h for t in tensors if t.requires_grad])


@contextlib.contextmanager
def allow_mutation_on_saved_tensors():
    """Within it, what was saved may be written: a copy of it is kept."""
    with saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        yield


def set_warn_on_accumulate_grad_stream_mismatch(enabled):
    """Accepted: there are no streams."""


for _class in (Node, GradientEdge, saved_tensors_hooks, save_on_cpu):
    _class.__module__ = 'torch.autograd.graph'
__all__ = ['saved_tensors_hooks', 'save_on_cpu', 'disable_saved_tensors_hooks', 'register_multi_grad_hook',
           'allow_mutation_on_saved_tensors', 'Node', 'GradientEdge', 'get_gradient_edge', 'increment_version',
           'set_warn_on_accumulate_grad_stream_mismatch']
