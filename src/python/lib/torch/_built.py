"""torch.has_mps and its like: what PyTorch was built with, by its older names."""
import warnings

# The name that replaces it, where PyTorch warns of it; its value.
_ATTRIBUTES = {
    'has_mps': ('torch.backends.mps.is_built()', False), 'has_cuda': ('torch.backends.cuda.is_built()', False),
    'has_cudnn': ('torch.backends.cudnn.is_available()', False), 'has_mkldnn': ('torch.backends.mkldnn.is_available()', True),
    'has_lapack': (None, True), 'has_mkl': (None, True), 'has_openmp': (None, True), 'has_spectral': (None, True),
}
NAMES = tuple(_ATTRIBUTES)


def __getattr__(name):
    if name not in _ATTRIBUTES:
        raise AttributeError(name)
    instead, value = _ATTRIBUTES[name]
    if instead:
        warnings.warn(f"'{name}' is deprecated, please use '{instead}'", stacklevel=3)
    return value
