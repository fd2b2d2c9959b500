"""scipy's face: a few special functions, distributions, filters and distances that training scripts use. The rest says that it is not here."""
import importlib

from torch._bridge import user_place as _place

__version__ = '1.16.0'


def _not_yet(what):
    place = _place()
    return AttributeError(f"{what} is not in Backstep's scipy, which has a few functions of scipy.io, linalg, signal, spatial.distance, special and stats" + (f' ({place})' if place else ''))


def _absent(module):
    def __getattr__(name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise _not_yet(f'{module}.{name}')
    return __getattr__


def __getattr__(name):
    if name in ('io', 'linalg', 'signal', 'spatial', 'special', 'stats'):
        return importlib.import_module(f'scipy.{name}')
    if name.startswith('__'):
        raise AttributeError(name)
    raise _not_yet(f'scipy.{name}')
