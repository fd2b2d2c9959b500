"""Between tensors and numpy arrays: both show the same memory."""
from ._dtype import dtypes


def to_numpy(t):
    """An array over a tensor's memory."""
    from numpy._core import of_tensor
    if t.dtype is dtypes['bfloat16']:
        raise TypeError('Got unsupported ScalarType BFloat16')
    return of_tensor(t)


def from_array(array, copy=False):
    """A tensor over an array's memory, or with a copy of it."""
    from numpy._core import asarray

    from ._tensor import wrap
    from ._bridge import function
    array = asarray(array)
    if array.dtype._i < 0:
        raise TypeError(f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. The only supported types are: float64, "
                        'float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.')
    if copy:
        return array.copy()._t
    if any(s < 0 for s in array.strides):
        raise ValueError('At least one stride in the given numpy array is negative, and tensors with negative strides are not currently '
                         'supported. (You can probably work around this by making a copy of your array  with array.copy().) ')
    return wrap(function('data')(array._t._h))
