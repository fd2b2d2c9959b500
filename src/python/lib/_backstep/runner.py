"""Runs a script as Python does: as __main__, with its arguments, its folder first on the path, and Python's own traceback at the end."""
import atexit
import os
import signal
import sys
import traceback
import types

import _backstep_host as _host

from . import loop, notes, sources, start, streams


def run(path, args, folder, debug, seed=None):
    """Runs a script to its end; `seed`: of all its random numbers. Returns the exit code."""
    streams.install()
    loop.install()
    sys.argv = [path, *args]
    sys.path.insert(0, os.path.dirname(path))
    os.chdir(folder)
    start.make_room(os.path.dirname(path))
    signal.signal(signal.SIGINT, _interrupted)
    os._exit = _exit_now
    main = types.ModuleType('__main__')
    main.__file__ = path
    main.__builtins__ = __builtins__
    main.__dict__['__annotations__'] = {}
    sys.modules['__main__'] = main
    code = 0
    try:
        programs = _compiled(path)
    except (SyntaxError, ValueError) as error:
        _print(error, None)
        _tell(error, None, debug)
        return 1
    if seed is not None:
        from . import seeds
        seeds.install(seed)
    if debug:
        from . import tracer
        tracer.start(folder, programs)
    try:
        for program in programs:
            exec(program, main.__dict__)
    except SystemExit as error:
        code = _exit_code(error)
    except BaseException as error:
        # The first entry is this function's own line.
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        _print(error, trace)
        _tell(error, trace, debug)
        code = 1 if not isinstance(error, KeyboardInterrupt) else 130
    finally:
        atexit._run_exitfuncs()
        streams.flush()
        if debug:
            tracer.stop()
    return code


def _compiled(path):
    """The code to run: one, or a notebook's, one a cell."""
    if not path.endswith('.ipynb'):
        return [compile(sources.read(path), path, 'exec')]
    from . import notebook
    return notebook.program(path, sources.cells_of(path))


def _exit_now(status):
    _host.exit(int(status) & 0xFF)


def _interrupted(number, frame):
    """A pause that met no line: serves the debugger here. Only a real interrupt stops the script."""
    if _host.interrupted():
        raise KeyboardInterrupt


def _exit_code(error):
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def _print(error, trace):
    streams.flush()
    error.__traceback__ = trace
    notes.add(error)
    try:
        sys.excepthook(type(error), error, trace)
    except Exception:
        traceback.print_exception(type(error), error, trace)
    streams.flush()


def _tell(error, trace, debug):
    """Tells the debugger of an exception that nobody caught, at the innermost line of the user's own."""
    text = ''.join(traceback.format_exception(type(error), error, trace))
    if debug and isinstance(error, SyntaxError) and trace is None:
        # Nothing ran: one line is recorded, so that the debugger has a place to stop at.
        line = error.lineno or 1
        _host.enter_frame(0, -1, '<module>', error.filename, 1)
        _host.line(0, _host.file(error.filename), line, None)
        _host.uncaught(type(error).__name__, error.msg, text, error.filename, line, 0)
        return
    if not debug or trace is None:
        _host.uncaught(type(error).__name__, notes.message_of(error), text, '', 0, -1)
        return
    from . import tracer
    place = None
    while trace is not None:
        id = tracer.id_of(trace.tb_frame)
        if id is not None:
            place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno, id)
        trace = trace.tb_next
    _host.uncaught(type(error).__name__, notes.message_of(error), text, *(place or ('', 0, -1)))
