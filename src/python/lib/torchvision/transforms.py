"""The common transforms, over tensors (channels x height x width) and pictures of data sets."""
import random

import torch
from torch.nn.functional import interpolate, pad

from ._image import Image


def to_tensor(pic):
    """A picture or an array (height x width x channels, uint8) as float32 in 0..1, channels first."""
    if isinstance(pic, Image):
        pixels = pic.pixels
    elif isinstance(pic, torch.Tensor):
        raise TypeError(f'pic should be PIL Image or ndarray. Got {type(pic)}')
    else:
        pixels = torch.from_numpy(pic)
    pixels = (pixels.unsqueeze(-1) if pixels.dim() == 2 else pixels).permute(2, 0, 1).contiguous()
    return pixels.to(torch.get_default_dtype()).div(255) if pixels.dtype == torch.uint8 else pixels


def normalize(tensor, mean, std, inplace=False):
    """(tensor - mean) / std, a channel each."""
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f'img should be Tensor Image. Got {type(tensor)}')
    if not tensor.is_floating_point():
        raise TypeError(f'Input tensor should be a float tensor. Got {tensor.dtype}.')
    mean, std = (torch.as_tensor(v, dtype=tensor.dtype).reshape(-1, 1, 1) for v in (mean, std))
    if (std == 0).any():
        raise ValueError(f'std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.')
    out = tensor if inplace else tensor.clone()
    return out.sub_(mean).div_(std)


def to_pil_image(pic, mode=None):
    pic = pic if isinstance(pic, torch.Tensor) else torch.from_numpy(pic).permute(2, 0, 1)
    pic = pic.mul(255).to(torch.uint8) if pic.is_floating_point() else pic
    pic = pic.unsqueeze(0) if pic.dim() == 2 else pic
    return Image(pic[0] if pic.shape[0] == 1 else pic.permute(1, 2, 0).contiguous())


def _channels_first(img):
    """A tensor to work on, and the way back to what was given."""
    if not isinstance(img, Image):
        return img, lambda t: t
    pixels = img.pixels.unsqueeze(0) if img.mode == 'L' else img.pixels.permute(2, 0, 1)
    return pixels, lambda t: Image((t[0] if img.mode == 'L' else t.permute(1, 2, 0)).contiguous())


def _both(size):
    return (size, size) if isinstance(size, int) else (size[0], size[-1])


def resize(img, size, *args, **how):
    """Bilinear, smoothed where it becomes smaller; one number is the shorter side."""
    t, back = _channels_first(img)
    h, w = t.shape[-2:]
    if isinstance(size, int) or len(size) == 1:
        short = size if isinstance(size, int) else size[0]
        size = (short, int(short * w / h)) if h <= w else (int(short * h / w), short)
    whole = t.dtype == torch.uint8
    found = interpolate(t.unsqueeze(0).to(torch.float32), size=tuple(size), mode='bilinear', align_corners=False, antialias=True)[0]
    return back(found.round().clamp(0, 255).to(torch.uint8) if whole else found)


def crop(img, top, left, height, width):
    t, back = _channels_first(img)
    return back(t[..., top:top + height, left:left + width])


def center_crop(img, size):
    height, width = _both(size)
    h, w = _channels_first(img)[0].shape[-2:]
    return crop(img, int(round((h - height) / 2.0)), int(round((w - width) / 2.0)), height, width)


def hflip(img):
    t, back = _channels_first(img)
    return back(t.flip(-1))


def vflip(img):
    t, back = _channels_first(img)
    return back(t.flip(-2))


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
        return to_tensor(pic)

    def __repr__(self):
        return 'ToTensor()'


class PILToTensor(ToTensor):
    def __call__(self, pic):
        return _channels_first(pic)[0].contiguous()


class ToPILImage:
    def __init__(self, mode=None):
        self.mode = mode

    def __call__(self, pic):
        return to_pil_image(pic, self.mode)


class Normalize(torch.nn.Module):
    def __init__(self, mean, std, inplace=False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor):
        return normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self):
        return f'Normalize(mean={self.mean}, std={self.std})'


class Lambda:
    def __init__(self, lambd):
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self):
        return 'Lambda()'


class Resize:
    def __init__(self, size, *args, **how):
        self.size = size

    def __call__(self, img):
        return resize(img, self.size)


class CenterCrop:
    def __init__(self, size):
        self.size = size

    def __call__(self, img):
        return center_crop(img, self.size)


class Grayscale:
    def __init__(self, num_output_channels=1):
        self.channels = num_output_channels

    def __call__(self, img):
        grey = img.convert('L')
        return grey if self.channels == 1 else grey.convert('RGB')


class RandomHorizontalFlip:
    def __init__(self, p=0.5):
        self.p = p

    def __call__(self, img):
        return hflip(img) if torch.rand(1) < self.p else img


class RandomVerticalFlip(RandomHorizontalFlip):
    def __call__(self, img):
        return vflip(img) if torch.rand(1) < self.p else img


class RandomCrop:
    """padding: of zeros, before the crop."""

    def __init__(self, size, padding=None):
        self.size, self.padding = _both(size), padding

    def __call__(self, img):
        t, back = _channels_first(img)
        if self.padding is not None:
            t = pad(t, (self.padding,) * 4) if isinstance(self.padding, int) else pad(t, tuple(self.padding))
        (h, w), (height, width) = t.shape[-2:], self.size
        if h == height and w == width:
            return back(t)
        top = torch.randint(0, h - height + 1, size=(1,)).item()
        left = torch.randint(0, w - width + 1, size=(1,)).item()
        return back(t[..., top:top + height, left:left + width])


class RandomApply:
    def __init__(self, transforms, p=0.5):
        self.transforms, self.p = transforms, p

    def __call__(self, img):
        return img if self.p < torch.rand(1) else Compose(self.transforms)(img)


class RandomChoice:
    def __init__(self, transforms, p=None):
        self.transforms, self.p = transforms, p

    def __call__(self, img):
        return random.choices(self.transforms, weights=self.p)[0](img)


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.transforms.{name} is not in Backstep yet: compute it with torch')
