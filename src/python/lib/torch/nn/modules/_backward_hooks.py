"""Backward hooks of modules, made of tensor hooks.

A module's inputs and outputs pass through view ops of their own, so that the gradients seen there are the module's alone.
"""
from ..._tensor import Tensor


def _listening(t):
    return isinstance(t, Tensor) and t.requires_grad


def _tuple(v):
    return v if isinstance(v, tuple) else (v,)


class _Listener:
    """Collects one call's gradients, and calls the module's hooks when all are there."""

    def __init__(self, module):
        self.module = module
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
        for hook in self.module._backward_pre_hooks.values():
            changed = hook(self.module, grads)
            if changed is not None:
                grads = _tuple(changed)
        self.grad_output = grads
        if not self.listening:
            for hook in self.module._backward_hooks.values():
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
        for hook in self.module._backward_hooks.values():
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


def with_backward_hooks(module, args):
    """The arguments to call forward with, and a function that its result goes through."""
    listener = _Listener(module)
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


def with_legacy_hooks(module, result):
    """register_backward_hook: the hooks see the gradients around the op that made the result."""
    found = result
    while not isinstance(found, Tensor):
        found = next(v for v in found.values() if isinstance(v, Tensor)) if isinstance(found, dict) else found[0]
    node = found.grad_fn
    if node is not None:
        for hook in module._backward_hooks.values():
            node.register_hook(lambda grad_input, grad_output, hook=hook: hook(module, grad_input, grad_output))
