"""Stochastic gradient descent."""
from .._tensor import Tensor
from .. import _bridge
from .optimizer import (NO_NUMBER, Optimizer, call_whole, check, check_fused, check_lr, crossing, decayed, followed,
                        plain_numbers)


class SGD(Optimizer):
    """p ← p - lr · v, with v ← momentum · v + (1 - dampening) · g."""

    _late = {'nesterov': False, 'maximize': False, 'foreach': None, 'differentiable': False, 'fused': None}

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, foreach=None,
                 differentiable=False, fused=None):
        check_lr(lr)
        check(momentum >= 0.0, 'momentum value', momentum)
        check(weight_decay >= 0.0, 'weight_decay value', weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError('Nesterov momentum requires a momentum and zero dampening')
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov,
                                      maximize=maximize, foreach=foreach, differentiable=differentiable, fused=fused))
        check_fused(fused, foreach, differentiable)

    _linear = True

    def keeps_state(self, group):
        return group['momentum'] != 0

    def update(self, group, p, grad, state):
        momentum = group['momentum']
        grad = decayed(group, p, grad)
        if momentum != 0:
            v = state.get('momentum_buffer')
            if v is None:
                v = state['momentum_buffer'] = grad.detach().clone()
            else:
                v.mul_(momentum).add_(grad, alpha=1 - group['dampening'])
            grad = grad.add(v, alpha=momentum) if group['nesterov'] else v
        lr = followed(group['lr'])
        if isinstance(lr, Tensor):
            p.addcmul_(grad, lr, value=-1)
        else:
            p.add_(grad, alpha=-lr)

    def update_whole(self, group):
        lr, momentum, dampening, decay = group['lr'], group['momentum'], group['dampening'], group['weight_decay']
        if group['maximize'] or not plain_numbers(lr, momentum, dampening, decay):
            return False
        if momentum == 0:
            rows = [h for p in group['params'] for h in (p._h, p._h)]
        else:
            known = self.state
            rows = []
            for p in group['params']:
                state = known.get(p)
                v = state and state.get('momentum_buffer')
                rows += p._h, -1 if v is None else v._h
        return call_whole(_update_sgd, group['nesterov'], *crossing(-lr), *(crossing(momentum) if momentum != 0 else NO_NUMBER),
                          *crossing(1 - dampening), *(crossing(decay) if decay != 0 else NO_NUMBER), *rows)

    _whole_rule = update


_update_sgd = _bridge._js.updateSgd
SGD.__module__ = 'torch.optim.sgd'
