"""The engine's functions, and how its failures become Python exceptions.

Tensors cross as integer handles. Every function is cached here by name: looking one up on a JavaScript object costs more than calling it.
"""
import builtins
import sys
from array import array

import _backstep_bridge as _js

call = _js.call
pair = _js.pair
value = _js.value
more = _js.more
count = _js.count
release = _js.release
_release_at = _js.releaseAt
_error = _js.error

FAILED = -1
SAME = -2

# Handles of tensors that are gone; the engine frees them in batches, small ones where they are big.
free = []
limit = 64
# An exception that a Python hook raised while JavaScript was calling it.
kept = None


def function(name):
    """A bridge function that raises where JavaScript answered None."""
    f = getattr(_js, name)

    def checked(*args):
        answer = f(*args)
        if answer is None:
            raise_error()
        return answer

    checked.__name__ = name
    return checked


def flush():
    """Hands the engine the handles that nobody holds any more."""
    global limit
    batch = array('i', free)
    free.clear()
    limit = _release_at(*batch.buffer_info())
    if limit < 0:
        limit = release(*batch)


_js.setFlush(flush)


def keep(error):
    """Holds an exception while it passes through JavaScript."""
    global kept
    kept = error


class LinAlgError(RuntimeError):
    """An error of linear algebra: a matrix is singular, or an iteration does not converge."""


LinAlgError.__module__, LinAlgError.__name__, LinAlgError.__qualname__ = 'torch._C', '_LinAlgError', '_LinAlgError'


def raise_error():
    """Raises why the last bridge function failed."""
    global kept
    kind, _, message = _error().partition('\n')
    if kind == 'PythonRaised' and kept is not None:
        error, kept = kept, None
        raise error
    if kind == 'NotImplementedError' and message.endswith(' is not in Backstep yet'):
        from ._missing import not_yet
        raise not_yet(message.removesuffix(' is not in Backstep yet'), NotImplementedError)
    raise (LinAlgError if kind == 'LinAlgError' else getattr(builtins, kind, RuntimeError))(message)


def fail(answer, same):
    """What a wrapper does with a negative answer: the first argument itself, or an exception."""
    if answer == SAME:
        return same
    raise_error()


def user_place():
    """`train.py:12`: the line of the user's script that is running."""
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(('/lib/', '<frozen')) and frame.f_globals.get('__name__', '').partition('.')[0] not in (
            'torch', '_backstep', 'importlib'):
            return f'{path.rpartition("/")[2]}:{frame.f_lineno}'
        frame = frame.f_back
    return None
