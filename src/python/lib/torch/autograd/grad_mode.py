"""no_grad, enable_grad, set_grad_enabled, inference_mode: context managers and decorators."""
import functools
import inspect

from .. import _bridge

_enabled = _bridge._js.gradEnabled
_set = _bridge._js.setGradEnabled
_inference = _bridge._js.inferenceMode
_set_inference = _bridge._js.setInferenceMode


def is_grad_enabled():
    return _enabled()


def is_inference_mode_enabled():
    return _inference()


class _Decorator:
    """A context manager that can wrap functions; a generator runs each of its steps inside."""

    def __call__(self, f):
        if inspect.isclass(f):
            f.__init__ = self(f.__init__)
            return f
        if inspect.isgeneratorfunction(f):
            @functools.wraps(f)
            def steps(*args, **kwargs):
                with self.clone():
                    g = f(*args, **kwargs)
                answer = None
                while True:
                    try:
                        with self.clone():
                            item = g.send(answer)
                    except StopIteration as end:
                        return end.value
                    answer = yield item
            return steps

        @functools.wraps(f)
        def wrapped(*args, **kwargs):
            with self.clone():
                return f(*args, **kwargs)
        return wrapped

    def clone(self):
        return self.__class__()


class no_grad(_Decorator):
    """Nothing inside is recorded for gradients."""

    def __new__(cls, f=None):
        made = object.__new__(cls)
        return made if f is None else made(f)

    def __enter__(self):
        self._before = _enabled()
        _set(False)

    def __exit__(self, *exc):
        _set(self._before)


class enable_grad(no_grad):
    """Gradients on, inside a no_grad."""

    def __enter__(self):
        self._before = _enabled()
        _set(True)


class set_grad_enabled(_Decorator):
    """Gradients on or off, at once, and as a context manager."""

    def __init__(self, mode):
        self._before = _enabled()
        self.mode = mode
        _set(bool(mode))

    def __call__(self, f):
        _set(self._before)
        return super().__call__(f)

    def __enter__(self):
        _set(bool(self.mode))

    def __exit__(self, *exc):
        _set(self._before)

    def __repr__(self):
        return f'torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})'

    def clone(self):
        before = _enabled()
        made = self.__class__(self.mode)
        made._before = before
        return made


class inference_mode(_Decorator):
    """no_grad, and tensors that autograd will never take part in."""

    def __new__(cls, mode=True):
        made = object.__new__(cls)
        if callable(mode) and not isinstance(mode, bool):
            made.mode = True
            return made(mode)
        return made

    def __init__(self, mode=True):
        self.mode = mode

    def __enter__(self):
        self._before = (_enabled(), _inference())
        if self.mode:
            _set(False)
        _set_inference(bool(self.mode))

    def __exit__(self, *exc):
        _set(self._before[0])
        _set_inference(self._before[1])

    def clone(self):
        return self.__class__(self.mode)


class set_multithreading_enabled(_Decorator):
    """Accepted: the backward pass has one thread."""

    def __init__(self, mode):
        self.mode = mode

    def __enter__(self):
        pass

    def __exit__(self, *exc):
        pass

    def clone(self):
        return self.__class__(self.mode)


def is_multithreading_enabled():
    return True


def is_view_replay_enabled():
    return False


class _force_original_view_tracking(set_multithreading_enabled):
    """Accepted."""


for c in (no_grad, enable_grad, set_grad_enabled, inference_mode, set_multithreading_enabled):
    c.__module__ = 'torch.autograd.grad_mode'
