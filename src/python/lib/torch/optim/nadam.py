"""NAdam."""
import torch

from .optimizer import Optimizer, check, check_betas, check_lr, decayed, number, zero_step


class NAdam(Optimizer):
    """Adam with Nesterov's momentum."""

    _late = {'maximize': False, 'foreach': None, 'capturable': False, 'differentiable': False, 'decoupled_weight_decay': False}

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3, decoupled_weight_decay=False,
                 *, foreach=None, maximize=False, capturable=False, differentiable=False):
        check_lr(lr)
        check(0.0 <= eps, 'epsilon value', eps)
        check_betas(betas)
        check(0.0 <= weight_decay, 'weight_decay value', weight_decay)
        check(0.0 <= momentum_decay, 'momentum_decay value', momentum_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
                                      decoupled_weight_decay=decoupled_weight_decay, maximize=maximize, foreach=foreach,
                                      capturable=capturable, differentiable=differentiable))

    _no_capture = Optimizer._no_capture.replace('params and', 'params, mu_products and')

    def start(self, group, p, state):
        state['step'] = zero_step()
        state['mu_product'] = torch.ones_like(state['step'])
        state['exp_avg'] = torch.zeros_like(p)
        state['exp_avg_sq'] = torch.zeros_like(p)

    def update(self, group, p, grad, state):
        lr = number(group['lr'])
        beta1, beta2 = group['betas']
        m, v = state['exp_avg'], state['exp_avg_sq']
        state['step'] += 1
        n = state['step'].item()
        grad = decayed(group, p, grad)
        mu = beta1 * (1.0 - 0.5 * (0.96 ** (n * group['momentum_decay'])))
        next_mu = beta1 * (1.0 - 0.5 * (0.96 ** ((n + 1) * group['momentum_decay'])))
        state['mu_product'] *= mu
        product = state['mu_product'].item()
        m.lerp_(grad, 1 - beta1)
        v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        size = v.div(1 - beta2 ** n).sqrt()
        if group['differentiable']:
            size, m = size.add(group['eps']), m.clone()
        else:
            size.add_(group['eps'])
        p.addcdiv_(grad, size, value=-lr * (1.0 - mu) / (1.0 - product))
        p.addcdiv_(m, size, value=-lr * next_mu / (1.0 - product * next_mu))


NAdam.__module__ = 'torch.optim.nadam'
