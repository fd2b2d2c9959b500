"""Adagrad."""
import torch

from .optimizer import Optimizer, check, check_fused, check_lr, decayed, number, zero_step


class Adagrad(Optimizer):
    """p ← p - lr · g / (√Σg² + eps)."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'fused': None}

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *,
                 maximize=False, differentiable=False, fused=None):
        check_lr(lr)
        check(0.0 <= lr_decay, 'lr_decay value', lr_decay)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        check(0.0 <= initial_accumulator_value, 'initial_accumulator_value value', initial_accumulator_value)
        check(0.0 <= eps, 'epsilon value', eps)
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
                                      initial_accumulator_value=initial_accumulator_value, foreach=foreach, maximize=maximize,
                                      differentiable=differentiable, fused=fused))
        check_fused(fused, foreach, differentiable)
        # Unlike the others, Adagrad has its state from the beginning.
        for group in self.param_groups:
            for p in group['params']:
                state = self.state[p]
                state['step'] = zero_step()
                start = group['initial_accumulator_value']
                state['sum'] = torch.full_like(p, complex(start, start) if p.is_complex() else start)

    def share_memory(self):
        """For other processes, of which there are none."""

    def update(self, group, p, grad, state):
        if id(p) not in self.__dict__.setdefault('_told', set()):
            self._told.add(id(p))
            self._tell_state(p, state)
        total = state['sum']
        state['step'] += 1
        grad = decayed(group, p, grad)
        rate = number(group['lr']) / (1 + (state['step'].item() - 1) * group['lr_decay'])
        total.addcmul_(grad, grad, value=1)
        size = total.sqrt()
        size = size + group['eps'] if group['differentiable'] else size.add_(group['eps'])
        p.addcdiv_(grad, size, value=-rate)


Adagrad.__module__ = 'torch.optim.adagrad'
