"""Names of types, as PyTorch's messages print them."""
from ..._tensor import Tensor


def typename(v):
    """`torch.FloatTensor` for a tensor; else `module.name` of a class or function, `module.Class` of an object, without `builtins`."""
    if isinstance(v, Tensor):
        return v.type()
    t = v if hasattr(v, '__qualname__') else type(v)
    module = t.__module__ or ''
    if module in ('builtins', '__builtin__'):
        module = ''
    return f'{module}.{t.__qualname__}' if module else t.__qualname__
