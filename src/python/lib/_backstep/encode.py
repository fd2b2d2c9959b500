"""Writes Python values down, bounded, as JSON: see src/protocol/recorded.ts."""
import re
import reprlib
import types
import weakref
from collections import deque
from itertools import islice
from json.encoder import encode_basestring as _quoted

import torch
from torch import nn

import _backstep_host as _host
from torch._bridge import _js

_tensor_id = _host.tensor_id
_array_seen = _js.array

PRIMITIVES = frozenset((int, float, bool, str, type(None), complex, bytes))
_CONTAINERS = (list, tuple, dict, set, frozenset, deque)
_ITEMS = 20
_DEPTH = 2
_TEXT = 2000
# Beyond, an int's text is made with care.
_LONG = 10 ** 18


class _Short(reprlib.Repr):
    """Tensors and modules by their kind: their own text is long, and slow to make."""

    def repr1(self, value, level):
        if isinstance(value, torch.Tensor):
            return f'{type(value).__name__}{list(value.shape)}'
        if isinstance(value, nn.Module):
            return type(value).__name__
        if isinstance(value, _CONTAINERS) and not hasattr(self, f'repr_{type(value).__name__}') and _holds_tensors(value):
            return _of(value)
        return super().repr1(value, level)

    def repr_deque(self, value, level):
        text = super().repr_deque(value, level)
        return text if value.maxlen is None else f'{text[:-1]}, maxlen={value.maxlen})'

    def repr_dict(self, value, level):
        # Tensors have no order, and to ask for it runs ops.
        if any(isinstance(key, torch.Tensor) for key in islice(value, 1)):
            return _of(value)
        return super().repr_dict(value, level)


_short = _Short()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = 6
_short.maxstring = _short.maxother = 80


# What a user asks an optimizer or a scheduler of the past for, written down deeper than other attributes.
_DEEP = {'.param_groups': 3, '._last_lr': 1, '.base_lrs': 1}


def _int(value):
    if -_LONG < value < _LONG:
        return f'{{"k":"prim","type":"int","repr":"{value}"}}'
    try:
        return _text(value)
    except ValueError:
        # Python refuses to print an int of more than 4300 digits.
        return f'{{"k":"prim","type":"int","repr":"about 2**{value.bit_length()}","cut":true}}'


def _text(value):
    text = repr(value)
    cut = ''
    if len(text) > _TEXT:
        text = text[:_TEXT] + '…'
        cut = ',"cut":true'
    return f'{{"k":"prim","type":"{type(value).__name__}","repr":{_quoted(text)}{cut}}}'


# The plainest values, which loops change at every line, without a look at anything else.
_PRIMITIVE = {
    int: _int,
    float: lambda value: f'{{"k":"prim","type":"float","repr":"{value!r}"}}',
    bool: lambda value: f'{{"k":"prim","type":"bool","repr":"{value}"}}',
    type(None): lambda value: '{"k":"prim","type":"NoneType","repr":"None"}',
    torch.Tensor: lambda value: f'{{"k":"tensor","id":{_tensor_id(value._h)},"type":"Tensor"}}',
    str: _text,
    complex: _text,
    bytes: _text,
}


def written(value, depth=_DEPTH):
    """JSON of a value's RecordedValue."""
    kind = type(value)
    plain = _PRIMITIVE.get(kind)
    if plain is not None:
        return plain(value)
    name = _quoted(kind.__name__)
    if isinstance(value, torch.Tensor):
        return f'{{"k":"tensor","id":{_tensor_id(value._h)},"type":{name}}}'
    if is_array(value):
        _array_seen(value._t._h)
        return f'{{"k":"tensor","id":{_tensor_id(value._t._h)},"type":"ndarray"}}'
    if isinstance(value, nn.Module):
        if _unborn(value):
            return f'{{"k":"object","type":{name},"repr":{_quoted(f"{kind.__name__} before its super().__init__()")}}}'
        return f'{{"k":"module","id":{value._trace_id},"type":{name},"training":{"true" if value.training else "false"}}}'
    return _object(value, name, depth)


def is_array(value):
    """Is it an array of numbers? numpy need not be imported for the answer."""
    kind = type(value)
    return kind.__name__ == 'ndarray' and kind.__module__ == 'numpy' and hasattr(value, '_t') and not hasattr(value, '_pool')


def _unborn(module):
    """A module is `self` in its own __init__ before nn.Module's has run; nearly everything about it fails then."""
    return '_trace_id' not in module.__dict__


def _object(value, name, depth):
    text = f'{{"k":"object","type":{name},"repr":{_quoted(text_of(value))}'
    try:
        pairs, length = _children(value)
    except BaseException:
        return text + '}'
    if length is not None:
        text += f',"length":{length}'
    if pairs is not None:
        if depth > 0:
            deep = _DEEP if isinstance(value, (torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler)) else {}
            text += f',"items":{together(pairs[:_ITEMS], depth - 1, deep)}'
        if len(pairs) > _ITEMS or (depth == 0 and pairs) or (length is not None and length > len(pairs)):
            text += ',"cut":true'
    return text + '}'


def together(pairs, depth=_DEPTH, deep={}):
    """JSON of [[name, RecordedValue]]."""
    return f"[{','.join([f'[{_quoted(name)},{written(item, deep.get(name, depth))}]' for name, item in pairs])}]"


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
    """JSON of everything inside a value, for a user who opens it: at most 1000 items."""
    pairs, _ = _children(value, 1000)
    return together(pairs or (), 1)


def text_of(value):
    """A short repr that never fails and never runs long."""
    try:
        if isinstance(value, _CONTAINERS):
            return _container(value)
        text = repr(value)
    except BaseException as error:
        return f'<{type(value).__name__}: its repr failed with {type(error).__name__}>'
    text = ' '.join(text.split())
    return text if len(text) <= 120 else text[:119] + '…'


def _container(value):
    """Containers of tensors are named by their size: tensors' own text is long."""
    if any(isinstance(v, (torch.Tensor, nn.Module)) for v in _first(value)):
        return _of(value)
    return _short.repr(value)


def _first(value):
    return islice(dict.values(value) if isinstance(value, dict) else value, 6)


def _holds_tensors(value, depth=2):
    return any(isinstance(v, (torch.Tensor, nn.Module)) or (depth and isinstance(v, _CONTAINERS) and _holds_tensors(v, depth - 1))
               for v in (*_first(value), *(islice(dict.keys(value), 6) if isinstance(value, dict) else ())))


def _of(value):
    return f'{type(value).__name__} of {len(value)}'


_HIDDEN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, types.MethodType)


def hidden(value):
    """Modules, functions and classes are not listed among the variables."""
    return isinstance(value, _HIDDEN)


# Values that cannot change inside, or whose contents the recorder follows by itself.
_PLAIN = PRIMITIVES | {torch.Tensor, nn.Parameter}


# A part of a value is a dict, a list, a set or a deque that is inside: as long as the words of those in memory stay (src/python/objects.ts),
# so does what is written down of the value. (dict, key): this item alone. Each of these appends a value's parts as deep as it is written down,
# and those primitive values inside that must be held, as long as which no other can lie in their place; it answers False where no parts tell.

def _identity(value, depth, parts, held):
    return True


def _training(value, depth, parts, held):
    # Before nn.Module's __init__ has run there is none.
    parts.append((value.__dict__, 'training'))
    return True


def _sequence(value, depth, parts, held):
    some = [*islice(value, _ITEMS)]
    if not isinstance(value, tuple):
        parts.append(value)
        if some:
            some.append(value[-1])
    elif type(value) is not tuple:
        # Its text tells more than its items.
        depth += 1
    return _inside(some, depth, parts, held)


def _mapping(value, depth, parts, held):
    parts.append(value)
    return _inside([*islice(dict.values(value), _ITEMS)], depth, parts, held)


def _length(value, depth, parts, held):
    parts.append(value)
    return True


def _groups(optimizer, depth, parts, held):
    """An optimizer's state is the recorder's own; what a user changes is in the groups."""
    # In the first lines of its __init__ there are none.
    groups = optimizer.__dict__.get('param_groups', [])
    parts += [(optimizer.__dict__, 'param_groups'), groups, *groups]
    held += [v for group in groups for v in group.values() if type(v) in PRIMITIVES]
    return True


def _attributes(value, depth, parts, held):
    attributes = getattr(value, '__dict__', None)
    if isinstance(attributes, dict):
        return _mapping(attributes, depth, parts, held)
    # What has no words of its own is known by its identity.
    kind = type(value)
    return kind.__repr__ is object.__repr__ or kind.__module__ in ('builtins', 'torch')


def _array(value, depth, parts, held):
    return is_array(value) or _attributes(value, depth, parts, held)


class _Finders(dict):
    """By a value's type: what finds its parts."""

    def __missing__(self, kind):
        self[kind] = found = self._of(kind)
        return found

    def _of(self, kind):
        if issubclass(kind, nn.Module):
            return _training
        if issubclass(kind, dict):
            return _mapping
        if issubclass(kind, (torch.Tensor, *_HIDDEN)):
            return _identity
        if issubclass(kind, (list, tuple)):
            return _sequence
        if kind.__name__ == 'ndarray' and kind.__module__ == 'numpy':
            return _array
        return _groups if issubclass(kind, torch.optim.Optimizer) else _attributes


_finders = _Finders({**dict.fromkeys(_PLAIN, _identity), **dict.fromkeys((list, tuple, deque), _sequence), set: _length})


def _inside(values, depth, parts, held):
    """Parts of the values inside."""
    held += [v for v in values if type(v) in PRIMITIVES]
    told = True
    if depth > 0:
        for value in values:
            kind = type(value)
            if kind not in _PLAIN:
                told = _finders[kind](value, depth - 1, parts, held) and told
    return told


def described(value):
    """
    What the line tracer asks for (src/python/lines.ts): the JSON of a value's RecordedValue, None if it is not listed. Where it can change
    inside: (JSON, parts or None, what must be held, None, None). What may be told again of a later frame as long as certain parts of it stay:
    (JSON, parts or None, what must be held, a weak reference to it, those parts).
    """
    kind = type(value)
    if kind in _PLAIN:
        return _whole(written(value))
    text = None if hidden(value) else _whole(written(value))
    parts = []
    held = []
    told = _finders[kind](value, 1, parts, held)
    reference = deep = None
    attributes = getattr(value, '__dict__', None)
    if isinstance(attributes, dict) and not isinstance(value, torch.Tensor) and not is_array(value):
        deep = [*parts]
        again = told
        if text is not None and not isinstance(value, nn.Module):
            # Deeper than inside of a frame: since it was described, much may have run.
            again = _attributes(value, 2, deep, held)
            # On a line of its own: who keeps it need not look into what comes again.
            text = f'\n{text}\n'
        # Tensors come and go at the same addresses; parameters stay.
        if again and (text is None or text.count('"k":"tensor"') == text.count('"type":"Parameter"')):
            try:
                reference = weakref.ref(value)
            except TypeError:
                pass
    if told and not parts and reference is None:
        return text
    return text, tuple(parts) if told else None, held, reference, None if reference is None else tuple(deep)


def _whole(text):
    """The same without halves of surrogate pairs, which UTF-8 does not have."""
    return text if text.isascii() else _HALVES.sub(lambda half: f'\\u{ord(half[0]):04x}', text)


_HALVES = re.compile('[\ud800-\udfff]')
