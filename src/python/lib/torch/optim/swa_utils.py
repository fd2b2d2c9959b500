"""torch.optim.swa_utils: averages of weights over the training (stochastic weight averaging, exponential moving averages)."""
import itertools
import math
import warnings
from copy import deepcopy

import torch

from ..nn import Module
from .lr_scheduler import LRScheduler, _listed

__all__ = ['AveragedModel', 'update_bn', 'SWALR', 'get_ema_multi_avg_fn', 'get_swa_multi_avg_fn', 'get_ema_avg_fn', 'get_swa_avg_fn']


def _check_decay(decay):
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f'Invalid decay value {decay} provided. Please provide a value in [0,1] range.')


def get_ema_multi_avg_fn(decay=0.999):
    """Updates a list of averages in place: average ← decay · average + (1 - decay) · value."""
    _check_decay(decay)

    @torch.no_grad()
    def ema_update(ema_param_list, current_param_list, _):
        for average, value in zip(ema_param_list, current_param_list):
            if average.is_floating_point():
                average.lerp_(value, 1 - decay)
            else:
                average.copy_(average * decay + value * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn():
    """Updates a list of averages in place, all values weighing the same."""
    @torch.no_grad()
    def swa_update(averaged_param_list, current_param_list, num_averaged):
        n = num_averaged + 1
        for average, value in zip(averaged_param_list, current_param_list):
            if average.is_floating_point():
                average.lerp_(value, float(1 / n))
            else:
                average.add_((value - average) / n)

    return swa_update


def get_ema_avg_fn(decay=0.999):
    """decay · average + (1 - decay) · value."""
    _check_decay(decay)

    @torch.no_grad()
    def ema_update(ema_param, current_param, num_averaged):
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn():
    """The average of one value more, all weighing the same."""
    @torch.no_grad()
    def swa_update(averaged_param, current_param, num_averaged):
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a network, whose parameters are the average of what the network's were at each update_parameters().

    avg_fn(average, value, how many before) answers the new average; multi_avg_fn does the same in place for lists; use_buffers: buffers
    are averaged too.
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError('Only one of avg_fn and multi_avg_fn should be provided')
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer('n_averaged', torch.tensor(0, dtype=torch.long, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        """Takes the network's parameters of now into the average."""
        def parts(of):
            return itertools.chain(of.parameters(), of.buffers()) if self.use_buffers else of.parameters()

        pairs = [(average.detach(), value.detach()) for average, value in zip(parts(self.module), parts(model))]
        if self.n_averaged == 0:
            for average, value in pairs:
                average.copy_(value)
        elif self.avg_fn is not None:
            for average, value in pairs:
                average.copy_(self.avg_fn(average, value, self.n_averaged))
        else:
            by_dtype = {}
            for average, value in pairs:
                by_dtype.setdefault(average.dtype, []).append((average, value))
            for same in by_dtype.values():
                # On the CPU PyTorch averages one by one, unless it is told how.
                if self.multi_avg_fn is not None:
                    self.multi_avg_fn(*map(list, zip(*same)), self.n_averaged)
                else:
                    for average, value in same:
                        average.copy_(get_swa_avg_fn()(average, value, self.n_averaged))
        if not self.use_buffers:
            for ours, theirs in zip(self.module.buffers(), model.buffers()):
                ours.detach().copy_(theirs.detach())
        self.n_averaged += 1


@torch.no_grad()
def update_bn(loader, model, device=None):
    """Computes the running statistics of all batch normalizations anew, in one pass over the data."""
    from ..nn.modules.batchnorm import _BatchNorm
    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    for input in loader:
        if isinstance(input, (list, tuple)):
            input = input[0]
        model(input if device is None else input.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Anneals each group's rate to swa_lr over anneal_epochs, and keeps it there."""

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy='cos', last_epoch=-1):
        for group, rate in zip(optimizer.param_groups, _listed('swa_lr', optimizer, swa_lr)):
            group['swa_lr'] = rate
        if anneal_strategy not in ('cos', 'linear'):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._set_anneal_func(anneal_strategy)
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f'anneal_epochs must be equal or greater than 0, got {anneal_epochs}')
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    @staticmethod
    def _linear_anneal(t):
        return t

    @staticmethod
    def _cosine_anneal(t):
        return (1 - math.cos(math.pi * t)) / 2

    @staticmethod
    def _get_initial_lr(lr, swa_lr, alpha):
        return swa_lr if alpha == 1 else (lr - alpha * swa_lr) / (1 - alpha)

    def _set_anneal_func(self, anneal_strategy):
        self._anneal_strategy = anneal_strategy
        self.anneal_func = self._cosine_anneal if anneal_strategy == 'cos' else self._linear_anneal

    def get_lr(self):
        if not self._get_lr_called_within_step:
            warnings.warn('To get the last learning rate computed by the scheduler, please use `get_last_lr()`.', UserWarning, stacklevel=2)
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        epochs = max(1, self.anneal_epochs)
        before = self.anneal_func(max(0, min(1, (step - 1) / epochs)))
        alpha = self.anneal_func(max(0, min(1, step / epochs)))
        return [group['swa_lr'] * alpha + self._get_initial_lr(group['lr'], group['swa_lr'], before) * (1 - alpha)
                for group in self.optimizer.param_groups]

    def state_dict(self):
        """Everything but the optimizer and the function."""
        return {k: v for k, v in self.__dict__.items() if k not in ('optimizer', 'anneal_func')}

    def load_state_dict(self, state_dict):
        """Takes everything from a state_dict."""
        self.__dict__.update(state_dict)
        self._set_anneal_func(self._anneal_strategy)
