"""Functions of linear algebra whose arguments are Python's own business, and those that PyTorch has removed."""
import warnings

from ._convert import type_name
from ._ops import ops
from ._return_types import return_type
from ._tensor import Tensor

__all__ = ['tensordot', 'einsum', 'chain_matmul', 'lu', 'eig', 'symeig', 'solve', 'lstsq', 'matrix_rank', 'svd_lowrank', 'pca_lowrank', 'spmm', 'dsmm', 'hsmm']


def tensordot(a, b, dims=2, out=None):
    """The sum of products over `dims` dimensions (the last of a, the first of b), or over two lists of dimensions."""
    if not isinstance(dims, (tuple, list, Tensor, int)):
        raise RuntimeError('tensordot expects dims to be int or '
                           f'tuple[list[int], list[int]] or list[list[int]] containing two lists, but got dims={dims}')
    if isinstance(dims, Tensor):
        n = dims.numel()
        if n > 1:
            if dims.size()[0] != 2:
                raise AssertionError(f'dims.size()[0] must be 2, got {dims.size()[0]}')
            dims = dims.tolist()
        else:
            dims = int(dims.item())
    if isinstance(dims, (tuple, list)):
        first, second = dims
    else:
        if dims < 0:
            raise RuntimeError(f'tensordot expects dims >= 0, but got dims={dims}')
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f'tensordot expects dims < ndim_a or ndim_b, but got dims={dims}')
        first, second = list(range(-dims, 0)), list(range(dims))
    for name, position, v in (('dims_self', 3, first), ('dims_other', 4, second)):
        if not isinstance(v, (tuple, list)):
            raise TypeError(f"tensordot(): argument '{name}' (position {position}) must be tuple of ints, not {type_name(v)}")
    found = ops._tensordot(a, b, list(first), list(second))
    return found if out is None else _into(out, found)


def _into(out, found):
    out.resize_(found.shape)
    return out.copy_(found)


def _label(i):
    if i is Ellipsis:
        return '...'
    if not 0 <= i < 52:
        raise ValueError('einsum(): subscript in subscript list is not within the valid range [0, 52)')
    return chr(ord('A') + i) if i < 26 else chr(ord('a') + i - 26)


def einsum(*args):
    """Sums of products by an equation ('ij,jk->ik', a, b), or by lists of subscripts (a, [0, 1], b, [1, 2], [0, 2])."""
    if len(args) < 2:
        raise ValueError('einsum(): must specify the equation string and at least one operand, '
                         'or at least one operand and its subscripts list')
    if isinstance(args[0], Tensor):
        equation = ','.join(''.join(map(_label, labels)) for labels in args[1::2])
        if len(args) % 2 == 1:
            equation += '->' + ''.join(map(_label, args[-1]))
            operands = args[:-1:2]
        else:
            operands = args[::2]
        return ops.einsum(equation, list(operands))
    equation, *operands = args
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        return einsum(equation, *operands[0])
    return ops.einsum(equation, operands)


def spmm(input, mat2):
    """The older name of torch.mm, where the first matrix may be a sparse one."""
    return ops.mm(input, mat2)


def dsmm(input, mat2):
    return ops.mm(input, mat2)


def hsmm(input, mat2):
    return ops.mm(input, mat2)


def chain_matmul(*matrices, out=None):
    """The product of several matrices, in the order that needs fewest multiplications."""
    warnings.warn('torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot instead, '
                  'which accepts a list of two or more tensors rather than multiple parameters.', stacklevel=2)
    for i, m in enumerate(matrices):
        if not isinstance(m, Tensor):
            raise TypeError(f'expected Tensor as element {i} in argument 0, but got {type_name(m)}')
        if m.dim() != 2:
            raise RuntimeError(f'Tensor dimension is {m.dim()}, expected 2 instead.')
    if not matrices:
        raise RuntimeError('chain_matmul(): Expected one or more matrices')
    found = matrices[0].clone() if len(matrices) == 1 else ops.linalg_multi_dot(list(matrices))
    return found if out is None else _into(out, found)


def lu(A, pivot=True, get_infos=False, out=None):
    """LU with partial pivoting: (LU packed in one matrix, pivots), with get_infos also the first zero pivot of each matrix."""
    LU, pivots, info = ops.linalg_lu_factor_ex(A, pivot=pivot, check_errors=False)
    if get_infos:
        return return_type('_lu_with_info', ['LU', 'pivots', 'info'])((LU, pivots, info))
    return LU, pivots


_REMOVED = 'This function was deprecated since version 1.9 and is now removed.'


def _removed(words):
    def f(*args, **kwargs):
        raise RuntimeError(_REMOVED + words)
    return f


eig = _removed(
    ' `torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors mimicking complex tensors.\n\n'
    'L, _ = torch.eig(A) should be replaced with:\nL_complex = torch.linalg.eigvals(A)\n\nand\n\n'
    'L, V = torch.eig(A, eigenvectors=True) should be replaced with:\nL_complex, V_complex = torch.linalg.eig(A)')
symeig = _removed(
    ' The default behavior has changed from using the upper triangular portion of the matrix by default to using the lower triangular '
    "portion.\n\nL, _ = torch.symeig(A, upper=upper) should be replaced with:\nL = torch.linalg.eigvalsh(A, UPLO='U' if upper else 'L')"
    "\n\nand\n\nL, V = torch.symeig(A, eigenvectors=True) should be replaced with:\nL, V = torch.linalg.eigh(A, UPLO='U' if upper else 'L')")
solve = _removed(
    ' `torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments reversed and does not return '
    'the LU factorization.\n\nTo get the LU factorization see `torch.lu`, which can be used with `torch.lu_solve` or `torch.lu_unpack`.\n'
    'X = torch.solve(B, A).solution should be replaced with:\nX = torch.linalg.solve(A, B)')
lstsq = _removed(
    ' `torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.\n`torch.linalg.lstsq` has reversed arguments and does not return the '
    'QR decomposition in the returned tuple (although it returns other information about the problem).\n\nTo get the QR decomposition '
    'consider using `torch.linalg.qr`.\n\nThe returned solution in `torch.lstsq` stored the residuals of the solution in the last m - n '
    'columns of the returned value whenever m > n. In torch.linalg.lstsq, the residuals are in the field \'residuals\' of the returned '
    'named tuple.\n\nThe unpacking of the solution, as in\nX, _ = torch.lstsq(B, A).solution[:A.size(1)]\nshould be replaced with:\n'
    'X = torch.linalg.lstsq(A, B).solution')
matrix_rank = _removed(
    "\nPlease use the `torch.linalg.matrix_rank` function instead. The parameter 'symmetric' was renamed in "
    "`torch.linalg.matrix_rank()` to 'hermitian'.")


def _lowrank_basis(A, q, niter=2, M=None):
    """An orthonormal Q whose span is near A's: Halko, Martinsson and Tropp (2009), algorithm 4.4."""
    import torch
    R = torch.randn(A.shape[-1], q, dtype=A.dtype)
    A_H = A.transpose(-2, -1)
    if M is None:
        Q = ops.linalg_qr(A @ R)[0]
        for _ in range(niter):
            Q = ops.linalg_qr(A_H @ Q)[0]
            Q = ops.linalg_qr(A @ Q)[0]
        return Q
    M_H = M.transpose(-2, -1)
    Q = ops.linalg_qr((A @ R) - (M @ R))[0]
    for _ in range(niter):
        Q = ops.linalg_qr((A_H @ Q) - (M_H @ Q))[0]
        Q = ops.linalg_qr((A @ Q) - (M @ Q))[0]
    return Q


def svd_lowrank(A, q=6, niter=2, M=None):
    """The first q singular values and vectors of A (or of A − M), nearly: algorithm 5.1 of Halko, Martinsson and Tropp (2009)."""
    q = 6 if q is None else q
    m, n = A.shape[-2:]
    if M is not None:
        M = M.expand(*A.shape)
    # The wider side is the one that is sampled.
    if m < n:
        A = A.transpose(-2, -1)
        if M is not None:
            M = M.transpose(-2, -1)
    Q = _lowrank_basis(A, q, niter=niter, M=M)
    B = Q.transpose(-2, -1) @ A
    if M is not None:
        B = B - Q.transpose(-2, -1) @ M
    U, S, Vh = ops.linalg_svd(B, full_matrices=False)
    V = Vh.transpose(-2, -1)
    U = Q @ U
    if m < n:
        U, V = V, U
    return U, S, V


def pca_lowrank(A, q=None, center=True, niter=2):
    """Principal components, nearly: svd_lowrank of A with its columns' means taken away."""
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not (q >= 0 and q <= min(m, n)):
        raise ValueError(f'q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}')
    if not (niter >= 0):
        raise ValueError(f'niter(={niter}) must be non-negative integer')
    if not center:
        return svd_lowrank(A, q, niter=niter, M=None)
    return svd_lowrank(A - A.mean(dim=(-2,), keepdim=True), q, niter=niter, M=None)


def install():
    """Gives class Tensor the methods of these names."""
    for name, f in (('lu', lambda self, pivot=True, get_infos=False: lu(self, pivot, get_infos)), ('eig', eig), ('symeig', symeig),
                    ('solve', solve), ('lstsq', lstsq)):
        setattr(Tensor, name, f)


install()
