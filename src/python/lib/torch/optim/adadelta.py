"""Adadelta."""
import torch

from .optimizer import Optimizer, check, check_lr, decayed, number, zero_step


class Adadelta(Optimizer):
    """p ← p - lr · d, with d = √(u + eps) / √(v + eps) · g and running averages v of g², u of d²."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'capturable': False}

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False, maximize=False,
                 differentiable=False):
        check_lr(lr)
        check(0.0 <= rho <= 1.0, 'rho value', rho)
        check(0.0 <= eps, 'epsilon value', eps)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        super().__init__(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize, capturable=capturable,
                                      foreach=foreach, differentiable=differentiable))

    _no_capture = Optimizer._no_capture.replace(", 'xla'", '')

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['square_avg'] = torch.zeros_like(p)
        state['acc_delta'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        rho, eps = group['rho'], group['eps']
        v, u = state['square_avg'], state['acc_delta']
        state['step'] += 1
        grad = decayed(group, p, grad)
        v.mul_(rho).addcmul_(grad, grad, value=1 - rho)
        size = v.add(eps).sqrt_()
        delta = u.add(eps).sqrt_()
        if group['differentiable']:
            delta = delta.clone()
        delta.div_(size).mul_(grad)
        u.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-number(group['lr']))


Adadelta.__module__ = 'torch.optim.adadelta'
