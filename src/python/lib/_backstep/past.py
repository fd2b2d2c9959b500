"""Values of the past, rebuilt from the recording: looking at them can change nothing."""
import ast
import json
import types

import torch

import _backstep_host as _host
from torch._tensor import wrap


class NotRecorded(Exception):
    """A name of the past that cannot be rebuilt."""


def rebuild(code, recorded, modules):
    """The names that an expression uses: {name: value}. `recorded` is [[name, RecordedValue]]."""
    known = dict(recorded)
    found = dict(modules)
    for name in _names(code):
        if name in known:
            found[name] = value_of(known[name], name)
    return found


def _names(code):
    names = set(code.co_names) | set(code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def value_of(written, name):
    kind = written['k']
    if kind == 'prim':
        return _primitive(written, name)
    if kind == 'tensor':
        found = tensor_of(written['id'], name)
        return found.numpy() if written['type'] == 'ndarray' else found
    if kind == 'module':
        return RecordedModule(written['id'], written['type'], written.get('training'))
    if any(accessor.startswith('.') for accessor, _ in written.get('items') or []):
        return RecordedObject(written, name)
    return _container(written, name)


def _primitive(written, name):
    if written.get('cut'):
        raise NotRecorded(f"'{name}' is long: only its beginning was recorded")
    text = written['repr']
    if written['type'] == 'float':
        return float(text)
    if written['type'] == 'complex':
        return complex(text)
    return ast.literal_eval(text)


def tensor_of(id, name):
    handle = _host.past_tensor(id)
    if handle < 0:
        raise NotRecorded(f"'{name}' did not exist yet")
    return wrap(handle)


def _container(written, name):
    kind, items = written['type'], written.get('items')
    if written.get('cut') or items is None or kind not in ('list', 'tuple', 'dict', 'Size'):
        if kind in ('list', 'tuple', 'dict') and written.get('length') == 0:
            return {'list': list, 'tuple': tuple, 'dict': dict}[kind]()
        raise NotRecorded(f"'{name}' of the past was recorded only in part: step forward to the end to use it")
    if kind == 'dict':
        found = RecordedDict(items, name)
        return found if found.missing else dict(found)
    values = [value_of(item, f'{name}{accessor}') for accessor, item in items]
    if kind == 'Size':
        return torch.Size(values)
    return tuple(values) if kind == 'tuple' else values


class RecordedDict(dict):
    """A dict as it was; of items that were recorded only in part it says so."""

    def __init__(self, items, name):
        self.missing = {}
        for accessor, item in items:
            key = ast.literal_eval(accessor[1:-1])
            try:
                self[key] = value_of(item, f'{name}{accessor}')
            except NotRecorded as error:
                self.missing[key] = error

    def __missing__(self, key):
        raise self.missing.get(key) or KeyError(key)


class RecordedObject:
    """An object as it was: attributes that were recorded can be read, its methods cannot be called."""

    def __init__(self, written, name):
        self.__dict__.update(_written=written, _name=name, _items=dict(written['items']))

    def __getattr__(self, name):
        item = self._items.get(f'.{name}')
        if item is not None:
            return value_of(item, f'{self._name}.{name}')
        if name == 'get_last_lr' and '._last_lr' in self._items:
            return lambda: list(self._last_lr)
        raise NotRecorded(f"of a {self._written['type']} of the past, only plain attributes were recorded, not '{name}'")

    def __setattr__(self, name, value):
        raise NotRecorded('the past cannot be changed')

    def _unknown(self, *args, **kwargs):
        raise NotRecorded(f"of a {self._written['type']} of the past, only plain attributes were recorded")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = __contains__ = _unknown
    __getitem__ = __call__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _unknown
    __float__ = __int__ = __index__ = _unknown
    __hash__ = object.__hash__

    def __repr__(self):
        return self._written['repr']


class RecordedModule:
    """A module as it was: its parameters, buffers and submodules can be read, but it cannot be called."""

    def __init__(self, id, type, training=None):
        found = json.loads(_host.past_module(id))
        self.__dict__.update(_type=type, _extra=found['extra'], _children=dict(found['children']),
                             _parameters=dict(found['parameters']), _buffers=dict(found['buffers']), _types=found['types'],
                             **({} if training is None else {'training': training}))

    def __getattr__(self, name):
        if name in self._parameters:
            return tensor_of(self._parameters[name], name)
        if name in self._buffers:
            return tensor_of(self._buffers[name], name)
        if name in self._children:
            return RecordedModule(self._children[name], self._types[name])
        raise NotRecorded(f"of a {self._type} of the past, only parameters, buffers and submodules were recorded, not '{name}'")

    def __getitem__(self, index):
        names = list(self._children)
        return getattr(self, names[index] if isinstance(index, int) else index)

    def __call__(self, *args, **kwargs):
        raise NotRecorded('a module of the past can be looked at, but not called')

    def __setattr__(self, name, value):
        raise NotRecorded('the past cannot be changed')

    def named_parameters(self, prefix=''):
        for name, id in self._parameters.items():
            yield prefix + name, tensor_of(id, name)
        for name in self._children:
            yield from getattr(self, name).named_parameters(f'{prefix}{name}.')

    def parameters(self):
        for _, parameter in self.named_parameters():
            yield parameter

    def state_dict(self):
        return dict(self.named_parameters())

    def __repr__(self):
        return f'{self._type}({self._extra})'
