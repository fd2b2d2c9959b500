"""torch.autograd.Function: a gradient written in Python."""
import functools
import inspect
import warnings

from .. import _bridge
from .._tensor import Tensor, wrap
from . import _hooks
from .grad_mode import enable_grad, is_grad_enabled, no_grad

FREED = (
    'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved '
    'intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to '
    'backward through the graph a second time or if you need to access saved tensors after calling backward.')
_link = _bridge.function('linkFunction')
_own_output = _bridge.function('ownOutput')
_output_nr = _bridge.function('outputNr')
_batches = _bridge._js.batches
_bump = _bridge.function('bumpVersion')
# How many transforms of torch.func are going on: functions of the old style cannot take part in them.
transforms = 0


class _Saved:
    """A tensor that was saved: refused when it was written since; a result of the function itself is kept without its history."""

    def __init__(self, tensor, own):
        self.own = own
        self.version = tensor._version
        self.hooks = _hooks.current_saved_hooks()
        kept = tensor.detach() if own is not None else tensor
        self.kept = self.hooks[0](kept) if self.hooks else kept

    def get(self, node_name, id, handle):
        t = self.hooks[1](self.kept) if self.hooks else self.kept
        if not self.hooks and t._version != self.version:
            nr, name = (self.own, node_name.removesuffix('Backward')) if self.own is not None else (
                _output_nr(t._h), t.grad_fn.name().partition('Backward')[0] if t.grad_fn is not None else None)
            source = f', which is output {nr} of {name},' if name else ''
            raise RuntimeError(
                f'one of the variables needed for gradient computation has been modified by an inplace operation: [{t.type()} '
                f'{list(t.shape)}]{source} is at version {t._version}; expected version {self.version} instead. Hint: enable anomaly '
                'detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, '
                'check_nan=False).')
        return t if self.own is None else wrap(_own_output(t._h, id, self.own, handle))


class FunctionCtx:
    """What forward leaves for backward."""

    # Its dictionary holds what the user's own forward left, and nothing else.
    __slots__ = ('_to_save', '_saved', '_id', '_name', 'needs_input_grad', 'materialize_grads', 'dirty_tensors', 'non_differentiable',
                 'saved_for_forward', '__dict__', '__weakref__')

    def __init__(self):
        self._to_save = ()
        self._saved = ()
        self._id = -1
        self._name = ''
        self.needs_input_grad = ()
        self.materialize_grads = True
        self.dirty_tensors = ()
        self.non_differentiable = ()

    def save_for_backward(self, *tensors):
        """Keeps tensors, which must be inputs or outputs of forward, or None."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(f'save_for_backward can only save variables, but argument {i} is of type {type(t).__name__}')
        self._to_save = tensors

    def save_for_forward(self, *tensors):
        """Keeps tensors for jvp."""
        for t in tensors:
            if not isinstance(t, Tensor) and t is not None:
                raise AssertionError('save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes on '
                                     'ctx.')
        self.saved_for_forward = tensors

    def _tensors(self, handle=-1):
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple(s if s is None else s.get(self._name, self._id, handle) for s in self._saved)

    @property
    def saved_tensors(self):
        """What save_for_backward kept."""
        return self._tensors()

    saved_variables = saved_tensors

    def mark_dirty(self, *args):
        """Says which inputs forward wrote in place."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args):
        """Says which outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value):
        """False: a gradient that is not there is None in backward, not zeros."""
        self.materialize_grads = value


def _expandable(shape, to):
    return len(shape) <= len(to) and all(a in (1, b) for a, b in zip(reversed(shape), reversed(to)))


class Function:
    """Subclass it, write static `forward(ctx, …)` and `backward(ctx, …)`, call `apply`.

    Or forward(…) without ctx, and setup_context(ctx, inputs, output).
    """

    generate_vmap_rule = False

    def __init__(self, *args, **kwargs):
        warnings.warn(f'{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them on '
                      'the class itself. Instantiating an autograd function will raise an error in a future version of PyTorch.',
                      DeprecationWarning, stacklevel=2)

    def __call__(self, *args, **kwargs):
        raise RuntimeError('Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd '
                           'function with static forward method. (Example: '
                           'https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)')

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError('You must implement the forward function for custom autograd.Function.')

    @staticmethod
    def setup_context(ctx, inputs, output):
        raise NotImplementedError('setup_context is not implemented.')

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise NotImplementedError(
            'You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.')

    # PyTorch's other name of it: whichever a subclass writes is taken.
    vjp = backward

    @staticmethod
    def jvp(ctx, *grad_inputs):
        raise NotImplementedError('You must implement the jvp function for custom autograd.Function to use it with forward mode AD.')

    @staticmethod
    def vmap(info, in_dims, *args):
        raise NotImplementedError('To use autograd.Function with vmap, you must either override the vmap staticmethod or set '
                                  'generate_vmap_rule=True.')

    @classmethod
    def _backward_of(cls):
        own = cls.vjp is not Function.vjp
        if own and cls.backward is not Function.backward:
            raise RuntimeError("Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one "
                               'of them.')
        return cls.vjp if own else cls.backward

    @classmethod
    def apply(cls, *args, **kwargs):
        """Runs forward; its results know backward."""
        separate = cls.setup_context is not Function.setup_context
        if kwargs or separate:
            signature = inspect.signature(cls.forward)
            for name in kwargs:
                if name not in signature.parameters and not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
                    raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
            bound = signature.bind(*args, **kwargs) if separate else None
            if separate:
                bound.apply_defaults()
                args = bound.args
        if transforms and not separate:
            raise RuntimeError(
                'In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override the '
                'setup_context staticmethod. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html')
        inputs = (*args, *kwargs.values())
        if transforms and not cls.generate_vmap_rule and cls.vmap is Function.vmap and any(
                isinstance(a, Tensor) and _batches(a._h) for a in inputs):
            raise RuntimeError(
                f'You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the vmap '
                'staticmethod or set generate_vmap_rule=True. For more details, please see '
                'https://pytorch.org/docs/main/notes/extending.func.html')
        ctx = FunctionCtx()
        ctx._name = cls.__name__ + 'Backward'
        tensors = [a if isinstance(a, Tensor) else None for a in inputs]
        ctx.needs_input_grad = tuple(t is not None and t.requires_grad for t in tensors)
        tracked = is_grad_enabled() and any(ctx.needs_input_grad)
        # Ops in forward are this function's own: hooks on what is saved do not see what they would save.
        with no_grad():
            out = cls.forward(*args) if separate else cls.forward(ctx, *args, **kwargs)
            if separate:
                cls.setup_context(ctx, args, out)
        return _Linking(cls, ctx, len(inputs), tracked).results(out, tensors)


class _Linking:
    """From what forward gave to what apply answers."""

    def __init__(self, cls, ctx, count, tracked):
        self.cls, self.ctx, self.count, self.tracked = cls, ctx, count, tracked

    def results(self, out, tensors):
        ctx = self.ctx
        outs = out if isinstance(out, tuple) else (out,)
        constant = {id(t) for t in ctx.non_differentiable}
        dirty = {id(t) for t in ctx.dirty_tensors}
        if any(id_ not in {id(o) for o in outs} for id_ in dirty):
            raise RuntimeError('Some elements marked as dirty during the forward method were not returned as output. The inputs that are '
                               'modified inplace must all be outputs of the Function.')
        given = {id(t) for t in tensors if t is not None}
        made = []
        for o in outs:
            if isinstance(o, Tensor):
                if id(o) in dirty:
                    if self.tracked and o.is_leaf and o.requires_grad:
                        raise RuntimeError('a leaf Variable that requires grad has been used in an in-place operation.')
                    _bump(o._h)
                elif id(o) in constant:
                    o = o.detach() if id(o) in given else o
                elif id(o) in given:
                    with no_grad():
                        o = o.view_as(o) if self.tracked else o.detach()
            made.append(o)
        if self.tracked:
            self.link(outs, made, constant, tensors)
        own = {id(o): i for i, o in enumerate(outs) if isinstance(o, Tensor) and id(o) not in given and self.tracked and id(o) not in constant}
        ctx._saved = tuple(t if t is None else _Saved(t, own.get(id(t))) for t in ctx._to_save)
        ctx._to_save = ()
        return tuple(made) if isinstance(out, tuple) else made[0]

    def link(self, outs, made, constant, tensors):
        ctx = self.ctx
        # Not the inputs themselves: what backward does not need must not live for it.
        self.expected = [None if t is None else (t.shape, t.dtype, t.is_floating_point() or t.is_complex()) for t in tensors]
        linked = [m if isinstance(m, Tensor) and id(o) not in constant and (m.is_floating_point() or m.is_complex()) else None
                  for o, m in zip(outs, made)]
        self.metas = [(m.shape, m.dtype) if isinstance(m, Tensor) else None for m in made]
        ctx._id = next(_hooks._ids)
        run = _Run(self.backward, ctx)
        _hooks._functions[ctx._id] = run
        _link(ctx._name, ctx._id, len(tensors), *[-1 if t is None else t._h for t in tensors],
              *[-1 if o is None else o._h for o in linked])

    def backward(self, grads):
        import torch
        ctx, count = self.ctx, self.count
        if ctx.materialize_grads:
            grads = [torch.zeros(m[0], dtype=m[1]) if g is None and m is not None else g for g, m in zip(grads, self.metas)]
        with enable_grad() if is_grad_enabled() else no_grad():
            answer = self.cls._backward_of()(ctx, *grads)
        answer = list(answer) if isinstance(answer, tuple) else [answer]
        while len(answer) > count and answer[-1] is None:
            answer.pop()
        if len(answer) != count:
            raise RuntimeError(f'function {ctx._name} returned an incorrect number of gradients (expected {count}, got '
                               f'{len(answer)})')
        nr = 0
        for i, (g, meta) in enumerate(zip(answer, self.expected)):
            if meta is None and g is not None:
                raise RuntimeError(f'function {ctx._name} returned a gradient different than None at position {i + 1}, but the '
                                   'corresponding forward input was not a Variable')
            if g is not None:
                if not isinstance(g, Tensor):
                    raise RuntimeError(f'expected Variable or None (got {type(g).__name__})')
                shape, dtype, is_float = meta
                if tuple(g.shape) != tuple(shape):
                    if not _expandable(shape, g.shape):
                        raise RuntimeError(f'Function {ctx._name} returned an invalid gradient at index {nr} - got {list(g.shape)} but '
                                           f'expected shape compatible with {list(shape)}')
                    g = g.sum_to_size(shape)
                answer[i] = g if g.dtype is dtype or not is_float else g.to(dtype)
            nr += meta is not None
        return answer


class _Run:
    """What the backward pass calls, and the ctx that it belongs to."""

    def __init__(self, run, ctx):
        self.run, self.ctx = run, ctx

    def __call__(self, grads):
        return self.run(grads)


def once_differentiable(f):
    """For a backward that is no formula of ops: its results can be differentiated no further."""
    @functools.wraps(f)
    def wrapper(ctx, *args):
        with no_grad():
            outputs = f(ctx, *args)
        if not is_grad_enabled() or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return outputs
        outs = outputs if isinstance(outputs, tuple) else (outputs,)
        refused = [_Refusing.apply(next(a for a in args if isinstance(a, Tensor) and a.requires_grad), o.detach()) if isinstance(o, Tensor)
                   else o for o in outs]
        return tuple(refused) if isinstance(outputs, tuple) else refused[0]

    return wrapper


class _Refusing(Function):
    """Passes a tensor on as the result of a function that has no gradient."""

    @staticmethod
    def forward(followed, value):
        return value.view_as(value)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError('trying to differentiate twice a function that was marked with @once_differentiable')


class InplaceFunction(Function):
    """Of old: a function that may write its input."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


for _class in (FunctionCtx, Function, InplaceFunction):
    _class.__module__ = 'torch.autograd.function'
