"""Adam."""
import torch

from .._tensor import Tensor
from .. import _bridge
from .optimizer import (NO_NUMBER, Optimizer, call_whole, check, check_betas, check_fused, check_lr, crossing, decayed, followed,
                        plain_numbers, zero_step)


class Adam(Optimizer):
    """p ← p - lr · m̂ / (√v̂ + eps), with running averages m of g and v of g², corrected for their start at 0."""

    _late = {'amsgrad': False, 'maximize': False, 'foreach': None, 'capturable': False, 'differentiable': False, 'fused': None,
             'decoupled_weight_decay': False}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None, maximize=False,
                 capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False):
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError('lr as a Tensor is not supported for capturable=False and foreach=True')
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check_betas(betas)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        if not any(all(isinstance(beta, kind) for beta in betas) for kind in (float, Tensor)):
            raise ValueError('betas must be either both floats or both Tensors')
        for i, beta in enumerate(betas):
            if isinstance(beta, Tensor):
                if foreach and not capturable:
                    raise ValueError(f'betas[{i}] as a Tensor is not supported for capturable=False and foreach=True')
                if beta.numel() != 1:
                    raise ValueError(f'Tensor betas[{i}] must be 1-element')
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize,
                                      foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused,
                                      decoupled_weight_decay=decoupled_weight_decay))
        check_fused(fused, foreach, differentiable)

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['exp_avg'] = torch.zeros_like(p)
        state['exp_avg_sq'] = torch.zeros_like(p)
        if group['amsgrad']:
            state['max_exp_avg_sq'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr = followed(group['lr'])
        beta1, beta2 = map(followed, group['betas'])
        m, v = state['exp_avg'], state['exp_avg_sq']
        state['step'] += 1
        grad = decayed(group, p, grad)
        m.lerp_(grad, 1 - beta1)
        if isinstance(beta2, Tensor):
            v.lerp_(torch.square(grad), 1 - beta2)
        else:
            v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        n = state['step'].item()
        correction1 = 1 - beta1 ** n
        correction2 = (1 - beta2 ** n) ** 0.5
        if group['amsgrad']:
            largest = state['max_exp_avg_sq']
            largest.copy_(torch.maximum(largest.clone() if group['differentiable'] else largest, v))
            v = largest
        size = (v.sqrt() / correction2).add_(group['eps'])
        if group['differentiable']:
            # m is written at the next step: autograd needs what it is now, and follows the rate only through a tensor.
            p.addcdiv_(m.clone() * -(lr / correction1), size)
        else:
            p.addcdiv_(m, size, value=-(lr / correction1))

    def update_whole(self, group):
        lr, (beta1, beta2), eps, decay = group['lr'], group['betas'], group['eps'], group['weight_decay']
        if (group['maximize'] or group['amsgrad'] or group['capturable'] or group['differentiable']
                or not plain_numbers(lr, beta1, beta2, eps, decay)):
            return False
        rows, n = [], None
        known = self.state
        for p in group['params']:
            state = known.get(p)
            if not state:
                rows += p._h, -1, -1, -1
                continue
            step = state['step']
            if step.__class__ is not Tensor:
                return False
            if n is None:
                n = step.item() + 1
            rows += p._h, step._h, state['exp_avg']._h, state['exp_avg_sq']._h
        if n is None:
            return False
        decoupled = group['decoupled_weight_decay']
        correction1 = 1 - beta1 ** n
        correction2 = (1 - beta2 ** n) ** 0.5
        return call_whole(_update_adam, n, *(crossing(decay) if decay != 0 and not decoupled else NO_NUMBER),
                          *(crossing(1 - lr * decay) if decay != 0 and decoupled else NO_NUMBER), *crossing(1 - beta1), *crossing(beta2),
                          *crossing(1 - beta2), *crossing(correction2), *crossing(eps), *crossing(-(lr / correction1)), *rows)

    _whole_rule = update


_update_adam = _bridge._js.updateAdam
Adam.__module__ = 'torch.optim.adam'
