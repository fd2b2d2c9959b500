"""torch.Size: a tuple that prints as PyTorch's."""


class Size(tuple):
    __slots__ = ()

    def __repr__(self):
        return f'torch.Size([{", ".join(map(str, self))}])'

    __str__ = __repr__

    def numel(self):
        """Number of elements of a tensor of this size."""
        n = 1
        for d in self:
            n *= d
        return n

    def __getitem__(self, index):
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):
        return Size(tuple(other) + tuple(self))

    def __mul__(self, n):
        return Size(tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __reduce__(self):
        return (Size, (tuple(self),))


Size.__module__ = 'torch'
