"""torch.utils.checkpoint: what the backward pass needs is computed again there, not kept.

With use_reentrant=False, what autograd would save is left out (by hooks on it), and computed anew when the backward pass asks for the first
of it; with True the whole call is one gradient function, whose backward runs the call again. Randomness is drawn again from the same state.
"""
import contextlib
import enum
import warnings
import weakref

import torch

from .. import _bridge
from ..autograd.function import Function
from ..autograd.graph import saved_tensors_hooks
from ._pytree import tree_map

__all__ = ['checkpoint', 'checkpoint_sequential', 'CheckpointError', 'CheckpointFunction', 'check_backward_validity', 'detach_variable',
           'get_device_states', 'set_device_states', 'noop_context_fn', 'set_checkpoint_early_stop', 'DefaultDeviceType',
           'set_checkpoint_debug_enabled', 'CheckpointPolicy', 'SelectiveCheckpointContext', 'create_selective_checkpoint_contexts',
           'SAC_IGNORED_OPS', 'GraphExecGroup', 'tree_map']

_pass_number = _bridge._js.passNumber
_TIP = """
Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint‑debug mode globally.

If this error occurs under torch.compile with automatic_dynamic_shapes enabled,
it may be because the recomputation selected a different compiled graph than the
forward pass (e.g., a dynamic graph instead of the original static graph).
To fix this, either:
  - Use torch._dynamo.mark_dynamic() to explicitly mark varying dimensions as
    dynamic upfront, avoiding the static-to-dynamic transition.
  - Call torch._C._dynamo.eval_frame._set_lru_cache(False) to disable LRU cache
    reordering, which can change which graph is checked first between forward
    and recompute.
See https://github.com/pytorch/pytorch/issues/166926 for more details and
workaround examples.
"""
_early_stop = None
_debug = None


class CheckpointError(RuntimeError):
    """What is computed again is not what was computed first."""


class _Stop(Exception):
    """All that was saved is there again."""


class DefaultDeviceType:
    """The device whose random numbers are kept, besides the CPU's: there is none."""

    _type = None

    @staticmethod
    def set_device_type(device='cuda'):
        DefaultDeviceType._type = device

    @staticmethod
    def get_device_type():
        return DefaultDeviceType._type or 'cpu'


class CheckpointPolicy(enum.Enum):
    """What selective checkpointing does with an op's result."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


class SelectiveCheckpointContext:
    """What a policy function is told."""

    def __init__(self, *, is_recompute, op_output=None):
        self.is_recompute = is_recompute
        self.op_output = op_output


SAC_IGNORED_OPS = set()


def create_selective_checkpoint_contexts(policy_fn_or_list, allow_cache_entry_mutation=False):
    from .._missing import not_yet
    raise not_yet('torch.utils.checkpoint.create_selective_checkpoint_contexts', NotImplementedError)


class GraphExecGroup:
    """Several backward passes that share what was computed again: not in Backstep."""

    def __init__(self):
        from .._missing import not_yet
        raise not_yet('torch.utils.checkpoint.GraphExecGroup', NotImplementedError)


def noop_context_fn():
    """No contexts around the two runs."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def get_device_states(*args):
    """Random states of other devices: none."""
    return [], []


def set_device_states(devices, states, *, device_type=None):
    """Sets them again."""


@contextlib.contextmanager
def set_checkpoint_debug_enabled(enabled):
    """Accepted."""
    global _debug
    before, _debug = _debug, enabled
    try:
        yield
    finally:
        _debug = before


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """False: a checkpointed call is run to its end again, though all that is needed is there before."""
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def detach_variable(inputs):
    """The same tensors, without their history."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f'Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}')
    out = []
    for t in inputs:
        if isinstance(t, torch.Tensor):
            wanted = t.requires_grad
            t = t.detach()
            t.requires_grad = wanted
        out.append(t)
    return tuple(out)


def check_backward_validity(inputs):
    """Warns where no input is followed."""
    if not any(t.requires_grad for t in inputs if isinstance(t, torch.Tensor)):
        warnings.warn('None of the inputs have requires_grad=True. Gradients will be None', stacklevel=2)


class _again(contextlib.AbstractContextManager):
    """Within it, random numbers are those of an earlier state; then all is as before."""

    def __init__(self, state):
        self.state = state

    def __enter__(self):
        if self.state is not None:
            self.before = torch.get_rng_state()
            torch.set_rng_state(self.state)

    def __exit__(self, *exc):
        if self.state is not None:
            torch.set_rng_state(self.before)


class CheckpointFunction(Function):
    """checkpoint with use_reentrant=True: forward without a record, backward by running it again."""

    @staticmethod
    def forward(ctx, run_function, preserve_rng_state, *args):
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.state = torch.get_rng_state() if preserve_rng_state else None
        ctx.inputs = [None if isinstance(a, torch.Tensor) else a for a in args]
        ctx.places = [i for i, a in enumerate(args) if isinstance(a, torch.Tensor)]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        with torch.no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx, *grads):
        if not _bridge._js.isWholePass():
            raise RuntimeError(
                'When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to '
                '.backward(). To resolve this error, you can either set use_reentrant=False, or call .backward() without passing the '
                '`inputs` argument.')
        inputs = list(ctx.inputs)
        for i, t in zip(ctx.places, ctx.saved_tensors):
            inputs[i] = t
        with _again(ctx.state):
            detached = detach_variable(tuple(inputs))
            with torch.enable_grad():
                outputs = ctx.run_function(*detached)
        outputs = (outputs,) if isinstance(outputs, torch.Tensor) else outputs
        pairs = [(o, g) for o, g in zip(outputs, grads) if isinstance(o, torch.Tensor) and o.requires_grad]
        if not pairs:
            raise RuntimeError('none of output has requires_grad=True, this checkpoint() is not necessary')
        torch.autograd.backward([o for o, _ in pairs], [g for _, g in pairs])
        return (None, None, *(t.grad if isinstance(t, torch.Tensor) else None for t in detached))


class _Holder:
    """Stands for a tensor that was not saved; `found` by backward pass."""

    def __init__(self):
        self.found = {}


class _Frame:
    """One checkpointed call with use_reentrant=False."""

    def __init__(self, again, early_stop, describe):
        self.again, self.early_stop, self.describe = again, early_stop, describe
        self.holders = []
        self.metas = []
        self.counts = {}
        self.done = False

    def pack(self, t):
        holder = _Holder()
        self.holders.append(weakref.ref(holder))
        self.metas.append(self.describe(t))
        return holder

    def unpack(self, holder):
        now = _pass_number()
        if now not in self.counts:
            self.counts[now] = 0
            found = []
            try:
                with saved_tensors_hooks(lambda t: self.collect(t, now, found), lambda t: t), torch.enable_grad():
                    self.again()
            except _Stop:
                pass
            self.check(now, found)
        if now not in holder.found:
            raise CheckpointError('torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If you are '
                                  'calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an issue with '
                                  'details on your use case.')
        return holder.found.pop(now)

    def collect(self, t, now, found):
        """The next tensor that is saved while the call runs again."""
        t = t.detach() if t.requires_grad else t
        nr = self.counts[now]
        self.counts[now] += 1
        if nr >= len(self.holders):
            raise CheckpointError('torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward '
                                  f'pass.\n{_TIP}')
        found.append(self.describe(t))
        holder = self.holders[nr]()
        if holder is not None:
            holder.found[now] = t
        if self.early_stop and self.counts[now] == len(self.holders):
            raise _Stop
        return t

    def check(self, now, found):
        if len(self.holders) != self.counts[now]:
            raise CheckpointError(
                'torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n'
                f'Number of tensors saved during forward: {len(self.holders)}\n'
                f'Number of tensors saved during recomputation: {self.counts[now]}.\n{_TIP}')
        other = [(i, a, b) for i, (a, b) in enumerate(zip(self.metas, found)) if a != b and self.holders[i]() is not None]
        if other:
            listed = ''.join(f'tensor at position {i}:\nsaved metadata: {a}\nrecomputed metadata: {b}\n' for i, a, b in other)
            raise CheckpointError('torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during '
                                  f'the forward pass.\n{listed}.\n{_TIP}')


_DESCRIBE = {'default': lambda t: {'shape': t.shape, 'dtype': t.dtype, 'device': t.device}, 'none': lambda t: None}


def checkpoint(function, *args, use_reentrant=None, context_fn=noop_context_fn, determinism_check='default', debug=False, early_stop=True,
               **kwargs):
    """function(*args, **kwargs), whose intermediate results are not kept for the backward pass.

    use_reentrant: see this module; preserve_rng_state (True): random ops draw the same again; context_fn: two context managers, for the
    first run and the second; determinism_check: 'default' compares what is computed again by shape and dtype, 'none' does not.
    """
    if use_reentrant is None:
        warnings.warn(
            'torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling checkpoint '
            'without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to preserve the current '
            'default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.',
            stacklevel=2)
        use_reentrant = True
    preserve = kwargs.pop('preserve_rng_state', True)
    if use_reentrant:
        if kwargs:
            raise ValueError('Unexpected keyword arguments: ' + ','.join(kwargs))
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError('Passing `context_fn` or `debug` is only supported when use_reentrant=False.')
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in _DESCRIBE:
        raise ValueError(f'determinism_check should be one of {list(_DESCRIBE)}, but got {determinism_check}')
    first, second = context_fn()
    if not torch.is_grad_enabled():
        with first:
            return function(*args, **kwargs)
    state = torch.get_rng_state() if preserve else None

    def again():
        with _again(state), second:
            function(*args, **kwargs)

    frame = _Frame(again, early_stop if _early_stop is None else _early_stop, _DESCRIBE[determinism_check])
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """A sequence of modules in segments, each of them checkpointed but the last."""
    if use_reentrant is None:
        warnings.warn(
            'torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 we will '
            'raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to preserve the current '
            'default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.',
            stacklevel=2)
        use_reentrant = True
    preserve = kwargs.pop('preserve_rng_state', True)
    if kwargs:
        raise ValueError('Unexpected keyword arguments: ' + ','.join(kwargs))
    functions = list(functions.children()) if isinstance(functions, torch.nn.Sequential) else functions

    def run(start, end):
        def forward(x):
            for f in functions[start:end]:
                x = f(x)
            return x
        return forward

    size = len(functions) // segments
    end = 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        input = checkpoint(run(start, end), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return run(end, len(functions))(input)


CheckpointError.__module__ = CheckpointFunction.__module__ = 'torch.utils.checkpoint'
