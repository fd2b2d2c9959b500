"""Keeps the engine's wrappers out of tracebacks: in PyTorch they are C++, which Python does not show."""
import traceback

_INNER = ('/lib/backstep/torch/_', '/lib/backstep/torch/<op ')


def _outer(walk):
    def without(tb):
        for entry in walk(tb):
            if not entry[0].f_code.co_filename.startswith(_INNER):
                yield entry
    return without


def install():
    """Applies to every traceback that is printed or formatted, the uncaught one's included."""
    for name in ('walk_tb', '_walk_tb_with_full_positions'):
        walk = getattr(traceback, name, None)
        if walk is not None:
            setattr(traceback, name, _outer(walk))


install()
