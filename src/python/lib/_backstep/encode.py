"""Writes Python values down, bounded: see src/protocol/recorded.ts."""
import reprlib
import types

import torch
from torch import nn

import _backstep_host as _host
from torch._bridge import _js

_tensor_id = _host.tensor_id
_array_seen = _js.array

PRIMITIVES = frozenset((int, float, bool, str, type(None), complex, bytes))
_ITEMS = 20
_DEPTH = 2
_TEXT = 2000

class _Short(reprlib.Repr):
    """Tensors and modules by their kind: their own text is long, and slow to make."""

    def repr1(self, value, level):
        if isinstance(value, torch.Tensor):
            return f'{type(value).__name__}{list(value.shape)}'
        if isinstance(value, nn.Module):
            return type(value).__name__
        return super().repr1(value, level)


_short = _Short()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = 6
_short.maxstring = _short.maxother = 80


# What a user asks an optimizer or a scheduler of the past for, written down deeper than other attributes.
_DEEP = {'.param_groups': 3, '._last_lr': 1, '.base_lrs': 1}


def encode(value, depth=_DEPTH):
    """A RecordedValue, ready for JSON."""
    kind = type(value)
    if kind in PRIMITIVES:
        try:
            text = repr(value)
        except ValueError:
            # Python refuses to print an int of more than 4300 digits.
            return {'k': 'prim', 'type': kind.__name__, 'repr': f'about 2**{value.bit_length()}', 'cut': True}
        if len(text) > _TEXT:
            return {'k': 'prim', 'type': kind.__name__, 'repr': text[:_TEXT] + '…', 'cut': True}
        return {'k': 'prim', 'type': kind.__name__, 'repr': text}
    if isinstance(value, torch.Tensor):
        return {'k': 'tensor', 'id': _tensor_id(value._h), 'type': kind.__name__}
    if is_array(value):
        _array_seen(value._t._h)
        return {'k': 'tensor', 'id': _tensor_id(value._t._h), 'type': 'ndarray'}
    if isinstance(value, nn.Module):
        if _unborn(value):
            return {'k': 'object', 'type': kind.__name__, 'repr': f'{kind.__name__} before its super().__init__()'}
        return {'k': 'module', 'id': value._trace_id, 'type': kind.__name__, 'training': bool(value.training)}
    return _object(value, kind, depth)


def is_array(value):
    """Is it an array of numbers? numpy need not be imported for the answer."""
    kind = type(value)
    return kind.__name__ == 'ndarray' and kind.__module__ == 'numpy' and hasattr(value, '_t') and not hasattr(value, '_pool')


def _unborn(module):
    """A module is `self` in its own __init__ before nn.Module's has run; nearly everything about it fails then."""
    return '_trace_id' not in module.__dict__


def _object(value, kind, depth):
    written = {'k': 'object', 'type': kind.__name__, 'repr': text_of(value)}
    try:
        pairs, length = _children(value)
    except BaseException:
        return written
    if length is not None:
        written['length'] = length
    if pairs is not None:
        if depth > 0:
            deep = _DEEP if isinstance(value, (torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler)) else {}
            written['items'] = [[name, encode(item, deep.get(name, depth - 1))] for name, item in pairs[:_ITEMS]]
        if len(pairs) > _ITEMS or (depth == 0 and pairs) or (length is not None and length > len(pairs)):
            written['cut'] = True
    return written


def _children(value, limit=_ITEMS + 1):
    """[(accessor, item)], the number of items. None where there is nothing inside."""
    if isinstance(value, (list, tuple)):
        names = getattr(value, '_fields', None)
        if names and isinstance(value, tuple):
            return [(f'.{n}', v) for n, v in zip(names, value)], len(value)
        return [(f'[{i}]', v) for i, v in enumerate(value[:limit])], len(value)
    if isinstance(value, dict):
        pairs = []
        for key in value:
            if len(pairs) == limit:
                break
            pairs.append((f'[{_short.repr(key)}]', value[key]))
        return pairs, len(value)
    if isinstance(value, (set, frozenset)):
        return None, len(value)
    attributes = getattr(value, '__dict__', None)
    if isinstance(attributes, dict):
        return [(f'.{n}', v) for n, v in list(attributes.items())[:limit] if not n.startswith('__')], None
    return None, None


def children(value):
    """Everything inside a value, for a user who opens it: at most 1000 items."""
    pairs, _ = _children(value, 1000)
    return [[name, encode(item, 1)] for name, item in pairs or []]


def text_of(value):
    """A short repr that never fails and never runs long."""
    try:
        if isinstance(value, (list, tuple, dict, set, frozenset)):
            return _container(value)
        text = repr(value)
    except BaseException as error:
        return f'<{type(value).__name__}: its repr failed with {type(error).__name__}>'
    text = ' '.join(text.split())
    return text if len(text) <= 120 else text[:119] + '…'


def _container(value):
    """Containers of tensors are named by their size: tensors' own text is long."""
    some = list(value.values() if isinstance(value, dict) else value)[:6]
    if any(isinstance(v, (torch.Tensor, nn.Module)) for v in some):
        return f'{type(value).__name__} of {len(value)}'
    return _short.repr(value)


_HIDDEN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, types.MethodType)


def hidden(value):
    """Modules, functions and classes are not listed among the variables."""
    return isinstance(value, _HIDDEN)


# Values that cannot change inside, or whose contents the recorder follows by itself.
_PLAIN = PRIMITIVES | {torch.Tensor, nn.Parameter}


def signature(value, depth=1):
    """What must stay equal for a value to count as unchanged, as deep as it is written down; None where its identity is enough."""
    kind = type(value)
    if kind in _PLAIN:
        return None
    if isinstance(value, nn.Module):
        return value.__dict__.get('training')
    if kind is list or kind is tuple:
        some = value[:_ITEMS]
        if _PLAIN.issuperset(map(type, some)):
            return None if kind is tuple else (len(value), *map(id, some), id(value[-1]) if value else 0)
        return len(value), id(value[-1]), _inside(some, depth)
    if isinstance(value, dict):
        return len(value), next(reversed(value), None), _inside(list(value.values())[:_ITEMS], depth)
    if kind is set:
        return len(value)
    if isinstance(value, torch.Tensor) or isinstance(value, _HIDDEN) or is_array(value):
        return None
    if isinstance(value, torch.optim.Optimizer):
        # Its state is the recorder's own; what a user changes is in the groups.
        groups = value.param_groups
        return [(id(group), *group, *map(id, group.values())) for group in groups]
    attributes = getattr(value, '__dict__', None)
    if isinstance(attributes, dict):
        return len(attributes), _inside(list(attributes.values())[:_ITEMS], depth)
    # What has no words of its own is known by its identity.
    return None if kind.__repr__ is object.__repr__ or kind.__module__ in ('builtins', 'torch') else text_of(value)


def _inside(values, depth):
    """Identities of the values inside, and below those what can change, one level on."""
    ids = tuple(map(id, values))
    if depth == 0 or _PLAIN.issuperset(map(type, values)):
        return ids
    return ids, tuple(signature(v, depth - 1) for v in values)
