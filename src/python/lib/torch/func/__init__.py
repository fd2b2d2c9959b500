"""torch.func: derivatives of functions as functions, and functions over a batch."""
from ._functional_call import functional_call, replace_all_batch_norm_modules_, stack_module_state
from ._transforms import functionalize, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from ._vmap import vmap
from .._missing import module_getattr


def debug_unwrap(tensor, *, recurse=True):
    """The tensor: transforms do not wrap here."""
    return tensor


for _f in (debug_unwrap, functional_call, replace_all_batch_norm_modules_, stack_module_state, functionalize, grad, grad_and_value, hessian,
           jacfwd, jacrev, jvp, linearize, vjp, vmap):
    _f.__module__ = 'torch.func'

__getattr__ = module_getattr('torch.func', globals())
