"""torch.autograd.detect_anomaly: a backward pass that fails, or makes a NaN, names the forward call."""
import warnings

from .. import _bridge

__all__ = ['detect_anomaly', 'set_detect_anomaly']
_state = (False, True)


def _set(mode, check_nan):
    global _state
    _state = mode, check_nan
    _bridge._js.setAnomaly(mode, check_nan)


def is_anomaly_enabled():
    return _state[0]


def is_anomaly_check_nan_enabled():
    return _state[1]


def set_anomaly_enabled(mode, check_nan=True):
    _set(bool(mode), bool(check_nan))


class detect_anomaly:
    """Within it, gradient functions remember where they were made."""

    def __init__(self, check_nan=True):
        self.prev = _state
        self.check_nan = check_nan
        warnings.warn('Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.',
                      stacklevel=2)

    def __enter__(self):
        _set(True, bool(self.check_nan))

    def __exit__(self, *exc):
        _set(*self.prev)


class set_detect_anomaly:
    """The same at once, on or off; also a context manager."""

    def __init__(self, mode, check_nan=True):
        self.prev = _state
        _set(bool(mode), bool(check_nan))

    def __enter__(self):
        pass

    def __exit__(self, *exc):
        _set(*self.prev)


for _class in (detect_anomaly, set_detect_anomaly):
    _class.__module__ = 'torch.autograd.anomaly_mode'
