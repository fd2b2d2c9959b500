"""torchvision's small data sets out of local files, its common transforms, its older networks without trained weights, and grids of pictures."""
import importlib as _importlib

from . import datasets, transforms, utils  # noqa: F401

__version__ = '0.28.0'


def __getattr__(name):
    if name == 'models':
        return _importlib.import_module('torchvision.models')
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.{name} is not in Backstep: datasets (MNIST and the like, CIFAR), transforms, models and utils.make_grid are')
