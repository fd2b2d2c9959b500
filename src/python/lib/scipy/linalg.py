"""scipy.linalg: numpy's factorizations under scipy's names, and the exponential of a matrix."""
import numpy as _np
import torch as _torch
from numpy.linalg import LinAlgError, det, eigvals, eigvalsh, inv, lstsq, matrix_rank, norm, pinv, qr  # noqa: F401

from . import _absent


def _matrix(a):
    return _torch.from_numpy(_np.array(a, dtype=_np.float64))


def solve(a, b, **how):
    return _np.linalg.solve(_np.asarray(a), _np.asarray(b))


def cholesky(a, lower=False, **how):
    """The upper factor, unless `lower`."""
    found = _np.linalg.cholesky(_np.asarray(a))
    return found if lower else found.T


def eig(a, **how):
    values, vectors = _np.linalg.eig(_np.asarray(a))
    return values.astype(complex), vectors


def eigh(a, **how):
    return tuple(_np.linalg.eigh(_np.asarray(a)))


def svd(a, full_matrices=True, compute_uv=True, **how):
    found = _np.linalg.svd(_np.asarray(a), full_matrices, compute_uv)
    return tuple(found) if compute_uv else found


def expm(A):
    """e to the matrix."""
    return _torch.linalg.matrix_exp(_matrix(A)).numpy()


def block_diag(*arrays):
    arrays = [_np.atleast_2d(_np.asarray(a)) for a in arrays]
    found = _np.zeros((sum(a.shape[0] for a in arrays), sum(a.shape[1] for a in arrays)), dtype=_np.result_type(*(a.dtype for a in arrays)))
    row = column = 0
    for a in arrays:
        found[row:row + a.shape[0], column:column + a.shape[1]] = a
        row, column = row + a.shape[0], column + a.shape[1]
    return found


def toeplitz(c, r=None):
    """Constant along its diagonals: c the first column, r the first row."""
    c = _np.asarray(c)
    r = _np.conj(c) if r is None else _np.asarray(r)
    both = _np.concatenate([c[::-1], r[1:]])
    return _np.stack([both[len(c) - 1 - i:len(c) - 1 - i + len(r)] for i in range(len(c))])


__getattr__ = _absent('scipy.linalg')
