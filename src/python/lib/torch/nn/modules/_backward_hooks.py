"""Backward hooks of modules.

A module's inputs pass through a gradient function of their own, and so do its outputs: what is seen there is the module's alone.
"""
import functools
import warnings

from ..._tensor import Tensor


def _tuple(v):
    return v if isinstance(v, tuple) else (v,)


@functools.cache
def _identity():
    """The gradient function that a module's inputs, and its outputs, pass through."""
    from ...autograd import Function

    class BackwardHookFunction(Function):
        @staticmethod
        def forward(ctx, *args):
            ctx.mark_non_differentiable(*(a for a in args if not a.requires_grad))
            return args

        @staticmethod
        def backward(ctx, *grads):
            return grads

    return BackwardHookFunction


def _through(args, hook):
    """The arguments, their tensors behind one gradient function that has this hook; and which of them those are.

    None instead of these where no tensor has a gradient.
    """
    from ...autograd.grad_mode import is_grad_enabled
    places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
    tensors = [args[i] for i in places]
    if not (is_grad_enabled() and any(t.requires_grad for t in tensors)):
        return args, None
    made = _tuple(_identity().apply(*tensors))
    node = next(t.grad_fn for t in made if t.grad_fn is not None)
    node.register_hook(hook)
    args = list(args)
    for i, t in zip(places, made):
        args[i] = t
    return tuple(args), places


class _Listener:
    """One call of a module: sees its gradients, and calls the hooks."""

    def __init__(self, module, hooks, pre_hooks):
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.input_places = None
        self.input_count = 0
        self.output_places = None
        self.output_count = 0
        self.grad_output = None

    def take_in(self, args):
        """The arguments to call forward with."""
        self.input_count = len(args)
        args, self.input_places = _through(args, self._came_in)
        return args

    def let_out(self, result):
        """The result to give."""
        outs = _tuple(result)
        self.output_count = len(outs)
        outs, self.output_places = _through(outs, self._came_out)
        return outs if isinstance(result, tuple) else outs[0]

    def _came_out(self, _, grads):
        """The gradients of the outputs: first of all for the pre-hooks, which may replace them."""
        self.grad_output = _spread(grads, self.output_places, self.output_count)
        for hook in self.pre_hooks:
            self._replace('grad_output', hook(self.module, self.grad_output))
        grads = self.grad_output
        if self.input_places is None:
            self._call_without_inputs()
            self.grad_output = None
        return tuple(grads[i] for i in self.output_places)

    def _replace(self, what, changed):
        if changed is None:
            return
        changed = _tuple(changed)
        if len(changed) != len(self.grad_output):
            raise RuntimeError(f'Backward pre hook returned an invalid number of {what}, got {len(changed)}, '
                               f'but expected {len(self.grad_output)}')
        self.grad_output = changed

    def _call_without_inputs(self):
        """No input has a gradient: the hooks hear of those of the outputs."""
        if not self.hooks:
            return
        warnings.warn('Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require '
                      'gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.'
                      'register_full_backward_hook for more details.', stacklevel=5)
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.input_count, self.grad_output)
            if changed is not None and not (isinstance(changed, tuple) and all(c is None for c in changed)):
                raise RuntimeError('Backward hook for Modules where no input requires gradient should always return None or None for '
                                   'all gradients.')

    def _came_in(self, grads, _):
        """The gradients of the inputs: all is computed, and the hooks are called."""
        if self.grad_output is None:
            return None
        grads = _spread(grads, self.input_places, self.input_count)
        for hook in self.hooks:
            changed = hook(self.module, grads, self.grad_output)
            if changed is None:
                continue
            changed = _tuple(changed)
            if len(changed) != len(grads):
                raise RuntimeError(f'Backward hook returned an invalid number of grad_input, got {len(changed)}, '
                                   f'but expected {len(grads)}')
            grads = changed
        self.grad_output = None
        return tuple(grads[i] for i in self.input_places)


def _spread(values, places, count):
    """The values at their places, None at the others."""
    out = [None] * count
    for i, v in zip(places, values):
        out[i] = v
    return tuple(out)


def with_backward_hooks(module, hooks, pre_hooks, args):
    """The arguments to call forward with, and a function that its result goes through."""
    listener = _Listener(module, hooks, pre_hooks)
    return listener.take_in(args), listener.let_out


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
