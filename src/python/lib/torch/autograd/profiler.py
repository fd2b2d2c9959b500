"""torch.autograd.profiler: accepted, and measures nothing; Backstep's own views show where the time goes."""
import contextlib

__all__ = ['profile', 'record_function', 'emit_itt', 'emit_nvtx']


class profile(contextlib.AbstractContextManager):
    """Accepted; its tables are empty."""

    def __init__(self, enabled=True, **kwargs):
        self.enabled = enabled

    def __exit__(self, *exc):
        return False

    def key_averages(self, *args, **kwargs):
        return _Events()

    def total_average(self):
        return None

    def export_chrome_trace(self, path):
        """Writes a trace without events."""
        with open(path, 'w') as file:
            file.write('{"traceEvents": []}')

    def __getattr__(self, name):
        from .._missing import not_yet
        raise not_yet(f'torch.autograd.profiler.profile.{name}', AttributeError)


class _Events(list):
    """No op is measured."""

    def table(self, *args, **kwargs):
        return 'Backstep does not measure ops for a profiler: its timeline and graph show where the time goes.\n'

    __str__ = table


class record_function(contextlib.ContextDecorator):
    """A name for a stretch of code."""

    def __init__(self, name, args=None):
        self.name = name
        self.args = args

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


class emit_itt(contextlib.AbstractContextManager):
    """Accepted."""

    def __init__(self, enabled=True, record_shapes=False):
        self.enabled = enabled

    def __exit__(self, *exc):
        return False


class emit_nvtx(emit_itt):
    """Accepted."""
