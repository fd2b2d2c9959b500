"""Functions that torch shows because its C++ has them: methods by name, dropout with `train`, losses with a reduction by number (0, 1, 2)."""
# Left out, it is 0: the parser of torch's arguments reads no names of numbers, so a loss is not reduced.
_REDUCTIONS = ('none', 'mean', 'sum')


def _functional(name):
    from .nn import functional
    return getattr(functional, name)


def _of_method(name):
    def function(input, *args, **kwargs):
        return getattr(input, name)(*args, **kwargs)
    function.__name__ = function.__qualname__ = name
    return function


def _dropout(name, inplace):
    def function(input, p, train):
        return _functional(name)(input, p, train, inplace)
    function.__name__ = function.__qualname__ = name + '_' * inplace
    return function


_METHODS = ('acosh_', 'addmv_', 'arccosh_', 'arcsinh_', 'arctanh_', 'asinh_', 'atanh_', 'detach_', 'resize_as_', 'is_signed',
            'get_device')
globals().update({_name: _of_method(_name) for _name in _METHODS})
_DROPOUTS = ('dropout', 'alpha_dropout', 'feature_alpha_dropout')
globals().update({_name + '_' * _inplace: _dropout(_name, _inplace) for _name in _DROPOUTS for _inplace in (False, True)})
__all__ = [*_METHODS, *_DROPOUTS, *(_name + '_' for _name in _DROPOUTS), 'fill', 'is_same_size', 'binary_cross_entropy_with_logits', 'cosine_embedding_loss',
           'ctc_loss', 'hinge_embedding_loss', 'kl_div', 'margin_ranking_loss', 'poisson_nll_loss', 'triplet_margin_loss']


def fill(input, value):
    """A new tensor like `input`, all `value`."""
    return input.clone().fill_(value)


def is_same_size(input, other):
    return input.shape == other.shape


def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=0):
    return _functional('binary_cross_entropy_with_logits')(input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight)


def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction=0):
    return _functional('cosine_embedding_loss')(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction=0, zero_infinity=False):
    return _functional('ctc_loss')(log_probs, targets, input_lengths, target_lengths, blank, _REDUCTIONS[reduction], zero_infinity)


def hinge_embedding_loss(input, target, margin=1.0, reduction=0):
    return _functional('hinge_embedding_loss')(input, target, margin, reduction=_REDUCTIONS[reduction])


def kl_div(input, target, reduction=0, *, log_target=False):
    """Without functional.kl_div's warning of its mean."""
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return _functional('kl_div')(input, target, reduction=_REDUCTIONS[reduction], log_target=log_target)


def margin_ranking_loss(input1, input2, target, margin=0.0, reduction=0):
    return _functional('margin_ranking_loss')(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def poisson_nll_loss(input, target, log_input, full, eps, reduction):
    return _functional('poisson_nll_loss')(input, target, log_input, full=full, eps=eps, reduction=_REDUCTIONS[reduction])


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, reduction=0):
    return _functional('triplet_margin_loss')(anchor, positive, negative, margin, p, eps, swap, reduction=_REDUCTIONS[reduction])
