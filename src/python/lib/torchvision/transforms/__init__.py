"""The common transforms, over tensors (channels x height x width) and PIL's pictures. Their draws are torchvision's."""
import random

import torch

from . import functional as F, functional  # noqa: F401
from .functional import InterpolationMode, _both  # noqa: F401


def _pair(size):
    """As torchvision keeps a size: of two numbers."""
    return (int(size), int(size)) if isinstance(size, int) else (size[0], size[0]) if len(size) == 1 else size


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, img):
        for t in self.transforms:
            img = t(img)
        return img

    def __repr__(self):
        return 'Compose(' + ''.join(f'\n    {t}' for t in self.transforms) + '\n)'


class ToTensor:
    def __call__(self, pic):
        return F.to_tensor(pic)

    def __repr__(self):
        return 'ToTensor()'


class PILToTensor:
    def __call__(self, pic):
        return F.pil_to_tensor(pic)

    def __repr__(self):
        return 'PILToTensor()'


class ToPILImage:
    def __init__(self, mode=None):
        self.mode = mode

    def __call__(self, pic):
        return F.to_pil_image(pic, self.mode)

    def __repr__(self):
        return f'ToPILImage({f"mode={self.mode}" if self.mode is not None else ""})'


class Lambda:
    def __init__(self, lambd):
        if not callable(lambd):
            raise TypeError(f'Argument lambd should be callable, got {type(lambd).__name__!r}')
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self):
        return 'Lambda()'


class _Transform(torch.nn.Module):
    """`_shown`: attributes that the text names."""

    _shown = ()

    def __repr__(self):
        return f'{type(self).__name__}({", ".join(f"{name}={getattr(self, name)}" for name in self._shown)})'


class Normalize(_Transform):
    _shown = ('mean', 'std')

    def __init__(self, mean, std, inplace=False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor):
        return F.normalize(tensor, self.mean, self.std, self.inplace)


class ConvertImageDtype(torch.nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, image):
        return F.convert_image_dtype(image, self.dtype)


class Resize(_Transform):
    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
        super().__init__()
        self.size, self.interpolation, self.max_size, self.antialias = size, F._mode(interpolation), max_size, antialias

    def forward(self, img):
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self):
        return f'Resize(size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, antialias={self.antialias})'


class CenterCrop(_Transform):
    _shown = ('size',)

    def __init__(self, size):
        super().__init__()
        self.size = _pair(size)

    def forward(self, img):
        return F.center_crop(img, self.size)


class FiveCrop(CenterCrop):
    def forward(self, img):
        return F.five_crop(img, self.size)


class TenCrop(_Transform):
    _shown = ('size', 'vertical_flip')

    def __init__(self, size, vertical_flip=False):
        super().__init__()
        self.size, self.vertical_flip = _pair(size), vertical_flip

    def forward(self, img):
        return F.ten_crop(img, self.size, self.vertical_flip)


class Pad(_Transform):
    _shown = ('padding', 'fill', 'padding_mode')

    def __init__(self, padding, fill=0, padding_mode='constant'):
        super().__init__()
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img):
        return F.pad(img, self.padding, self.fill, self.padding_mode)


class Grayscale(_Transform):
    _shown = ('num_output_channels',)

    def __init__(self, num_output_channels=1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img):
        return F.rgb_to_grayscale(img, self.num_output_channels)


class _Chance(_Transform):
    _shown = ('p',)

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return self.changed(img) if torch.rand(1) < self.p else img


class RandomHorizontalFlip(_Chance):
    def changed(self, img):
        return F.hflip(img)


class RandomVerticalFlip(_Chance):
    def changed(self, img):
        return F.vflip(img)


class RandomGrayscale(_Chance):
    def __init__(self, p=0.1):
        super().__init__(p)

    def changed(self, img):
        return F.rgb_to_grayscale(img, F.get_dimensions(img)[0])


class RandomCrop(_Transform):
    """padding: of `fill`, before the crop."""

    _shown = ('size', 'padding')

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode='constant'):
        super().__init__()
        self.size, self.padding, self.pad_if_needed, self.fill, self.padding_mode = tuple(_pair(size)), padding, pad_if_needed, fill, padding_mode

    @staticmethod
    def get_params(img, output_size):
        w, h = F.get_image_size(img)
        height, width = output_size
        if h < height or w < width:
            raise ValueError(f'Required crop size {(height, width)} is larger than input image size {(h, w)}')
        if h == height and w == width:
            return 0, 0, h, w
        return torch.randint(0, h - height + 1, size=(1,)).item(), torch.randint(0, w - width + 1, size=(1,)).item(), height, width

    def forward(self, img):
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            w, h = F.get_image_size(img)
            if w < self.size[1]:
                img = F.pad(img, [self.size[1] - w, 0], self.fill, self.padding_mode)
            if h < self.size[0]:
                img = F.pad(img, [0, self.size[0] - h], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))


class RandomResizedCrop(_Transform):
    def __init__(self, size, scale=(0.08, 1.0), ratio=(3.0 / 4.0, 4.0 / 3.0), interpolation=InterpolationMode.BILINEAR, antialias=True):
        super().__init__()
        self.size, self.scale, self.ratio, self.interpolation, self.antialias = _pair(size), scale, ratio, F._mode(interpolation), antialias

    def forward(self, img):
        return F.resized_crop(img, *F.random_box(img, self.scale, self.ratio), self.size, self.interpolation, self.antialias)

    def __repr__(self):
        return (f'RandomResizedCrop(size={self.size}, scale={tuple(round(s, 4) for s in self.scale)}, ratio={tuple(round(r, 4) for r in self.ratio)}, '
                f'interpolation={self.interpolation.value}, antialias={self.antialias})')


class RandomRotation(_Transform):
    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=0):
        super().__init__()
        self.degrees = [-float(degrees), float(degrees)] if isinstance(degrees, (int, float)) else [float(d) for d in degrees]
        self.interpolation, self.expand, self.center, self.fill = F._mode(interpolation), expand, center, fill

    def forward(self, img):
        angle = float(torch.empty(1).uniform_(self.degrees[0], self.degrees[1]).item())
        return F.rotate(img, angle, self.interpolation, self.expand, self.center, self.fill)

    def __repr__(self):
        return f'RandomRotation(degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}, fill={self.fill})'


class ColorJitter(_Transform):
    """The hue is not changed: what asks for it is told so."""

    _shown = ('brightness', 'contrast', 'saturation', 'hue')

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        if hue:
            raise NotImplementedError("ColorJitter's hue is not in Backstep's torchvision: leave it 0")
        self.brightness, self.contrast, self.saturation = (self._range(v) for v in (brightness, contrast, saturation))
        self.hue = None

    @staticmethod
    def _range(value):
        low, high = (max(1.0 - float(value), 0.0), 1.0 + float(value)) if isinstance(value, (int, float)) else map(float, value)
        return None if low == high == 1.0 else (low, high)

    def forward(self, img):
        order = torch.randperm(4)
        ranges = (self.brightness, self.contrast, self.saturation)
        drawn = [None if r is None else float(torch.empty(1).uniform_(r[0], r[1])) for r in ranges]
        for k in order.tolist():
            if k < 3 and drawn[k] is not None:
                img = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation)[k](img, drawn[k])
        return img


class GaussianBlur(_Transform):
    _shown = ('kernel_size', 'sigma')

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        super().__init__()
        self.kernel_size, self.sigma = _both(kernel_size), (sigma, sigma) if isinstance(sigma, (int, float)) else sigma

    def forward(self, img):
        sigma = torch.empty(1).uniform_(self.sigma[0], self.sigma[1]).item()
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])


class RandomApply(torch.nn.Module):
    def __init__(self, transforms, p=0.5):
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img):
        return img if self.p < torch.rand(1) else Compose(list(self.transforms))(img)

    def __repr__(self):
        return f'RandomApply(\n    p={self.p}' + ''.join(f'\n    {t}' for t in self.transforms) + '\n)'


class RandomChoice:
    def __init__(self, transforms, p=None):
        self.transforms, self.p = transforms, p

    def __call__(self, img):
        return random.choices(self.transforms, weights=self.p)[0](img)


class RandomOrder:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, img):
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for i in order:
            img = self.transforms[i](img)
        return img


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.transforms.{name} is not in Backstep yet: compute it with torch')
