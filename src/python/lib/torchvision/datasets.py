"""Data sets in the files that torchvision downloads, out of the folder that the script names. Nothing is downloaded here."""
import gzip
import os
import pickle
import struct

import torch
from PIL.Image import Image
from torch.utils.data import Dataset

_TYPES = {8: torch.uint8, 9: torch.int8, 11: torch.int16, 12: torch.int32, 13: torch.float32, 14: torch.float64}


class VisionDataset(Dataset):
    """root: a folder. transform: of a picture; target_transform: of its label."""

    def __init__(self, root, transforms=None, transform=None, target_transform=None):
        self.root = os.path.expanduser(os.fspath(root))
        self.transform, self.target_transform = transform, target_transform

    def _pair(self, image, target):
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        return f'Dataset {type(self).__name__}\n    Number of datapoints: {len(self)}\n    Root location: {self.root}'


def _missing(name, folder, files, source):
    raise RuntimeError(
        f'The files of {name} are not in {os.path.abspath(folder)}, and a script in Backstep has no network. '
        f'Download {", ".join(files)} from {source} and put them there.')


def _idx(path):
    """The tensor in a file of MNIST's kind, packed or not (http://yann.lecun.com/exdb/mnist: magic number, sizes, elements)."""
    with gzip.open(path, 'rb') if path.endswith('.gz') else open(path, 'rb') as file:
        data = file.read()
    kind, dims = data[2], data[3]
    shape = struct.unpack(f'>{dims}I', data[4:4 + 4 * dims])
    return torch.frombuffer(bytearray(data[4 + 4 * dims:]), dtype=_TYPES[kind]).reshape(shape)


class MNIST(VisionDataset):
    """root/MNIST/raw has the four files, packed (.gz) or not."""

    classes = ['0 - zero', '1 - one', '2 - two', '3 - three', '4 - four', '5 - five', '6 - six', '7 - seven', '8 - eight', '9 - nine']
    _source = 'https://ossci-datasets.s3.amazonaws.com/mnist/'

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        part = 'train' if train else 't10k'
        names = [f'{part}-images-idx3-ubyte', f'{part}-labels-idx1-ubyte']
        found = [self._find(name) for name in names]
        if None in found:
            _missing(type(self).__name__, self.raw_folder, [f'{name}.gz' for name in names], self._source)
        self.data, self.targets = _idx(found[0]), _idx(found[1]).to(torch.int64)

    @property
    def raw_folder(self):
        return os.path.join(self.root, type(self).__name__, 'raw')

    def _find(self, name):
        for folder in (self.raw_folder, os.path.join(self.root, type(self).__name__), self.root):
            for path in (os.path.join(folder, name), os.path.join(folder, f'{name}.gz')):
                if os.path.isfile(path):
                    return path
        return None

    @property
    def class_to_idx(self):
        return {name: i for i, name in enumerate(self.classes)}

    def __getitem__(self, index):
        return self._pair(Image(self.data[index]), int(self.targets[index]))


class FashionMNIST(MNIST):
    classes = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
    _source = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'


class KMNIST(MNIST):
    classes = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']
    _source = 'http://codh.rois.ac.jp/kmnist/dataset/kmnist/'


class _Pickled:
    """A numpy array in a pickle, as the bytes that it has."""

    def __setstate__(self, state):
        self.shape, self.bytes = state[1], state[4]


class _Reader(pickle.Unpickler):
    """Of numpy in a pickle, only arrays of bytes: nothing else is made."""

    def find_class(self, module, name):
        if name == '_reconstruct':
            return lambda *args: _Pickled()
        if name in ('ndarray', 'dtype'):
            return _Pickled if name == 'ndarray' else _Kind
        if (module, name) == ('_codecs', 'encode'):
            return lambda text, encoding: text.encode(encoding)
        raise pickle.UnpicklingError(f'{module}.{name} is not expected in this file')


class _Kind:
    def __init__(self, *args):
        pass

    def __setstate__(self, state):
        pass


class CIFAR10(VisionDataset):
    """root/cifar-10-batches-py has the files of the archive of that name."""

    _folder, _source = 'cifar-10-batches-py', 'https://www.cs.toronto.edu/~kriz/cifar.html'
    _train, _test, _labels = [f'data_batch_{i}' for i in range(1, 6)], ['test_batch'], 'labels'
    classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        names = self._train if train else self._test
        folder = os.path.join(self.root, self._folder)
        if not all(os.path.isfile(os.path.join(folder, name)) for name in names):
            _missing(type(self).__name__, folder, names, self._source)
        parts, self.targets = [], []
        for name in names:
            with open(os.path.join(folder, name), 'rb') as file:
                batch = _Reader(file, encoding='latin1').load()
            pixels = batch['data'].bytes
            pixels = pixels.encode('latin1') if isinstance(pixels, str) else pixels
            parts.append(torch.frombuffer(bytearray(pixels), dtype=torch.uint8).reshape(-1, 3, 32, 32))
            self.targets += batch[self._labels]
        # As torchvision's: an array, colours last.
        self.data = torch.cat(parts).permute(0, 2, 3, 1).contiguous().numpy()

    @property
    def class_to_idx(self):
        return {name: i for i, name in enumerate(self.classes)}

    def __getitem__(self, index):
        return self._pair(Image(torch.from_numpy(self.data[index])), self.targets[index])


class CIFAR100(CIFAR10):
    _folder, _train, _test, _labels = 'cifar-100-python', ['train'], ['test'], 'fine_labels'
    classes = []


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.datasets.{name} is not in Backstep. There are MNIST, FashionMNIST, KMNIST, CIFAR10 and CIFAR100, out of local files')
