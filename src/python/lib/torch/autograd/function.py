"""torch.autograd.Function: a gradient written in Python."""
from .. import _bridge
from .._tensor import Tensor
from . import _hooks
from .grad_mode import enable_grad, is_grad_enabled, no_grad


class FunctionCtx:
    """What forward leaves for backward."""

    def __init__(self):
        self._saved = ()
        self.needs_input_grad = ()
        self.materialize_grads = True
        self.dirty_tensors = ()
        self.non_differentiable = ()

    def save_for_backward(self, *tensors):
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(f'save_for_backward can only save variables, but argument {tensors.index(t)} is of type '
                                f'{type(t).__name__}')
        self._saved = tensors

    save_for_forward = save_for_backward

    @property
    def saved_tensors(self):
        if self._saved is None:
            raise RuntimeError(
                'Trying to backward through the graph a second time (or directly access saved tensors after they have already been '
                'freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify '
                'retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors '
                'after calling backward.')
        return self._saved

    saved_variables = saved_tensors

    def mark_dirty(self, *args):
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args):
        self.non_differentiable = args

    def set_materialize_grads(self, value):
        self.materialize_grads = value


class Function:
    """Subclass it, write static `forward(ctx, …)` and `backward(ctx, …)`, call `apply`."""

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError('You must implement the forward function for custom autograd.Function.')

    @staticmethod
    def setup_context(ctx, inputs, output):
        raise NotImplementedError('setup_context is not implemented.')

    @staticmethod
    def backward(ctx, *grads):
        raise NotImplementedError(
            'You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.')

    def __call__(self, *args, **kwargs):
        raise RuntimeError('Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd '
                           'function with static forward method. (Example: '
                           'https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)')

    @classmethod
    def apply(cls, *args):
        ctx = FunctionCtx()
        tensors = [a if isinstance(a, Tensor) else None for a in args]
        ctx.needs_input_grad = tuple(t is not None and t.requires_grad for t in tensors)
        separate = cls.setup_context is not Function.setup_context
        with no_grad():
            out = cls.forward(*args) if separate else cls.forward(ctx, *args)
            if separate:
                cls.setup_context(ctx, args, out)
        outs = out if isinstance(out, tuple) else (out,)
        if not is_grad_enabled() or not any(ctx.needs_input_grad):
            return out
        fixed = []
        for o in outs:
            if isinstance(o, Tensor) and any(o is a for a in tensors) and not any(o is d for d in ctx.dirty_tensors):
                with no_grad():
                    o = o.view(o.shape)
            fixed.append(o)
        skip = {id(t) for t in ctx.non_differentiable}
        linked = [o if isinstance(o, Tensor) and id(o) not in skip and o.is_floating_point() else None for o in fixed]
        shapes = [(o.shape, o.dtype) if o is not None else None for o in linked]

        def run(grads):
            import torch
            if ctx.materialize_grads:
                grads = [torch.zeros(s[0], dtype=s[1]) if g is None and s is not None else g for g, s in zip(grads, shapes)]
            with enable_grad() if is_grad_enabled() else no_grad():
                answer = cls.backward(ctx, *grads)
            answer = list(answer) if isinstance(answer, (tuple, list)) else [answer]
            while len(answer) > len(args) and answer[-1] is None:
                answer.pop()
            if len(answer) != len(args):
                raise RuntimeError(f'function {cls.__name__}Backward returned an incorrect number of gradients (expected {len(args)}, '
                                   f'got {len(answer)})')
            return answer

        run.ctx = ctx
        id_ = next(_hooks._ids)
        _hooks._functions[id_] = run
        _bridge.function('linkFunction')(
            cls.__name__ + 'Backward', id_, len(args), *[-1 if t is None else t._h for t in tensors],
            *[-1 if o is None else o._h for o in linked])
        return tuple(fixed) if isinstance(out, tuple) else fixed[0]


def once_differentiable(f):
    return f
