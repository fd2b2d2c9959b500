"""The line tracer: sys.monitoring tells of every line of the user's files, with the names that changed."""
import sys
from itertools import compress, count
from operator import is_not

import _backstep_host as _host

from . import streams
from .encode import Described, hidden, signer, together
from .notes import message_of

_line = _host.line
_enter = _host.enter_frame
_leave = _host.leave_frame
_raised = _host.raised
_finish = _host.finish
_out, _err = streams.out, streams.err

_monitoring = sys.monitoring
_events = _monitoring.events
# After errnos: what it renumbers is told so. Python's own debugger keeps its number.
_TOOL = 4
_DISABLE = _monitoring.DISABLE

_folder = ''
_next_id = 0


class _Traced:
    """A frame of the user's code that is running."""

    __slots__ = ('id', 'frame', 'now', 'names', 'values', 'watched')

    def __init__(self, id, frame):
        self.id = id
        self.frame = frame
        # Its names as they are, whenever it is looked at.
        self.now = _names(frame)
        # As last written down. Holding a value keeps its id() from being used again.
        self.names = []
        self.values = []
        # Of the values that can change inside: (place, name, what makes the signature, signature, what that holds).
        self.watched = []


_stack = []
_suspended = {}
# A notebook's cells are one frame: the code of those that another follows, and that frame between two of them.
_followed = set()
_between = None
_described = Described()
# Texts that the host was told, with the numbers that they have there.
_said = {}
_REMEMBERED = 256
# Frames that an exception left, for looking into them afterwards.
_unwound = {}
_last_raised = None


def start(folder, programs=()):
    """Traces code from files under `folder`; `programs`: what runs as the main module, one after the other."""
    global _folder, _between, _described
    _folder = folder.rstrip('/') + '/'
    _files.clear()
    _followed.clear()
    _followed.update(programs[:-1])
    _between = None
    _described = Described()
    _monitoring.use_tool_id(_TOOL, 'backstep')
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


class _Files(dict):
    """By a code's file name: the host's number of the file; None where it is not the user's."""

    def __missing__(self, path):
        nr = self[path] = _host.file(path) if path.startswith(_folder) else None
        return nr


_files = _Files()


def _users(code):
    return _files[code.co_filename] is not None


def _on_start(code, offset):
    if not _users(code):
        return _DISABLE
    global _next_id, _between
    if not _monitoring.get_local_events(_TOOL, code):
        _monitoring.set_local_events(_TOOL, code, _events.PY_RESUME | _events.PY_RETURN | _events.PY_YIELD | _events.LINE)
    frame = sys._getframe(1)
    _unwound.clear()
    if _between and code.co_name == '<module>' and not _stack:
        _between.frame = frame
        _stack.append(_between)
        _between = None
        return
    traced = _Traced(_next_id, frame)
    _next_id += 1
    _enter(traced.id, _stack[-1].id if _stack else -1, code.co_qualname, code.co_filename, code.co_firstlineno)
    _stack.append(traced)


def _on_return(code, offset, value):
    global _between
    if _followed and len(_stack) == 1 and code in _followed:
        streams.flush()
        _between = _stack.pop()
        return
    traced = _pop(sys._getframe(1))
    if traced and not _stack and code.co_name == '<module>':
        # The script's end: no line follows that would tell what the last one set.
        streams.flush()
        _finish(traced.id, _changes(traced))


def _on_yield(code, offset, value):
    traced = _pop(sys._getframe(1))
    if traced:
        _suspended[traced.frame] = traced


def _on_resume(code, offset):
    traced = _suspended.pop(sys._getframe(1), None)
    if traced:
        _stack.append(traced)


def _on_throw(code, offset, error):
    if _users(code):
        _on_resume(code, offset)


def _on_unwind(code, offset, error):
    if _users(code):
        traced = _pop(sys._getframe(1))
        if traced:
            _unwound[traced.id] = traced


def _on_raise(code, offset, error):
    global _last_raised
    # An exception on its way up is raised again in every frame.
    if error is _last_raised or not _users(code):
        return
    _last_raised = error
    if _stack:
        frame = sys._getframe(1)
        _raised(type(error).__name__, message_of(error), code.co_filename, frame.f_lineno, _stack[-1].id, None)


def _pop(frame):
    if _stack and _stack[-1].frame is frame:
        traced = _stack.pop()
        _leave(traced.id)
        return traced
    return None


def _on_line(code, line):
    if not _stack:
        return
    traced = _stack[-1]
    if _out.pending or _err.pending:
        streams.flush()
    changes = _changes(traced)
    # A text that comes again, as the path does and what a frame begins with may, crosses as a number; None does not cross.
    if changes is None:
        _line(traced.id, _files[code.co_filename], line)
        return
    known = _said.get(changes)
    if known is None:
        if len(_said) == _REMEMBERED:
            _said.clear()
        number = len(_said)
        _line(traced.id, _files[code.co_filename], line, changes, number)
        # Not before: an interrupt may have come between.
        _said[changes] = number
    else:
        _line(traced.id, _files[code.co_filename], line, known)


_CALLBACKS = {
    _events.PY_START: _on_start,
    _events.PY_RESUME: _on_resume,
    _events.PY_RETURN: _on_return,
    _events.PY_YIELD: _on_yield,
    _events.PY_UNWIND: _on_unwind,
    _events.PY_THROW: _on_throw,
    _events.RAISE: _on_raise,
    _events.LINE: _on_line,
}


def _names(frame):
    return frame.f_globals if frame.f_code.co_name == '<module>' else frame.f_locals


def _changes(traced):
    """JSON of the names that changed since this frame's last line; None if none did."""
    now = traced.now
    names = [*now]
    values = [*now.values()]
    texts = []
    if names != traced.names:
        texts += _renamed(traced, names)
    # Nearly all names stand for what they stood for: no line of Python is spent on those.
    before = traced.values
    changed = [*compress(count(), map(is_not, values, before))]
    for place, name, sign, signature, _ in traced.watched:
        if sign(values[place], 1, None) != signature and place not in changed:
            changed.append(place)
    traced.values = values
    if changed:
        if traced.watched:
            traced.watched = [w for w in traced.watched if w[0] not in changed]
        for place in changed:
            text = _described_as(traced, place, names[place], values[place], before[place])
            if text is not None:
                texts.append(text)
    return f'{{{",".join(texts)}}}' if texts else None


_NOTHING = object()


def _renamed(traced, names):
    """Makes room for other names than at the last line; the texts of those that are gone."""
    gone = dict(zip(traced.names, traced.values))
    traced.names = names
    traced.values = [gone.pop(name, _NOTHING) for name in names]
    if traced.watched:
        traced.watched = [(names.index(w[1]), *w[1:]) for w in traced.watched if w[1] not in gone]
    return [f'"{name}":null' for name in gone]


def _described_as(traced, place, name, value, before):
    """`"name":JSON` of a value that is new, or other inside; None where it is not listed and what the name stood for was not."""
    if name[:2] == '__':
        return None
    sign = signer(value)
    if sign is not None:
        held = []
        signature = sign(value, 1, held)
        if signature is not None:
            traced.watched.append((place, name, sign, signature, held))
        # A name that now is a function or a class is gone from the variables.
        elif hidden(value):
            return None if before is _NOTHING or hidden(before) else f'"{name}":null'
    return f'"{name}":{_described.written(value)}'


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
