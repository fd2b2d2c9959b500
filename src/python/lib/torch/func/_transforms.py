"""torch.func's derivatives: grad, vjp, jvp and what is made of them.

Each differentiates with respect to tensors of its own, over the one tape: what a function captured from outside is another tensor, and
what the caller follows stays followed. Forward derivatives are had by the double backward trick (see torch.autograd.forward_ad).
"""
import contextlib
import functools

import torch

from .. import _bridge
from .._tensor import Tensor
from ..autograd import function as _function
from ..autograd.forward_ad import push
from ..utils._pytree import tree_flatten, tree_map

_reaches = _bridge._js.reachesOthers


class _Level:
    """One transform that is going on."""

    def __init__(self):
        self.outer = torch.is_grad_enabled()
        self.own = []

    def wrap(self, x):
        """Every tensor as one of this level's own."""
        return tree_map(self._wrap_one, x)

    def _wrap_one(self, x):
        if not isinstance(x, Tensor) or not (x.is_floating_point() or x.is_complex()):
            return x
        return x.view_as(x) if x.requires_grad and self.outer else x.detach()

    def follow(self, x):
        """Makes tensors the ones that derivatives are taken by."""
        def one(t):
            if not isinstance(t, Tensor):
                raise ValueError(f'Thing passed to transform API must be Tensor, got {type(t)}')
            if not t.requires_grad:
                t.requires_grad_()
                self.own.append(t)
            return t
        return tree_map(one, x)

    def done(self, x):
        """Results without this level's history."""
        def one(t):
            if not isinstance(t, Tensor):
                return t
            if t.requires_grad and self.outer and _reaches(t._h, *[o._h for o in self.own]):
                return t
            return t.detach()
        return tree_map(one, x)

    def aux(self, x):
        def one(t):
            if not isinstance(t, Tensor):
                raise RuntimeError(f'Expected tensors, got unsupported type {type(t)}')
            return t
        return self.done(tree_map(one, x))


@contextlib.contextmanager
def _level():
    level = _Level()
    _function.transforms += 1
    try:
        with torch.enable_grad():
            yield level
    finally:
        _function.transforms -= 1


def _argnums(argnums, count):
    """Checked, and none of them negative."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f'argnums must be int or Tuple[int, ...], got: {type(argnums)}')

    def one(n):
        if not isinstance(n, int):
            raise RuntimeError(f'argnum must be int, got: {type(n)}')
        if not -count <= n < count:
            raise RuntimeError(f'Got argnum={n}, but only {count} positional inputs')
        return n % count

    if isinstance(argnums, int):
        return one(argnums)
    if not argnums:
        raise RuntimeError('argnums must be non-empty')
    found = tuple(map(one, argnums))
    if len(set(found)) != len(found):
        raise RuntimeError(f'argnums elements must be unique, got {found}')
    return found


def _pick(args, argnums, as_tuple=False):
    argnums = _argnums(argnums, len(args))
    if isinstance(argnums, int):
        return (args[argnums],) if as_tuple else args[argnums]
    return tuple(args[i] for i in argnums)


def _put(args, new, argnums):
    argnums = _argnums(argnums, len(args))
    if isinstance(argnums, int):
        argnums = (argnums,)
    return tuple(new[argnums.index(i)] if i in argnums else a for i, a in enumerate(args))


def _gradients(outputs, inputs, cotangents=None, create_graph=True):
    """autograd.grad, with zeros for what the outputs do not depend on."""
    pairs = [(o, c) for o, c in zip(outputs, cotangents or (None,) * len(outputs)) if o.requires_grad]
    if not pairs:
        return tuple(torch.zeros_like(t) for t in inputs)
    found = torch.autograd.grad([o for o, _ in pairs], inputs, [c for _, c in pairs], retain_graph=True, create_graph=create_graph,
                                allow_unused=True)
    return tuple(torch.zeros_like(t) if g is None else g for g, t in zip(found, inputs))


def _split_aux(out, has_aux, words):
    if not has_aux:
        return out, None
    if not (isinstance(out, tuple) and len(out) == 2):
        raise RuntimeError(f'{words}: output of function f should be a tuple: (output, aux) if has_aux is True')
    return out


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that answers (gradient, value) of a scalar function, by the arguments at argnums."""
    @functools.wraps(func, updated=())
    def wrapper(*args, **kwargs):
        with _level() as level:
            args, kwargs = level.wrap(args), level.wrap(kwargs)
            followed = level.follow(_pick(args, argnums))
            output, aux = _split_aux(func(*args, **kwargs), has_aux, 'grad_and_value(f)(*args)')
            if not isinstance(output, Tensor):
                raise RuntimeError(f'grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(output)}')
            if output.dim() != 0:
                raise RuntimeError(f'grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {output.dim()} '
                                   'dims. Maybe you wanted to use the vjp or jacrev APIs instead?')
            leaves, spec = tree_flatten(followed)
            gradient = level.done(spec.unflatten(_gradients((output,), leaves)))
            output = level.done(output)
            if has_aux:
                return gradient, (output, level.aux(aux))
        return gradient, output

    return wrapper


def grad(func, argnums=0, has_aux=False):
    """A function that answers the gradient of a scalar function, by the arguments at argnums; with has_aux also what func adds."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func, updated=())
    def wrapper(*args, **kwargs):
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def _check_outputs(leaves, words):
    if not leaves or (len(leaves) == 1 and leaves[0] is None):
        raise RuntimeError(f'{words}: Expected f to be a function that has non-empty output (got output = {leaves})')
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f'{words}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}')


def _vjp(func, primals, argnums=None, has_aux=False):
    with _level() as level:
        primals = level.wrap(primals)
        followed = level.follow(primals if argnums is None else _pick(primals, argnums))
        outputs, aux = _split_aux(func(*primals), has_aux, 'vjp(f, *primals)')
        flat, spec = tree_flatten(outputs)
        _check_outputs(flat, 'vjp(f, *primals)')
        leaves, in_spec = tree_flatten(followed)
        for out in flat:
            if not (out.is_floating_point() or out.is_complex()):
                raise RuntimeError('vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype '
                                   f'{out.dtype}')
        results = level.done(outputs)
        aux = level.aux(aux) if has_aux else None

    def pull(cotangents, retain_graph=True, create_graph=None):
        given, given_spec = tree_flatten(cotangents)
        if given_spec != spec:
            raise RuntimeError('Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. '
                               f'cotangents: {given_spec.pretty()}, primal output: {spec.pretty()}')
        found = _gradients(flat, leaves, given, torch.is_grad_enabled() if create_graph is None else create_graph)
        return level.done(in_spec.unflatten(found))

    return (results, pull, aux) if has_aux else (results, pull)


def vjp(func, *primals, has_aux=False):
    """(func(*primals), a function of cotangents v that answers vᵀ·J for each of the primals)."""
    return _vjp(func, primals, has_aux=has_aux)


def _jvp(func, primals, tangents, argnums=None, has_aux=False, strict=False):
    words = 'jvp(f, primals, tangents)'
    if not isinstance(primals, tuple):
        raise RuntimeError(f'{words}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).')
    picked = primals if argnums is None else _pick(primals, argnums, as_tuple=True)
    flat_primals, spec = tree_flatten(picked)
    flat_tangents, tangent_spec = tree_flatten(tangents)
    if spec != tangent_spec:
        raise RuntimeError(f'{words}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 '
                           f'tensors, tangents also must be. Got primals with structure {spec} and tangents with structure {tangent_spec}')
    for what, values in (('primals', flat_primals), ('tangents', flat_tangents)):
        if not values:
            raise RuntimeError(f'{words}: Expected {what} to be non-empty')
        for v in values:
            if not isinstance(v, Tensor):
                raise RuntimeError(f'{words}: Expected {what} to only contain Tensors, got unsupported type {type(v)}')
    with _level() as level:
        wrapped = level.wrap(primals)
        followed = level.follow(wrapped if argnums is None else _pick(wrapped, argnums, as_tuple=True))
        leaves = tree_flatten(followed)[0]
        outputs, aux = _split_aux(func(*wrapped), has_aux, words)
        flat, out_spec = tree_flatten(outputs)
        _check_outputs(flat, words)
        pushed = push(flat, leaves, flat_tangents, True)
        if strict and any(t is None for t in pushed):
            raise RuntimeError(f'{words}: output of f is independent of the inputs. This is not allowed in strict mode.')
        results = level.done(outputs)
        found = level.done(out_spec.unflatten([torch.zeros_like(o) if t is None else t for o, t in zip(flat, pushed)]))
        if has_aux:
            return results, found, level.aux(aux)
    return results, found


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """(func(*primals), J·tangents)."""
    return _jvp(func, primals, tangents, has_aux=has_aux, strict=strict)


def _basis(t):
    """The unit tensors of a tensor's shape."""
    for i in range(t.numel()):
        unit = torch.zeros(t.numel(), dtype=t.dtype)
        unit[i] = 1
        yield unit.view(t.shape)


def _refuse_complex(words, args, kind):
    for t in tree_flatten(args)[0]:
        if isinstance(t, Tensor) and t.is_complex():
            raise RuntimeError(f'{words}: Expected all {kind}s to be real but received complex tensor at flattened {kind} idx: 0')


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """A function that answers the Jacobian by the arguments at argnums, row by row backward; chunk_size is accepted."""
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError('jacrev: `chunk_size` should be greater than 0.')

    @functools.wraps(func, updated=())
    def wrapper(*args):
        _refuse_complex('jacrev', args, 'input')
        output, pull, *aux = _vjp(func, args, argnums, has_aux)
        flat, spec = tree_flatten(output)
        primals, in_spec = tree_flatten(_pick(args, argnums))
        found = []
        for k, out in enumerate(flat):
            columns = [[] for _ in primals]
            for unit in _basis(out):
                cotangents = [unit if i == k else torch.zeros_like(o) for i, o in enumerate(flat)]
                for column, g in zip(columns, tree_flatten(pull(spec.unflatten(cotangents)))[0]):
                    column.append(g)
            found.append(in_spec.unflatten([
                torch.stack(c).view(out.shape + p.shape) if c else p.new_zeros(out.shape + p.shape) for c, p in zip(columns, primals)]))
        jacobian = spec.unflatten(found)
        return (jacobian, *aux) if has_aux else jacobian

    return wrapper


def jacfwd(func, argnums=0, has_aux=False, *, randomness='error'):
    """A function that answers the Jacobian by the arguments at argnums, column by column forward."""
    @functools.wraps(func, updated=())
    def wrapper(*args):
        _refuse_complex('jacfwd', args, 'input')
        primals, in_spec = tree_flatten(_pick(args, argnums, as_tuple=True))
        with _level() as level:
            wrapped = level.wrap(args)
            leaves = tree_flatten(level.follow(_pick(wrapped, argnums, as_tuple=True)))[0]
            outputs, aux = _split_aux(func(*wrapped), has_aux, 'jvp(f, primals, tangents)')
            flat, spec = tree_flatten(outputs)
            _check_outputs(flat, 'jvp(f, primals, tangents)')
            found = []
            for out in flat:
                blocks = []
                for leaf, primal in zip(leaves, primals):
                    columns = [push([out], [leaf], [unit], True)[0] for unit in _basis(primal)]
                    columns = [torch.zeros_like(out) if c is None else c for c in columns]
                    blocks.append(torch.stack(columns, -1).view(out.shape + primal.shape) if columns else
                                  out.new_zeros(out.shape + primal.shape))
                blocks = in_spec.unflatten(level.done(blocks))
                found.append(blocks[0] if isinstance(argnums, int) else blocks)
            jacobian = spec.unflatten(found)
            return (jacobian, level.aux(aux)) if has_aux else jacobian

    return wrapper


def hessian(func, argnums=0):
    """A function that answers the second derivatives: forward over backward."""
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func, *primals):
    """(func(*primals), a function of tangents that answers J·tangents at the primals)."""
    output, _ = _jvp(func, primals, tree_map(torch.zeros_like, primals))

    def pushed(*tangents):
        spec = tree_flatten(primals)[1]
        if tree_flatten(tangents)[1] != spec:
            raise RuntimeError('Expected the tangents to have the same argspec as the primals')
        for p, t in zip(tree_flatten(primals)[0], tree_flatten(tangents)[0]):
            if p.shape != t.shape:
                raise RuntimeError(f'Expected tangents of the primals\' shape, got {t.shape} for {p.shape}')
        return _jvp(func, primals, tangents)[1]

    return output, pushed


def functionalize(func, *, remove='mutations'):
    """The function itself: it means the same, and there is no compiler here that would need it free of writes."""
    if remove not in ('mutations', 'mutations_and_views'):
        raise RuntimeError("functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
                           "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced with their "
                           "out-of-place equivalents.\n     remove='mutations_and_views': In addition to the above, all aliasing operators "
                           '{view} will be replaced with their non-aliasing counterparts, {view}_copy.\n')

    @functools.wraps(func, updated=())
    def wrapped(*args, **kwargs):
        return func(*args, **kwargs)

    return wrapped
