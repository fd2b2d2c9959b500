"""torch.fx.replace_pattern: calls that look like a pattern, replaced by others."""
from collections import namedtuple

from .graph import Graph
from .node import Node

Match = namedtuple('Match', ['anchor', 'nodes_map'])


def _graph_of(f):
    from ._symbolic_trace import symbolic_trace
    return f if isinstance(f, Graph) else f.graph if hasattr(f, 'graph') else symbolic_trace(f).graph


def _matches(pattern, node, found):
    """Does a node, with what leads to it, look like the pattern's? Fills `found`."""
    if isinstance(pattern, Node) != isinstance(node, Node):
        return isinstance(pattern, Node) and pattern.op == 'placeholder' and found.setdefault(pattern, node) == node
    if not isinstance(pattern, Node):
        if isinstance(pattern, (list, tuple)):
            return isinstance(node, (list, tuple)) and len(pattern) == len(node) and all(_matches(p, n, found) for p, n in zip(pattern, node))
        if isinstance(pattern, dict):
            return isinstance(node, dict) and pattern.keys() == node.keys() and all(_matches(v, node[k], found) for k, v in pattern.items())
        return type(pattern) is type(node) and pattern == node
    if pattern in found:
        return found[pattern] is node
    if pattern.op == 'placeholder':
        found[pattern] = node
        return True
    if (pattern.op, pattern.target) != (node.op, node.target):
        return False
    found[pattern] = node
    return _matches(pattern.args, node.args, found) and _matches(pattern.kwargs, node.kwargs, found)


def replace_pattern(gm, pattern, replacement):
    """Replaces, in a GraphModule, what looks like one function by another; the list of what was found."""
    looked_for, instead = _graph_of(pattern), _graph_of(replacement)
    inputs = [n for n in looked_for.nodes if n.op == 'placeholder']
    result = looked_for.output_node().args[0]
    matches, gone = [], set()
    for node in list(gm.graph.nodes):
        found = {}
        if not isinstance(result, Node) or not _matches(result, node, found):
            continue
        inner = [(p, n) for p, n in found.items() if p.op != 'placeholder']
        # Nothing inside may be used from outside, and no node twice.
        if any(n in gone for _, n in inner) or any(user not in [m for _, m in inner] for p, n in inner if p is not result for user in n.users):
            continue
        gone |= {n for _, n in inner}
        values = {p: found.get(i) for p, i in zip((n for n in instead.nodes if n.op == 'placeholder'), inputs)}
        with gm.graph.inserting_before(node):
            new = gm.graph.graph_copy(instead, values)
        node.replace_all_uses_with(new)
        matches.append(Match(node, {p: n for p, n in found.items()}))
        for dead in sorted((n for _, n in inner), reverse=True):
            gm.graph.erase_node(dead)
    gm.recompile()
    return matches
