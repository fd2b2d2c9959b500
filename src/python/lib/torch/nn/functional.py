"""torch.nn.functional: the engine's ops (made when first asked for), and here what PyTorch composes of them."""
import warnings

import torch

from .. import _bind
from .._tensor import Tensor
from ._dropouts import *  # noqa: F403
from ._losses import *  # noqa: F403
from ._normalizations import *  # noqa: F403

_generated, __dir__ = _bind.lazy('torch.nn.functional', globals())


def __getattr__(name):
    return _generated(name)


# After __getattr__: these lead to the layers, which ask for functions.
from ._convolutions import *  # noqa: F403
from ._pooling import *  # noqa: F403
from ._resampling import *  # noqa: F403
from ._attention import (_canonical_mask, _in_projection, _in_projection_packed, _mha_shape_check, _none_or_dtype,
                         multi_head_attention_forward)


# ---- softmax ------------------------------------------------------------------------------------------------------------

def _softmax_dim(name, rank, stacklevel):
    warnings.warn(f'Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.',
                  stacklevel=stacklevel)
    return 0 if rank in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """eˣ / Σ eˣ, along dim."""
    if dim is None:
        dim = _softmax_dim('softmax', input.dim(), _stacklevel)
    return torch.softmax(input, dim) if dtype is None else torch.softmax(input, dim, dtype=dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """softmax of -x, along dim."""
    if dim is None:
        dim = _softmax_dim('softmin', input.dim(), _stacklevel)
    return torch.softmax(-input, dim) if dtype is None else torch.softmax(-input, dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """x - log Σ eˣ, along dim."""
    if dim is None:
        dim = _softmax_dim('log_softmax', input.dim(), _stacklevel)
    return torch.log_softmax(input, dim) if dtype is None else torch.log_softmax(input, dim, dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """softmax of the scores plus Gumbel noise; hard: one-hot, with the soft gradient."""
    if eps != 1e-10:
        warnings.warn('`eps` parameter is deprecated and has no effect.', stacklevel=2)
    noise = -torch.empty_like(logits).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    return torch.zeros_like(logits).scatter_(dim, index, 1.0) - soft.detach() + soft


# ---- activations and tables --------------------------------------------------------------------------------------------------

def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """leaky_relu whose slope is drawn, in training, from [lower, upper)."""
    return (torch.rrelu_ if inplace else torch.rrelu)(input, lower, upper, training)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of `weight` by index. Rows longer than max_norm are shortened in place first."""
    if padding_idx is None:
        padding_idx = -1
    else:
        rows = weight.size(0)
        if not -rows <= padding_idx < rows:
            raise AssertionError('Padding_idx must be within num_embeddings')
        padding_idx %= rows
    if max_norm is not None:
        with torch.no_grad():
            torch.embedding_renorm_(weight, input, max_norm, norm_type)
    if isinstance(input, Tensor) and not isinstance(weight, Tensor):
        raise TypeError(f"embedding(): argument 'weight' (position 1) must be Tensor, not {type(weight).__name__}")
    return torch.embedding(weight, input, padding_idx, scale_grad_by_freq, sparse)


_BAG_MODES = {'sum': 0, 'mean': 1, 'max': 2}


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False,
                  per_sample_weights=None, include_last_offset=False, padding_idx=None):
    """Sums, means or largest elements of rows of `weight`, a bag of indices at a time.

    input: (B, N), a bag a row; or (N), with `offsets` where each bag begins. per_sample_weights: a factor for every index (mode 'sum').
    """
    if weight.dtype == torch.long and input.is_floating_point():
        warnings.warn('Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is '
                      'deprecated, and should now be `embedding_bag(input, weight, ...)`.', stacklevel=2)
        weight, input = input, weight
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(f'embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same '
                         f'shape as the input ({input.shape})')
    if weight.dim() != 2:
        raise ValueError(f'weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}')
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError('if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length '
                             f'sequences. However, found offsets of type {type(offsets)}')
        offsets = torch.arange(0, input.numel(), input.size(1), dtype=input.dtype)
        include_last_offset = False
        input = input.reshape(-1)
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
    elif input.dim() == 1:
        if offsets is None:
            raise ValueError('offsets has to be a 1D Tensor but got None')
        if offsets.dim() != 1:
            raise ValueError('offsets has to be a 1D Tensor')
    else:
        raise ValueError(f'input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}')
    if mode not in _BAG_MODES:
        raise ValueError('mode has to be one of sum, mean or max')
    if mode == 'max':
        if scale_grad_by_freq:
            raise ValueError('max mode does not support scaling the gradient by the frequency')
        if sparse:
            raise ValueError('max mode does not support sparse weights')
    if max_norm is not None:
        with torch.no_grad():
            torch.embedding_renorm_(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != 'sum':
        raise NotImplementedError("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
                                  f"(got mode='{mode}'). Please open a feature request on GitHub.")
    return torch.embedding_bag(weight, input, offsets, scale_grad_by_freq, _BAG_MODES[mode], sparse, per_sample_weights,
                               include_last_offset, padding_idx)[0]
