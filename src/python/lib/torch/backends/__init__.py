"""torch.backends: switches of backends that are not here."""


class _Flags:
    def __init__(self, **values):
        self.__dict__.update(values)

    def is_available(self):
        return False

    is_built = is_available

    def flags(self, *args, **kwargs):
        from contextlib import nullcontext
        return nullcontext()


class _FastPath(_Flags):
    """torch.backends.mha: may attention take its path for inference?"""

    _enabled = True

    def get_fastpath_enabled(self):
        return self._enabled

    def set_fastpath_enabled(self, value):
        self._enabled = value


mha = _FastPath()
cudnn = _Flags(enabled=True, benchmark=False, deterministic=False, allow_tf32=True, version=lambda: None)
mps = _Flags()
cuda = _Flags(matmul=_Flags(allow_tf32=False))
mkldnn = _Flags(enabled=False)
mkl = _Flags()
openmp = _Flags()
