"""RAdam."""
import torch

from .optimizer import Optimizer, check, check_betas, check_lr, decayed, number, zero_step


class RAdam(Optimizer):
    """Adam that is plain momentum while too few g² were seen to know their average."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'decoupled_weight_decay': False, 'capturable': False}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False):
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check_betas(betas)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize, foreach=foreach,
                                      capturable=capturable, decoupled_weight_decay=decoupled_weight_decay,
                                      differentiable=differentiable))

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['exp_avg'] = torch.zeros_like(p)
        state['exp_avg_sq'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr = number(group['lr'])
        beta1, beta2 = group['betas']
        m, v = state['exp_avg'], state['exp_avg_sq']
        state['step'] += 1
        n = state['step'].item()
        grad = decayed(group, p, grad)
        m.lerp_(grad, 1 - beta1)
        v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        correction2 = 1 - beta2 ** n
        moved = m / (1 - beta1 ** n) * lr
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * n * (beta2 ** n) / correction2
        if length > 5.0:
            rectified = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
            size = v.sqrt()
            size = size.add(group['eps']) if group['differentiable'] else size.add_(group['eps'])
            moved = moved * ((correction2 ** 0.5) / size) * rectified
        p.add_(moved, alpha=-1.0)


RAdam.__module__ = 'torch.optim.radam'
