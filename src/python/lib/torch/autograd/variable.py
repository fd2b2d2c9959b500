"""torch.autograd.Variable: a tensor, since PyTorch 0.4."""
import warnings

from .._tensor import Tensor


class _Meta(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor)

    def __call__(cls, data=None, requires_grad=False, volatile=False):
        if volatile:
            warnings.warn('volatile was removed and now has no effect. Use `with torch.no_grad():` instead.', stacklevel=2)
        t = Tensor() if data is None else data.detach()
        return t.requires_grad_(requires_grad) if requires_grad else t


class Variable(metaclass=_Meta):
    """The tensor itself."""
