"""Python functions that the backward pass calls: tensor hooks, and gradients written in Python."""
from collections import OrderedDict

from .. import _bridge
from .._tensor import Tensor, wrap

_RAISED = -2
_hooks = {}
_functions = {}
_ids = iter(range(1, 2 ** 53))


class RemovableHandle:
    """What register_hook gives: `.remove()` takes the hook away."""

    def __init__(self, hooks, id=None):
        self._hooks = hooks
        self.id = next(_ids) if id is None else id

    def remove(self):
        if callable(self._hooks):
            self._hooks(self.id)
        else:
            self._hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def register(tensor, hook):
    """Tensor.register_hook."""
    id = next(_ids)
    _bridge.function('addHook')(tensor._h, id)
    _hooks[id] = hook
    if '_backward_hooks' not in tensor.__dict__:
        tensor.__dict__['_backward_hooks'] = OrderedDict()
    tensor.__dict__['_backward_hooks'][id] = hook

    def remove(id):
        _hooks.pop(id, None)
        tensor.__dict__.get('_backward_hooks', {}).pop(id, None)
        _bridge._js.removeHook(id)

    return RemovableHandle(remove, id)


def register_post(tensor, hook):
    from .._missing import not_yet
    raise not_yet('torch.Tensor.register_post_accumulate_grad_hook', NotImplementedError)


def _run_hook(id, grad):
    try:
        hook = _hooks.get(id)
        answer = None if hook is None else hook(wrap(grad))
        if answer is None:
            return -1
        if not isinstance(answer, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
        # It must live until JavaScript has read its handle.
        _run_hook.held = answer
        return answer._h
    except BaseException as error:
        _bridge.keep(error)
        return _RAISED


def _run_function(id, *grads):
    try:
        out = _functions[id]([None if g < 0 else wrap(g) for g in grads])
        # The gradients must live until JavaScript has read their handles.
        _run_function.held = out
        return [-1 if g is None else g._h for g in out]
    except BaseException as error:
        _bridge.keep(error)
        return [_RAISED]


def _release(id):
    """After backward() without retain_graph: what forward saved is freed."""
    run = _functions.get(id)
    if run is not None:
        run.ctx._saved = None


_bridge._js.setCallbacks(_run_hook, _run_function, _release)
