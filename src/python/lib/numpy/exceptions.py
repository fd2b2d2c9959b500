"""numpy's own exceptions and warnings."""


class AxisError(ValueError, IndexError):
    """An axis that is not there."""

    def __init__(self, axis, ndim=None, msg_prefix=None):
        self.axis, self.ndim = axis, ndim
        text = str(axis) if ndim is None else f'axis {axis} is out of bounds for array of dimension {ndim}'
        super().__init__(text if msg_prefix is None else f'{msg_prefix}: {text}')


class ComplexWarning(RuntimeWarning):
    pass


class VisibleDeprecationWarning(UserWarning):
    pass


class RankWarning(RuntimeWarning):
    pass


class DTypePromotionError(TypeError):
    pass


class TooHardError(RuntimeError):
    pass


class UFuncTypeError(TypeError):
    pass


class _UFuncOutputCastingError(UFuncTypeError):
    def __init__(self, name, source, target):
        super().__init__(f"Cannot cast ufunc '{name}' output from {source!r} to {target!r} with casting rule 'same_kind'")


_UFuncOutputCastingError.__name__ = _UFuncOutputCastingError.__qualname__ = 'UFuncTypeError'
for _c in (UFuncTypeError, _UFuncOutputCastingError):
    _c.__module__ = 'numpy._core._exceptions'
