"""torch.distributed in a script that runs as one process, without a process group."""
import datetime as _datetime
import os as _os

from ._missing import module_getattr as _module_getattr, not_yet as _not_yet

default_pg_timeout = _datetime.timedelta(seconds=1800)


def is_available():
    return True


def is_initialized():
    return False


def is_gloo_available():
    return True


def is_mpi_available():
    return False


is_nccl_available = is_ucc_available = is_xccl_available = is_mpi_available


def is_torchelastic_launched():
    return _os.getenv('TORCHELASTIC_RUN_ID') is not None


def get_pg_count():
    return 0


def init_process_group(backend=None, init_method=None, *args, **kwargs):
    if init_method in (None, 'env://') and not args and 'store' not in kwargs:
        for name, given in (('RANK', kwargs.get('rank', -1)), ('WORLD_SIZE', kwargs.get('world_size', -1))):
            if given == -1 and name not in _os.environ:
                raise ValueError('Error initializing torch.distributed using env:// rendezvous: '
                                 f'environment variable {name} expected, but not set')
    raise _not_yet('torch.distributed.init_process_group', RuntimeError)


def destroy_process_group(group=None):
    raise AssertionError('Process group cannot be None')


def get_node_local_rank(fallback_rank=None):
    if 'LOCAL_RANK' in _os.environ:
        return int(_os.environ['LOCAL_RANK'])
    if fallback_rank is not None:
        return int(fallback_rank)
    raise RuntimeError(
        'LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow `get_node_local_rank` to work, '
        'assuming you are not running in a multi-device context and want the code to run locally instead.')


def _without_group(name):
    def function(*args, **kwargs):
        raise ValueError('Default process group has not been initialized, please make sure to call init_process_group.')

    function.__name__ = function.__qualname__ = name
    return function


for _name in ('get_rank', 'get_world_size', 'get_backend', 'get_backend_config', 'barrier', 'monitored_barrier', 'new_group', 'all_gather',
              'all_gather_object', 'all_reduce', 'broadcast', 'broadcast_object_list', 'gather', 'gather_object', 'reduce', 'scatter',
              'scatter_object_list', 'send', 'recv', 'isend', 'irecv'):
    globals()[_name] = _without_group(_name)

__getattr__ = _module_getattr('torch.distributed', globals())
