"""The tracer: sys.monitoring tells of the user's frames, which are told on to the host, and of their lines, which the host hears itself
(src/python/lines.ts)."""
import json
import sys

import torch

import _backstep_host as _host

from . import streams
from .encode import described, hidden, together
from .notes import message_of

_raised = _host.raised
_finish = _host.finish

_getframe = sys._getframe
_monitoring = sys.monitoring
_events = _monitoring.events
# After errnos: what it renumbers is told so. Python's own debugger keeps its number.
_TOOL = 4
_DISABLE = _monitoring.DISABLE
# Of a code's flags, as the module inspect has them: its names are fast locals.
_OPTIMIZED = 1

_folder = ''
_next_id = 0


class _Traced:
    """A frame of the user's code that is running."""

    __slots__ = ('id', 'frame')

    def __init__(self, id, frame):
        self.id = id
        self.frame = frame


_stack = []
_suspended = {}
# A notebook's cells are one frame: the code of those that another follows, and that frame between two of them.
_followed = set()
_between = None
# Frames that an exception left, for looking into them afterwards.
_unwound = {}
_last_raised = None


def start(folder, programs=()):
    """Traces code from files under `folder`; `programs`: what runs as the main module, one after the other."""
    global _folder, _between
    _folder = folder.rstrip('/') + '/'
    _files.clear()
    _codes.clear()
    _followed.clear()
    _followed.update(programs[:-1])
    _between = None
    _monitoring.use_tool_id(_TOOL, 'backstep')
    _begin_lines()
    for event, callback in _CALLBACKS.items():
        _monitoring.register_callback(_TOOL, event, callback)
    # These are heard wherever they are; the others in the user's code alone: to ask for all lines makes all other code slower.
    _monitoring.set_events(_TOOL, _events.PY_START | _events.PY_UNWIND | _events.PY_THROW | _events.RAISE)


def stop():
    """Hears nothing more."""
    _monitoring.set_events(_TOOL, 0)
    _monitoring.free_tool_id(_TOOL)


def pause():
    """Hears nothing while the debugger itself runs Python; undone by resume(). Before the start and after the end there is nothing to hear."""
    if _monitoring.get_tool(_TOOL) is None:
        return None
    return [_monitoring.register_callback(_TOOL, event, None) for event in _CALLBACKS]


def resume(callbacks):
    for event, callback in zip(_CALLBACKS, callbacks or ()):
        _monitoring.register_callback(_TOOL, event, callback)


def _begin_lines():
    """Has the host make `on_line`, which it is called by at every line, `enter_frame` and `leave_frame`."""
    this = sys.modules[__name__]
    _host.start_lines(id(this), id(described), id(streams.flush), streams.waiting.buffer_info()[0],
                      id(torch.Tensor), id(torch.nn.Parameter))
    _CALLBACKS[_events.LINE] = on_line


# By a code's identity (to compare two costs as much as all else of a frame): the host's number for it, and the code.
_codes = {}


def _numbered(code):
    """Has a code's frames heard; the host's number for it. A module's and a class's names are in a dict: they have no fast locals."""
    _monitoring.set_local_events(_TOOL, code, _events.PY_RESUME | _events.PY_RETURN | _events.PY_YIELD | _events.LINE)
    names = []
    if code.co_flags & _OPTIMIZED:
        names = [*code.co_varnames, *(n for n in code.co_cellvars if n not in code.co_varnames), *code.co_freevars]
    boxed = {*code.co_cellvars, *code.co_freevars}
    number = _host.code(code.co_qualname, code.co_filename, code.co_firstlineno, json.dumps(names), json.dumps([n in boxed for n in names]))
    _codes[id(code)] = number, code
    return number


class _Files(dict):
    """By a code's file name: the host's number of the file; None where it is not the user's."""

    def __missing__(self, path):
        nr = self[path] = _host.file(path) if path.startswith(_folder) else None
        return nr


_files = _Files()


def _users(code):
    return _files[code.co_filename] is not None


def _on_start(code, offset):
    global _next_id, _between
    known = _codes.get(id(code))
    if known is not None:
        number = known[0]
    elif _users(code):
        number = _numbered(code)
    else:
        return _DISABLE
    frame = _getframe(1)
    if _unwound:
        _unwound.clear()
    if _between and code.co_name == '<module>' and not _stack:
        _between.frame = frame
        _host.move_frame(_between.id, id(frame), number)
        _stack.append(_between)
        _between = None
        return
    id_ = _next_id
    _next_id += 1
    enter_frame(id_, _stack[-1].id if _stack else -1, frame, number, 0 if code.co_flags & _OPTIMIZED else _namespace(frame))
    _stack.append(_Traced(id_, frame))


def _on_return(code, offset, value):
    global _between
    if _followed and len(_stack) == 1 and code in _followed:
        streams.flush()
        _between = _stack.pop()
        return
    if len(_stack) == 1 and code.co_name == '<module>' and _stack[0].frame is _getframe(1):
        # The script's end: no line follows that would tell what the last one set.
        streams.flush()
        _finish(_stack[0].id)
    _pop(_getframe(1), True)


def _on_yield(code, offset, value):
    traced = _pop(_getframe(1), False)
    if traced:
        _suspended[traced.frame] = traced


def _on_resume(code, offset):
    traced = _suspended.pop(_getframe(1), None)
    if traced:
        _stack.append(traced)


def _on_throw(code, offset, error):
    if _users(code):
        _on_resume(code, offset)


def _on_unwind(code, offset, error):
    if _users(code):
        traced = _pop(_getframe(1), True)
        if traced:
            _unwound[traced.id] = traced


def _on_raise(code, offset, error):
    global _last_raised
    # An exception on its way up is raised again in every frame.
    if error is _last_raised or not _users(code):
        return
    _last_raised = error
    if _stack:
        frame = _getframe(1)
        _raised(type(error).__name__, message_of(error), code.co_filename, frame.f_lineno, _stack[-1].id, None)


def _pop(frame, over):
    if _stack and _stack[-1].frame is frame:
        traced = _stack.pop()
        leave_frame(traced.id, over)
        return traced
    return None


_CALLBACKS = {
    _events.PY_START: _on_start,
    _events.PY_RESUME: _on_resume,
    _events.PY_RETURN: _on_return,
    _events.PY_YIELD: _on_yield,
    _events.PY_UNWIND: _on_unwind,
    _events.PY_THROW: _on_throw,
    _events.RAISE: _on_raise,
}


def _names(frame):
    return frame.f_globals if frame.f_code.co_name == '<module>' else frame.f_locals


def _namespace(frame):
    """The dict that holds a module's or a class's names; 0 where there is none."""
    names = _names(frame)
    return names if isinstance(names, dict) else 0


def frame_of(id):
    """The running frame of this number, or one that an exception just left."""
    for traced in _stack:
        if traced.id == id:
            return traced.frame
    traced = _unwound.get(id)
    return traced.frame if traced else None


def id_of(frame):
    """The number of a frame, running or unwound; None if it is not the user's."""
    for traced in (*_stack, *_unwound.values()):
        if traced.frame is frame:
            return traced.id
    return None


def locals_of(id):
    """JSON of [[name, RecordedValue]] of a live frame."""
    frame = frame_of(id)
    if frame is None:
        return '[]'
    return together([(n, v) for n, v in _names(frame).items() if n[:2] != '__' and not hidden(v)])
