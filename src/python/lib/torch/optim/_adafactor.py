"""Adafactor."""
import torch

from .._tensor import Tensor
from .optimizer import Optimizer, number, zero_step


class Adafactor(Optimizer):
    """Adam's average of g² kept as a row and a column, whose product it is close to; the step's size follows the parameter's."""

    _late = {'foreach': None}

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, foreach=None, maximize=False):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError('Tensor lr must be 1-element')
        for holds, words in (
            (0.0 <= lr, f'Learning rate should be >= 0 but is: {lr}'),
            (0.0 >= beta2_decay, f'beta2_decay should be <= 0 but is: {beta2_decay}'),
            (eps[0] is None or 0.0 <= eps[0], f'epsilon1 should be >= 0 but is: {eps[0]}'),
            (0.0 <= eps[1], f'epsilon2 should be >= 0 but is: {eps[1]}'),
            (1.0 <= d, f'Clipping threshold d should be >= 1 but is: {d}'),
            (0.0 <= weight_decay, f'weight_decay should be >= 0 but is: {weight_decay}'),
        ):
            if not holds:
                raise ValueError(words)
        super().__init__(params, dict(lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay, foreach=foreach,
                                      maximize=maximize))

    # Refused below, in PyTorch's words.
    _linear = True

    def start(self, group, p, state):
        if p.is_complex():
            raise RuntimeError('Adafactor does not support complex parameters')
        grad = p.grad
        state['step'] = zero_step()
        if grad.dim() > 1:
            rows, columns = list(grad.shape), list(grad.shape)
            rows[-1] = columns[-2] = 1
            state['row_var'] = grad.new_zeros(rows)
            state['col_var'] = grad.new_zeros(columns)
        else:
            state['variance'] = torch.zeros_like(grad)

    def update(self, group, p, grad, state):
        lr = number(group['lr'])
        eps1, eps2 = group['eps']
        if eps1 is None:
            eps1 = torch.finfo(p.dtype).eps
        state['step'] += 1
        n = state['step'].item()
        fresh = n ** group['beta2_decay']
        size = max(eps2, p.norm(2).item() / (p.numel() ** 0.5)) * min(lr, 1 / (n ** 0.5))
        if group['weight_decay'] != 0:
            p.mul_(1 - lr * group['weight_decay'])
        if grad.dim() > 1:
            rows, columns = state['row_var'], state['col_var']
            rows.lerp_(torch.norm(grad, dim=-1, keepdim=True).square_().div_(grad.size(-1)), fresh)
            columns.lerp_(torch.norm(grad, dim=-2, keepdim=True).square_().div_(grad.size(-2)), fresh)
            v = (rows @ columns).div_(rows.mean(dim=-2, keepdim=True).clamp_(min=eps1))
        else:
            state['variance'].lerp_(grad * grad, fresh)
            v = state['variance'].clone()
        moved = v.clamp_(min=eps1 * eps1).rsqrt_()
        moved.mul_(grad)
        clipped = max(1.0, moved.norm(2).item() / ((moved.numel() ** 0.5) * group['d']))
        p.add_(moved, alpha=-size / clipped)


Adafactor.__module__ = 'torch.optim'
