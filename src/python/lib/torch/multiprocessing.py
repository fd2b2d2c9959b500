"""torch.multiprocessing: a script is one process here; settings are taken, starting others is not."""


def set_start_method(method, force=False):
    pass


def set_sharing_strategy(new_strategy):
    pass


def get_sharing_strategy():
    return 'file_descriptor'


def get_all_sharing_strategies():
    return {'file_system', 'file_descriptor'}


def cpu_count():
    return 1


from ._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.multiprocessing', globals())
