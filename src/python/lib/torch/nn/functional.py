"""torch.nn.functional: the engine's ops (made when first asked for), and here what PyTorch composes of them."""
import math
import warnings

import torch

from .. import _bind, _wrappers
from .._tensor import Tensor
from . import _reduction

_generated, __dir__ = _bind.lazy('torch.nn.functional', globals())


def __getattr__(name):
    return _generated(name)


# After __getattr__: these lead to the layers, which ask for functions.
from ._pooling import (adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool1d_with_indices,
                       adaptive_max_pool2d, adaptive_max_pool2d_with_indices, adaptive_max_pool3d, adaptive_max_pool3d_with_indices,
                       fractional_max_pool2d, fractional_max_pool2d_with_indices, fractional_max_pool3d,
                       fractional_max_pool3d_with_indices, lp_pool1d, lp_pool2d, lp_pool3d, max_pool1d, max_pool1d_with_indices,
                       max_pool2d, max_pool2d_with_indices, max_pool3d, max_pool3d_with_indices, max_unpool1d, max_unpool2d,
                       max_unpool3d)
from ._attention import (_canonical_mask, _in_projection, _in_projection_packed, _mha_shape_check, _none_or_dtype,
                         multi_head_attention_forward)


def _op(name):
    """The engine's op of this name, or None."""
    return _wrappers.function(name) if name in _wrappers.by_name else None


def _reduced(loss, reduction):
    if reduction == 'mean':
        return loss.mean()
    if reduction == 'sum':
        return loss.sum()
    _reduction.get_enum(reduction)
    return loss


def _run_loss(name, *args, reduction, **kwargs):
    """The engine's own op for a loss, if there is one (None if not): its reduction is a word or PyTorch's number."""
    op = _wrappers.by_name.get(name)
    if op is None:
        return None
    number = _reduction.get_enum(reduction)
    by_word = any(p.name == 'reduction' and p.base == 'str' for p in op.params)
    return _wrappers.function(name)(*args, reduction=reduction if by_word else number, **kwargs)


def _which(size_average, reduce, reduction):
    """The reduction, with the two old arguments considered."""
    if size_average is None and reduce is None:
        return reduction
    return _reduction.legacy_get_string(size_average, reduce)


def _same_size(input, target):
    """Warns where broadcasting is probably a mistake."""
    if tuple(target.shape) != tuple(input.shape):
        warnings.warn(f'Using a target size ({target.size()}) that is different to the input size ({input.size()}). This will likely '
                      'lead to incorrect results due to broadcasting. Please ensure they have the same size.', stacklevel=3)


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


# ---- dropout ------------------------------------------------------------------------------------------------------------

def _check_p(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f'dropout probability has to be between 0 and 1, but got {p}')


def _noise(input, p, shape=None):
    """0 with probability p, else 1 / (1 - p)."""
    shape = tuple(input.shape) if shape is None else shape
    return torch.empty(shape, dtype=input.dtype).bernoulli_(1 - p).div_(1 - p)


def _dropped(input, p, training, inplace, shape=None):
    if p == 0 or not training or input.numel() == 0:
        return input
    if p == 1:
        zeros = torch.zeros((), dtype=input.dtype)
        return input.mul_(zeros) if inplace else input * zeros
    noise = _noise(input, p, shape)
    return input.mul_(noise) if inplace else input * noise


def dropout(input, p=0.5, training=True, inplace=False):
    """In training, makes elements 0 with probability p and divides the others by 1 - p."""
    _check_p(p)
    own = _op('dropout')
    return own(input, p, training, inplace) if own is not None else _dropped(input, p, training, inplace)


def _channels(input, name):
    if input.dim() < 2:
        raise RuntimeError('Feature dropout requires at least 2 dimensions in the input')
    return (*input.shape[:2], *(1,) * (input.dim() - 2))


def _feature_dropout(name, ranks, unbatched):
    def f(input, p=0.5, training=True, inplace=False):
        _check_p(p)
        n = input.dim()
        if n not in ranks:
            warnings.warn(f'{name}: Received a {n}-D input to {name}, which is deprecated and will result in an error in a future '
                          f'release. To retain the behavior and silence this warning, please use dropout instead. Note that {name} '
                          f'exists to provide channel-wise dropout on inputs with {unbatched - 1} spatial dimensions, a channel '
                          f'dimension, and an optional batch dimension (i.e. {unbatched}D or {unbatched + 1}D inputs).', stacklevel=2)
        if n == unbatched and name != 'dropout2d':
            x = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
            return (_dropped(x, p, training, inplace, _channels(x, name)).squeeze_(0) if inplace
                    else _dropped(x, p, training, inplace, _channels(x, name)).squeeze(0))
        return _dropped(input, p, training, inplace, _channels(input, name))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = 'Dropout of whole channels.'
    return f


dropout1d = _feature_dropout('dropout1d', (2, 3), 2)
dropout2d = _feature_dropout('dropout2d', (3, 4), 3)
dropout3d = _feature_dropout('dropout3d', (4, 5), 4)
_ALPHA = 1.7580993408473766


def _alpha_dropped(input, p, training, inplace, shape=None):
    if p == 0 or not training or input.numel() == 0:
        return input
    if p == 1:
        zeros = torch.zeros((), dtype=input.dtype)
        return input.mul_(zeros) if inplace else input * zeros
    kept = torch.empty(tuple(input.shape) if shape is None else shape, dtype=input.dtype).bernoulli_(1 - p)
    a = 1 / math.sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    b = kept.add(-1).mul_(_ALPHA * a).add_(_ALPHA * a * p)
    noise = kept.mul_(a)
    return input.mul_(noise).add_(b) if inplace else input * noise + b


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance, for SELU networks."""
    _check_p(p)
    return _alpha_dropped(input, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """alpha_dropout of whole channels."""
    _check_p(p)
    return _alpha_dropped(input, p, training, inplace, _channels(input, 'feature_alpha_dropout'))


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """leaky_relu whose slope is drawn, in training, from (lower, upper)."""
    if not training:
        return torch.nn.functional.leaky_relu(input, (lower + upper) / 2, inplace=inplace)
    own = _op('rrelu')
    if own is None:
        raise _missing_error('torch.nn.functional.rrelu(training=True)')
    return own(input, lower, upper, training)


def _missing_error(what):
    from .._missing import not_yet
    return not_yet(what, NotImplementedError)


# ---- linear and tables --------------------------------------------------------------------------------------------------

def bilinear(input1, input2, weight, bias=None):
    """yₖ = x₁ᵀ Wₖ x₂ + bₖ."""
    own = _op('bilinear')
    if own is not None:
        return own(input1, input2, weight, bias)
    k, i, j = weight.shape
    if input1.size(-1) != i:
        raise RuntimeError(f'bilinear(): input1 size does not match weight size: got {input1.size(-1)} but expected {i}')
    if input2.size(-1) != j:
        raise RuntimeError(f'bilinear(): input2 size does not match weight size: got {input2.size(-1)} but expected {j}')
    lead = tuple(input1.shape[:-1])
    x1 = input1.reshape(-1, 1, 1, i)
    y = torch.matmul(torch.matmul(x1, weight), input2.reshape(-1, 1, j, 1)).reshape(*lead, k)
    return y if bias is None else y + bias


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of `weight` by index."""
    if padding_idx is not None:
        rows = weight.size(0)
        if padding_idx > 0:
            if not padding_idx < rows:
                raise AssertionError('Padding_idx must be within num_embeddings')
        elif padding_idx < 0:
            if not padding_idx >= -rows:
                raise AssertionError('Padding_idx must be within num_embeddings')
            padding_idx = rows + padding_idx
    else:
        padding_idx = -1
    if max_norm is not None:
        with torch.no_grad():
            for row in input.reshape(-1).unique().tolist():
                size = float(torch.linalg.vector_norm(weight[row], norm_type))
                if size > max_norm:
                    weight[row].mul_(max_norm / (size + 1e-7))
    if 'embedding' in _wrappers.by_name:
        if isinstance(input, Tensor) and not isinstance(weight, Tensor):
            raise TypeError(f"embedding(): argument 'weight' (position 1) must be Tensor, not {type(weight).__name__}")
        return _wrappers.function('embedding')(weight, input, padding_idx, scale_grad_by_freq, sparse)
    if weight.dim() != 2:
        raise RuntimeError("'weight' must be 2-D")
    return torch.index_select(weight, 0, input.reshape(-1)).view(*input.shape, weight.size(1))


# ---- norms --------------------------------------------------------------------------------------------------------------

def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """x / max(‖x‖ₚ, eps), along dim."""
    size = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / size if out is None else torch.div(input, size, out=out)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x - mean) / √(var + eps) · weight + bias, over the last dimensions."""
    shape = tuple(normalized_shape)
    own = _op('layer_norm') or _op('native_layer_norm')
    if own is not None:
        y = own(input, shape, weight, bias, eps)
        return y[0] if isinstance(y, tuple) else y
    if tuple(input.shape[max(input.dim() - len(shape), 0):]) != shape:
        listed = ', '.join(map(str, shape))
        raise RuntimeError(f'Given normalized_shape=[{listed}], expected input with shape [*, {listed}], but got input of '
                           f'size{list(input.shape)}')
    dims = list(range(-len(shape), 0))
    centered = input - input.mean(dims, keepdim=True)
    y = centered * torch.rsqrt((centered * centered).mean(dims, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x / √(mean of x² + eps) · weight, over the last dimensions."""
    own = _op('rms_norm')
    if own is not None:
        return own(input, tuple(normalized_shape), weight, eps)
    if eps is None:
        eps = torch.finfo(input.dtype).eps
    y = input * torch.rsqrt(input.pow(2).mean(list(range(-len(tuple(normalized_shape)), 0)), keepdim=True) + eps)
    return y if weight is None else y * weight


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Normalizes each channel over the batch; in training, updates the running statistics."""
    n = input.numel() // max(input.size(1), 1) if input.dim() > 1 else input.numel()
    if training and n == 1:
        raise ValueError(f'Expected more than 1 value per channel when training, got input size {input.size()}')
    own = _op('batch_norm') or _op('native_batch_norm')
    if own is not None:
        args = (True,) if any(p.name == 'cudnn_enabled' for p in _wrappers.by_name.get('batch_norm', _NoOp).params) else ()
        y = own(input, weight, bias, running_mean, running_var, training, momentum, eps, *args)
        return y[0] if isinstance(y, tuple) else y
    shape = (1, -1, *(1,) * (input.dim() - 2))
    dims = [0, *range(2, input.dim())]
    if training:
        mean = input.mean(dims)
        centered = input - mean.view(shape)
        var = (centered * centered).mean(dims)
        with torch.no_grad():
            if running_mean is not None:
                running_mean.copy_(momentum * mean + (1 - momentum) * running_mean)
            if running_var is not None:
                running_var.copy_(momentum * (var * (n / (n - 1))) + (1 - momentum) * running_var)
        y = centered * torch.rsqrt(var + eps).view(shape)
    else:
        y = (input - running_mean.view(shape)) * torch.rsqrt(running_var + eps).view(shape)
    y = y if weight is None else y * weight.view(shape)
    return y if bias is None else y + bias.view(shape)


class _NoOp:
    params = ()


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """‖x₁ - x₂ + eps‖ₚ along the last dimension."""
    return torch.norm(x1 - x2 + eps, p, max(x1.dim(), x2.dim()) - 1, keepdim)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """x₁·x₂ / (max(‖x₁‖, eps) max(‖x₂‖, eps)), along dim."""
    own = _op('cosine_similarity')
    if own is not None:
        return own(x1, x2, dim, eps)
    x1, x2 = torch.broadcast_tensors(x1, x2)
    n1 = torch.linalg.vector_norm(x1, 2, dim, True).clamp_min(eps)
    n2 = torch.linalg.vector_norm(x2, 2, dim, True).clamp_min(eps)
    return ((x1 / n1) * (x2 / n2)).sum(dim)


# ---- losses -------------------------------------------------------------------------------------------------------------

def _elementwise(name, formula):
    """A loss of each pair of elements: by the engine's op, or by `formula`."""
    def run(input, target, reduction, *args):
        found = _run_loss(name, input, target, reduction=reduction, **dict(args))
        return _reduced(formula(input, target, **dict(args)), reduction) if found is None else found

    return run


def _weighted(run, input, target, weight, reduction, *args):
    if weight is None:
        return run(input, target, reduction, *args)
    if tuple(weight.shape) != tuple(input.shape):
        raise ValueError('Weights and input must have the same size.')
    loss = run(input, target, 'none', *args) * weight
    if reduction == 'mean':
        return torch.sum(loss) / torch.sum(weight)
    return _reduced(loss, reduction)


_mse = _elementwise('mse_loss', lambda x, y: (x - y).pow(2))
_l1 = _elementwise('l1_loss', lambda x, y: (x - y).abs())


def _smooth_l1(x, y, beta):
    d = (x - y).abs()
    return d if beta == 0 else torch.where(d < beta, 0.5 * d * d / beta, d - 0.5 * beta)


def _huber(x, y, delta):
    d = (x - y).abs()
    return torch.where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta))


_run_smooth_l1 = _elementwise('smooth_l1_loss', _smooth_l1)
_run_huber = _elementwise('huber_loss', _huber)
_run_soft_margin = _elementwise('soft_margin_loss', lambda x, y: torch.log1p(torch.exp(-y * x)))


def mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None):
    """(x - y)²."""
    _same_size(input, target)
    return _weighted(_mse, input, target, weight, _which(size_average, reduce, reduction))


def l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None):
    """|x - y|."""
    _same_size(input, target)
    return _weighted(_l1, input, target, weight, _which(size_average, reduce, reduction))


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0):
    """(x - y)² / 2β where |x - y| < β, else |x - y| - β/2."""
    _same_size(input, target)
    reduction = _which(size_average, reduce, reduction)
    if beta < 0:
        raise RuntimeError('smooth_l1_loss does not support negative values for beta.')
    if beta == 0:
        return _l1(input, target, reduction)
    return _run_smooth_l1(input, target, reduction, ('beta', beta))


def huber_loss(input, target, reduction='mean', delta=1.0, weight=None):
    """(x - y)² / 2 where |x - y| < δ, else δ (|x - y| - δ/2)."""
    _same_size(input, target)
    if delta <= 0:
        raise RuntimeError('huber_loss does not support non-positive values for delta.')
    return _weighted(_run_huber, input, target, weight, reduction, ('delta', delta))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction='mean'):
    """log(1 + e^(-y x))."""
    return _run_soft_margin(input, target, _which(size_average, reduce, reduction))


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'):
    """-x[class], of log-probabilities."""
    reduction = _which(size_average, reduce, reduction)
    _reduction.get_enum(reduction)
    found = None
    if 'nll_loss_nd' in _wrappers.by_name:
        found = _run_loss('nll_loss_nd', input, target, weight=weight, ignore_index=ignore_index, reduction=reduction)
    elif 'nll_loss' in _wrappers.by_name:
        found = _run_loss('nll_loss', input, target, weight=weight, ignore_index=ignore_index, reduction=reduction)
    if found is not None:
        return found[0] if isinstance(found, tuple) else found
    if input.dim() > 2:
        x = input.movedim(1, -1).reshape(-1, input.size(1))
        loss = nll_loss(x, target.reshape(-1), weight, None, ignore_index, None, reduction)
        return loss.view(target.shape) if reduction == 'none' else loss
    if input.dim() == 2 and input.size(0) != target.size(0):
        raise ValueError(f'Expected input batch_size ({input.size(0)}) to match target batch_size ({target.size(0)}).')
    used = target != ignore_index
    at = torch.where(used, target, 0)
    dim = input.dim() - 1
    picked = -input.gather(dim, at.unsqueeze(dim)).squeeze(dim)
    share = used.to(input.dtype) if weight is None else weight[at] * used
    picked = torch.where(used, picked, 0.0) * share
    if reduction == 'mean':
        return picked.sum() / share.sum()
    return _reduced(picked, reduction)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0):
    """-log softmax(x)[class], of scores; the target may hold probabilities instead of classes."""
    reduction = _which(size_average, reduce, reduction)
    _reduction.get_enum(reduction)
    found = _run_loss('cross_entropy_loss', input, target, weight=weight, ignore_index=ignore_index, reduction=reduction,
                      label_smoothing=label_smoothing)
    if found is None:
        found = _run_loss('cross_entropy', input, target, weight=weight, ignore_index=ignore_index, reduction=reduction,
                          label_smoothing=label_smoothing)
    if found is not None:
        return found
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f'label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}')
    dim = 0 if input.dim() == 1 else 1
    classes = input.size(dim)
    logs = torch.log_softmax(input, dim)
    if tuple(input.shape) == tuple(target.shape) and target.is_floating_point():
        if label_smoothing > 0:
            target = target * (1 - label_smoothing) + label_smoothing / classes
        shape = [1] * input.dim()
        shape[dim] = -1
        loss = -((logs * target if weight is None else logs * target * weight.view(shape)).sum(dim))
        if reduction == 'mean':
            return loss.sum() / max(input.numel() // classes, 1)
        return _reduced(loss, reduction)
    if label_smoothing == 0:
        return nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    nll = nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    used = target != ignore_index
    shape = [1] * input.dim()
    shape[dim] = -1
    smooth = -(logs if weight is None else logs * weight.view(shape)).sum(dim)
    smooth = torch.where(used, smooth, 0.0)
    if reduction == 'mean':
        share = used.sum() if weight is None else (weight[torch.where(used, target, 0)] * used).sum()
        smooth = smooth.sum() / share
    else:
        smooth = _reduced(smooth, reduction)
    return (1 - label_smoothing) * nll + smooth * (label_smoothing / classes)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean'):
    """-(y log x + (1 - y) log(1 - x)), of probabilities."""
    reduction = _which(size_average, reduce, reduction)
    _reduction.get_enum(reduction)
    if tuple(target.shape) != tuple(input.shape):
        raise ValueError(f'Using a target size ({target.size()}) that is different to the input size ({input.size()}) is deprecated. '
                         'Please ensure they have the same size.')
    found = _run_loss('binary_cross_entropy', input, target, weight=weight, reduction=reduction)
    if found is not None:
        return found
    if bool(((input < 0) | (input > 1)).any()):
        raise RuntimeError('all elements of input should be between 0 and 1')
    loss = (target - 1) * torch.log1p(-input).clamp(min=-100) - target * torch.log(input).clamp(min=-100)
    return _reduced(loss if weight is None else loss * weight, reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None):
    """binary_cross_entropy of sigmoid(x), of scores."""
    reduction = _which(size_average, reduce, reduction)
    _reduction.get_enum(reduction)
    if tuple(target.shape) != tuple(input.shape):
        raise ValueError(f'Target size ({target.size()}) must be the same as input size ({input.size()})')
    found = _run_loss('binary_cross_entropy_with_logits', input, target, weight=weight, pos_weight=pos_weight, reduction=reduction)
    if found is not None:
        return found
    logs = torch.nn.functional.logsigmoid(input)
    if pos_weight is None:
        loss = (1 - target) * input - logs
    else:
        loss = (1 - target) * input - ((pos_weight - 1) * target + 1) * logs
    return _reduced(loss if weight is None else loss * weight, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False):
    """y (log y - x), of log-probabilities x."""
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    else:
        if reduction == 'mean':
            warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
                          "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
                          "same as 'batchmean' in the next major release.", stacklevel=2)
    inner = 'sum' if reduction == 'batchmean' else reduction
    loss = _run_loss('kl_div', input, target, log_target=log_target, reduction=inner)
    if loss is None:
        if log_target:
            loss = target.exp() * (target - input)
        else:
            loss = torch.xlogy(target, target) - target * input
        loss = _reduced(loss, inner)
    if reduction == 'batchmean' and input.dim() != 0:
        loss = loss / input.size(0)
    return loss


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction='mean'):
    """eˣ - y x, of a Poisson distribution's log rate."""
    reduction = _which(size_average, reduce, reduction)
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(f'{reduction} is not a valid value for reduction')
    loss = torch.exp(input) - target * input if log_input else input - target * torch.log(input + eps)
    if full:
        stirling = target * torch.log(target) - target + 0.5 * torch.log(2 * math.pi * target)
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return _reduced(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction='mean'):
    """(log var + (x - y)² / var) / 2."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError('var has negative entry/entries')
        var = var * torch.ones_like(input)
    elif torch.any(var < 0):
        raise ValueError('var has negative entry/entries')
    if tuple(var.shape) != tuple(input.shape):
        if tuple(input.shape[:-1]) == tuple(var.shape):
            var = torch.unsqueeze(var, -1)
        elif not (tuple(input.shape[:-1]) == tuple(var.shape[:-1]) and var.size(-1) == 1):
            raise ValueError('var is of incorrect size')
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(reduction + ' is not valid')
    var = var.clone()
    with torch.no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (torch.log(var) + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction='mean'):
    """x where y = 1, max(0, margin - x) where y = -1."""
    reduction = _which(size_average, reduce, reduction)
    apart = torch.where(target != 1, (margin - input).clamp_min(0), 0)
    together = torch.where(target != -1, input, 0)
    return _reduced(apart + together, reduction)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean'):
    """max(0, -y (x₁ - x₂) + margin)."""
    reduction = _which(size_average, reduce, reduction)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(f'margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {input1.size()}, '
                           f'input2: {input2.size()}, target: {target.size()} ')
    return _reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean'):
    """1 - cos where y = 1, max(0, cos - margin) where y = -1."""
    reduction = _which(size_average, reduce, reduction)
    dim = target.dim()
    eps = 1e-12
    dot = (input1 * input2).sum(dim)
    squares1 = (input1 * input1).sum(dim) + eps
    squares2 = (input2 * input2).sum(dim) + eps
    cos = dot / (squares1 * squares2).sqrt()
    together = torch.where(target == 1, 1 - cos, 0)
    apart = torch.where(target == -1, (cos - margin).clamp_min(0), 0)
    return _reduced(together + apart, reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None,
                        reduction='mean'):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin)."""
    if margin <= 0:
        raise ValueError(f'margin must be greater than 0, got {margin}')
    return _triplet(lambda a, b: pairwise_distance(a, b, p, eps), anchor, positive, negative, margin, swap,
                    _which(size_average, reduce, reduction))


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction='mean'):
    """triplet_margin_loss with a distance of one's own."""
    if margin <= 0:
        raise ValueError(f'margin must be greater than 0, got {margin}')
    return _triplet(distance_function or pairwise_distance, anchor, positive, negative, margin, swap, reduction)


def _triplet(distance, anchor, positive, negative, margin, swap, reduction):
    near = distance(anchor, positive)
    far = distance(anchor, negative)
    if swap:
        far = torch.minimum(far, distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction='mean'):
    """BCE of sigmoid(x), averaged over the classes."""
    reduction = _which(size_average, reduce, reduction)
    log_sigmoid = torch.nn.functional.logsigmoid
    loss = -(target * log_sigmoid(input) + (1 - target) * log_sigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return _reduced(loss.sum(input.dim() - 1) / input.size(input.dim() - 1), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction='mean'):
    """Hinge loss between the target class's score and the others'."""
    reduction = _which(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError('only p == 1 and p == 2 supported')
    if weight is not None and weight.dim() != 1:
        raise ValueError('weight must be one-dimensional')
    found = _run_loss('multi_margin_loss', input, target, p=p, margin=margin, weight=weight, reduction=reduction)
    if found is not None:
        return found
    x = input if input.dim() == 2 else input.reshape(1, -1)
    at = target.reshape(-1, 1)
    z = (margin - x.gather(1, at) + x).clamp_min(0)
    z = z if p == 1 else z * z
    if weight is not None:
        z = z * weight[at]
    others = torch.ones_like(z).scatter(1, at, 0.0)
    loss = (z * others).sum(1) / x.size(1)
    return _reduced(loss if target.dim() > 0 else loss.squeeze(0), reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction='mean'):
    """Hinge loss between the scores of the target classes and those of the others."""
    reduction = _which(size_average, reduce, reduction)
    found = _run_loss('multilabel_margin_loss', input, target, reduction=reduction)
    if found is not None:
        return found
    x, y = (input, target) if input.dim() == 2 else (input.reshape(1, -1), target.reshape(1, -1))
    valid = (y < 0).to(torch.int64).cumsum(1) == 0
    at = torch.where(valid, y, 0)
    is_target = torch.zeros_like(x).scatter_add(1, at, valid.to(x.dtype)) > 0
    gaps = (1 - (x.gather(1, at).unsqueeze(2) - x.unsqueeze(1))).clamp_min(0)
    counted = valid.unsqueeze(2) & ~is_target.unsqueeze(1)
    loss = torch.where(counted, gaps, 0.0).sum((1, 2)) / x.size(1)
    return _reduced(loss if input.dim() == 2 else loss.squeeze(0), reduction)
