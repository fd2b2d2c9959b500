"""Python before a script, in two steps: what is the same for every run (a memory snapshot holds it), and what a run has of its own."""
import _imp
import gc
import importlib.util
import os
import sys
from importlib.machinery import FileFinder

# What scripts import besides torch; to find and run these files takes longer than most scripts do.
_USUAL = '''abc argparse array ast base64 bisect calendar collections.abc contextlib copy csv ctypes dataclasses datetime decimal difflib
enum fractions functools glob gzip hashlib heapq html inspect io itertools json logging math numbers operator os.path pathlib pickle
platform pprint queue random re shutil signal statistics string struct tarfile tempfile textwrap threading time timeit traceback types
typing unicodedata urllib.parse urllib.request uuid warnings weakref zipfile zlib'''.split()
_OURS = '''numpy numpy.linalg numpy.random torch torch.distributions torch.nn.functional torch.utils.data _backstep.errnos _backstep.evaluate _backstep.runner _backstep.seeds
_backstep.tracer _backstep.wall'''.split()

_path = []


def prepare():
    """Imports what scripts import. Nothing here may ask for the time, the machine's random numbers or anything else of one run."""
    sys.dont_write_bytecode = True
    for name in _USUAL + _OURS:
        importlib.import_module(name)
    from . import errnos
    errnos.install()
    _path[:] = sys.path
    gc.collect()
    # What is there now stays there: a collection need not look at it.
    gc.freeze()


def begin():
    """Connects to this session's engine, and makes anew what prepare() could not know."""
    import logging
    import random
    import time

    from torch import _bridge
    from torch.autograd import _hooks

    from . import errnos, wall
    sys.path[:] = _path
    for finder in sys.path_importer_cache.values():
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()
    _bridge.connect()
    _hooks.connect()
    _set_zone(time)
    random.seed()
    logging._startTime = time.time_ns()
    errnos.listen()
    wall.close()


def _set_zone(time):
    """The machine's time zone: a second `time` has it right."""
    fresh = importlib.util.module_from_spec(time.__spec__)
    time.__spec__.loader.exec_module(fresh)
    for name in ('timezone', 'altzone', 'daylight', 'tzname'):
        setattr(time, name, getattr(fresh, name))


def _is_ahead(name):
    """Does any Python have this module before it looks into a script's folder?"""
    return name in sys.builtin_module_names or _imp.is_frozen(name) or name in ('encodings', 'importlib')


def make_room(folder):
    """Forgets modules of the standard library for which a script's folder has its own."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        name = name.removesuffix('.py')
        if name in sys.modules and name in sys.stdlib_module_names and not _is_ahead(name):
            for loaded in [n for n in sys.modules if n == name or n.startswith(name + '.')]:
                del sys.modules[loaded]
