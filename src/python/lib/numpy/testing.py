"""numpy.testing: assertions."""
from ._core import asarray
from ._math import allclose, array_equal


def _fail(words, actual, desired, err_msg):
    raise AssertionError(f'\n{words}\n{err_msg}\n ACTUAL: {actual!r}\n DESIRED: {desired!r}')


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg='', verbose=True, *, strict=False):
    if not allclose(actual, desired, rtol, atol, equal_nan):
        _fail(f'Not equal to tolerance rtol={rtol:g}, atol={atol:g}', actual, desired, err_msg)


def assert_array_equal(actual, desired, err_msg='', verbose=True, *, strict=False):
    if not array_equal(actual, desired, True) and not (asarray(actual) == asarray(desired)).all():
        _fail('Arrays are not equal', actual, desired, err_msg)


def assert_equal(actual, desired, err_msg='', verbose=True, *, strict=False):
    if isinstance(desired, (list, tuple)) and isinstance(actual, (list, tuple)):
        assert len(actual) == len(desired), err_msg
        for a, d in zip(actual, desired):
            assert_equal(a, d, err_msg)
        return
    assert_array_equal(actual, desired, err_msg)


def assert_array_almost_equal(actual, desired, decimal=6, err_msg='', verbose=True):
    if not allclose(actual, desired, 0, 1.5 * 10.0 ** -decimal, True):
        _fail(f'Arrays are not almost equal to {decimal} decimals', actual, desired, err_msg)


def assert_almost_equal(actual, desired, decimal=7, err_msg='', verbose=True):
    assert_array_almost_equal(actual, desired, decimal, err_msg)


def assert_array_less(x, y, err_msg='', verbose=True, *, strict=False):
    if not (asarray(x) < asarray(y)).all():
        _fail('Arrays are not strictly ordered `x < y`', x, y, err_msg)


def assert_raises(exception_class, callable=None, *args, **kwargs):
    if callable is not None:
        try:
            callable(*args, **kwargs)
        except exception_class:
            return None
        raise AssertionError(f'{exception_class.__name__} not raised')
    import unittest
    return unittest.TestCase().assertRaises(exception_class)


from . import _missing  # noqa: E402
__getattr__ = _missing.module_getattr('numpy.testing')
