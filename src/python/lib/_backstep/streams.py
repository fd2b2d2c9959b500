"""stdout and stderr: text goes to the host a print() at a time."""
import io
import sys
from array import array

import _backstep_host as _host

_output = _host.output
_MOST = 65536
# 1 while a stream holds text back, where the line tracer looks.
waiting = array('i', [0])


class _Bytes(io.RawIOBase):
    """sys.stdout.buffer: bytes become text."""

    def __init__(self, stream):
        self._stream = stream

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self._stream.write(data.decode('utf-8', 'replace'))
        return len(data)


class Stream(io.TextIOBase):
    """Keeps what has no newline yet, so that one print() is one output."""

    encoding = 'utf-8'
    errors = 'replace'

    def __init__(self, name):
        self._name = name
        self.pending = ''
        self.buffer = _Bytes(self)

    @property
    def name(self):
        return f'<{self._name}>'

    def writable(self):
        return True

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f'write() argument must be str, not {type(text).__name__}')
        # A print() ends with a newline, however many lines it has: what has none yet waits for it.
        self.pending += text
        if self.pending.endswith('\n') or len(self.pending) > _MOST:
            self.flush()
        else:
            waiting[0] = 1
        return len(text)

    def flush(self):
        if self.pending:
            text, self.pending = self.pending, ''
            _output(self._name, text)


class Input(io.TextIOBase):
    """What is typed: a line at a time, when the script asks for it."""

    encoding = 'utf-8'
    name = '<stdin>'

    def __init__(self):
        self._rest = ''
        self._ended = False

    def readable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        raise io.UnsupportedOperation('fileno')

    def readline(self, size=-1):
        if not self._rest and not self._ended:
            flush()
            line = _host.read_line()
            self._ended = line is None
            self._rest = '' if line is None else line + '\n'
        if size is None or size < 0 or size >= len(self._rest):
            line, self._rest = self._rest, ''
        else:
            line, self._rest = self._rest[:size], self._rest[size:]
        return line

    def read(self, size=-1):
        text = ''
        while size is None or size < 0 or len(text) < size:
            line = self.readline(-1 if size is None or size < 0 else size - len(text))
            if not line:
                break
            text += line
        return text


out = Stream('stdout')
err = Stream('stderr')


def install():
    """Makes them the interpreter's."""
    sys.stdout = sys.__stdout__ = out
    sys.stderr = sys.__stderr__ = err
    sys.stdin = sys.__stdin__ = Input()


def flush():
    """Hands over what waits for its newline, if the script still uses our streams."""
    waiting[0] = 0
    if out.pending:
        out.flush()
    if err.pending:
        err.flush()


def aside():
    """What the script printed without a newline yet: kept apart while an expression of the debugger prints."""
    kept = out.pending, err.pending
    out.pending = err.pending = ''
    return kept


def back(kept):
    """Hands over what the expression printed; the script's is as it was."""
    flush()
    out.pending, err.pending = kept
    waiting[0] = 1
