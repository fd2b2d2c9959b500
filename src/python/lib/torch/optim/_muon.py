"""Muon."""
import math

import torch

from .._tensor import Tensor
from .optimizer import Optimizer, number


def _orthogonal(g, coefficients, steps, eps):
    """The nearest matrix with orthonormal rows, about: Newton and Schulz's iteration, in bfloat16 (Jordan's Muon)."""
    if steps >= 100:
        raise ValueError('Number of steps must be less than 100 for computational efficiency')
    if len(g.shape) != 2:
        raise ValueError('Input tensor gradient must be a 2D matrix')
    if len(coefficients) != 3:
        raise ValueError('Coefficients must be a tuple of exactly 3 values')
    a, b, c = coefficients
    tall = g.size(0) > g.size(1)
    x = g.bfloat16()
    if tall:
        x = x.T
    x.div_(x.norm().clamp(min=eps))
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


class Muon(Optimizer):
    """SGD with momentum whose step is made orthogonal; for matrices only."""

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.7750, 2.0315), eps=1e-7,
                 ns_steps=5, adjust_lr_fn=None):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError('Tensor lr must be 1-element')
        for value, what in ((lr, 'Learning rate'), (momentum, 'momentum'), (weight_decay, 'weight decay')):
            if not 0.0 <= value:
                raise ValueError(f'{what} should be >= 0 but is: {value}')
        if adjust_lr_fn not in (None, 'original', 'match_rms_adamw'):
            raise ValueError(f'Adjust learning rate function {adjust_lr_fn} is not supported')
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov, ns_coefficients=ns_coefficients,
                                      eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn))
        for group in self.param_groups:
            for p in group['params']:
                if p.ndim != 2:
                    raise ValueError(f'Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}')

    # Refused below, in PyTorch's words.
    _linear = True

    def start(self, group, p, state):
        if p.is_complex():
            raise RuntimeError('Muon does not support complex parameters')
        state['momentum_buffer'] = torch.zeros_like(p.grad)

    def update(self, group, p, grad, state):
        lr, momentum = number(group['lr']), group['momentum']
        buffer = state['momentum_buffer']
        buffer.lerp_(grad, 1 - momentum)
        moved = grad.lerp(buffer, momentum) if group['nesterov'] else buffer
        moved = _orthogonal(moved, group['ns_coefficients'], group['ns_steps'], group['eps'])
        rows, columns = p.shape[:2]
        ratio = 0.2 * math.sqrt(max(rows, columns)) if group['adjust_lr_fn'] == 'match_rms_adamw' else math.sqrt(max(1, rows / columns))
        p.mul_(1 - lr * group['weight_decay'])
        p.add_(moved, alpha=-lr * ratio)


Muon.__module__ = 'torch.optim'
