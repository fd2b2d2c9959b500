"""Flatten and Unflatten."""
from .module import Module


class Flatten(Module):
    """Makes one dimension of the dimensions from start_dim to end_dim."""

    __constants__ = ['start_dim', 'end_dim']

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f'start_dim={self.start_dim}, end_dim={self.end_dim}'


class Unflatten(Module):
    """Makes several dimensions of one."""

    __constants__ = ['dim', 'unflattened_size']

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if isinstance(dim, int):
            if not isinstance(unflattened_size, (tuple, list)):
                raise TypeError(f'unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}')
            for i, n in enumerate(unflattened_size):
                if not isinstance(n, int):
                    raise TypeError(f'unflattened_size must be tuple of ints, but found element of type {type(n).__name__} at pos {i}')
        elif not isinstance(dim, str):
            raise TypeError('invalid argument type for dim parameter')
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f'dim={self.dim}, unflattened_size={self.unflattened_size}'


for _class in (Flatten, Unflatten):
    _class.__module__ = 'torch.nn.modules.flatten'
