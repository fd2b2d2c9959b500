"""How torch.fx writes torch's functions: under which name, and which arguments those written in Python hand on by position and by name.

python3 test/golden/fx_names.py     writes src/python/lib/torch/fx/_functions.json
"""
import inspect
import json
import pathlib
import types
import warnings

import torch
import torch.nn.functional as F
from torch.fx import Graph, Proxy
from torch.fx.node import _get_qualified_name
from torch.fx.proxy import GraphAppendingTracer

SPACES = {'torch': torch, 'torch.nn.functional': F, 'torch.linalg': torch.linalg, 'torch.special': torch.special, 'torch.fft': torch.fft,
          'torch.nn.init': torch.nn.init}


def handed_on(fn):
    """'PARAMETERS|POSITIONAL|BY NAME' of a function that asks __torch_function__; None of others."""
    try:
        # One that picks among two by an argument has the parameters of either.
        parameters = list(inspect.signature(inspect.getclosurevars(fn).nonlocals.get('if_false', fn)).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return None
    graph = Graph()
    tracer = GraphAppendingTracer(graph)
    given = {p.name: Proxy(graph.placeholder(p.name), tracer) for p in parameters if p.default is p.empty}
    try:
        node = fn(**given).node
    except Exception:
        return None
    if node.target is not fn:
        return None
    by_node = {proxy.node: name for name, proxy in given.items()}
    names = [p.name for p in parameters]
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    kwargs = list(node.kwargs)
    args = [by_node.get(a) for a in node.args]
    if None in args or set(kwargs) - set(names) or not all(v is None or isinstance(v, (bool, int, float, str)) for v in defaults.values()):
        return None
    params = [f'{name}={json.dumps(defaults[name])}' if name in defaults else name for name in names]
    return '|'.join(' '.join(part) for part in (params, args, kwargs))


def main():
    out = {}
    for space, module in SPACES.items():
        for name in sorted(dir(module)):
            fn = getattr(module, name)
            if name.startswith('_') or not isinstance(fn, (types.FunctionType, types.BuiltinFunctionType)):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter('ignore')
                    qualified = _get_qualified_name(fn)
                    more = handed_on(fn) if isinstance(fn, types.FunctionType) else None
            except Exception:
                continue
            if qualified.startswith('torch') and (more or qualified != f'{space}.{name}'):
                out[f'{space}.{name}'] = qualified if more is None else f'{qualified}|{more}'
    path = pathlib.Path(__file__).parents[2] / 'src/python/lib/torch/fx/_functions.json'
    path.write_text(json.dumps(out, indent=2) + '\n')


main()
