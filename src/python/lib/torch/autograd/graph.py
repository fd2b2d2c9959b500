"""Gradient functions, as `tensor.grad_fn` shows them."""
from .. import _bridge

_name = _bridge.function('nodeName')
_next = _bridge.function('nodeNext')
_id = _bridge.function('nodeId')
_variable = _bridge.function('nodeVariable')
_classes = {}
# Nodes that PyTorch wrote by hand, in this namespace.
_IN_CORE = ('AccumulateGrad', 'CopyBackwards', 'CopySlices')


class Node:
    """One vertex of the tape: the gradient of one call of one op."""

    __slots__ = ('_n', '__weakref__', '__dict__')

    @staticmethod
    def _of(handle):
        name = _name(handle)
        cls = _classes.get(name)
        if cls is None:
            cls = _classes[name] = type(name, (Node,), {'__slots__': (), '__module__': None})
        node = object.__new__(cls)
        node._n = handle
        return node

    def name(self):
        name = _name(self._n)
        return 'torch::autograd::' + name if name in _IN_CORE else name

    @property
    def next_functions(self):
        text = _next(self._n)
        if not text:
            return ()
        out = []
        for pair in text.split(';'):
            handle, nr = map(int, pair.split(','))
            out.append((None if handle < 0 else Node._of(handle), nr))
        return tuple(out)

    @property
    def variable(self):
        h = _variable(self._n)
        if h < 0:
            raise AttributeError(f"'{self.name()}' object has no attribute 'variable'")
        from .._tensor import _id, leaves, wrap
        known = leaves.get(_id(h))
        return wrap(h) if known is None else known

    def __eq__(self, other):
        return isinstance(other, Node) and _id(self._n) == _id(other._n)

    def __hash__(self):
        return hash(_id(self._n))

    def __repr__(self):
        return f'<{_name(self._n)} object at 0x{id(self):012x}>'

    def __del__(self):
        _bridge._js.releaseNode(self._n)
