"""torch.nn: layers, losses, initialisers."""
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from . import functional, grad, init, modules, utils
from .modules import *  # noqa: F403
from . import attention, common_types, parallel
from .parallel import DataParallel
from .. import _bind

__getattr__, __dir__ = _bind.lazy('torch.nn', globals())


def factory_kwargs(kwargs):
    """The keyword arguments that torch.empty and its like take, checked: device, dtype, memory_format, or all of them in factory_kwargs."""
    if kwargs is None:
        return {}
    simple = ('device', 'dtype', 'memory_format')
    unknown = {k for k in kwargs if k not in simple and k != 'factory_kwargs'}
    if unknown:
        raise TypeError(f'unexpected kwargs {unknown}')
    found = dict(kwargs.get('factory_kwargs', {}))
    for k in simple:
        if k in kwargs:
            if k in found:
                raise TypeError(f'{k} specified twice, in **kwargs and in factory_kwargs')
            found[k] = kwargs[k]
    return found
