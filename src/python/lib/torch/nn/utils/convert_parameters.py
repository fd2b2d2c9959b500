"""Parameters as one vector, and back."""
from ..._tensor import Tensor


def parameters_to_vector(parameters):
    """All parameters, one after the other."""
    import torch
    return torch.cat([p.view(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Gives every parameter its part of the vector."""
    if not isinstance(vec, Tensor):
        raise TypeError(f'expected torch.Tensor, but got: {_typename(vec)}')
    at = 0
    for p in parameters:
        n = p.numel()
        p.data = vec[at:at + n].view_as(p).data
        at += n


def _typename(v):
    from ..modules._names import typename
    return typename(v)
