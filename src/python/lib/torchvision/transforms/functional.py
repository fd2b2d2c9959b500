"""The transforms as functions, over tensors (channels x height x width) and PIL's pictures."""
import enum
import math
import numbers

import torch
from PIL import Image as _pil
from PIL.Image import Image
from torch.nn.functional import interpolate, pad as _pad


class InterpolationMode(enum.Enum):
    NEAREST = 'nearest'
    NEAREST_EXACT = 'nearest-exact'
    BILINEAR = 'bilinear'
    BICUBIC = 'bicubic'
    BOX = 'box'
    HAMMING = 'hamming'
    LANCZOS = 'lanczos'


def to_tensor(pic):
    """A picture or an array (height x width x channels, uint8) as float32 in 0..1, channels first."""
    if isinstance(pic, Image):
        pixels = pic.pixels
    elif isinstance(pic, torch.Tensor) or not hasattr(pic, 'ndim'):
        raise TypeError(f'pic should be PIL Image or ndarray. Got {type(pic)}')
    elif pic.ndim not in (2, 3):
        raise ValueError(f'pic should be 2/3 dimensional. Got {pic.ndim} dimensions.')
    else:
        pixels = torch.from_numpy(pic)
    pixels = (pixels.unsqueeze(-1) if pixels.dim() == 2 else pixels).permute(2, 0, 1).contiguous()
    return pixels.to(torch.get_default_dtype()).div(255) if pixels.dtype == torch.uint8 else pixels


def pil_to_tensor(pic):
    return _channels_first(pic)[0].contiguous()


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
    if isinstance(pic, torch.Tensor):
        pic = pic.mul(255).to(torch.uint8) if pic.is_floating_point() else pic
        pic = pic.unsqueeze(0) if pic.dim() == 2 else pic
        pic = pic.permute(1, 2, 0)
    else:
        pic = torch.from_numpy(pic)
        pic = pic.unsqueeze(-1) if pic.dim() == 2 else pic
    if pic.shape[-1] > 4:
        raise ValueError(f'pic should not have > 4 channels. Got {pic.shape[-1]} channels.')
    found = _pil.fromarray((pic[..., 0] if pic.shape[-1] == 1 else pic).contiguous().numpy())
    return found if mode is None else found.convert(mode)


def _channels_first(img):
    """A tensor to work on, and the way back to what was given."""
    if not isinstance(img, Image):
        return img, lambda t: t
    grey = img.pixels.dim() == 2
    pixels = img.pixels.unsqueeze(0) if grey else img.pixels.permute(2, 0, 1)
    return pixels, lambda t: Image((t[0] if grey else t.permute(1, 2, 0)).contiguous(), img.mode)


def get_image_size(img):
    """[width, height]."""
    t = _channels_first(img)[0]
    return [t.shape[-1], t.shape[-2]]


def get_dimensions(img):
    return list(_channels_first(img)[0].shape[-3:])


def _both(size):
    return (size, size) if isinstance(size, numbers.Number) else (size[0], size[-1])


def _mode(interpolation):
    if isinstance(interpolation, int):
        return InterpolationMode(_pil.Resampling(interpolation).name.lower())
    return interpolation


def resize(img, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """One number is the shorter side. A picture by Pillow's rules, a tensor smoothed where it becomes smaller."""
    w, h = get_image_size(img)
    if isinstance(size, int) or len(size) == 1:
        short = size if isinstance(size, int) else size[0]
        size = (short, int(short * w / h)) if h <= w else (int(short * h / w), short)
        if max_size is not None and max(size) > max_size:
            size = tuple(max_size if n == max(size) else int(max_size * n / max(size)) for n in size)
    how = _mode(interpolation)
    if isinstance(img, Image):
        return img.resize((size[1], size[0]), _pil.Resampling[how.name.replace('_EXACT', '')])
    if tuple(size) == (h, w):
        return img
    t = img if img.dim() > 3 else img.unsqueeze(0)
    smooth = how in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    more = {'align_corners': False, 'antialias': bool(antialias)} if smooth else {}
    found = interpolate(t.to(torch.float32) if not t.is_floating_point() else t, size=tuple(size), mode=how.value, **more)
    if not t.is_floating_point():
        found = (found.clamp(0, 255).round() if smooth else found).to(t.dtype)
    return found if img.dim() > 3 else found[0]


def pad(img, padding, fill=0, padding_mode='constant'):
    """padding: a number; left-right, top-bottom; or left, top, right, bottom."""
    p = [padding] if isinstance(padding, int) else list(padding)
    left, top, right, bottom = p * 4 if len(p) == 1 else p * 2 if len(p) == 2 else p
    t, back = _channels_first(img)
    mode = {'edge': 'replicate', 'symmetric': None}.get(padding_mode, padding_mode)
    if mode is None:
        raise NotImplementedError("padding_mode 'symmetric' is not in Backstep's torchvision")
    if mode == 'constant':
        if isinstance(fill, (tuple, list)):
            return back(torch.stack([_pad(c, (left, right, top, bottom), value=float(v)) for c, v in zip(t, fill)]))
        return back(_pad(t, (left, right, top, bottom), value=fill))
    whole = not t.is_floating_point()
    return back(_pad(t.float().unsqueeze(0) if whole else t.unsqueeze(0), (left, right, top, bottom), mode=mode)[0].to(t.dtype))


def crop(img, top, left, height, width):
    """What is outside is 0."""
    t, back = _channels_first(img)
    h, w = t.shape[-2:]
    if left < 0 or top < 0 or left + width > w or top + height > h:
        found = t.new_zeros((*t.shape[:-2], height, width))
        y0, x0, y1, x1 = max(top, 0), max(left, 0), min(top + height, h), min(left + width, w)
        if y0 < y1 and x0 < x1:
            found[..., y0 - top:y1 - top, x0 - left:x1 - left] = t[..., y0:y1, x0:x1]
        return back(found)
    return back(t[..., top:top + height, left:left + width])


def center_crop(img, output_size):
    height, width = _both(output_size)
    w, h = get_image_size(img)
    if width > w or height > h:
        img = pad(img, [max((width - w) // 2, 0), max((height - h) // 2, 0), max((width - w + 1) // 2, 0), max((height - h + 1) // 2, 0)])
        w, h = get_image_size(img)
    return crop(img, int(round((h - height) / 2.0)), int(round((w - width) / 2.0)), height, width)


def resized_crop(img, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img, size):
    height, width = _both(size)
    w, h = get_image_size(img)
    return tuple(crop(img, top, left, height, width) for top, left in ((0, 0), (0, w - width), (h - height, 0), (h - height, w - width))) + (
        center_crop(img, [height, width]),)


def ten_crop(img, size, vertical_flip=False):
    return five_crop(img, size) + five_crop((vflip if vertical_flip else hflip)(img), size)


def hflip(img):
    t, back = _channels_first(img)
    return back(t.flip(-1))


def vflip(img):
    t, back = _channels_first(img)
    return back(t.flip(-2))


def rotate(img, angle, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=None):
    """Counter-clockwise, by degrees. Pictures only."""
    if not isinstance(img, Image):
        img = to_pil_image(img) if img.dtype == torch.uint8 else img
        if not isinstance(img, Image):
            raise NotImplementedError("torchvision's rotate() in Backstep takes a picture or a tensor of uint8: rotate before ToTensor()")
        return pil_to_tensor(rotate(img, angle, interpolation, expand, center, fill))
    return img.rotate(angle, _pil.Resampling[_mode(interpolation).name], expand, center, fillcolor=fill or None)


def rgb_to_grayscale(img, num_output_channels=1):
    t, back = _channels_first(img)
    if isinstance(img, Image):
        grey = img.convert('L')
        return grey if num_output_channels == 1 else grey.convert('RGB')
    r, g, b = t.unbind(-3)
    found = (0.2989 * r + 0.587 * g + 0.114 * b).to(t.dtype).unsqueeze(-3)
    return found if num_output_channels == 1 else found.expand(t.shape)


to_grayscale = rgb_to_grayscale


def _blend(img, other, factor):
    """other * (1 - factor) + img * factor."""
    if isinstance(img, Image):
        return _pil.blend(other, img, factor)
    bound = 1.0 if img.is_floating_point() else 255.0
    return (factor * img + (1.0 - factor) * other).clamp(0, bound).to(img.dtype)


def adjust_brightness(img, brightness_factor):
    other = Image(torch.zeros_like(img.pixels), img.mode) if isinstance(img, Image) else torch.zeros_like(img)
    return _blend(img, other, brightness_factor)


def adjust_contrast(img, contrast_factor):
    if isinstance(img, Image):
        mean = int(img.convert('L').pixels.to(torch.float64).mean().item() + 0.5)
        return _blend(img, Image(torch.full_like(img.pixels, mean), img.mode), contrast_factor)
    grey = rgb_to_grayscale(img) if img.shape[-3] == 3 else img
    return _blend(img, grey.to(torch.float32 if not img.is_floating_point() else img.dtype).mean(dim=(-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img, saturation_factor):
    if isinstance(img, Image):
        return _blend(img, img.convert('L').convert(img.mode), saturation_factor)
    return img if img.shape[-3] == 1 else _blend(img, rgb_to_grayscale(img), saturation_factor)


def erase(img, i, j, h, w, v, inplace=False):
    out = img if inplace else img.clone()
    out[..., i:i + h, j:j + w] = v
    return out


def gaussian_blur(img, kernel_size, sigma=None):
    """Of a tensor, or a picture."""
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    sigmas = [k * 0.15 + 0.35 for k in sizes] if sigma is None else [float(sigma)] * 2 if isinstance(sigma, (int, float)) else list(sigma)

    def line(size, deviation):
        half = (size - 1) * 0.5
        found = torch.exp(-0.5 * (torch.linspace(-half, half, steps=size) / deviation).pow(2))
        return found / found.sum()
    t, back = _channels_first(img)
    kernel = torch.mm(line(sizes[1], sigmas[1])[:, None], line(sizes[0], sigmas[0])[None, :])
    channels = t.shape[-3]
    x = t.to(torch.float32) if not t.is_floating_point() else t
    x = x if x.dim() > 3 else x.unsqueeze(0)
    x = _pad(x, (sizes[0] // 2, sizes[0] // 2, sizes[1] // 2, sizes[1] // 2), mode='reflect')
    found = torch.nn.functional.conv2d(x, kernel.expand(channels, 1, *kernel.shape), groups=channels).reshape(t.shape)
    return back(found if t.is_floating_point() else found.round().to(t.dtype))


def convert_image_dtype(image, dtype=torch.float32):
    if image.dtype == dtype:
        return image
    if image.is_floating_point():
        return image.to(dtype) if dtype.is_floating_point else image.mul(torch.iinfo(dtype).max + 1.0 - 1e-3).to(dtype)
    most = torch.iinfo(image.dtype).max
    if dtype.is_floating_point:
        return image.to(dtype) / most
    return image.to(dtype)


def random_box(img, scale, ratio):
    """RandomResizedCrop's draw: top, left, height, width."""
    w, h = get_image_size(img)
    low, high = math.log(ratio[0]), math.log(ratio[1])
    for _ in range(10):
        target = h * w * torch.empty(1).uniform_(scale[0], scale[1]).item()
        aspect = torch.exp(torch.empty(1).uniform_(low, high)).item()
        width, height = int(round(math.sqrt(target * aspect))), int(round(math.sqrt(target / aspect)))
        if 0 < width <= w and 0 < height <= h:
            return torch.randint(0, h - height + 1, size=(1,)).item(), torch.randint(0, w - width + 1, size=(1,)).item(), height, width
    if w / h < min(ratio):
        width, height = w, int(round(w / min(ratio)))
    elif w / h > max(ratio):
        width, height = int(round(h * max(ratio))), h
    else:
        width, height = w, h
    return (h - height) // 2, (w - width) // 2, height, width


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    raise AttributeError(f'torchvision.transforms.functional.{name} is not in Backstep yet: compute it with torch')
