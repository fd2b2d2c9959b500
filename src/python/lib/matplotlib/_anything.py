"""For what matplotlib has and this face has not: it takes whatever it is given, and is noted once on stderr."""
import importlib.abc
import importlib.machinery
import sys
import types

_noted = set()


def note(text):
    """Says something once."""
    if text not in _noted:
        _noted.add(text)
        print(f'Backstep: {text}', file=sys.stderr)


class Anything:
    """Takes any call, attribute, item and `with`; it is empty, and false."""

    def __init__(self, name):
        self.__dict__['_name'] = name

    def __call__(self, *args, **kwargs):
        return Anything(self._name)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Anything(f'{self._name}.{name}')

    def __setattr__(self, name, value):
        pass

    def __getitem__(self, index):
        return Anything(self._name)

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __repr__(self):
        return f'<{self._name}>'


def anything(name):
    """A function that does nothing but is noted."""
    def accept(*args, **kwargs):
        note(f'{name} is not drawn')
        return Anything(name)
    accept.__name__ = accept.__qualname__ = name.rpartition('.')[2]
    return accept


def module_getattr(space):
    """A module's __getattr__: a function, or for a Name a class that can be inherited from."""
    def __getattr__(name):
        if name.startswith('__'):
            raise AttributeError(f"module '{space}' has no attribute '{name}'")
        if name[:1].isupper() and not name.isupper():
            note(f'{space}.{name} is not drawn')
            return type(name, (Anything,), {'__init__': lambda self, *args, **kwargs: Anything.__init__(self, f'{space}.{name}')})
        return anything(f'{space}.{name}')
    return __getattr__


class _Modules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes the modules of some packages that have no file here."""

    def __init__(self, packages):
        self._packages = packages

    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in self._packages:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = module_getattr(spec.name)
        return module

    def exec_module(self, module):
        pass


def install(*packages):
    """`import package.anything` works from now on. What has a file is found before."""
    sys.meta_path.append(_Modules(frozenset(packages)))
