"""torch.autograd.functional: Jacobians, Hessians and products with them, by backward passes."""
from .._tensor import Tensor

__all__ = ['vjp', 'jvp', 'jacobian', 'hessian', 'hvp', 'vhp']


def _tuple(v, what):
    is_tuple = isinstance(v, tuple)
    v = tuple(v) if isinstance(v, (tuple, list)) else (v,)
    for i, t in enumerate(v):
        if not isinstance(t, Tensor):
            raise TypeError(f'The {what} given to {what} should be a Tensor' if len(v) == 1 else
                            f'The {what} at position {i} should be a Tensor, but got {type(t)}')
    return is_tuple, v


def _leaves(inputs, create_graph):
    return tuple(t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_() for t in inputs)


def _plain(v, create_graph):
    if isinstance(v, tuple):
        return tuple(_plain(t, create_graph) for t in v)
    return v if create_graph else v.detach()


def _grads(outs, inputs, grads, create_graph, retain=True):
    from . import grad
    outs_needed = [(o, g) for o, g in zip(outs, grads) if o.requires_grad]
    if not outs_needed:
        return tuple(t * 0 for t in inputs)
    found = grad([o for o, _ in outs_needed], inputs, [g for _, g in outs_needed], create_graph=create_graph, retain_graph=retain,
                 allow_unused=True)
    return tuple(t.detach() * 0 if g is None else g for g, t in zip(found, inputs))


def _default(v, outs, what):
    import torch
    if v is not None:
        return _tuple(v, what)[1]
    if len(outs) != 1 or outs[0].numel() != 1:
        raise RuntimeError(f'The vector v can only be None if the user-provided function returns a single Tensor with a single element.')
    return (torch.ones_like(outs[0]),)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, vᵀ·J)."""
    from .grad_mode import enable_grad
    with enable_grad():
        is_tuple, inputs = _tuple(inputs, 'inputs')
        x = _leaves(inputs, create_graph)
        out = func(*x)
        out_tuple, outs = _tuple(out, 'outputs')
        found = _grads(outs, x, _default(v, outs, 'v'), create_graph)
    outs, found = _plain(outs, create_graph), _plain(found, create_graph)
    return (outs if out_tuple else outs[0]), (found if is_tuple else found[0])


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, J·v), by two backward passes."""
    import torch

    from .grad_mode import enable_grad
    with enable_grad():
        is_tuple, inputs = _tuple(inputs, 'inputs')
        x = _leaves(inputs, create_graph)
        v = _default(v, inputs, 'v')
        out = func(*x)
        out_tuple, outs = _tuple(out, 'outputs')
        probes = tuple(torch.zeros_like(o, requires_grad=True) for o in outs)
        back = _grads(outs, x, probes, True)
        found = _grads(back, probes, v, create_graph)
    outs, found = _plain(outs, create_graph), _plain(found, create_graph)
    return (outs if out_tuple else outs[0]), (found if out_tuple else found[0])


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy='reverse-mode'):
    """Derivatives of every output element by every input element."""
    import torch

    from .grad_mode import enable_grad
    with enable_grad():
        is_tuple, inputs = _tuple(inputs, 'inputs')
        x = _leaves(inputs, create_graph)
        out = func(*x)
        out_tuple, outs = _tuple(out, 'outputs')
        rows = []
        for o in outs:
            flat = o.reshape(-1)
            each = []
            for i in range(flat.numel()):
                unit = torch.zeros_like(flat)
                unit[i] = 1
                each.append(_grads((flat,), x, (unit,), create_graph))
            rows.append(tuple(torch.stack([g[k] for g in each]).view(tuple(o.shape) + tuple(t.shape)) if each
                              else torch.zeros(tuple(o.shape) + tuple(t.shape)) for k, t in enumerate(x)))
    rows = _plain(tuple(rows), create_graph)
    picked = tuple(r if is_tuple else r[0] for r in rows)
    return picked if out_tuple else picked[0]


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy='reverse-mode'):
    """Second derivatives of a scalar function."""
    is_tuple, inputs = _tuple(inputs, 'inputs')

    def gradient(*x):
        out = func(*x)
        if not isinstance(out, Tensor):
            raise RuntimeError('The function given to hessian should return a single Tensor')
        if out.numel() != 1:
            raise RuntimeError('The Tensor returned by the function given to hessian should contain a single element')
        return _grads((out.squeeze(),), x, (out.squeeze().detach() * 0 + 1,), True)

    found = jacobian(gradient, inputs, create_graph)
    return found if is_tuple else found[0][0]


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, vᵀ·H)."""
    from .grad_mode import enable_grad
    with enable_grad():
        is_tuple, inputs = _tuple(inputs, 'inputs')
        x = _leaves(inputs, create_graph)
        out = func(*x)
        first = _grads((out,), x, (out.detach() * 0 + 1,), True)
        found = _grads(first, x, _default(v, inputs, 'v'), create_graph)
    found = _plain(found, create_graph)
    return _plain(out, create_graph), (found if is_tuple else found[0])


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, H·v): the Hessian is symmetric."""
    return vhp(func, inputs, v, create_graph, strict)
