"""Products of vectors and matrices."""
from ._bridge import function
from ._core import asarray, ndarray, of_tensor, result
from ._ufunc import into, made as u

_matmul = function('npMatmul')
_quiet = function('unobserve')


def quietly(f, *arrays, **kwargs):
    """A function of torch's on arrays, unseen by the recorder; arrays come back."""
    from torch._tensor import Tensor
    tensors = [a._t if isinstance(a, ndarray) else a for a in arrays]
    _quiet(True)
    try:
        found = f(*tensors, **kwargs)
    finally:
        _quiet(False)
    if isinstance(found, tuple):
        return tuple(of_tensor(t) if isinstance(t, Tensor) else t for t in found)
    return of_tensor(found) if isinstance(found, Tensor) else found


def matmul(x1, x2, /, out=None, *, dtype=None, **kwargs):
    """The product of matrices; of stacks of them; of vectors."""
    a, b = asarray(x1), asarray(x2)
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(f'matmul: Input operand {0 if a.ndim == 0 else 1} does not have enough dimensions (has 0, gufunc core with signature '
                         '(n?,k),(k,m?)->(n?,m?) requires 1)')
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ValueError('matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) '
                         f'(size {inner} is different from {a.shape[-1]})')
    found = result(_matmul(a._t._h, b._t._h))
    if dtype is not None:
        found = found.astype(dtype)
    return found if out is None else into(out, found, 'matmul')


def dot(a, b, out=None):
    """The product over the last axis of `a` and the last but one of `b`."""
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        found = u['multiply'](a, b)
    else:
        k = b.ndim - 2 if b.ndim > 1 else 0
        if a.shape[-1] != b.shape[k]:
            text = [str(s).replace(' ', '') for s in (a.shape, b.shape)]
            raise ValueError(f'shapes {text[0]} and {text[1]} not aligned: {a.shape[-1]} (dim {a.ndim - 1}) != {b.shape[k]} (dim {k})')
        found = matmul(a, b) if b.ndim <= 2 else tensordot(a, b, ((a.ndim - 1,), (k,)))
    return found if out is None else into(out, found, 'dot')


def vdot(a, b, /):
    return dot(asarray(a).ravel().conj(), asarray(b).ravel())


def inner(a, b, /):
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.shape[-1] != b.shape[-1]:
        text = [str(s).replace(' ', '') for s in (a.shape, b.shape)]
        raise ValueError(f'shapes {text[0]} and {text[1]} not aligned: {a.shape[-1]} (dim {a.ndim - 1}) != {b.shape[-1]} (dim {b.ndim - 1})')
    return tensordot(a, b, ((a.ndim - 1,), (b.ndim - 1,)))


def outer(a, b, out=None):
    found = asarray(a).reshape(-1, 1) * asarray(b).reshape(1, -1)
    return found if out is None else into(out, found)


def tensordot(a, b, axes=2):
    """The sum of products over some axes of both."""
    a, b = asarray(a), asarray(b)
    if isinstance(axes, int):
        first, second = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        first, second = ([x] if isinstance(x, int) else list(x) for x in axes)
    first = [x % a.ndim for x in first]
    second = [x % b.ndim for x in second]
    if [a.shape[x] for x in first] != [b.shape[x] for x in second]:
        raise ValueError('shape-mismatch for sum')
    left = [x for x in range(a.ndim) if x not in first]
    right = [x for x in range(b.ndim) if x not in second]
    n = 1
    for x in first:
        n *= a.shape[x]
    p = a.transpose(*left, *first).reshape(-1, n) if a.ndim else a.reshape(1, 1)
    q = b.transpose(*second, *right).reshape(n, -1) if b.ndim else b.reshape(1, 1)
    shape = tuple(a.shape[x] for x in left) + tuple(b.shape[x] for x in right)
    found = matmul(p, q).reshape(shape)
    return found if shape else found[()]


def einsum(subscripts, *operands, out=None, optimize=False, dtype=None, **kwargs):
    """Sums of products, written with indices."""
    import torch
    arrays = [asarray(a) for a in operands]
    d = arrays[0].dtype
    from ._dtype import promote_types
    for a in arrays[1:]:
        d = promote_types(d, a.dtype)
    found = quietly(torch.einsum, subscripts, *(a.astype(d) for a in arrays))
    found = found[()] if found.ndim == 0 else found
    return found if out is None else into(out, found)


def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    from ._create import diagonal
    return diagonal(a, offset, axis1, axis2).sum(-1, dtype=dtype)


def kron(a, b):
    a, b = asarray(a), asarray(b)
    n = max(a.ndim, b.ndim)
    a, b = (x.reshape((1,) * (n - x.ndim) + x.shape) for x in (a, b))
    wide = a.reshape(tuple(v for s in a.shape for v in (s, 1))) * b.reshape(tuple(v for s in b.shape for v in (1, s)))
    return wide.reshape(tuple(p * q for p, q in zip(a.shape, b.shape)))


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The product of vectors of three (or two) dimensions."""
    from ._shape import moveaxis, stack
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(asarray(a), axisa, -1), moveaxis(asarray(b), axisb, -1)
    if a.shape[-1] == 2 and b.shape[-1] == 2:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    x, y, z = (a[..., i] for i in range(3))
    p, q, r = (b[..., i] for i in range(3))
    return moveaxis(stack([asarray(y * r - z * q), asarray(z * p - x * r), asarray(x * q - y * p)], -1), -1, axisc)


def vecdot(x1, x2, /, *, axis=-1, **kwargs):
    x1, x2 = asarray(x1), asarray(x2)
    return (x1.conj() * x2).sum(axis)


__all__ = [n for n, v in list(globals().items()) if getattr(v, '__module__', None) == __name__ and not n.startswith('_') and n != 'quietly']
