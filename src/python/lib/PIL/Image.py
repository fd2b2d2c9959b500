"""PIL.Image: pictures whose pixels are an engine's tensor. PNG files are read and written; the rest says that it is not here."""
import enum as _enum
import math as _math

import numpy as _np
import torch as _torch


class UnidentifiedImageError(OSError):
    pass


class Resampling(_enum.IntEnum):
    NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)


class Transpose(_enum.IntEnum):
    FLIP_LEFT_RIGHT, FLIP_TOP_BOTTOM, ROTATE_90, ROTATE_180, ROTATE_270, TRANSPOSE, TRANSVERSE = range(7)


NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)
FLIP_LEFT_RIGHT, FLIP_TOP_BOTTOM, ROTATE_90, ROTATE_180, ROTATE_270, TRANSPOSE, TRANSVERSE = range(7)

_CHANNELS = {'L': 1, 'F': 1, 'I': 1, 'LA': 2, 'RGB': 3, 'RGBA': 4}


class Image:
    """`pixels`: height x width, or height x width x channels; uint8, but float32 in mode F and int32 in mode I."""

    format = None
    readonly = 0

    def __init__(self, pixels, mode=None):
        self.pixels = pixels
        self.mode = mode or ('L' if pixels.dim() == 2 else {2: 'LA', 3: 'RGB', 4: 'RGBA'}[pixels.shape[2]])
        self.info = {}

    @property
    def size(self):
        return self.pixels.shape[1], self.pixels.shape[0]

    width = property(lambda self: self.pixels.shape[1])
    height = property(lambda self: self.pixels.shape[0])

    def convert(self, mode=None, *args, **how):
        mode = mode or self.mode
        if mode == self.mode:
            return self.copy()
        p = self.pixels
        if mode in ('F', 'I') and p.dim() == 2:
            return Image(p.to(_torch.float32 if mode == 'F' else _torch.int32), mode)
        if p.dtype != _torch.uint8:
            p = p.clamp(0, 255).to(_torch.uint8)
        alpha = p[..., -1:] if self.mode in ('LA', 'RGBA') else _torch.full((*p.shape[:2], 1), 255, dtype=_torch.uint8)
        colours = p.unsqueeze(-1) if p.dim() == 2 else p[..., :-1] if self.mode in ('LA', 'RGBA') else p
        if mode in ('RGB', 'RGBA') and colours.shape[2] == 1:
            colours = colours.expand(-1, -1, 3)
        elif mode in ('L', 'LA') and colours.shape[2] == 3:
            # ITU-R 601-2, in PIL's whole numbers.
            colours = ((colours.to(_torch.int64) * _torch.tensor([19595, 38470, 7471])).sum(-1, keepdim=True) + 0x8000 >> 16).to(_torch.uint8)
        if mode == 'L':
            return Image(colours[..., 0].contiguous())
        if mode == 'RGB':
            return Image(colours.contiguous())
        if mode in ('LA', 'RGBA'):
            return Image(_torch.cat([colours, alpha], -1))
        raise ValueError(f'pictures in Backstep are L, LA, RGB, RGBA, F or I, not {mode}')

    def resize(self, size, resample=None, box=None, reducing_gap=None):
        """size: (width, height). In Pillow's whole numbers: weights of 22 bits, first along the rows, then along the columns."""
        resample = Resampling.BICUBIC if resample is None else Resampling(resample)
        if tuple(size) == self.size and box is None:
            return self.copy()
        if box is not None:
            return self.crop(box).resize(size, resample)
        width, height = size
        p = self.pixels.numpy()
        if resample == Resampling.NEAREST:
            rows, columns = _nearest(p.shape[0], height), _nearest(p.shape[1], width)
            return Image(_torch.from_numpy(p[rows][:, columns]), self.mode)
        whole = p.dtype == _np.uint8
        # Where only the columns become shorter Pillow begins with them.
        order = ((0, height), (1, width)) if height < p.shape[0] and width >= p.shape[1] else ((1, width), (0, height))
        for axis, length in order:
            if p.shape[axis] != length:
                p = _np.swapaxes(_weighted(_np.swapaxes(p, 0, axis), length, resample, whole), 0, axis)
        return Image(_torch.from_numpy(_np.ascontiguousarray(p)), self.mode)

    def thumbnail(self, size, resample=None, reducing_gap=2.0):
        w, h = self.size
        scale = min(size[0] / w, size[1] / h)
        if scale < 1:
            self.pixels = self.resize((max(1, round(w * scale)), max(1, round(h * scale))), resample).pixels

    def crop(self, box=None):
        """box: left, upper, right, lower. What is outside is 0."""
        if box is None:
            return self.copy()
        left, top, right, bottom = (int(round(v)) for v in box)
        w, h = self.size
        found = _torch.zeros((bottom - top, right - left, *self.pixels.shape[2:]), dtype=self.pixels.dtype)
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, w), min(bottom, h)
        if x0 < x1 and y0 < y1:
            found[y0 - top:y1 - top, x0 - left:x1 - left] = self.pixels[y0:y1, x0:x1]
        return Image(found, self.mode)

    def transpose(self, method):
        p = self.pixels
        method = Transpose(method)
        found = (lambda: p.flip(1), lambda: p.flip(0), lambda: p.transpose(0, 1).flip(0), lambda: p.flip(0, 1),
                 lambda: p.transpose(0, 1).flip(1), lambda: p.transpose(0, 1), lambda: p.transpose(0, 1).flip(0, 1))[method]()
        return Image(found.contiguous(), self.mode)

    def rotate(self, angle, resample=Resampling.NEAREST, expand=False, center=None, translate=None, fillcolor=None):
        """Counter-clockwise, by degrees, each pixel the nearest."""
        angle = angle % 360.0
        if center is None and translate is None and (angle in (0, 180) or angle in (90, 270) and (expand or self.width == self.height)):
            return self.copy() if angle == 0 else self.transpose({90: Transpose.ROTATE_90, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_270}[angle])
        if expand or translate is not None or resample != Resampling.NEAREST:
            raise NotImplementedError('Image.rotate() in Backstep takes the nearest pixel, without expand or translate')
        w, h = self.size
        cx, cy = (w / 2, h / 2) if center is None else center
        turn = -_math.radians(angle)
        a, b, d, e = (round(v, 15) for v in (_math.cos(turn), _math.sin(turn), -_math.sin(turn), _math.cos(turn)))
        x, y = _np.meshgrid(_np.arange(w) + 0.5, _np.arange(h) + 0.5)
        column = _np.floor(a * x + b * y + (cx - a * cx - b * cy)).astype(_np.int64)
        row = _np.floor(d * x + e * y + (cy - d * cx - e * cy)).astype(_np.int64)
        inside = (column >= 0) & (column < w) & (row >= 0) & (row < h)
        p = self.pixels.numpy()
        found = p[_np.clip(row, 0, h - 1), _np.clip(column, 0, w - 1)]
        found[~inside] = 0 if fillcolor is None else fillcolor
        return Image(_torch.from_numpy(found), self.mode)

    def split(self):
        return (self.copy(),) if self.pixels.dim() == 2 else tuple(Image(self.pixels[..., i].contiguous()) for i in range(self.pixels.shape[2]))

    def getbands(self):
        return tuple(self.mode)

    def getchannel(self, channel):
        return self.split()[self.mode.index(channel) if isinstance(channel, str) else channel]

    def getdata(self, band=None):
        flat = self.pixels.reshape(self.width * self.height, -1).tolist()
        return [p[band or 0] for p in flat] if band is not None or self.pixels.dim() == 2 else [tuple(p) for p in flat]

    def getextrema(self):
        found = tuple((int(p.min()), int(p.max())) for p in self.pixels.reshape(-1, _CHANNELS[self.mode]).unbind(1))
        return found[0] if len(found) == 1 else found

    def getpixel(self, at):
        found = self.pixels[at[1], at[0]].tolist()
        return tuple(found) if isinstance(found, list) else found

    def putpixel(self, at, value):
        self.pixels[at[1], at[0]] = _torch.tensor(value, dtype=self.pixels.dtype)

    def paste(self, im, box=None, mask=None):
        left, top = (0, 0) if box is None else box[:2]
        if not isinstance(im, Image) or mask is not None:
            raise NotImplementedError('Image.paste() in Backstep takes a picture, without a mask')
        part = im.convert(self.mode).pixels
        place = self.pixels[max(top, 0):top + part.shape[0], max(left, 0):left + part.shape[1]]
        place.copy_(part[max(-top, 0):, max(-left, 0):][:place.shape[0], :place.shape[1]])

    def point(self, lut, mode=None):
        table = [lut(i) for i in range(256)] if callable(lut) else list(lut)
        table = _torch.tensor([min(255, max(0, int(v))) for v in table[:256]], dtype=_torch.uint8)
        return Image(table[self.pixels.to(_torch.int64)], self.mode)

    def copy(self):
        return Image(self.pixels.clone(), self.mode)

    def tobytes(self, *args):
        return self.pixels.numpy().tobytes()

    def load(self):
        return _Access(self)

    def save(self, fp, format=None, **how):
        """As a PNG file; other formats say that they are not here."""
        from matplotlib._png import of_bytes
        name = str(getattr(fp, 'name', fp))
        kind = (format or name.rpartition('.')[2]).lower()
        if kind != 'png':
            raise ValueError(f'Backstep writes PNG pictures, not {kind}: save {name} as .png')
        picture = self.convert('L') if self.mode in ('F', 'I') else self
        data = of_bytes(self.width, [row.numpy().tobytes() for row in picture.pixels], {'L': 0, 'RGB': 2, 'LA': 4, 'RGBA': 6}[picture.mode])
        if hasattr(fp, 'write'):
            fp.write(data)
        else:
            with open_file(fp, 'wb') as file:
                file.write(data)

    def show(self, title=None, **how):
        from matplotlib import pyplot
        figure, axes = pyplot.subplots()
        axes.imshow(self)
        axes.axis('off')
        pyplot.show()

    def verify(self):
        pass

    close = verify

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def __array__(self, dtype=None, copy=None):
        found = self.pixels.numpy().copy()
        return found if dtype is None else found.astype(dtype)

    def __eq__(self, other):
        return isinstance(other, Image) and self.mode == other.mode and _torch.equal(self.pixels, other.pixels)

    __hash__ = object.__hash__

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise AttributeError(f'PIL.Image.Image.{name} is not in Backstep: pictures there open, convert, resize, crop, turn and save as PNG')

    def __repr__(self):
        return f'<{type(self).__module__}.{type(self).__name__} image mode={self.mode} size={self.width}x{self.height} at 0x{id(self):X}>'

    def _repr_pretty_(self, p, cycle):
        # Without where it lies.
        p.text(f'<{type(self).__module__}.{type(self).__name__} image mode={self.mode} size={self.width}x{self.height}>')


class PngImageFile(Image):
    """A picture out of a PNG file."""

    format = 'PNG'
    format_description = 'Portable network graphics'


PngImageFile.__module__ = 'PIL.PngImagePlugin'


class _Access:
    """image.load()[x, y]."""

    def __init__(self, image):
        self._image = image

    def __getitem__(self, at):
        return self._image.getpixel(at)

    def __setitem__(self, at, value):
        self._image.putpixel(at, value)


def _box(x):
    return 1.0 if -0.5 < x <= 0.5 else 0.0


def _triangle(x):
    return max(0.0, 1.0 - abs(x))


def _hamming(x):
    x = abs(x)
    return 1.0 if x == 0 else 0.0 if x >= 1 else _math.sin(_math.pi * x) / (_math.pi * x) * (0.54 + 0.46 * _math.cos(_math.pi * x))


def _cubic(x, a=-0.5):
    x = abs(x)
    if x < 1:
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


def _lanczos(x):
    def sinc(v):
        return 1.0 if v == 0 else _math.sin(v * _math.pi) / (v * _math.pi)
    return sinc(x) * sinc(x / 3) if -3 <= x < 3 else 0.0


_FILTERS = {Resampling.BOX: (_box, 0.5), Resampling.BILINEAR: (_triangle, 1.0), Resampling.HAMMING: (_hamming, 1.0),
            Resampling.BICUBIC: (_cubic, 2.0), Resampling.LANCZOS: (_lanczos, 3.0)}


def _nearest(n, length):
    """Which of n each of `length` is: the step is added up, as Pillow does, with what rounding that brings."""
    step = n / length
    at, found = step * 0.5, []
    for _ in range(length):
        found.append(int(at))
        at += step
    return _np.array(found)


def _weighted(p, length, resample, whole):
    """p with `length` rows: each the filter's weighted sum of the rows around its place (Pillow's Resample.c)."""
    weight, reach = _FILTERS[resample]
    n = p.shape[0]
    scale = n / length
    wide = max(scale, 1.0)
    weights = _np.zeros((length, n))
    for i in range(length):
        middle = (i + 0.5) * scale
        first, last = max(int(middle - reach * wide + 0.5), 0), min(int(middle + reach * wide + 0.5), n)
        found = [weight((j - middle + 0.5) * (1.0 / wide)) for j in range(first, last)]
        share = 1.0 / sum(found)
        weights[i, first:last] = _np.array([v * share for v in found])
    flat = p.reshape(n, -1).astype(_np.float64)
    if whole:
        weights = _np.trunc(weights * (1 << 22) + _np.where(weights < 0, -0.5, 0.5))
        found = _np.clip(_np.floor((weights @ flat + (1 << 21)) / (1 << 22)), 0, 255)
    else:
        found = weights @ flat
    return found.astype(p.dtype).reshape(length, *p.shape[1:])


open_file = open


def open(fp, mode='r', formats=None):
    """A picture out of a PNG file (a path, or an open file). FileNotFoundError; UnidentifiedImageError for what is none."""
    from matplotlib._read import pixels
    if hasattr(fp, 'read'):
        data = fp.read()
    else:
        with open_file(fp, 'rb') as file:
            data = file.read()
    if data[:3] == b'\xff\xd8\xff' or data[:3] == b'GIF' or data[:2] == b'BM' or data[8:12] == b'WEBP':
        raise UnidentifiedImageError(f'Backstep reads PNG pictures; save {fp!r} as .png')
    try:
        rows, channels = pixels(data)
    except ValueError as error:
        raise UnidentifiedImageError(f'cannot identify image file {fp!r}' if 'only PNG' in str(error) else str(error)) from None
    found = _torch.frombuffer(bytearray(b''.join(rows)), dtype=_torch.uint8).reshape(len(rows), -1, channels)
    image = PngImageFile(found[..., 0].contiguous() if channels == 1 else found)
    image.filename = '' if hasattr(fp, 'read') else str(fp)
    return image


def fromarray(obj, mode=None):
    """A picture of an array: uint8, float32 (F) or int32 (I) of height x width; uint8 with 2, 3 or 4 channels."""
    array = _np.ascontiguousarray(_np.asarray(obj))
    if array.dtype == bool:
        array = array.astype(_np.uint8) * 255
    kinds = {'uint8': 'L', 'float32': 'F', 'int32': 'I', 'float64': 'F', 'int64': None}
    kind = kinds.get(str(array.dtype))
    if kind is None or (array.ndim == 3 and (kind != 'L' or array.shape[2] not in (2, 3, 4))) or array.ndim not in (2, 3):
        shape = (1, 1, *array.shape[2:])
        raise TypeError(f"Cannot handle this data type: {shape}, {array.dtype.str}")
    if kind == 'F':
        array = array.astype(_np.float32)
    return Image(_torch.from_numpy(array.copy()), kind if array.ndim == 2 else None)


def new(mode, size, color=0):
    """A picture of one colour: a number, or one for each channel."""
    shape = (size[1], size[0]) if _CHANNELS[mode] == 1 else (size[1], size[0], _CHANNELS[mode])
    if isinstance(color, str):
        from matplotlib.colors import to_rgba
        color = tuple(round(255 * v) for v in to_rgba(color)[:_CHANNELS[mode]])
    kind = {'F': _torch.float32, 'I': _torch.int32}.get(mode, _torch.uint8)
    found = _torch.zeros(shape, dtype=kind)
    found[...] = _torch.tensor(color, dtype=kind)
    return Image(found, mode)


def merge(mode, bands):
    return Image(_torch.stack([b.pixels for b in bands], -1), mode)


def blend(im1, im2, alpha):
    """im1 * (1 - alpha) + im2 * alpha, cut off to whole numbers."""
    a, b = (im.pixels.to(_torch.float32) for im in (im1, im2))
    return Image((a + alpha * (b - a)).clamp(0, 255).to(_torch.uint8), im1.mode)


def isImageType(t):
    return isinstance(t, Image)


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    if name == 'ANTIALIAS':
        raise AttributeError("module 'PIL.Image' has no attribute 'ANTIALIAS'")
    raise AttributeError(f'PIL.Image.{name} is not in Backstep: open, fromarray, new, merge and blend are')
