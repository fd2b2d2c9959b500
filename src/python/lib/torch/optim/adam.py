"""Adam."""
import torch

from .optimizer import Optimizer, check, check_betas, check_lr, number, zero_step


class Adam(Optimizer):
    """p ← p - lr · m̂ / (√v̂ + eps), with running averages m of g and v of g², corrected for their start at 0."""

    _late = {'amsgrad': False, 'maximize': False, 'foreach': None, 'capturable': False, 'differentiable': False, 'fused': None,
             'decoupled_weight_decay': False}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None, maximize=False,
                 capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False):
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check_betas(betas)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize,
                                      foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused,
                                      decoupled_weight_decay=decoupled_weight_decay))

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['exp_avg'] = torch.zeros_like(p)
        state['exp_avg_sq'] = torch.zeros_like(p)
        if group['amsgrad']:
            state['max_exp_avg_sq'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr = number(group['lr'])
        beta1, beta2 = map(number, group['betas'])
        m, v = state['exp_avg'], state['exp_avg_sq']
        state['step'] += 1
        if group['weight_decay'] != 0:
            if group['decoupled_weight_decay']:
                p.mul_(1 - lr * group['weight_decay'])
            else:
                grad = grad.add(p, alpha=group['weight_decay'])
        m.lerp_(grad, 1 - beta1)
        v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        n = state['step'].item()
        correction1 = 1 - beta1 ** n
        correction2 = (1 - beta2 ** n) ** 0.5
        if group['amsgrad']:
            largest = state['max_exp_avg_sq']
            largest.copy_(torch.maximum(largest, v))
            v = largest
        size = (v.sqrt() / correction2).add_(group['eps'])
        p.addcdiv_(m, size, value=-(lr / correction1))


Adam.__module__ = 'torch.optim.adam'
