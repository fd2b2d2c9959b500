"""Data sets in the files that torchvision downloads, out of the folder that the script names. Nothing is downloaded here."""
import gzip
import os
import pickle
import struct

import torch
from PIL.Image import Image, open as open_picture
from torch.utils.data import Dataset

_TYPES = {8: torch.uint8, 9: torch.int8, 11: torch.int16, 12: torch.int32, 13: torch.float32, 14: torch.float64}


class StandardTransform:
    """What is done to a picture and to its label."""

    def __init__(self, transform=None, target_transform=None):
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, input, target):
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self):
        body = [type(self).__name__]
        for transform, head in ((self.transform, 'Transform: '), (self.target_transform, 'Target transform: ')):
            if transform is not None:
                first, *rest = repr(transform).splitlines()
                body += [head + first, *(' ' * len(head) + line for line in rest)]
        return '\n'.join(body)


class VisionDataset(Dataset):
    """root: a folder. transform: of a picture; target_transform: of its label; transforms: of both."""

    def __init__(self, root=None, transforms=None, transform=None, target_transform=None):
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ValueError('Only transforms or transform/target_transform can be passed as argument')
        self.transform, self.target_transform = transform, target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def _pair(self, image, target):
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        body = [f'Number of datapoints: {len(self)}']
        if self.root is not None:
            body.append(f'Root location: {self.root}')
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body.append(repr(self.transforms))
        return '\n'.join([f'Dataset {type(self).__name__}', *(f'    {line}' for line in body)])

    def extra_repr(self):
        return f'Split: {"Train" if self.train else "Test"}' if hasattr(self, 'train') else ''


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


IMG_EXTENSIONS = ('.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff', '.webp')


def default_loader(path):
    """The picture in a file, in RGB."""
    return open_picture(path).convert('RGB')


pil_loader = default_loader


def find_classes(directory):
    """The folders in a folder, by their names, and each one's number."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
    return classes, {name: i for i, name in enumerate(classes)}


class DatasetFolder(VisionDataset):
    """root/class/file: the files, in the order of their names, with the numbers of their classes."""

    def __init__(self, root, loader, extensions=None, transform=None, target_transform=None, is_valid_file=None, allow_empty=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        if (extensions is None) == (is_valid_file is None):
            raise ValueError('Both extensions and is_valid_file cannot be None or not None at the same time')
        self.loader, self.extensions = loader, extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        valid = is_valid_file or (lambda path: path.lower().endswith(extensions if isinstance(extensions, str) else tuple(extensions)))
        self.samples = [
            (path, self.class_to_idx[name]) for name in sorted(self.class_to_idx)
            for folder, _, files in sorted(os.walk(os.path.join(self.root, name), followlinks=True))
            for path in (os.path.join(folder, file) for file in sorted(files)) if valid(path)]
        self.targets = [target for _, target in self.samples]
        empty = [name for name, i in sorted(self.class_to_idx.items()) if i not in set(self.targets)]
        if empty and not allow_empty:
            known = '' if extensions is None else f'Supported extensions are: {extensions if isinstance(extensions, str) else ", ".join(extensions)}'
            raise FileNotFoundError(f'Found no valid file for the classes {", ".join(empty)}. {known}')

    def find_classes(self, directory):
        return find_classes(directory)

    def __getitem__(self, index):
        path, target = self.samples[index]
        return self._pair(self.loader(path), target)

    def __len__(self):
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """root/class/picture.png."""

    def __init__(self, root, transform=None, target_transform=None, loader=default_loader, is_valid_file=None, allow_empty=False):
        super().__init__(root, loader, IMG_EXTENSIONS if is_valid_file is None else None, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples


class FakeData(VisionDataset):
    """Pictures of noise with labels by chance, each always the same."""

    def __init__(self, size=1000, image_size=(3, 224, 224), num_classes=10, transform=None, target_transform=None, random_offset=0):
        super().__init__(transform=transform, target_transform=target_transform)
        self.size, self.num_classes, self.image_size, self.random_offset = size, num_classes, image_size, random_offset

    def __getitem__(self, index):
        from .transforms import ToPILImage
        if index >= len(self):
            raise IndexError(f'{type(self).__name__} index out of range')
        state = torch.get_rng_state()
        torch.manual_seed(index + self.random_offset)
        image = torch.randn(*self.image_size)
        target = torch.randint(0, self.num_classes, size=(1,), dtype=torch.long)[0]
        torch.set_rng_state(state)
        image, target = self._pair(ToPILImage()(image), target)
        return image, target.item() if isinstance(target, torch.Tensor) else target

    def __len__(self):
        return self.size


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.datasets.{name} is not in Backstep. There are MNIST, FashionMNIST, KMNIST, CIFAR10, CIFAR100, ImageFolder and DatasetFolder, out of local files, and FakeData')
