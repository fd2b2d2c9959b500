"""PyTorch's "received an invalid combination of arguments", for functions of which PyTorch has several signatures.

The signatures are PyTorch's own, from _signatures.json (made by test/golden/signatures.py).
"""
import json

from ._convert import type_name
from ._missing import _here

_known = None


def _options(fn, style):
    global _known
    if _known is None:
        with open(_here + '/_signatures.json') as f:
            _known = json.load(f)
    return _known['method' if style == 'method' else 'function'].get(fn)


def _parts(option):
    return [p.strip() for p in option.strip('()').split(',') if p.strip()]


def _counts(option):
    """How many arguments a signature takes at most and at least."""
    parts = [p for p in _parts(option) if p != '*']
    return len(parts), sum('=' not in p for p in parts)


def _same_count(option, args, kwargs):
    # The star counts as an argument, and nothing as one: so does PyTorch's own comparison.
    return len(args) + len(kwargs) == len(option.split(','))


def _described(args, kwargs, marked=None):
    shown = []
    for i, a in enumerate(args):
        name = type_name(a)
        shown.append(name if marked is None or marked[i] else f'!{name}!')
    rest = ', '.join(f'{k}={type_name(v)}' for k, v in kwargs.items())
    text = ', '.join(shown)
    if not rest:
        return f'({text})'
    return f'({text}, {rest})' if text else f'({rest}, )'


def _fits(part, v):
    return part.split('=')[0].rsplit(' ', 1)[0] == type_name(v)


def invalid(fn, style, args, kwargs):
    """The TypeError for arguments that no signature takes; None where PyTorch would name the argument instead."""
    options = _options(fn, style)
    if not options:
        return None
    n = len(args) + len(kwargs)
    plausible = [o for o in options if _counts(o)[1] <= n <= _counts(o)[0]]
    if len(plausible) == 1:
        return None
    head = f'{fn}() received an invalid combination of arguments - got '
    if len(options) == 1:
        option, = options
        if not kwargs and _same_count(option, args, kwargs):
            parts = _parts(option)
            marked = [i < len(parts) and _fits(parts[i], a) for i, a in enumerate(args)]
            return TypeError(f'{head}{_described(args, kwargs, marked)}, but expected {option}')
        return TypeError(f'{head}{_described(args, kwargs)}, but expected {option}')
    lines = []
    for option in options:
        lines.append(f' * {option}')
        if _same_count(option, args, kwargs):
            parts = _parts(option)
            names = {p.split('=')[0].split()[-1] for p in parts if p != '*'}
            wrong = [k for k in kwargs if k not in names]
            if wrong:
                lines.append(f"      didn't match because some of the keywords were incorrect: {', '.join(wrong)}")
            else:
                marked = [i < len(parts) and _fits(parts[i], a) for i, a in enumerate(args)]
                lines.append(f"      didn't match because some of the arguments have invalid types: "
                             f'{_described(args, kwargs, marked)}')
    return TypeError(f'{head}{_described(args, kwargs)}, but expected one of:\n' + '\n'.join(lines) + '\n')
