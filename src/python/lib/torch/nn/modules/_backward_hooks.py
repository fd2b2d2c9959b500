"""Backward hooks of modules, made of tensor hooks.

A module's inputs and outputs pass through view ops of their own, so that the gradients seen there are the module's alone.
"""
import warnings

from ..._tensor import Tensor


def _listening(t):
    return isinstance(t, Tensor) and t.requires_grad


def _tuple(v):
    return v if isinstance(v, tuple) else (v,)


class _Listener:
    """Collects one call's gradients, and calls the module's hooks when all are there."""

    def __init__(self, module, hooks, pre_hooks):
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.inputs = {}
        self.count = 0
        self.listening = []
        self.outputs = {}
        self.output_count = 0
        self.grad_output = None

    def came_out(self, i, grad):
        """The gradient of output i. Answers what replaces it."""
        self.outputs[i] = grad
        grads = tuple(self.outputs.get(k) for k in range(self.output_count))
        for hook in self.pre_hooks:
            changed = hook(self.module, grads)
            if changed is not None:
                grads = _tuple(changed)
        self.grad_output = grads
        if not self.listening:
            for hook in self.hooks:
                if hook(self.module, (None,) * self.count, grads) is not None:
                    raise RuntimeError('Backward hook for Modules where no input requires gradient should always return None or None '
                                       'for all gradients.')
        return grads[i]

    def came_in(self, i, grad):
        """The gradient of input i, the last of them when the hooks run."""
        self.inputs[i] = grad
        if len(self.inputs) < len(self.listening):
            return None
        grads = tuple(self.inputs.get(k) for k in range(self.count))
        for hook in self.hooks:
            changed = hook(self.module, grads, self.grad_output)
            if changed is not None:
                changed = _tuple(changed)
                if len(changed) != len(grads):
                    raise RuntimeError('Backward hook returned an invalid number of grad_input, got '
                                       f'{len(changed)}, but expected {len(grads)}')
                grads = changed
        self.inputs.clear()
        self.outputs.clear()
        return grads[i]


def with_backward_hooks(module, hooks, pre_hooks, args):
    """The arguments to call forward with, and a function that its result goes through."""
    listener = _Listener(module, hooks, pre_hooks)
    tensors = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
    listener.count = len(tensors)
    args = list(args)
    for nr, i in enumerate(tensors):
        if _listening(args[i]):
            listener.listening.append(nr)
            args[i] = args[i].view_as(args[i])
            args[i].register_hook(lambda grad, nr=nr: listener.came_in(nr, grad))

    def finish(result):
        outs = list(_tuple(result))
        positions = [i for i, o in enumerate(outs) if isinstance(o, Tensor)]
        listener.output_count = len(positions)
        for nr, i in enumerate(positions):
            if _listening(outs[i]):
                outs[i] = outs[i].view_as(outs[i])
                outs[i].register_hook(lambda grad, nr=nr: listener.came_out(nr, grad))
        return tuple(outs) if isinstance(result, tuple) else outs[0]

    return tuple(args), finish


def with_legacy_hooks(module, hooks, args, result):
    """register_backward_hook: the hooks see the gradients around the op that made the result."""
    found = result
    while not isinstance(found, Tensor):
        found = next(v for v in found.values() if isinstance(v, Tensor)) if isinstance(found, dict) else found[0]
    node = found.grad_fn
    if node is None:
        return
    for hook in hooks:
        node.register_hook(lambda grad_input, grad_output, hook=hook: hook(module, grad_input, grad_output))
    words = _what_is_missing(args, result, node)
    if words:
        warnings.warn(words, FutureWarning, stacklevel=4)


_OLD = 'is deprecated and will be removed in future versions. This hook will be missing'
_INSTEAD = 'Please use register_full_backward_hook to get the documented behavior.'


def _what_is_missing(args, result, node):
    """PyTorch's warning of gradients that an old hook does not see, if there are any."""
    results, inputs = _tensors(result), _tensors(args)
    if results is None:
        return f'Using non-full backward hooks on a Module that does not return a single Tensor or a tuple of Tensors {_OLD} some of ' \
               f'the grad_output. {_INSTEAD}'
    if inputs is None:
        return f'Using non-full backward hooks on a Module that does not take as input a single Tensor or a tuple of Tensors {_OLD} ' \
               f'some of the grad_input. {_INSTEAD}'
    makers = {t.grad_fn for t in results if t.grad_fn is not None}
    if len(makers) == 0 or (len(makers) == 1 and node not in makers):
        return f'Using a non-full backward hook when outputs are nested in python data structure {_OLD} some grad_output.'
    if len(makers) > 1:
        return f'Using a non-full backward hook when outputs are generated by different autograd Nodes {_OLD} some grad_output. {_INSTEAD}'
    if {t.grad_fn for t in inputs if t.grad_fn is not None} != {n for n, _ in node.next_functions}:
        return f'Using a non-full backward hook when the forward contains multiple autograd Nodes {_OLD} some grad_input. {_INSTEAD}'
    return None


def _tensors(v):
    """A tensor, or a tuple of nothing else, as a tuple; None for anything else."""
    v = _tuple(v)
    return v if all(isinstance(t, Tensor) for t in v) else None
