"""The engine's functions, and how its failures become Python exceptions.

Tensors cross as integer handles. Every function is cached here by name: looking one up on a JavaScript object costs more than calling it.
"""
import builtins
import sys
from array import array
from struct import Struct

import _backstep_bridge as _js

go = _js.go
go_value = _js.goValue
more = _js.more
count = _js.count
_release_at = _js.releaseAt
_error = _js.error

FAILED = -1
SAME = -2

# Handles of tensors that are gone; the engine frees them in batches, small ones where they are big.
free = []
limit = 64
# An exception that a Python hook raised while JavaScript was calling it.
kept = None


def function(name, failed=None):
    """A bridge function that raises where JavaScript answered None: PyTorch's exception, or what `failed` raises."""
    f = getattr(_js, name)
    failed = failed or raise_error

    def checked(*args):
        answer = f(*args)
        if answer is None:
            failed()
        return answer

    checked.__name__ = name
    return checked


# A call crosses as doubles in `mail` (src/python/bridge/mail.ts); `packs[n](mail, 0, head(index, n), ...)` writes n + 1 of them.
mail = array('d', bytes(8 * 32))
NONE = float('nan')
WHOLE = 2**53


class _Packs(dict):
    """By how many numbers follow the first; makes room for the longest."""

    def __missing__(self, n):
        if n >= len(mail):
            mail.extend(bytes(n + 1))
            _js.mailAt(mail.buffer_info()[0])
        pack = self[n] = Struct(f'{n + 1}d').pack_into
        return pack


packs = _Packs()


def head(index, n):
    """The first number of a call of op `index` with `n` more numbers."""
    return n * 65536 + index


def send(index, *flat):
    """Calls an op with as many numbers as there are; what `go` answers."""
    n = len(flat)
    packs[n](mail, 0, n * 65536 + index, *flat)
    return go()


class _Texts(dict):
    """What crosses for a text."""

    def __missing__(self, text):
        nr = self[text] = _js.intern(text, False)
        return nr


texts = _Texts()


def whole(v):
    """(kind, number) of an int: those that a double would round cross as text."""
    return (1, v) if -WHOLE < v < WHOLE else (4, _js.intern(str(v), True))


def flush():
    """Hands the engine the handles that nobody holds any more."""
    global limit
    batch = array('i', free)
    free.clear()
    limit = _release_at(*batch.buffer_info())


def connect():
    """Tells the engine what it needs of Python: when this module is loaded, and again when all of it comes from a memory snapshot."""
    _js.mailAt(mail.buffer_info()[0])
    _js.setFlush(flush)
    for text, nr in texts.items():
        if _js.intern(text, False) != nr:
            raise SystemError(f'the engine has another number for {text!r}')


connect()


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
    raise (LinAlgError if kind == '_LinAlgError' else getattr(builtins, kind, RuntimeError))(message)


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
            'torch', 'numpy', 'safetensors', '_backstep', 'importlib'):
            return f'{path.rpartition("/")[2]}:{frame.f_lineno}'
        frame = frame.f_back
    return None
