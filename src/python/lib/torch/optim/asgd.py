"""Averaged stochastic gradient descent."""
import torch

from .optimizer import Optimizer, check, check_lr, decayed, number, zero_step


class ASGD(Optimizer):
    """SGD with a decaying rate, that also keeps an average `ax` of the parameters."""

    _late = {'foreach': None, 'maximize': False, 'differentiable': False, 'capturable': False}

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
                 differentiable=False, capturable=False):
        check_lr(lr)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        super().__init__(params, dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, capturable=capturable))

    _no_capture = Optimizer._no_capture.replace('params and state_steps', 'params, mus, etas, and state_steps')

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['eta'] = torch.tensor(float(number(group['lr'])), dtype=state['step'].dtype)
        state['mu'] = torch.ones_like(state['step'])
        state['ax'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr, lambd = number(group['lr']), group['lambd']
        ax, mu, eta = state['ax'], state['mu'], state['eta']
        state['step'] += 1
        n = state['step'].item()
        grad = decayed(group, p, grad)
        rate = eta.item()
        p.mul_(1 - lambd * rate)
        p.add_(grad, alpha=-rate)
        if mu.item() != 1:
            ax.add_(p.sub(ax).mul_(mu))
        else:
            ax.copy_(p)
        eta.fill_(lr / ((1 + lambd * lr * n) ** group['alpha']))
        mu.fill_(1 / max(1, n - group['t0']))


ASGD.__module__ = 'torch.optim.asgd'
