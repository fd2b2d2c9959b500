"""Adamax."""
import torch

from .optimizer import Optimizer, check, check_betas, check_lr, decayed, number, zero_step


class Adamax(Optimizer):
    """Adam with the largest |g| seen, decaying, in place of √v."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'capturable': False}

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
                 differentiable=False, capturable=False):
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check_betas(betas)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
                                      differentiable=differentiable, capturable=capturable))

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['exp_avg'] = torch.zeros_like(p)
        state['exp_inf'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        beta1, beta2 = group['betas']
        m, u = state['exp_avg'], state['exp_inf']
        state['step'] += 1
        grad = decayed(group, p, grad)
        m.lerp_(grad, 1 - beta1)
        decaying = u.mul_(beta2)
        u.copy_(torch.maximum(decaying.clone() if group['differentiable'] else decaying, grad.abs().add_(group['eps'])))
        p.addcdiv_(m, u, value=-(number(group['lr']) / (1 - beta1 ** state['step'].item())))


Adamax.__module__ = 'torch.optim.adamax'
