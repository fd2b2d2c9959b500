"""RMSprop."""
import torch

from .optimizer import Optimizer, check, check_lr, decayed, number, zero_step


class RMSprop(Optimizer):
    """p ← p - lr · g / (√v + eps), with a running average v of g²."""

    _late = {'momentum': 0, 'centered': False, 'foreach': None, 'maximize': False, 'differentiable': False, 'capturable': False}

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, capturable=False, foreach=None,
                 maximize=False, differentiable=False):
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check(0.0 <= momentum, 'momentum value', momentum)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        check(0.0 <= alpha, 'alpha value', alpha)
        super().__init__(params, dict(lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered, weight_decay=weight_decay,
                                      capturable=capturable, foreach=foreach, maximize=maximize, differentiable=differentiable))

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['square_avg'] = torch.zeros_like(p)
        if group['momentum'] > 0:
            state['momentum_buffer'] = torch.zeros_like(p)
        if group['centered']:
            state['grad_avg'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr, alpha = number(group['lr']), group['alpha']
        v = state['square_avg']
        state['step'] += 1
        grad = decayed(group, p, grad)
        v.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
        if group['centered']:
            mean = state['grad_avg']
            mean.lerp_(grad, 1 - alpha)
            size = v.addcmul(mean, mean, value=-1).sqrt_()
        else:
            size = v.sqrt()
        size = size.add(group['eps']) if group['differentiable'] else size.add_(group['eps'])
        if group['momentum'] > 0:
            buffer = state['momentum_buffer']
            buffer.mul_(group['momentum']).addcdiv_(grad, size)
            p.add_(buffer, alpha=-lr)
        else:
            p.addcdiv_(grad, size, value=-lr)


RMSprop.__module__ = 'torch.optim.rmsprop'
