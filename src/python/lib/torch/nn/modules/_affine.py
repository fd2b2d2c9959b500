"""What normalization layers share: a weight that starts as 1, and a bias that starts as 0."""
from .. import init
from ..parameter import Parameter


def add_affine(module, shape, weight, bias, device, dtype):
    """Gives a module a weight and a bias of this shape, each only if asked for (else it is None)."""
    import torch
    for name, wanted in (('weight', weight), ('bias', bias)):
        if wanted:
            setattr(module, name, Parameter(torch.empty(shape, device=device, dtype=dtype)))
        else:
            module.register_parameter(name, None)


def reset_affine(module):
    """weight 1, bias 0."""
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)
