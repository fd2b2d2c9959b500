"""torch.cuda.nvtx: marks for NVIDIA's profiler, which a PyTorch without CUDA refuses."""
import contextlib as _contextlib


def range_push(msg):
    raise RuntimeError('NVTX functions not installed. Are you sure you have a CUDA build?')


def range_pop():
    range_push('')


mark = range_start = range_end = range_push


@_contextlib.contextmanager
def range(msg, *args, **kwargs):
    range_push(msg.format(*args, **kwargs))
    yield
