"""What Python would take from the machine and a script does not get: JavaScript, other programs, the network. An OSError says so."""
import errno
import os
import posix
import socket
import sys

from _pyodide._importhook import jsfinder

# What a shell reports for a program that abort() ended.
_ABORTED = 134


def close():
    """Closes the ways out. Called once, before anything of the user's runs."""
    _hide_javascript()
    # Emscripten's system() really runs a shell of the machine.
    os.system = posix.system = _no_programs
    # It would end the thread, and with it all that was recorded.
    os.abort = posix.abort = lambda: os._exit(_ABORTED)
    for name in ('getaddrinfo', 'gethostbyname', 'gethostbyname_ex', 'gethostbyaddr'):
        setattr(socket, name, _no_network)
    socket.socket.__init__ = _no_network


def _hide_javascript():
    """`js` and `pyodide_js`, which would mount folders and reach Node, cannot be imported any more."""
    for name in [n for n in sys.modules if n.partition('.')[0] in ('pyodide_js', 'js')]:
        del sys.modules[name]
    for name in ('pyodide_js', 'js'):
        jsfinder.jsproxies.pop(name, None)
        sys.modules[name] = None


def _no_programs(*args, **kwargs):
    raise OSError(errno.ENOTSUP, 'a script in Backstep cannot start other programs')


def _no_network(*args, **kwargs):
    raise OSError(errno.ENETUNREACH, 'a script in Backstep has no network: put the files that it needs into its folder')
