"""Exceptions that PyTorch raises for accelerators. Nothing here raises them; scripts name them in `except`."""


class AcceleratorError(RuntimeError):
    pass


class OutOfMemoryError(RuntimeError):
    pass


for _kind in (AcceleratorError, OutOfMemoryError):
    _kind.__module__ = 'torch'
