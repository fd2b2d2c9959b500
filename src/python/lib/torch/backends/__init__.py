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


class _Cuda(_Flags):
    """torch.backends.cuda: its switches of attention hold on a CPU too."""

    def _switch(name):
        def enable(self, enabled):
            from ..nn import attention
            attention._switch(attention.SDPBackend[name], enabled)

        def enabled(self):
            from ..nn import attention
            return attention.SDPBackend[name] in attention._used

        return enable, enabled

    enable_flash_sdp, flash_sdp_enabled = _switch('FLASH_ATTENTION')
    enable_math_sdp, math_sdp_enabled = _switch('MATH')
    enable_mem_efficient_sdp, mem_efficient_sdp_enabled = _switch('EFFICIENT_ATTENTION')
    enable_cudnn_sdp, cudnn_sdp_enabled = _switch('CUDNN_ATTENTION')


cuda = _Cuda(matmul=_Flags(allow_tf32=False))
mkldnn = _Flags(enabled=False)
mkl = _Flags()
openmp = _Flags()
