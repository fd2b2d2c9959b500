"""torch.cuda.streams without CUDA: there are none to make."""


class _Dummy:
    """A class that only PyTorch with CUDA has."""

    def __new__(cls, *args, **kwargs):
        raise RuntimeError(f'Tried to instantiate dummy base class {cls.__name__}')


class Stream:
    def __new__(cls, device=None, priority=0, **kwargs):
        raise RuntimeError('torch.cuda.Stream requires CUDA support')


class ExternalStream(Stream):
    def __new__(cls, stream_ptr, device=None, **kwargs):
        raise RuntimeError('PyTorch was compiled without CUDA support')


class Event(_Dummy):
    pass
