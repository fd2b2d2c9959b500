"""What modules and optimizers tell the recorder (src/recorder/sink.ts), through the bridge (src/python/bridge/trace.ts).

Callers look at `recording` first, so that an unrecorded run pays for one attribute. `connect()` sets it: the runner calls it once the
bridge has its recorder, before the user's script runs.
"""
import itertools
import json

from . import _bridge

_sink = _bridge._js
_ids = itertools.count(1)
_optimizer_ids = itertools.count(1)
recording = False


def connect(on=None):
    """Starts or stops telling; without an argument, as the bridge has a recorder or not."""
    global recording
    recording = bool(_sink.recording()) if on is None else bool(on)


def new_id():
    """A number for a module."""
    return next(_ids)


def new_optimizer_id():
    """A number for an optimizer."""
    return next(_optimizer_ids)


def module(id, parent, name, type, extra):
    if recording:
        _sink.module(id, -1 if parent is None else parent, name, type, extra)


def parameter(module, name, tensor):
    if recording:
        _sink.parameter(module, name, tensor._h)


def buffer(module, name, tensor):
    if recording:
        _sink.buffer(module, name, tensor._h)


# Each layer calls these, and looks at `recording` itself.
enter_module = _sink.enterModule
exit_module = _sink.exitModule
# To look a function up costs as much as to call it.
_begin_again = _sink.beginStepAgain
_end = _sink.endStep


def begin_step(optimizer, description, hyper):
    """`hyper`: the groups' hyperparameters, a list of dicts."""
    if recording:
        _sink.beginStep(optimizer, description, json.dumps(hyper, default=_plain))


def begin_step_again(optimizer):
    """The same with the description and the hyperparameters of the step before."""
    if recording:
        _begin_again(optimizer)


def end_step():
    if recording:
        _end()


def state(optimizer, parameter, name, value):
    """`value`: a tensor, or a number."""
    if recording:
        handle = getattr(value, '_h', None)
        if handle is None:
            _sink.stateNumber(optimizer, parameter._h, name, value)
        else:
            _sink.stateTensor(optimizer, parameter._h, name, handle)


def _plain(v):
    item = getattr(v, 'item', None)
    return item() if item is not None else str(v)


connect()
