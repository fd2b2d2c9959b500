"""Python functions that the backward pass calls: hooks of tensors and gradient functions, and gradients written in Python."""
import sys
from collections import OrderedDict, deque

from .. import _bridge
from .._tensor import Tensor, leaves, wrap

_RAISED = -2
_hooks = {}
_functions = {}
_packed = {}
_saved_hooks = {}
_saved_stack = []
_released = deque()
_KEPT = 256
_ids = iter(range(1, 2 ** 53))
_tensor_id = _bridge._js.id


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
    """Tensor.register_post_accumulate_grad_hook."""
    id = next(_ids)
    _bridge.function('addAfterwards')(tensor._h, id)
    _hooks[id] = tensor, hook
    return RemovableHandle(_remove_node_hook, id)


def register_node(handle, hook, before):
    """Node.register_prehook (before) and Node.register_hook."""
    id = next(_ids)
    _hooks[id] = hook, before
    _bridge.function('addNodeHook')(handle, id, before)
    return RemovableHandle(_remove_node_hook, id)


def _remove_node_hook(id):
    _hooks.pop(id, None)
    _bridge._js.removeNodeHook(id)


def push_saved_hooks(pack, unpack):
    """What is saved for gradients from now on goes through these."""
    id = next(_ids)
    _saved_hooks[id] = pack, unpack
    _saved_stack.append(id)
    _bridge._js.setSavedHooks(id)


def pop_saved_hooks():
    _saved_stack.pop()
    _bridge._js.setSavedHooks(_saved_stack[-1] if _saved_stack else 0)


def current_saved_hooks():
    """(pack, unpack) of the moment, or None."""
    return _saved_hooks[_saved_stack[-1]] if _saved_stack else None


def known(handle):
    """The Python tensor of an engine handle: the user's own object, if it is a leaf."""
    found = leaves.get(_tensor_id(handle))
    return wrap(handle) if found is None else found


def _tensors(handles):
    return tuple(None if h < 0 else wrap(h) for h in handles)


def _handles(tensors):
    # They must live until JavaScript has read them.
    _handles.held = tensors
    return [-1 if t is None else t._h for t in tensors]


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
        if id not in _functions:
            from .function import FREED
            raise RuntimeError(FREED)
        return _handles(_functions[id](list(_tensors(grads))))
    except BaseException as error:
        _bridge.keep(error)
        return [_RAISED]


def _release(id):
    """After backward() without retain_graph: what forward saved is freed."""
    run = _functions.get(id)
    if run is None:
        return
    if run.ctx._saved:
        run.ctx._saved = None
    # Nobody says when the tape lets go of a function: of those that were used the latest are kept.
    _released.append(id)
    if len(_released) > _KEPT:
        _functions.pop(_released.popleft(), None)


def _run_node_hook(id, count, *handles):
    try:
        hook, before = _hooks[id]
        first, rest = _tensors(handles[:count]), _tensors(handles[count:])
        answer = hook(first) if before else hook(first, rest)
        if answer is None:
            return _handles(first)
        answer = answer if isinstance(answer, tuple) else (answer,)
        if len(answer) != count:
            raise RuntimeError(f"hook '{getattr(hook, '__name__', hook)}' has returned an incorrect number of values (got {len(answer)}, but expected {count})")
        for new, old in zip(answer, first):
            if new is not None and not isinstance(new, Tensor):
                raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
            if new is not None and old is None:
                raise RuntimeError("can't replace a None gradient with a non-None value")
        return _handles(answer)
    except BaseException as error:
        _bridge.keep(error)
        return [_RAISED]


def _run_afterwards(id):
    try:
        found = _hooks.get(id)
        if found is not None:
            tensor, hook = found
            answer = hook(tensor)
            if answer is not None:
                raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
        return 0
    except BaseException as error:
        _bridge.keep(error)
        return _RAISED


def _pack(hooks, handle):
    try:
        id = next(_ids)
        pack = _saved_hooks[hooks][0]
        # What hooks do themselves is not saved through them.
        _bridge._js.setSavedHooks(0)
        try:
            _packed[id] = pack(known(handle))
        finally:
            _bridge._js.setSavedHooks(_saved_stack[-1] if _saved_stack else 0)
        return id
    except BaseException as error:
        _bridge.keep(error)
        return _RAISED


def _unpack(hooks, id):
    try:
        found = _saved_hooks[hooks][1](_packed[id])
        if not isinstance(found, Tensor):
            raise TypeError('Output of saved tensor unpack_hook expected to be a Tensor but got result of type ' + type(found).__name__)
        _unpack.held = found
        return found._h
    except BaseException as error:
        _bridge.keep(error)
        return _RAISED


def _free(id):
    _packed.pop(id, None)


def _place():
    """The lines of the user's script that led here, as a traceback has them."""
    import linecache
    out = []
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith('/lib/') and frame.f_globals.get('__name__', '').partition('.')[0] not in ('_backstep', 'importlib'):
            text = linecache.getline(path, frame.f_lineno).strip()
            out.append(f'  File "{path}", line {frame.f_lineno}, in {frame.f_code.co_name}\n' + (f'    {text}\n' if text else ''))
        frame = frame.f_back
    return ''.join(reversed(out))


def _anomaly(name, trace):
    import warnings
    words = (f'Error detected in {name}. Traceback of forward call that caused the error:\n{trace}' if trace else
             f'Error detected in {name}. No forward pass information available. Enable detect anomaly during forward pass for more '
             'information.')
    try:
        warnings.warn(f'{words} (Triggered internally at /__w/pytorch/pytorch/build/torch/csrc/autograd/python_anomaly_mode.cpp:127.)',
                      UserWarning, stacklevel=4)
    except BaseException as error:
        _bridge.keep(error)


def connect():
    """As _bridge.connect."""
    _bridge._js.setCallbacks(_run_hook, _run_function, _release, _run_node_hook, _run_afterwards, _pack, _unpack, _free, _place,
                             _anomaly)


connect()
