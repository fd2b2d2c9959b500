"""What all optimizers share: groups of parameters, state, and a step that the recorder can follow."""
import functools
import warnings
from collections import OrderedDict, abc, defaultdict
from copy import deepcopy
from operator import is_

import torch

from .. import _trace
from .. import _bridge
from .._convert import KIND_OF
from .._tensor import Tensor
from ..nn.modules._names import typename
from ..utils.hooks import RemovableHandle


_clear_grads = _bridge._js.clearGrads
# Kinds of hyperparameters that are the same as long as they are the same object.
_FIXED = frozenset((int, float, bool, str, type(None)))
# By an optimizer's number: the hyperparameters that the recorder heard last, where they are of those kinds.
_told = {}


def _fixed(v):
    return type(v) in _FIXED or type(v) is tuple and _FIXED.issuperset(map(type, v))


class _Required:
    def __repr__(self):
        return '<required parameter>'


required = _Required()


def check(holds, what, value):
    """Raises PyTorch's error for a hyperparameter out of range."""
    if not holds:
        raise ValueError(f'Invalid {what}: {value}')


def check_lr(lr):
    """A learning rate is at least 0; as a tensor it has one element."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError('Tensor lr must be 1-element')
    check(0.0 <= lr, 'learning rate', lr)


def check_betas(betas):
    """Both in [0, 1)."""
    for i in (0, 1):
        check(0.0 <= betas[i] < 1.0, f'beta parameter at index {i}', betas[i])


def number(v):
    """A hyperparameter as a Python number."""
    return v.item() if isinstance(v, Tensor) else v


def check_fused(fused, foreach, differentiable):
    """What fused=True cannot be together with."""
    if fused and differentiable:
        raise RuntimeError('`fused` does not support `differentiable`')
    if fused and foreach:
        raise RuntimeError('`fused` and `foreach` cannot be `True` together.')


def followed(v):
    """A hyperparameter as a Python number; a tensor that requires a gradient stays one, so that autograd can follow it."""
    return v if isinstance(v, Tensor) and v.requires_grad else number(v)


def decayed(group, p, grad):
    """The gradient after weight decay: p shrinks itself, where the group decouples that, or adds to the gradient."""
    decay = group['weight_decay']
    if isinstance(decay, Tensor) and decay.requires_grad:
        return grad.addcmul(p.clone(), decay)
    if decay == 0:
        return grad
    if group.get('decoupled_weight_decay'):
        p.mul_(1 - followed(group['lr']) * decay)
        return grad
    return grad.add(p, alpha=number(decay))


def plain_numbers(*values):
    """Are these Python's own floats and ints, none of them too long for a double?"""
    for v in values:
        if v.__class__ is not float and not (v.__class__ is int and -_bridge.WHOLE < v < _bridge.WHOLE):
            return False
    return True


def crossing(v):
    """A number as it crosses: (kind, number)."""
    return KIND_OF[v.__class__], v


NO_NUMBER = (-1, 0)


def call_whole(function, *flat):
    """Runs a bridge function of a whole group on these numbers; its truth."""
    n = len(flat)
    _bridge.packs[n](_bridge.mail, 0, _bridge.head(0, n), *flat)
    answer = function()
    if answer is None:
        _bridge.raise_error()
    return answer != 0


def clear_grads(params):
    """Forgets the gradients of tensors."""
    call_whole(_clear_grads, *[p._h for p in params])
    for p in params:
        p._g = None


def zero_step():
    """The count of steps, a tensor as in PyTorch."""
    return torch.tensor(0.0, dtype=torch.float64 if torch.get_default_dtype() == torch.float64 else torch.float32)


_global_pre_hooks = OrderedDict()
_global_post_hooks = OrderedDict()


def register_optimizer_step_pre_hook(hook):
    """Calls hook(optimizer, args, kwargs) before each step of every optimizer."""
    return _add(_global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook):
    """Calls hook(optimizer, args, kwargs) after each step of every optimizer."""
    return _add(_global_post_hooks, hook)


def _add(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


class Optimizer:
    """Base class of all optimizers.

    params: parameters, or dicts with `params` and hyperparameters of their own, or (name, parameter) pairs;
    defaults: hyperparameters for groups that have none of their own.

    A subclass writes step(), or start(group, p, state) and update(group, p, grad, state) for one parameter.
    """

    # State that is made at the first step, and hyperparameters that older state_dicts lack.
    _late = {}

    def __init__(self, params, defaults):
        self.defaults = defaults
        for name in ('step_pre', 'step_post', 'state_dict_pre', 'state_dict_post', 'load_state_dict_pre', 'load_state_dict_post'):
            setattr(self, f'_optimizer_{name}_hooks', OrderedDict())
        self._watch_step()
        if isinstance(params, Tensor):
            raise TypeError('params argument given to the optimizer should be an iterable of Tensors or dicts, but got '
                            + typename(params))
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if len(groups) == 0:
            raise ValueError('optimizer got an empty parameter list')
        if not isinstance(groups[0], dict):
            groups = [{'params': groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self):
        return {'defaults': self.defaults, 'state': self.state, 'param_groups': self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name in ('step_pre', 'step_post', 'state_dict_pre', 'state_dict_post', 'load_state_dict_pre', 'load_state_dict_post'):
            self.__dict__.setdefault(f'_optimizer_{name}_hooks', OrderedDict())
        self._watch_step()
        self.defaults.setdefault('differentiable', False)
        for group in self.param_groups:
            for name, value in self._late.items():
                group.setdefault(name, value)

    def __repr__(self):
        text = type(self).__name__ + ' ('
        for i, group in enumerate(self.param_groups):
            text += f'\nParameter Group {i}\n'
            for name in sorted(group):
                if name != 'params':
                    text += f'    {name}: {group[name]}\n'
        return text + ')'

    # ---- stepping ---------------------------------------------------------------------------------------------

    def step(self, closure=None):
        """One update of every parameter that has a gradient. A closure computes the loss anew, and is answered."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        differentiable = bool(self.defaults.get('differentiable'))
        whole = not differentiable and type(self).update is type(self)._whole_rule
        with torch.set_grad_enabled(differentiable):
            for group in self.param_groups:
                if whole and self.update_whole(group):
                    continue
                for p in group['params']:
                    grad = p.grad
                    if grad is None:
                        continue
                    state = self.state[p] if self.keeps_state(group) else {}
                    if not state:
                        self.start(group, p, state)
                        self._tell_state(p, state)
                    if group.get('capturable'):
                        raise AssertionError(self._no_capture)
                    known = len(state)
                    grad = -grad if group.get('maximize') else grad
                    if p.is_complex() and not self._linear:
                        # A complex number is two real ones to these rules.
                        self.update(group, torch.view_as_real(p), torch.view_as_real(grad),
                                    {k: torch.view_as_real(v) if isinstance(v, Tensor) and v.is_complex() else v for k, v in state.items()})
                    else:
                        self.update(group, p, grad, state)
                    if _trace.recording and (len(state) != known or self._replaces_state):
                        self._tell_state(p, state)
        return loss

    # The `update` that update_whole is the same as: not one that a subclass wrote.
    _whole_rule = None

    def update_whole(self, group):
        """The rule for all of a group in one call to the engine; False, before anything is done, where something about it is not plain."""
        return False

    _replaces_state = False
    # Is the rule the same for complex numbers as for their parts?
    _linear = False
    # What capturable=True says on a machine without an accelerator.
    _no_capture = ("If capturable=True, params and state_steps must be on supported devices: ['cuda', 'xpu', 'hpu', 'privateuseone', "
                   "'xla'].")

    def keeps_state(self, group):
        """Is there anything to remember of a parameter? If not, `state` has no entry for it."""
        return True

    def start(self, group, p, state):
        """Makes the state of a parameter, at its first step."""

    def update(self, group, p, grad, state):
        """The rule, for one parameter."""
        raise NotImplementedError

    def _tell_state(self, p, state):
        if _trace.recording:
            for name, value in state.items():
                if isinstance(value, (Tensor, int, float)):
                    _trace.state(self._number(), p, name, value)

    def _number(self):
        found = self.__dict__.get('_trace_id')
        if found is None:
            found = self.__dict__['_trace_id'] = _trace.new_optimizer_id()
        return found

    def _watch_step(self):
        """Puts the hooks and the recorder around the class's step(), whoever wrote it."""
        step = type(self).step
        if not getattr(step, 'hooked', None):
            type(self).step = _watched(step)

    def _begin(self):
        # What is the same as at the last step is not written anew.
        values = [v for group in self.param_groups for k, v in group.items() if k not in ('params', 'param_names')]
        number = self._number()
        known = _told.get(number)
        if known is not None and len(known) == len(values) and all(map(is_, known, values)):
            _trace.begin_step_again(number)
            return
        _told[number] = values if all(map(_fixed, values)) else None
        _trace.begin_step(number, type(self).__name__ + ' (…)',
                          [{k: v for k, v in group.items() if k not in ('params', 'param_names')} for group in self.param_groups])

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients of all parameters, or makes them zero."""
        for group in self.param_groups:
            if set_to_none:
                clear_grads(group['params'])
                continue
            for p in group['params']:
                grad = p.grad
                if grad is None:
                    continue
                if grad.grad_fn is not None:
                    grad.detach_()
                else:
                    grad.requires_grad_(False)
                grad.zero_()

    # ---- hooks ------------------------------------------------------------------------------------------------

    def register_step_pre_hook(self, hook):
        """Calls hook(optimizer, args, kwargs) before each step."""
        return _add(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """Calls hook(optimizer, args, kwargs) after each step."""
        return _add(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        return _add(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        return _add(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        return _add(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        return _add(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # ---- groups and state -------------------------------------------------------------------------------------

    def add_param_group(self, param_group):
        """Adds parameters, with hyperparameters of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f'param_group must be a dict, but got {type(param_group)}')
        params = param_group['params']
        if isinstance(params, set):
            raise TypeError('optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets '
                            'will change between runs. Please use a list instead.')
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in params if isinstance(p, tuple)]
        params = [p[1] if isinstance(p, tuple) else p for p in params]
        param_group['params'] = params
        if names:
            if len(names) != len(params):
                raise ValueError('all optimizer params should be with/without names. Some param names are missing')
            param_group['param_names'] = names
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError('optimizer can only optimize Tensors, but one of the params is ' + typename(p))
            if not self.defaults.get('differentiable') and not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            warnings.warn('optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; '
                          'see github.com/pytorch/pytorch/issues/40967 for more information', stacklevel=3)
        for group in self.param_groups:
            if ('param_names' in group) != ('param_names' in param_group):
                words = 'with names' if 'param_names' in param_group else 'without names'
                raise ValueError('all optimizer param groups should be with/without names. cannot add param group '
                                 f'{words} to the optimizer')
            if not set(params).isdisjoint(group['params']):
                raise ValueError('some parameters appear in more than one parameter group')
        self.param_groups.append(param_group)

    def state_dict(self):
        """State and hyperparameters, with parameters as numbers."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers = {}
        for group in self.param_groups:
            for p in group['params']:
                numbers.setdefault(p, len(numbers))
        found = {
            'state': {numbers[k] if isinstance(k, Tensor) else k: v for k, v in self.state.items()},
            'param_groups': [{**{k: v for k, v in group.items() if k != 'params'}, 'params': [numbers[p] for p in group['params']]}
                             for group in self.param_groups],
        }
        for hook in self._optimizer_state_dict_post_hooks.values():
            changed = hook(self, found)
            if changed is not None:
                found = changed
        return found

    def load_state_dict(self, state_dict):
        """Takes state and hyperparameters from a state_dict."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        saved = deepcopy(state_dict['param_groups'])
        if len(self.param_groups) != len(saved):
            raise ValueError('loaded state dict has a different number of parameter groups')
        if any(len(g['params']) != len(s['params']) for g, s in zip(self.param_groups, saved)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        owner = {i: p for g, s in zip(self.param_groups, saved) for i, p in zip(s['params'], g['params'])}
        state = defaultdict(dict)
        for key, value in state_dict['state'].items():
            if key in owner:
                group = next(s for s in saved if key in s['params'])
                state[owner[key]] = _copied(owner[key], value, bool(group.get('fused') or group.get('capturable')))
            else:
                state[key] = value
        for group, new in zip(self.param_groups, saved):
            new['params'] = group['params']
            if 'param_names' in group:
                new.setdefault('param_names', group['param_names'])
        self.__setstate__({'state': state, 'param_groups': saved})
        for p, of in state.items():
            if isinstance(p, Tensor) and isinstance(of, dict):
                self._tell_state(p, of)
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)


def _copied(p, value, on_device=False, key=None):
    """A copy of loaded state, in the parameter's dtype (the count of steps keeps its own; on_device, it is float32)."""
    if isinstance(value, Tensor):
        if key == 'step':
            return value.to(dtype=torch.float32) if on_device else value
        return value.to(dtype=p.dtype) if p.is_floating_point() else value
    if isinstance(value, dict):
        return {k: _copied(p, v, on_device, k) for k, v in value.items()}
    if isinstance(value, abc.Iterable) and not isinstance(value, str):
        return type(value)(_copied(p, v, on_device) for v in value)
    return value


def _watched(step):
    @functools.wraps(step)
    def watched(*args, **kwargs):
        self = args[0]
        for hook in (*_global_pre_hooks.values(), *self._optimizer_step_pre_hooks.values()):
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(f'{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}.')
                args, kwargs = changed
        if _trace.recording and len(args) == 1 and not kwargs:
            self._begin()
            try:
                out = step(self)
            finally:
                _trace.end_step()
        elif _trace.recording:
            rest, kwargs, update = _outside(self, args[1:], kwargs)
            args = (self, *rest)
            try:
                out = step(*args, **kwargs)
            finally:
                update(False)
        else:
            out = step(*args, **kwargs)
        self._opt_called = True
        for hook in (*self._optimizer_step_post_hooks.values(), *_global_post_hooks.values()):
            hook(self, args, kwargs)
        return out

    watched.hooked = True
    return watched


def _outside(optimizer, args, kwargs):
    """step's arguments, and a function that ends the update. The closure's forward and backward are no part of the update."""
    going = False

    def update(on):
        nonlocal going
        if on and not going:
            optimizer._begin()
        elif going and not on:
            _trace.end_step()
        going = on

    closure = kwargs.get('closure', args[0] if args else None)
    if not callable(closure):
        update(True)
        return args, kwargs, update

    def outside():
        update(False)
        try:
            return closure()
        finally:
            update(True)

    if 'closure' in kwargs:
        return args, {**kwargs, 'closure': outside}, update
    return (outside, *args[1:]), kwargs, update


Optimizer.__module__ = 'torch.optim.optimizer'
