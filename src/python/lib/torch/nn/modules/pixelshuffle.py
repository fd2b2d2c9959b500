"""PixelShuffle and PixelUnshuffle."""
from .. import functional as F
from .module import Module


class PixelShuffle(Module):
    """Makes pixels of channels: (…, r² C, H, W) becomes (…, C, r H, r W)."""

    __constants__ = ['upscale_factor']

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self):
        return f'upscale_factor={self.upscale_factor}'


class PixelUnshuffle(Module):
    """Makes channels of pixels: (…, C, r H, r W) becomes (…, r² C, H, W)."""

    __constants__ = ['downscale_factor']

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self):
        return f'downscale_factor={self.downscale_factor}'


for _class in (PixelShuffle, PixelUnshuffle):
    _class.__module__ = 'torch.nn.modules.pixelshuffle'
