"""Dropout of all kinds."""
from .. import functional as F
from .module import Module


class _DropoutNd(Module):
    __constants__ = ['p', 'inplace']

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f'dropout probability has to be between 0 and 1, but got {p}')
        self.p = p
        self.inplace = inplace

    def extra_repr(self):
        return f'p={self.p}, inplace={self.inplace}'


def _dropout(name, function, what):
    def forward(self, input):
        return getattr(F, function)(input, self.p, self.training, self.inplace)

    return type(name, (_DropoutNd,), {'__doc__': what, 'forward': forward, '__module__': 'torch.nn.modules.dropout'})


Dropout = _dropout('Dropout', 'dropout', 'In training, makes elements 0 with probability p and divides the others by 1 - p.')
Dropout1d = _dropout('Dropout1d', 'dropout1d', 'Dropout of whole channels of (N, C, L).')
Dropout2d = _dropout('Dropout2d', 'dropout2d', 'Dropout of whole channels of (N, C, H, W).')
Dropout3d = _dropout('Dropout3d', 'dropout3d', 'Dropout of whole channels of (N, C, D, H, W).')
AlphaDropout = _dropout('AlphaDropout', 'alpha_dropout', 'Dropout that keeps mean and variance, for SELU networks.')
FeatureAlphaDropout = _dropout('FeatureAlphaDropout', 'feature_alpha_dropout', 'AlphaDropout of whole channels.')
