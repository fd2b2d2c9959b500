"""The engine's ops by name, for Python code that composes them: `ops.matmul(a, b)`."""
from . import _wrappers


class _Ops:
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        if name not in _wrappers.by_name:
            from ._missing import not_yet
            raise not_yet(f'torch.{name}', NotImplementedError)
        found = _wrappers.function(name)
        setattr(self, name, found)
        return found

    def has(self, name):
        """Does the engine have this op?"""
        return name in _wrappers.by_name


ops = _Ops()
