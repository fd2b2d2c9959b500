"""torch.jit: Backstep runs Python itself, so that every line can be stepped into. What would be compiled is given back as it is."""
import contextlib


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """The function or module itself: nothing is compiled here, and it does the same."""
    return obj


def trace(func, example_inputs=None, *args, **kwargs):
    """The function or module itself: it runs as written, whatever its inputs, where a trace would repeat one run."""
    return func


def ignore(drop=False, **kwargs):
    return drop if callable(drop) else lambda fn: fn


def _same(fn):
    return fn


export = unused = interface = script_method = _same
ScriptModule = None
is_scripting = is_tracing = lambda: False


def annotate(the_type, the_value):
    return the_value


def isinstance(obj, target_type):  # noqa: A001
    import builtins
    return builtins.isinstance(obj, target_type)


def optimized_execution(should_optimize):
    return contextlib.nullcontext()


def fuser(name):
    return contextlib.nullcontext()


def _refused(name):
    def f(*args, **kwargs):
        from .._missing import not_yet
        raise not_yet(f'torch.jit.{name}', NotImplementedError)
    f.__name__ = name
    return f


save, load, freeze, optimize_for_inference = map(_refused, ('save', 'load', 'freeze', 'optimize_for_inference'))
del ScriptModule

from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.jit', globals())
