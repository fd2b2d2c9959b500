"""Nested containers taken apart into their leaves, and put together again (PyTorch's torch.utils._pytree)."""
from collections import OrderedDict, defaultdict, deque


class _Star:
    def __repr__(self):
        return '*'


class TreeSpec:
    """The shape of a nested container: its type, what else it needs (keys), and its parts; no type for a leaf."""

    def __init__(self, type, context, children):
        self.type, self.context, self.children = type, context, children

    @property
    def num_leaves(self):
        return 1 if self.type is None else sum(c.num_leaves for c in self.children)

    def is_leaf(self):
        return self.type is None

    def __eq__(self, other):
        return (isinstance(other, TreeSpec) and self.type is other.type and self.context == other.context
                and self.children == other.children)

    def __hash__(self):
        return hash((self.type, self.num_leaves))

    def __repr__(self, indent=0):
        if self.type is None:
            return '*'
        inner = indent + len(f'TreeSpec({self.type.__name__}, {self.context}, [')
        return (f'TreeSpec({self.type.__name__}, {self.context}, ['
                + f',\n{" " * 2}{" " * indent}'.join(c.__repr__(indent + 2) for c in self.children) + '])') if inner else ''

    def pretty(self):
        """The container with a star for every leaf."""
        return repr(self.unflatten([_Star()] * self.num_leaves))

    def unflatten(self, leaves):
        """The container with these leaves."""
        return _build(self, iter(leaves))


def _parts(tree):
    """(type, context, parts) of a container; None for a leaf."""
    kind = type(tree)
    if kind in (list, tuple):
        return kind, None, list(tree)
    if kind in (dict, OrderedDict):
        return kind, list(tree), list(tree.values())
    if kind is defaultdict:
        return kind, [tree.default_factory, list(tree)], list(tree.values())
    if kind is deque:
        return kind, tree.maxlen, list(tree)
    if isinstance(tree, tuple) and hasattr(kind, '_fields'):
        return kind, kind, list(tree)
    return None


def tree_flatten(tree, is_leaf=None):
    """(leaves, spec)."""
    found = None if is_leaf is not None and is_leaf(tree) else _parts(tree)
    if found is None:
        return [tree], TreeSpec(None, None, [])
    kind, context, parts = found
    leaves, specs = [], []
    for part in parts:
        more, spec = tree_flatten(part, is_leaf)
        leaves += more
        specs.append(spec)
    return leaves, TreeSpec(kind, context, specs)


def _build(spec, leaves):
    if spec.type is None:
        return next(leaves)
    parts = [_build(c, leaves) for c in spec.children]
    if spec.type in (dict, OrderedDict):
        return spec.type(zip(spec.context, parts))
    if spec.type is defaultdict:
        return defaultdict(spec.context[0], zip(spec.context[1], parts))
    if spec.type is deque:
        return deque(parts, maxlen=spec.context)
    return spec.type(*parts) if hasattr(spec.type, '_fields') else spec.type(parts)


def tree_unflatten(leaves, treespec):
    """The container of these leaves."""
    return treespec.unflatten(leaves)


def tree_leaves(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func, tree, *rests, is_leaf=None):
    """The same container of func(leaf)."""
    leaves, spec = tree_flatten(tree, is_leaf)
    return spec.unflatten(map(func, leaves, *(tree_leaves(r, is_leaf) for r in rests)))


def tree_map_only(kind, func, tree, is_leaf=None):
    """func for leaves of a type; the others stay."""
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree, is_leaf=is_leaf)


def tree_all(pred, tree):
    return all(map(pred, tree_leaves(tree)))


def tree_any(pred, tree):
    return any(map(pred, tree_leaves(tree)))


def broadcast_to_and_flatten(prefix, spec):
    """A leaf of `prefix` for every leaf of the container: one stands for all below it. None where the two do not fit."""
    if spec.type is None:
        return [prefix]
    found = _parts(prefix)
    if found is None:
        return [prefix] * spec.num_leaves
    kind, context, parts = found
    if kind is not spec.type or context != spec.context or len(parts) != len(spec.children):
        return None
    out = []
    for part, child in zip(parts, spec.children):
        more = broadcast_to_and_flatten(part, child)
        if more is None:
            return None
        out += more
    return out


_broadcast_to_and_flatten = broadcast_to_and_flatten
