"""torch.nn.parallel, as a machine without GPUs and without other processes meets it."""
import warnings

from ..modules.module import Module

__all__ = ['replicate', 'scatter', 'parallel_apply', 'gather', 'data_parallel', 'DataParallel', 'DistributedDataParallel']


class DataParallel(Module):
    """Without GPUs it only calls its module."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module = module
        self.device_ids = []

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(Module):
    """Needs a process group, which a debugged script has not."""

    def __init__(self, module, *args, **kwargs):
        super().__init__()
        raise ValueError('Default process group has not been initialized, please make sure to call init_process_group.')


class DistributedDataParallelCPU(DistributedDataParallel):
    """The old name of DistributedDataParallel."""

    def __init__(self, module, *args, **kwargs):
        warnings.warn('`torch.nn.parallel.DistributedDataParallelCPU` is deprecated, please use '
                      '`torch.nn.parallel.DistributedDataParallel` instead.', FutureWarning, stacklevel=2)
        super().__init__(module, *args, **kwargs)


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """Needs GPUs."""
    raise RuntimeError('device type could not be determined')


def _for_gpus(name):
    def f(*args, **kwargs):
        from ..._missing import not_yet
        raise not_yet(f'torch.nn.parallel.{name}', NotImplementedError)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = 'For GPUs.'
    return f


replicate, scatter, parallel_apply, gather = map(_for_gpus, ('replicate', 'scatter', 'parallel_apply', 'gather'))
DataParallel.__module__ = 'torch.nn.parallel.data_parallel'
DistributedDataParallel.__module__ = 'torch.nn.parallel.distributed'
