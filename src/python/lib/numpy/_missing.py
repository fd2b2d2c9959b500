"""Words for what numpy has and Backstep's numpy has not yet."""
import sys

from torch._bridge import user_place

_ABSENT = frozenset('''numpy.ma numpy.ctypeslib numpy.f2py numpy.distutils numpy.char numpy.strings numpy.rec numpy.polynomial numpy.lib
numpy.matlib numpy.core numpy._core numpy.typing numpy.dtypes numpy.lib.stride_tricks'''.split())


def not_yet(what, kind=AttributeError):
    """The exception for something that numpy has and this one has not: names the line."""
    place = user_place()
    return kind(f"{what} is not in Backstep's numpy yet" + (f' ({place})' if place else ''))


# What numpy took away, with the words that it has for it.
_GONE = {'float': 'float', 'int': 'int', 'object': 'object', 'complex': 'complex', 'str': 'str'}
_EXPIRED = {'float_': '`np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead.',
            'complex_': '`np.complex_` was removed in the NumPy 2.0 release. Use `np.complex128` instead.',
            'unicode_': '`np.unicode_` was removed in the NumPy 2.0 release. Use `np.str_` instead.',
            'Inf': '`np.Inf` was removed in the NumPy 2.0 release. Use `np.inf` instead.',
            'Infinity': '`np.Infinity` was removed in the NumPy 2.0 release. Use `np.inf` instead.',
            'NaN': '`np.NaN` was removed in the NumPy 2.0 release. Use `np.nan` instead.',
            'NAN': '`np.NAN` was removed in the NumPy 2.0 release. Use `np.nan` instead.',
            'PINF': '`np.PINF` was removed in the NumPy 2.0 release. Use `np.inf` instead.',
            'infty': '`np.infty` was removed in the NumPy 2.0 release. Use `np.inf` instead.',
            'round_': '`np.round_` was removed in the NumPy 2.0 release. Use `np.round` instead.',
            'product': '`np.product` was removed in the NumPy 2.0 release. Use `np.prod` instead.',
            'cumproduct': '`np.cumproduct` was removed in the NumPy 2.0 release. Use `np.cumprod` instead.',
            'alltrue': '`np.alltrue` was removed in the NumPy 2.0 release. Use `np.all` instead.',
            'sometrue': '`np.sometrue` was removed in the NumPy 2.0 release. Use `np.any` instead.',
            'asfarray': '`np.asfarray` was removed in the NumPy 2.0 release. Use `np.asarray` with a proper dtype instead.',
            'mat': '`np.mat` was removed in the NumPy 2.0 release. Use `np.asmatrix` instead.'}


def module_getattr(space):
    """A module's __getattr__."""
    def __getattr__(name):
        if name.startswith('__'):
            raise AttributeError(f'module {space!r} has no attribute {name!r}')
        if space == 'numpy':
            if name in _GONE:
                raise AttributeError(
                    f"module 'numpy' has no attribute '{name}'.\n`np.{name}` was a deprecated alias for the builtin `{name}`. To avoid this error "
                    f'in existing code, use `{name}` by itself. Doing this will not modify any behavior and is safe. '
                    + _USE.get(name, '') + "\nThe aliases was originally deprecated in NumPy 1.20; for more details and guidance see the original "
                    'release note at:\n    https://numpy.org/devdocs/release/1.20.0-notes.html#deprecations')
            if name in _EXPIRED:
                raise AttributeError(_EXPIRED[name])
        if name in names(space):
            from torch._missing import _importing
            error = not_yet(f'{space}.{name}')
            raise ImportError(str(error)) if _importing(sys._getframe(1)) else error
        raise AttributeError(f'module {space!r} has no attribute {name!r}')

    return __getattr__


_USE = {
    'float': 'If you specifically wanted the numpy scalar type, use `np.float64` here.',
    'complex': 'If you specifically wanted the numpy scalar type, use `np.complex128` here.',
    'object': 'If you specifically wanted the numpy scalar type, use `np.object_` here.',
    'str': 'If you specifically wanted the numpy scalar type, use `np.str_` here.',
    'int': 'When replacing `np.int`, you may wish to use e.g. `np.int64` or `np.int32` to specify the precision. If you wish to review your '
           'current use, check the release note link for additional information.',
}
_names = None


def names(space):
    """Public names of the real numpy, from _names.json (made by test/golden/numpy/names.py)."""
    global _names
    if _names is None:
        import json
        with open(__file__.rpartition('/')[0] + '/_names.json') as f:
            _names = {k: frozenset(v.split()) for k, v in json.load(f).items()}
    return _names.get(space, ())


class _Finder:
    """Says of a module that numpy has and Backstep's has not that it is not here yet."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in _ABSENT:
            raise not_yet(name, ModuleNotFoundError)
        return None


def install():
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)
