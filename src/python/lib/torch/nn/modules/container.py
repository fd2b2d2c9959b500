"""Modules that hold modules or parameters."""
import operator
import warnings
from collections import OrderedDict, abc
from itertools import islice

from ..._tensor import Tensor
from ..parameter import Parameter
from ._names import typename
from .module import Module, _indented


def _at(module, index):
    """A list's index, in range and not negative."""
    index = operator.index(index)
    if not -len(module) <= index < len(module):
        raise IndexError(f'index {index} is out of range')
    return index % len(module)


class Container(Module):
    """A Module with its children given by name; PyTorch has deprecated it."""

    def __init__(self, **kwargs):
        warnings.warn('`nn.Container` is deprecated. All of its functionality is now implemented in `nn.Module`. Subclass that instead.',
                      FutureWarning, stacklevel=2)
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)


class Sequential(Module):
    """Modules that run one after the other, each on the last one's output."""

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def _name(self, index):
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f'index {index} is out of range')
        return next(islice(self._modules, index % len(self), None))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__(OrderedDict(list(self._modules.items())[index]))
        return self._modules[self._name(index)]

    def __setitem__(self, index, module):
        setattr(self, self._name(index), module)

    def __delitem__(self, index):
        if isinstance(index, slice):
            for name in list(self._modules)[index]:
                delattr(self, name)
        else:
            delattr(self, self._name(index))
        self._renumber()

    def _renumber(self):
        modules = list(self._modules.values())
        self._modules = {}
        for i, m in enumerate(modules):
            self._modules[str(i)] = m
            self._tell_child(str(i), m)

    def __len__(self):
        return len(self._modules)

    def __dir__(self):
        return [k for k in super().__dir__() if not k.isdigit()]

    def __iter__(self):
        return iter(self._modules.values())

    def __add__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(f'add operator supports only objects of Sequential class, but {type(other)} is given.')
        return Sequential(*self, *other)

    def __iadd__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(f'add operator supports only objects of Sequential class, but {type(other)} is given.')
        return self.extend(list(other))

    def pop(self, key):
        """Takes a module out."""
        module = self[key]
        del self[key]
        return module

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def append(self, module):
        """Adds a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index, module):
        """Puts a module before `index`."""
        if not isinstance(module, Module):
            raise AssertionError(f'module should be of type: {Module}')
        n = len(self)
        if not -n <= index <= n:
            raise IndexError(f'Index out of range: {index}')
        index = index if index >= 0 else index + n
        # Modules with names of their own are no numbers: PyTorch says KeyError there.
        for i in range(n, index, -1):
            self._modules[str(i)] = self._modules[str(i - 1)]
            self._tell_child(str(i), self._modules[str(i)])
        self._modules[str(index)] = module
        self._tell_child(str(index), module)
        return self

    def extend(self, sequential):
        """Adds modules at the end."""
        for module in sequential:
            self.append(module)
        return self


class ModuleList(Module):
    """A list of modules."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self += modules

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__(list(self._modules.values())[index])
        return self._modules[str(_at(self, index))]

    def __setitem__(self, index, module):
        setattr(self, str(_at(self, index)), module)

    def __delitem__(self, index):
        gone = set(range(len(self))[index]) if isinstance(index, slice) else {_at(self, index)}
        kept = [m for i, m in enumerate(self) if i not in gone]
        self._modules = {}
        self.extend(kept)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, other):
        return ModuleList([*self, *other])

    def __dir__(self):
        return [k for k in super().__dir__() if not k.isdigit()]

    def insert(self, index, module):
        """Puts a module before `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._modules = {}
        self.extend(modules)

    def pop(self, key):
        """Takes a module out."""
        module = self[key]
        del self[key]
        return module

    def append(self, module):
        """Adds a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Adds modules at the end."""
        if not isinstance(modules, abc.Iterable):
            raise TypeError('ModuleList.extend should be called with an iterable, but got ' + type(modules).__name__)
        for module in list(modules):
            self.append(module)
        return self

    def __repr__(self):
        texts = [repr(m) for m in self]
        if not texts:
            return self._get_name() + '()'
        lines = []
        i = 0
        while i < len(texts):
            j = i
            while j + 1 < len(texts) and texts[j + 1] == texts[i]:
                j += 1
            shown = texts[i] if i == j else f'{j - i + 1} x {texts[i]}'
            lines.append(f'({i if i == j else f"{i}-{j}"}): {_indented(shown)}')
            i = j + 1
        return self._get_name() + '(\n  ' + '\n  '.join(lines) + '\n)'


def _pairs(kind, given):
    """(key, value) of a mapping or of an iterable of pairs."""
    if isinstance(given, (OrderedDict, dict, ModuleDict, ParameterDict)) or isinstance(given, abc.Mapping):
        yield from given.items()
        return
    for i, pair in enumerate(given):
        if not isinstance(pair, abc.Iterable):
            raise TypeError(f'{kind} update sequence element #{i} should be Iterable; is' + type(pair).__name__)
        pair = list(pair)
        if len(pair) != 2:
            raise ValueError(f'{kind} update sequence element #{i} has length {len(pair)}; 2 is required')
        yield pair[0], pair[1]


class ModuleDict(Module):
    """A dictionary of modules."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def clear(self):
        """Takes everything out."""
        self._modules.clear()

    def pop(self, key):
        """Takes a module out."""
        return self._modules.pop(key)

    def keys(self):
        return self._modules.keys()

    def items(self):
        return self._modules.items()

    def values(self):
        return self._modules.values()

    def update(self, modules):
        """Adds modules from a mapping or from pairs."""
        if not isinstance(modules, abc.Iterable):
            raise TypeError('ModuleDict.update should be called with an iterable of key/value pairs, but got '
                            + type(modules).__name__)
        for key, module in _pairs('ModuleDict', modules):
            self[key] = module


def _described(t):
    if not isinstance(t, Tensor):
        return 'Object of type: ' + type(t).__name__
    kind = 'Parameter' if isinstance(t, Parameter) else 'Tensor'
    return f'{kind} containing: [{typename(t)} of size {"x".join(map(str, t.shape))}]'


def _described_list(t):
    """As above, as ParameterList says it."""
    if not isinstance(t, Tensor):
        return 'Object of type: ' + type(t).__name__
    kind = 'Parameter' if isinstance(t, Parameter) else 'Tensor'
    return f'{kind} containing: [{t.dtype} of size {"x".join(map(str, t.shape))}]'


class ParameterList(Module):
    """A list of parameters (tensors that are put in become parameters)."""

    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self += values

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__([self[i] for i in range(len(self))[index]])
        return getattr(self, str(_at(self, index)))

    def __setitem__(self, index, value):
        name = str(_at(self, index))
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, name, value)

    def __len__(self):
        return self._size

    def __iter__(self):
        return iter(self[i] for i in range(len(self)))

    def __iadd__(self, values):
        return self.extend(values)

    def __dir__(self):
        return [k for k in super().__dir__() if not k.isdigit()]

    def append(self, value):
        """Adds a parameter at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values):
        """Adds parameters at the end."""
        if not isinstance(values, abc.Iterable) or isinstance(values, Tensor):
            raise TypeError('ParameterList.extend should be called with an iterable, but got ' + type(values).__name__)
        for value in values:
            self.append(value)
        return self

    def extra_repr(self):
        return '\n'.join(f'  ({i}): {_described_list(p)}' for i, p in enumerate(self))

    def __call__(self, *args, **kwargs):
        raise RuntimeError('ParameterList should not be called.')


class ParameterDict(Module):
    """A dictionary of parameters (tensors that are put in become parameters)."""

    def __init__(self, parameters=None):
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key):
        return getattr(self, self._attribute(key))

    def _attribute(self, key):
        if not isinstance(key, str):
            raise TypeError(f"Index given to ParameterDict cannot be used as a key as it is not a string (type is '{type(key).__name__}')."
                            ' Open an issue on github if you need non-string keys.')
        return key

    def __setitem__(self, key, value):
        self._keys[key] = None
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, self._attribute(key), value)

    def __delitem__(self, key):
        del self._keys[key]
        delattr(self, self._attribute(key))

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def __reversed__(self):
        return reversed(list(self._keys))

    def __contains__(self, key):
        return key in self._keys

    def __or__(self, other):
        made = self.copy()
        made.update(other)
        return made

    def __ior__(self, other):
        self.update(other)
        return self

    def copy(self):
        """A dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key, default=None):
        """The parameter of this key, which is put in if it is not there."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self):
        """Takes everything out."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key):
        """Takes a parameter out."""
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        key, _ = self._keys.popitem()
        value = self[key]
        delattr(self, self._attribute(key))
        return key, value

    def get(self, key, default=None):
        return self[key] if key in self else default

    def fromkeys(self, keys, default=None):
        return ParameterDict((k, default) for k in keys)

    def keys(self):
        return self._keys.keys()

    def items(self):
        return ((k, self[k]) for k in self._keys)

    def values(self):
        return (self[k] for k in self._keys)

    def update(self, parameters):
        """Adds parameters from a mapping or from pairs."""
        if not isinstance(parameters, abc.Iterable):
            raise TypeError('ParametersDict.update should be called with an iterable of key/value pairs, but got '
                            + type(parameters).__name__)
        pairs = _pairs('ParameterDict', parameters)
        if isinstance(parameters, dict) and not isinstance(parameters, OrderedDict):
            pairs = sorted(pairs)
        for key, value in pairs:
            self[key] = value

    def extra_repr(self):
        return '\n'.join(f'  ({k}): {_described(p)}' for k, p in self.items())

    def __call__(self, input):
        raise RuntimeError('ParameterDict should not be called.')


for _class in (Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict):
    _class.__module__ = 'torch.nn.modules.container'
