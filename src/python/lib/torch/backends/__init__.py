"""torch.backends: switches of PyTorch's backends, with the values of its build for Linux without CUDA. Those of attention do something here."""
import contextlib as _contextlib
import sys as _sys
import types as _types


class _Backend(_types.ModuleType):
    """torch.backends.NAME, a module that can be imported by its own name."""

    def __init__(self, name, **values):
        super().__init__(f'{__name__}.{name}')
        self.__dict__.update(values)
        _sys.modules[self.__name__] = self
        globals()[name] = self


class _Group:
    """A group of switches inside a backend; other names than its own are refused."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def __getattr__(self, name):
        raise AttributeError('Unknown attribute ' + name)

    def __setattr__(self, name, value):
        getattr(self, name)
        self.__dict__[name] = value


def _flags(backend, *names):
    """The backend's `flags`: a context manager that sets switches, and puts them back."""
    @_contextlib.contextmanager
    def flags(*args, **kwargs):
        given = {**dict(zip(names, args)), **kwargs}
        for name in given:
            if name not in names:
                raise TypeError(f"flags() got an unexpected keyword argument '{name}'")
        before = {name: getattr(backend, name) for name in given}
        backend.__dict__.update(given)
        try:
            yield
        finally:
            backend.__dict__.update(before)

    backend.flags = flags


def _no():
    return False


def _yes():
    return True


def _nothing():
    return None


def _precision():
    return _Group(fp32_precision='none')


fp32_precision = 'none'
_Backend('cudnn', enabled=True, benchmark=False, benchmark_limit=None, deterministic=False, allow_tf32=True, fp32_precision='none',
         conv=_precision(), rnn=_precision(), is_available=_no, version=_nothing, is_acceptable=lambda tensor: False,
         CUDNN_TENSOR_DTYPES=set())
_flags(cudnn, 'enabled', 'benchmark', 'benchmark_limit', 'deterministic', 'allow_tf32', 'fp32_precision')  # noqa: F821
_Backend('mkldnn', enabled=True, deterministic=False, allow_tf32=None, fp32_precision='none', VERBOSE_OFF=0, VERBOSE_ON=1,
         VERBOSE_ON_CREATION=2, matmul=_precision(), conv=_precision(), rnn=_precision(), is_available=_yes, is_acl_available=_no)
_flags(mkldnn, 'enabled', 'deterministic', 'allow_tf32', 'fp32_precision')  # noqa: F821
_Backend('mkl', is_available=_yes, VERBOSE_OFF=0, VERBOSE_ON=1)
_Backend('mps', is_available=_no, is_built=_no)
_Backend('openmp', is_available=_yes)
_Backend('nnpack', is_available=_yes)
_Backend('kleidiai', is_available=_no)
_Backend('cusparselt', is_available=_no, version=_nothing, get_max_alg_id=_nothing)
_Backend('miopen', immediate=False)
_flags(miopen, 'immediate')  # noqa: F821
# PyTorch without the opt_einsum package goes from left to right, as einsum does here.
_Backend('opt_einsum', enabled=False, strategy=None, is_available=_no, get_opt_einsum=_nothing)
_flags(opt_einsum, 'enabled', 'strategy')  # noqa: F821
_Backend('quantized', engine='x86', supported_engines=['qnnpack', 'onednn', 'x86', 'fbgemm'])


def _mha():
    """torch.backends.mha: may attention take its path for inference?"""
    enabled = True

    def get_fastpath_enabled():
        return enabled

    def set_fastpath_enabled(value):
        nonlocal enabled
        enabled = value

    _Backend('mha', get_fastpath_enabled=get_fastpath_enabled, set_fastpath_enabled=set_fastpath_enabled)


def _switch(name):
    """(enable_…_sdp, …_sdp_enabled) of torch.backends.cuda: its switches of attention hold on a CPU too."""
    def enable(enabled):
        from ..nn import attention
        attention._switch(attention.SDPBackend[name], enabled)

    def enabled():
        from ..nn import attention
        return attention.SDPBackend[name] in attention._used

    return enable, enabled


def _cuda():
    values = {}
    for name, way in (('flash', 'FLASH_ATTENTION'), ('math', 'MATH'), ('mem_efficient', 'EFFICIENT_ATTENTION'), ('cudnn', 'CUDNN_ATTENTION')):
        values[f'enable_{name}_sdp'], values[f'{name}_sdp_enabled'] = _switch(way)
    _Backend('cuda', **values, is_built=_no, is_flash_attention_available=_no, is_ck_sdpa_available=_no,
             fp16_bf16_reduction_math_sdp_allowed=_no,
             matmul=_Group(allow_tf32=False, allow_fp16_reduced_precision_reduction=True, allow_bf16_reduced_precision_reduction=True,
                           allow_fp16_accumulation=False, fp32_precision='none'))


_mha()
_cuda()


def flags_frozen():
    return False


from .._missing import module_getattr as _module_getattr  # noqa: E402
__getattr__ = _module_getattr('torch.backends', globals())
