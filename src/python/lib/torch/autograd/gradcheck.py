"""gradcheck: the tape's gradients against differences of the function itself."""
from .._tensor import Tensor


class GradcheckError(RuntimeError):
    """What a failed gradcheck raises."""


def _outputs(func, inputs):
    out = func(*inputs)
    return [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, Tensor) and (o.is_floating_point() or o.is_complex())]


def gradcheck(func, inputs, *, eps=1e-06, atol=1e-05, rtol=0.001, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True,
              check_grad_dtypes=False, check_batched_grad=False, fast_mode=False, masked=None, **kwargs):
    """True where analytic and numerical Jacobians agree; else GradcheckError, or False."""
    import torch
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    wanted = [t for t in inputs if isinstance(t, Tensor) and t.requires_grad]
    if not wanted:
        raise ValueError('gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.')
    for n, o in enumerate(_outputs(func, inputs)):
        for k, t in enumerate(wanted):
            analytic = torch.stack([
                torch.zeros_like(t) if g is None else g
                for g in (torch.autograd.grad(o.reshape(-1)[i], t, retain_graph=True, allow_unused=True)[0] for i in range(o.numel()))
            ]).reshape(o.numel(), t.numel()).t() if o.requires_grad else torch.zeros(t.numel(), o.numel(), dtype=o.dtype)
            columns = []
            with torch.no_grad():
                flat = t.data.view(-1)
                for j in range(t.numel()):
                    value = flat[j].item()
                    flat[j] = value + eps
                    above = _outputs(func, inputs)[n].reshape(-1).clone()
                    flat[j] = value - eps
                    below = _outputs(func, inputs)[n].reshape(-1).clone()
                    flat[j] = value
                    columns.append((above - below) / (2 * eps))
            numerical = torch.stack(columns)
            if not torch.allclose(analytic, numerical, rtol, atol):
                if not raise_exception:
                    return False
                raise GradcheckError(f'Jacobian mismatch for output {n} with respect to input {k},\n'
                                     f'numerical:{numerical}\nanalytical:{analytic}\n')
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, gen_non_contig_grad_outputs=False, **kwargs):
    """The same of the gradient's gradient, by the inputs and by the gradient that comes in (random numbers in [-1, 1), if none is given)."""
    import torch
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    if grad_outputs is None:
        grad_outputs = [torch.empty_like(o).uniform_(-1, 1).requires_grad_() for o in _outputs(func, inputs) if o.requires_grad]
    elif isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs]

    def gradient(*args):
        args, grads = args[:len(inputs)], args[len(inputs):]
        with torch.enable_grad():
            outs = [o for o in _outputs(func, args) if o.requires_grad]
            return torch.autograd.grad(outs, [a for a in args if isinstance(a, Tensor) and a.requires_grad], grads, create_graph=True,
                                       allow_unused=True)

    return gradcheck(gradient, (*inputs, *grad_outputs), **kwargs)
