"""torchvision's small data sets out of local files, its common transforms, and grids of pictures. Models are not there."""
from . import datasets, transforms, utils  # noqa: F401

__version__ = '0.28.0'


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.{name} is not in Backstep: datasets (MNIST and the like, CIFAR), transforms and utils.make_grid are')
