"""torch.nn.functional's losses: the engine's ops behind the arguments that Python adds, and what PyTorch composes of ops."""
import math
import warnings

import torch

from .. import _wrappers
from . import _reduction

__all__ = ['l1_loss', 'mse_loss', 'smooth_l1_loss', 'huber_loss', 'soft_margin_loss', 'nll_loss', 'cross_entropy',
           'linear_cross_entropy', 'binary_cross_entropy', 'binary_cross_entropy_with_logits', 'kl_div', 'poisson_nll_loss',
           'gaussian_nll_loss', 'hinge_embedding_loss', 'margin_ranking_loss', 'cosine_embedding_loss', 'triplet_margin_loss',
           'triplet_margin_with_distance_loss', 'multilabel_soft_margin_loss', 'multi_margin_loss', 'multilabel_margin_loss',
           'ctc_loss']


def _run(name, *args, reduction, **kwargs):
    """The engine's op of this name."""
    return _wrappers.function(name)(*args, reduction=_reduction.checked(reduction), **kwargs)


def _reduced(loss, reduction):
    """The mean, the sum, or all of it."""
    reduction = _reduction.checked(reduction)
    if reduction == 'mean':
        return loss.mean()
    return loss.sum() if reduction == 'sum' else loss


def _which(size_average, reduce, reduction):
    """The reduction, with the two old arguments considered."""
    if size_average is None and reduce is None:
        return reduction
    return _reduction.legacy_get_string(size_average, reduce)


def _same_size(input, target):
    """Warns where broadcasting is probably a mistake."""
    if target.size() != input.size():
        warnings.warn(f'Using a target size ({target.size()}) that is different to the input size ({input.size()}). This will likely '
                      'lead to incorrect results due to broadcasting. Please ensure they have the same size.', stacklevel=3)


# ---- regression -----------------------------------------------------------------------------------------------------------

def _weighted(loss, input, weight, reduction, mean):
    """A loss of every element, weighted, and reduced; `mean` makes the mean of (weighted losses, weights)."""
    if tuple(weight.shape) != tuple(input.shape):
        raise ValueError('Weights and input must have the same size.')
    loss = loss * weight
    if reduction == 'mean':
        return mean(loss, weight)
    if reduction == 'sum':
        return torch.sum(loss)
    if reduction == 'none':
        return loss
    raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")


def _by_weights(loss, weight):
    return torch.sum(loss) / torch.sum(weight)


def mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None):
    """(x - y)². With weights, the mean divides by their sum."""
    _same_size(input, target)
    reduction = _which(size_average, reduce, reduction)
    if weight is None:
        return _run('mse_loss', input, target, reduction=reduction)
    return _weighted(torch.pow(input - target, 2), input, weight, reduction, _by_weights)


def l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None):
    """|x - y|. With weights, the mean divides by their sum."""
    _same_size(input, target)
    reduction = _which(size_average, reduce, reduction)
    if weight is None:
        return _run('l1_loss', input, target, reduction=reduction)
    return _weighted(torch.abs(input - target), input, weight, reduction, _by_weights)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0):
    """(x - y)² / 2β where |x - y| < β, else |x - y| - β/2."""
    _same_size(input, target)
    reduction = _which(size_average, reduce, reduction)
    if beta == 0:
        return _run('l1_loss', input, target, reduction=reduction)
    return _run('smooth_l1_loss', input, target, reduction=reduction, beta=beta)


def huber_loss(input, target, reduction='mean', delta=1.0, weight=None):
    """(x - y)² / 2 where |x - y| ≤ δ, else δ (|x - y| - δ/2)."""
    _same_size(input, target)
    if weight is None:
        return _run('huber_loss', input, target, reduction=reduction, delta=delta)
    loss = _run('huber_loss', input, target, reduction='none', delta=delta)
    return _weighted(loss, input, weight, reduction, lambda loss, _: loss.mean())


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction='mean'):
    """eˣ - y x, of a Poisson distribution's log rate. full adds Stirling's approximation of log y!."""
    reduction = _which(size_average, reduce, reduction)
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(f'{reduction} is not a valid value for reduction')
    loss = torch.exp(input) - target * input if log_input else input - target * torch.log(input + eps)
    if full:
        stirling = target * torch.log(target) - target + 0.5 * torch.log(2 * math.pi * target)
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return _reduced(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction='mean'):
    """(log var + (x - y)² / var) / 2, with var no less than eps; its gradient flows as if it were not held there."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError('var has negative entry/entries')
        var = var * torch.ones_like(input)
    elif torch.any(var < 0):
        raise ValueError('var has negative entry/entries')
    if tuple(var.shape) != tuple(input.shape):
        if tuple(input.shape[:-1]) == tuple(var.shape):
            var = torch.unsqueeze(var, -1)
        # One dimension may differ, where var has 1.
        elif input.dim() != var.dim() or sum(v for x, v in zip(input.shape, var.shape) if x != v) != 1:
            raise ValueError('var is of incorrect size')
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(reduction + ' is not valid')
    var = var.clone()
    with torch.no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (torch.log(var) + (input - target) ** 2 / var)
    if full:
        loss += 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)


# ---- classes and probabilities ----------------------------------------------------------------------------------------------

def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'):
    """-x[class], of log-probabilities."""
    return _run('nll_loss', input, target, weight=weight, ignore_index=ignore_index,
                reduction=_which(size_average, reduce, reduction))


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0):
    """-log softmax(x)[class], of scores; the target may hold probabilities instead of classes."""
    return _run('cross_entropy', input, target, weight=weight, ignore_index=ignore_index, label_smoothing=label_smoothing,
                reduction=_which(size_average, reduce, reduction))


def linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, reduction='mean', ignore_index=None,
                         label_smoothing=0.0, options=None):
    """cross_entropy(linear(input, linear_weight, linear_bias), target).

    linear_weight: (C, in_features), or (C, d₁, …, in_features) for a loss of more dimensions. options asks PyTorch to compute it in
    chunks, which saves memory and gives the same numbers; Backstep does not do that yet.
    """
    if input.dim() not in (1, 2):
        raise RuntimeError(f'expected input with dimensionality 1 or 2, got {input.dim()}')
    if linear_weight.dim() < 2:
        raise RuntimeError(f'expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}')
    features = input.shape[-1]
    if features != linear_weight.shape[-1]:
        raise RuntimeError('expected equal input and linear_weight last dimensions (in_features), got '
                           f'{features} and {linear_weight.shape[-1]}, respectively')
    classes, *places = linear_weight.shape[:-1]
    if linear_bias is not None and tuple(linear_bias.shape) != (classes, *places):
        raise RuntimeError(f'expected linear_bias shape {(classes, *places)}, got {tuple(linear_bias.shape)}')
    if places and input.dim() == 1:
        raise RuntimeError(f'K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, '
                           f'(N, {features}), got unbatched input with shape {tuple(input.shape)}')
    shape = (*input.shape[:-1], classes, *places)
    if tuple(target.shape) == shape and ignore_index is not None:
        raise RuntimeError('ignore_index cannot be specified when target contains probabilities')
    if options is not None:
        from .._missing import not_yet
        raise not_yet('torch.nn.functional.linear_cross_entropy(options=…)', NotImplementedError, ['options=None'])
    if places:
        linear_weight = linear_weight.reshape(math.prod(places, start=classes), features)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = torch.nn.functional.linear(input, linear_weight, linear_bias).reshape(shape)
    return cross_entropy(logits, target, weight=weight, reduction=reduction, label_smoothing=label_smoothing,
                         ignore_index=-100 if ignore_index is None else ignore_index)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean'):
    """-(y log x + (1 - y) log(1 - x)), of probabilities."""
    return _run('binary_cross_entropy', input, target, weight=weight, reduction=_which(size_average, reduce, reduction))


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None):
    """binary_cross_entropy of sigmoid(x), of scores."""
    return _run('binary_cross_entropy_with_logits', input, target, weight=weight, pos_weight=pos_weight,
                reduction=_which(size_average, reduce, reduction))


def kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False):
    """y (log y - x), of log-probabilities x."""
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    elif reduction == 'mean':
        warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
                      "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
                      "same as 'batchmean' in the next major release.", stacklevel=2)
    if reduction == 'batchmean':
        return _wrappers.function('kl_div')(input, target, reduction=reduction, log_target=log_target)
    return _run('kl_div', input, target, log_target=log_target, reduction=reduction)


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False):
    """-log of the probability of a labelling, over all its alignments with the input (Graves et al., 2006).

    log_probs: (T, N, C), or (T, C); targets: (N, S), or all of them in a row; the lengths: tensors, or lists of ints.
    """
    return _run('ctc_loss', log_probs, targets, _lengths(input_lengths), _lengths(target_lengths), blank=blank,
                zero_infinity=zero_infinity, reduction=reduction)


def _lengths(lengths):
    return lengths if isinstance(lengths, torch.Tensor) else torch.tensor(lengths, dtype=torch.int64)


# ---- margins and embeddings -------------------------------------------------------------------------------------------------

def soft_margin_loss(input, target, size_average=None, reduce=None, reduction='mean'):
    """log(1 + e^(-y x))."""
    return _run('soft_margin_loss', input, target, reduction=_which(size_average, reduce, reduction))


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
    rank = target.dim()
    if rank > 1:
        raise RuntimeError('0D or 1D target tensor expected, multi-target not supported')
    if not input1.dim() == input2.dim() == rank + 1:
        raise RuntimeError(f'{rank}D target tensor expects {rank + 1}D input tensors, but found inputs with sizes '
                           f'{list(input1.shape)} and {list(input2.shape)}.')
    eps = 1e-12
    dot = (input1 * input2).sum(rank)
    squares1 = (input1 * input1).sum(rank) + eps
    squares2 = (input2 * input2).sum(rank) + eps
    cos = dot / (squares1 * squares2).sqrt()
    together = torch.where(target == 1, 1 - cos, 0)
    apart = torch.where(target == -1, (cos - margin).clamp_min(0), 0)
    return _reduced(together + apart, reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None,
                        reduction='mean'):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin)."""
    reduction = _reduction.checked(_which(size_average, reduce, reduction))
    if margin <= 0:
        raise ValueError(f'margin must be greater than 0, got {margin}')
    return _triplet(lambda a, b: torch.pairwise_distance(a, b, p, eps), anchor, positive, negative, margin, swap, reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction='mean'):
    """triplet_margin_loss with a distance of one's own."""
    if reduction not in ('mean', 'sum', 'none'):
        raise ValueError(f'{reduction} is not a valid value for reduction')
    if margin <= 0:
        raise ValueError(f'margin must be greater than 0, got {margin}')
    return _triplet(distance_function or torch.pairwise_distance, anchor, positive, negative, margin, swap, reduction)


def _triplet(distance, anchor, positive, negative, margin, swap, reduction):
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError('The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: '
                           f'anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs')
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
    dim = input.dim() - 1
    loss = loss.sum(dim) / input.size(dim)
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(reduction + ' is not valid')
    return _reduced(loss, reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction='mean'):
    """Hinge loss between the target class's score and the others': max(0, margin - x[class] + x[k])ᵖ."""
    reduction = _reduction.checked(_which(size_average, reduce, reduction))
    if p not in (1, 2):
        raise ValueError('only p == 1 and p == 2 supported')
    if weight is not None and weight.dim() != 1:
        raise ValueError('weight must be one-dimensional')
    return _run('multi_margin_loss', input, target, p, margin, weight, reduction=reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction='mean'):
    """Hinge loss between the scores of the target classes and those of the others."""
    return _run('multilabel_margin_loss', input, target, reduction=_which(size_average, reduce, reduction))


for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.functional'
