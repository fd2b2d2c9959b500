"""A picture as PIL's Image has it, as far as transforms and plots look at it."""
import torch


class Image:
    """`pixels`: uint8 tensor, height x width ('L') or height x width x 3 ('RGB')."""

    def __init__(self, pixels):
        self.pixels = pixels
        self.mode = 'L' if pixels.dim() == 2 else 'RGB'
        self.size = (pixels.shape[1], pixels.shape[0])
        self.width, self.height = self.size

    def convert(self, mode):
        if mode == self.mode:
            return self
        if mode == 'RGB':
            return Image(self.pixels.unsqueeze(-1).expand(-1, -1, 3).contiguous())
        if mode == 'L':
            # ITU-R 601-2, in PIL's whole numbers.
            weights = torch.tensor([19595, 38470, 7471])
            return Image(((self.pixels.to(torch.int64) * weights).sum(-1) + 0x8000 >> 16).to(torch.uint8))
        raise ValueError(f'pictures in Backstep are L or RGB, not {mode}')

    def getdata(self):
        flat = self.pixels.reshape(self.width * self.height, -1).tolist()
        return [p[0] for p in flat] if self.mode == 'L' else [tuple(p) for p in flat]

    def getpixel(self, at):
        found = self.pixels[at[1], at[0]].tolist()
        return found if self.mode == 'L' else tuple(found)

    def __array__(self, dtype=None, copy=None):
        found = self.pixels.numpy()
        return found if dtype is None else found.astype(dtype)

    def __repr__(self):
        return f'<PIL.Image.Image image mode={self.mode} size={self.width}x{self.height}>'
