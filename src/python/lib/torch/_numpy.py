"""Between tensors and numpy arrays."""
from ._dtype import dtypes


def _numpy():
    try:
        import numpy
    except ImportError:
        from ._missing import not_yet
        raise not_yet('numpy (Tensor.numpy(), torch.from_numpy)', RuntimeError) from None
    return numpy


def to_numpy(t):
    """An array with a copy of a tensor's elements."""
    from ._tensor import contents
    numpy = _numpy()
    if t.dtype is dtypes['bfloat16']:
        raise TypeError('Got unsupported ScalarType BFloat16')
    return numpy.frombuffer(bytearray(contents(t)), dtype=t.dtype.name).reshape(tuple(t.shape))


def from_array(array, copy=False):
    """A tensor with a copy of an array's elements."""
    from ._construct import from_raw
    numpy = _numpy()
    array = numpy.asarray(array)
    dtype = dtypes.get(array.dtype.name)
    if dtype is None:
        raise TypeError(f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. The only supported types are: float64, "
                        'float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.')
    from ._dtype import index_of
    index_of(dtype)
    return from_raw(dtype, numpy.ascontiguousarray(array).tobytes(), array.shape)
