"""torch.profiler: accepted, and measures nothing; Backstep's own views show where the time goes."""
import enum

from .autograd import profiler as _profiler
from .autograd.profiler import record_function  # noqa: F401

__all__ = ['ProfilerAction', 'ProfilerActivity', 'profile', 'record_function', 'schedule', 'supported_activities', 'tensorboard_trace_handler']


class ProfilerActivity(enum.Enum):
    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(enum.Enum):
    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


class profile(_profiler.profile):
    """Accepted; `on_trace_ready` is called at the end of each cycle of `schedule`, as PyTorch does, with nothing measured."""

    def __init__(self, *, activities=None, schedule=None, on_trace_ready=None, **kwargs):
        super().__init__()
        self.activities, self.schedule, self.on_trace_ready = activities, schedule, on_trace_ready
        self.step_num = 0

    def start(self):
        self.step_num = 0

    def stop(self):
        action = self.schedule(self.step_num) if self.schedule else ProfilerAction.RECORD_AND_SAVE
        if action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE) and self.on_trace_ready:
            self.on_trace_ready(self)

    def step(self):
        done = self.schedule and self.schedule(self.step_num) == ProfilerAction.RECORD_AND_SAVE
        self.step_num += 1
        if done and self.on_trace_ready:
            self.on_trace_ready(self)

    def add_metadata(self, key, value):
        pass

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()
        return False


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, **kwargs):
    """The action of each step: `skip_first` steps of none, then cycles of wait, warm-up and recording."""
    def action(step):
        step -= skip_first
        cycle = wait + warmup + active
        if step < 0 or repeat > 0 and step // cycle >= repeat:
            return ProfilerAction.NONE
        at = step % cycle
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < cycle - 1 else ProfilerAction.RECORD_AND_SAVE
    return action


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """Writes nothing: there is no trace."""
    return lambda prof: None


def supported_activities():
    return {ProfilerActivity.CPU}
