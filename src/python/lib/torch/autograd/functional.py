"""torch.autograd.functional: Jacobians, Hessians and products with them, by backward passes."""
import torch

from .._tensor import Tensor

__all__ = ['vjp', 'jvp', 'jacobian', 'hessian', 'hvp', 'vhp']

_OUTPUTS = 'outputs of the user-provided function'


def _as_tuple(value, what, fn):
    """(was it a tuple, a tuple of tensors)."""
    is_tuple = isinstance(value, tuple)
    values = value if is_tuple else (value,)
    for i, t in enumerate(values):
        if not isinstance(t, Tensor):
            words = f'value at index {i} has type {type(t)}.' if is_tuple else f'given {what} has type {type(t)}.'
            raise TypeError(f'The {what} given to {fn} must be either a Tensor or a tuple of Tensors but the {words}')
    return is_tuple, values


def _prepared(inputs, create_graph, need_graph=True):
    """Tensors of this computation's own: those that the function may have captured are others."""
    return tuple(t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_(need_graph) for t in inputs)


def _finished(v, create_graph):
    if isinstance(v, tuple):
        return tuple(_finished(t, create_graph) for t in v)
    return v if create_graph else v.detach()


def _unpacked(v, is_tuple):
    return v if is_tuple else v[0]


def _vector(v, other, is_tuple, fn, create_graph, default_words):
    """v as a tuple like `other`; None stands for 1."""
    if v is None:
        if len(other) != 1 or other[0].nelement() != 1:
            raise RuntimeError(f'The vector v can only be None if {default_words}')
        return None
    v = _prepared(_as_tuple(v, 'v', fn)[1], create_graph, False)
    if len(v) != len(other):
        raise RuntimeError(f'v is a tuple of invalid length: should be {len(other)} but got {len(v)}.' if is_tuple else
                           'The given v should contain a single Tensor.')
    for i, (a, b) in enumerate(zip(v, other)):
        if a.size() != b.size():
            raise RuntimeError((f'Entry {i} in ' if is_tuple else '') + f'v has invalid size: should be {b.size()} but got {a.size()}.')
    return v


_NEEDS = {
    'outputs': 'Output {} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner '
               'from the input when running in strict mode.',
    'grad_inputs': 'The gradient with respect to input {} is independent of the inputs of the user-provided function. This is not allowed in '
                   'strict mode.',
    'jacobian': 'While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is independent '
                'of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable and that the '
                'jacobian depends on the inputs (this would be violated by a linear function for example).',
    'hessian': 'The hessian of the user-provided function with respect to input {} is independent of the input. This is not allowed in strict '
               'mode. You should ensure that your function is thrice differentiable and that the hessian depends on the inputs.',
}
_ABSENT = {
    'back': 'The output of the user-provided function is independent of input {}. This is not allowed in strict mode.',
    'back_trick': 'The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double backward '
                  'trick to compute forward mode gradients. This is not allowed in strict mode.',
    'double_back': 'The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode.',
    'double_back_trick': 'The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This is not allowed in '
                         'strict mode as it prevents from using the double backward trick to replace forward mode AD.',
}


def _check_required(tensors, kind, strict):
    if not strict:
        return
    for i, t in enumerate(tensors):
        if t is None:
            raise RuntimeError(_ABSENT['back'].format(i))
        if not t.requires_grad:
            raise RuntimeError(_NEEDS[kind].format(i))


def _grads(outputs, inputs, vectors=None, create_graph=False, retain_graph=None):
    """autograd.grad of the outputs that have a gradient."""
    pairs = [(o, v) for o, v in zip(outputs, vectors or (None,) * len(outputs)) if o is not None and o.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    return torch.autograd.grad([o for o, _ in pairs], inputs, [v for _, v in pairs], allow_unused=True, create_graph=create_graph,
                               retain_graph=retain_graph)


def _filled(grads, refs, strict, create_graph, stage):
    """Zeros where there is no gradient; in strict mode an error."""
    out = []
    for i, (g, ref) in enumerate(zip(grads, refs)):
        if g is None:
            if strict:
                raise RuntimeError(_ABSENT[stage].format(i))
            g = torch.zeros_like(ref)
        elif strict and create_graph and not g.requires_grad:
            what = 'hessian' if 'double' in stage else 'jacobian'
            raise RuntimeError(f'The {what} of the user-provided function is independent of input {i}. This is not allowed in strict mode '
                               'when create_graph=True.')
        out.append(g)
    return tuple(out)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, vᵀ·J)."""
    with torch.enable_grad():
        is_tuple, inputs = _as_tuple(inputs, 'inputs', 'vjp')
        inputs = _prepared(inputs, create_graph)
        out_tuple, outputs = _as_tuple(func(*inputs), _OUTPUTS, 'vjp')
        _check_required(outputs, 'outputs', strict)
        v = _vector(v, outputs, out_tuple, 'vjp', create_graph, 'the user-provided function returns a single Tensor with a single element.')
    with torch.set_grad_enabled(create_graph or torch.is_grad_enabled()):
        found = _filled(_grads(outputs, inputs, v, create_graph), inputs, strict, create_graph, 'back')
    return _unpacked(_finished(outputs, create_graph), out_tuple), _unpacked(_finished(found, create_graph), is_tuple)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, J·v), by two backward passes: the first is linear in what it starts with."""
    with torch.enable_grad():
        is_tuple, inputs = _as_tuple(inputs, 'inputs', 'jvp')
        inputs = _prepared(inputs, create_graph)
        v = _vector(v, inputs, is_tuple, 'jvp', create_graph,
                    'the input to the user-provided function is a single Tensor with a single element.')
        out_tuple, outputs = _as_tuple(func(*inputs), _OUTPUTS, 'jvp')
        _check_required(outputs, 'outputs', strict)
        probes = tuple(torch.zeros_like(o, requires_grad=True) for o in outputs)
        back = _grads(outputs, inputs, probes, True)
        _check_required(back, 'grad_inputs', strict)
    with torch.set_grad_enabled(create_graph or torch.is_grad_enabled()):
        found = _filled(_grads(back, probes, v, create_graph), outputs, strict, create_graph, 'back_trick')
    return _unpacked(_finished(outputs, create_graph), out_tuple), _unpacked(_finished(found, create_graph), out_tuple)


def _forward_jacobian(func, inputs, strict, vectorize):
    if strict:
        raise RuntimeError('torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together (yet). '
                           'Please either set `strict=False` or `strategy="reverse-mode"`.')
    is_tuple, inputs = _as_tuple(inputs, 'inputs', 'jacobian')
    if not vectorize:
        raise NotImplementedError('Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for '
                                  '`vectorize=True`.')
    found = torch.func.jacfwd(func, argnums=tuple(range(len(inputs))))(*inputs)
    # jacfwd answers a tuple of inputs for each output.
    out_tuple = not isinstance(found[0], Tensor)
    rows = [list(row) for row in (found if out_tuple else (found,))]
    return _unpacked(rows if is_tuple else tuple(row[0] for row in rows), out_tuple)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy='reverse-mode'):
    """Derivatives of every output element by every input element, each output's one backward pass after the other."""
    if strategy not in ('forward-mode', 'reverse-mode'):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than inputs, '
            '"forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".')
    if strategy == 'forward-mode':
        if create_graph:
            raise NotImplementedError(
                'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported together (yet). '
                'Please either set `create_graph=False` or `strategy="reverse-mode"`.')
        return _forward_jacobian(func, inputs, strict, vectorize)
    with torch.enable_grad():
        is_tuple, inputs = _as_tuple(inputs, 'inputs', 'jacobian')
        inputs = _prepared(inputs, create_graph)
        out_tuple, outputs = _as_tuple(func(*inputs), _OUTPUTS, 'jacobian')
        _check_required(outputs, 'outputs', strict)
        if vectorize and strict:
            raise RuntimeError('torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please '
                               'either set `strict=False` or `vectorize=False`.')
        rows = []
        for i, out in enumerate(outputs):
            columns = [[] for _ in inputs]
            for j in range(out.nelement()):
                for k, (g, t) in enumerate(zip(_grads((out.reshape(-1)[j],), inputs, None, create_graph, True), inputs)):
                    if g is None:
                        if strict:
                            raise RuntimeError(f'Output {i} of the user-provided function is independent of input {k}. This is not allowed '
                                               'in strict mode.')
                        g = torch.zeros_like(t)
                    elif strict and create_graph and not g.requires_grad:
                        raise RuntimeError(f'The jacobian of the user-provided function is independent of input {i}. This is not allowed in '
                                           'strict mode when create_graph=True.')
                    columns[k].append(g)
            rows.append(tuple(torch.stack(c).view(out.size() + t.size()) if c else t.new_zeros(out.size() + t.size())
                              for c, t in zip(columns, inputs)))
        rows = _finished(tuple(rows), create_graph)
        return _unpacked(tuple(_unpacked(row, is_tuple) for row in rows), out_tuple)


def _check_scalar(out_tuple, outputs, fn):
    if out_tuple:
        raise RuntimeError(f'The function given to {fn} should return a single Tensor')
    if outputs[0].nelement() != 1:
        raise RuntimeError(f'The Tensor returned by the function given to {fn} should contain a single element')


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy='reverse-mode'):
    """Second derivatives of a scalar function."""
    is_tuple, inputs = _as_tuple(inputs, 'inputs', 'hessian')
    if outer_jacobian_strategy not in ('forward-mode', 'reverse-mode'):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*x):
        out_tuple, outputs = _as_tuple(func(*x), _OUTPUTS, 'hessian')
        _check_required(outputs, 'outputs', strict)
        _check_scalar(out_tuple, outputs, 'hessian')
        return outputs[0].squeeze()

    def gradient(*x):
        if outer_jacobian_strategy == 'forward-mode':
            x = tuple(t.requires_grad_(True) if t.is_leaf else t for t in x)
        found = jacobian(scalar, x, create_graph=True)
        _check_required(found, 'jacobian', strict)
        return found

    found = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return found if is_tuple else found[0][0]


def _with_gradient(func, inputs, v, create_graph, strict, fn):
    """What vhp and hvp begin with: inputs, v, the output and its gradient."""
    is_tuple, inputs = _as_tuple(inputs, 'inputs', fn)
    inputs = _prepared(inputs, create_graph)
    v = _vector(v, inputs, is_tuple, fn, create_graph,
                'the input to the user-provided function is a single Tensor with a single element.')
    out_tuple, outputs = _as_tuple(func(*inputs), _OUTPUTS, fn)
    _check_required(outputs, 'outputs', strict)
    _check_scalar(out_tuple, outputs, fn)
    first = _grads(outputs, inputs, None, True)
    _check_required(first, 'jacobian', strict)
    return is_tuple, inputs, v, outputs, first


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, vᵀ·H)."""
    with torch.enable_grad():
        is_tuple, inputs, v, outputs, first = _with_gradient(func, inputs, v, create_graph, strict, 'vhp')
    with torch.set_grad_enabled(create_graph or torch.is_grad_enabled()):
        found = _filled(_grads(first, inputs, v, create_graph), inputs, strict, create_graph, 'double_back')
    return _finished(outputs, create_graph)[0], _unpacked(_finished(found, create_graph), is_tuple)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, H·v)."""
    with torch.enable_grad():
        is_tuple, inputs, v, outputs, first = _with_gradient(func, inputs, v, create_graph, strict, 'hvp')
        probes = tuple(torch.zeros_like(t, requires_grad=True) for t in inputs)
        second = _grads(first, inputs, probes, True)
    with torch.set_grad_enabled(create_graph or torch.is_grad_enabled()):
        found = _filled(_grads(second, probes, v, create_graph), inputs, strict, create_graph, 'double_back_trick')
    return _finished(outputs, create_graph)[0], _unpacked(_finished(found, create_graph), is_tuple)
