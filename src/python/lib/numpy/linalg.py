"""numpy.linalg: the engine's factorizations."""
import math
from collections import namedtuple

from . import _dtype as dt
from ._core import asarray
from ._create import diagonal as _diagonal
from ._products import cross, matmul, outer, quietly, tensordot, trace, vecdot  # noqa: F401
from ._ufunc import axes_of, made as u


class LinAlgError(ValueError):
    """A matrix that has no such thing, or an iteration that does not converge."""


EigResult = namedtuple('EigResult', ['eigenvalues', 'eigenvectors'])
EighResult = namedtuple('EighResult', ['eigenvalues', 'eigenvectors'])
QRResult = namedtuple('QRResult', ['Q', 'R'])
SVDResult = namedtuple('SVDResult', ['U', 'S', 'Vh'])
SlogdetResult = namedtuple('SlogdetResult', ['sign', 'logabsdet'])


def _matrix(a, square=False):
    a = asarray(a)
    if a.ndim < 2:
        raise LinAlgError(f'{a.ndim}-dimensional array given. Array must be at least two-dimensional')
    if square and a.shape[-1] != a.shape[-2]:
        raise LinAlgError('Last 2 dimensions of the array must be square')
    return a.astype(float) if a.dtype.kind in 'iub' or a.dtype.name == 'float16' else a


def _torch(name, *arrays, **kwargs):
    import torch
    from torch._bridge import LinAlgError as failed
    try:
        return quietly(getattr(torch.linalg, name), *arrays, **kwargs)
    except failed as error:
        text = str(error)
        if 'singular' in text or 'not invertible' in text:
            text = 'Singular matrix'
        elif name == 'cholesky':
            text = 'Matrix is not positive definite'
        elif name == 'svd':
            text = 'SVD did not converge'
        raise LinAlgError(text) from None


def _scalar(a):
    return a if a.ndim else a[()]


def inv(a):
    return _torch('inv', _matrix(a, True))


def solve(a, b):
    a, b = _matrix(a, True), asarray(b)
    d = dt.promote_types(a.dtype, b.dtype)
    d = dt.dtypes['float64'] if d.kind in 'iub' else d
    a, b = a.astype(d), b.astype(d)
    rows = b.shape[-1] if b.ndim == 1 else b.shape[-2]
    if rows != a.shape[-1]:
        raise ValueError('solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature '
                         f'{"(m,m),(m)->(m)" if b.ndim == 1 else "(m,m),(m,n)->(m,n)"} (size {rows} is different from {a.shape[-1]})')
    return _torch('solve', a, b)


def det(a):
    sign, size = _torch('slogdet', _matrix(a, True))
    return _scalar(sign * u['exp'](size))


def slogdet(a):
    return SlogdetResult(*map(_scalar, _torch('slogdet', _matrix(a, True))))


def cholesky(a, /, *, upper=False):
    return _torch('cholesky', _matrix(a, True), upper=upper)


def qr(a, mode='reduced'):
    a = _matrix(a)
    found = _torch('qr', a, mode='complete' if mode == 'complete' else 'reduced')
    return found[1] if mode == 'r' else QRResult(*found)


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    a = _matrix(a)
    return SVDResult(*_torch('svd', a, full_matrices=full_matrices)) if compute_uv else _torch('svdvals', a)


def svdvals(x, /):
    return _torch('svdvals', _matrix(x))


def eig(a):
    """Eigenvalues and vectors; real where all of them are."""
    w, v = _torch('eig', _matrix(a, True))
    if asarray(a).dtype.kind != 'c' and (w.imag == 0).all():
        w, v = w.real, v.real
    return EigResult(w, v)


def eigvals(a):
    return eig(a)[0]


def eigh(a, UPLO='L'):
    return EighResult(*_torch('eigh', _matrix(a, True), UPLO=UPLO))


def eigvalsh(a, UPLO='L'):
    return eigh(a, UPLO)[0]


def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    return _torch('pinv', _matrix(a), rtol=rcond if rcond is not None else 1e-15 if rtol is None else rtol)


def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    a = asarray(A)
    if a.ndim < 2:
        return int((a != 0).any())
    s = svdvals(a)
    top = s.max(-1, keepdims=True)
    limit = top * (max(a.shape[-2:]) * dt.finfo(s.dtype).eps if rtol is None else rtol) if tol is None else tol
    return (s > limit).sum(-1)


def matrix_power(a, n):
    a = asarray(a)
    if n < 0:
        a, n = inv(a), -n
    from ._create import eye
    found = eye(a.shape[-1], dtype=a.dtype)
    while n:
        if n % 2:
            found = found @ a
        a, n = a @ a, n // 2
    return found


def lstsq(a, b, rcond=None):
    """The least squares solution, the sums of squares that are left, the rank, the singular values."""
    from ._create import zeros
    a, b = _matrix(a), asarray(b)
    m, n = a.shape
    if b.shape[0] != m:
        raise LinAlgError('Incompatible dimensions')
    U, s, vh = svd(a, full_matrices=False)
    limit = (dt.finfo(s.dtype).eps * max(m, n) if rcond is None else rcond) * (s.max() if s.size else 0)
    keep = s > limit
    rank = int(keep.sum())
    from ._search import where
    inverse = where(keep, 1.0 / where(keep, s, 1.0), 0.0)
    c = U.T.conj() @ b.astype(a.dtype)
    x = vh.T.conj() @ (c * (inverse[:, None] if b.ndim == 2 else inverse))
    if rank == n and m > n:
        rest = b - a @ x
        left = (rest * rest.conj()).real.sum(axis=0)
        left = asarray(left).reshape(-1)
    else:
        left = zeros(0, a.dtype)
    return x, left, rank, s


def norm(x, ord=None, axis=None, keepdims=False):
    """The size of a vector or a matrix."""
    x = asarray(x)
    if x.dtype.kind in 'iub':
        x = x.astype(float)
    if axis is None and (ord is None or (ord in ('f', 'fro') and x.ndim == 2) or (ord == 2 and x.ndim == 1)):
        flat = x.ravel()
        found = u['sqrt']((flat.real ** 2 + flat.imag ** 2).sum() if x.dtype.kind == 'c' else flat @ flat)
        return asarray(found).reshape((1,) * x.ndim) if keepdims else found
    axes = axes_of(axis, x.ndim)
    if len(axes) == 1:
        size = u['absolute'](x)
        if ord is None or ord == 2:
            return u['sqrt']((size * size).sum(axes, keepdims=keepdims))
        if ord == math.inf:
            return size.max(axes, keepdims=keepdims)
        if ord == -math.inf:
            return size.min(axes, keepdims=keepdims)
        if ord == 0:
            return (x != 0).astype(x.dtype).sum(axes, keepdims=keepdims)
        if ord == 1:
            return size.sum(axes, keepdims=keepdims)
        if isinstance(ord, str):
            raise ValueError(f"Invalid norm order '{ord}' for vectors")
        return (size ** ord).sum(axes, keepdims=keepdims) ** (1.0 / ord)
    if len(axes) != 2:
        raise ValueError('Improper number of dimensions to norm.')
    rows, columns = axes
    if ord in (None, 'fro', 'f'):
        size = u['absolute'](x)
        return u['sqrt']((size * size).sum(axes, keepdims=keepdims))
    from ._shape import moveaxis
    if ord in (1, -1, math.inf, -math.inf):
        along, other = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = u['absolute'](x).sum(along, keepdims=True)
        found = sums.max(other, keepdims=True) if ord > 0 else sums.min(other, keepdims=True)
    else:
        s = svdvals(moveaxis(x, axes, (-2, -1)))
        found = {2: lambda: s.max(-1), -2: lambda: s.min(-1), 'nuc': lambda: s.sum(-1)}.get(ord)
        if found is None:
            raise ValueError('Invalid norm order for matrices.')
        found = asarray(found())
        for k in sorted(axes):
            found = found.reshape(found.shape[:k] + (1,) + found.shape[k:])
    if keepdims:
        return found
    shape = tuple(n for k, n in enumerate(x.shape) if k not in axes)
    return _scalar(found.reshape(shape))


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    return norm(asarray(x).ravel() if axis is None else x, ord, axis, keepdims)


def matrix_norm(x, /, *, keepdims=False, ord='fro'):
    return norm(x, ord, (-2, -1), keepdims)


def cond(x, p=None):
    if p in (None, 2):
        s = svdvals(x)
        return s[..., 0] / s[..., -1]
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


def multi_dot(arrays, *, out=None):
    found = asarray(arrays[0])
    for a in arrays[1:]:
        found = found @ a
    return found


def diagonal(x, /, *, offset=0):
    return _diagonal(x, offset, -2, -1)


LinAlgError.__module__ = 'numpy.linalg'
from . import _missing  # noqa: E402
__getattr__ = _missing.module_getattr('numpy.linalg')
