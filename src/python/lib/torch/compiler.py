"""torch.compiler: nothing is compiled here."""


def is_compiling():
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn=None, recursive=True, *, reason=None):
    return fn if fn is not None else lambda f: f


def reset():
    pass


def cudagraph_mark_step_begin():
    pass


def allow_in_graph(fn):
    return fn


def compile(*args, **kwargs):
    from . import compile
    return compile(*args, **kwargs)


from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.compiler', globals())
