"""Rprop."""
import torch

from .optimizer import Optimizer, check, check_lr, number, zero_step


class Rprop(Optimizer):
    """Steps by the gradient's sign; each element's step grows while the sign stays, and shrinks when it turns."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'capturable': False}

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None, maximize=False,
                 differentiable=False):
        check_lr(lr)
        check(0.0 < etas[0] < 1.0 < etas[1], 'eta values', f'{etas[0]}, {etas[1]}')
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize,
                                      differentiable=differentiable, capturable=capturable))

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['prev'] = torch.zeros_like(p)
        lr = number(group['lr'])
        state['step_size'] = torch.full_like(p, complex(lr, lr) if p.is_complex() else lr)

    def update(self, group, p, grad, state):
        shrink, grow = group['etas']
        smallest, largest = group['step_sizes']
        previous, size = state['prev'], state['step_size']
        state['step'] += 1
        sign = grad.mul(previous.clone() if group['differentiable'] else previous).sign()
        # Tensors of the gradient's dtype: between two numbers `where` would choose the default one.
        factor = torch.where(sign > 0, torch.full_like(grad, grow), torch.where(sign < 0, torch.full_like(grad, shrink), 1.0))
        size.mul_(factor).clamp_(smallest, largest)
        grad = torch.where(sign < 0, 0.0, grad)
        p.addcmul_(grad.sign(), size, value=-1)
        previous.copy_(grad)


Rprop.__module__ = 'torch.optim.rprop'
