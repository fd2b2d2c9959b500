"""torch.autograd: backward, grad, and the modes."""
from .. import _bridge
from .._tensor import Tensor, warn_once, wrap
from . import anomaly_mode, forward_ad, functional, grad_mode, graph, profiler  # noqa: F401
from ._hooks import RemovableHandle  # noqa: F401
from .anomaly_mode import detect_anomaly, set_detect_anomaly  # noqa: F401
from .function import Function  # noqa: F401
from .gradcheck import gradcheck, gradgradcheck  # noqa: F401
from .grad_mode import (enable_grad, inference_mode, is_grad_enabled, is_multithreading_enabled,  # noqa: F401
                        is_view_replay_enabled, no_grad, set_grad_enabled, set_multithreading_enabled)
from .variable import Variable  # noqa: F401

_backward = _bridge._js.backward
_numel = _bridge._js.numel
_grad_of = _bridge.function('gradOf')


def _tuple(v):
    return (v,) if isinstance(v, (Tensor, graph.GradientEdge)) or not hasattr(v, '__iter__') else tuple(v)


def _targets(inputs):
    """Handles of tensors, and of places of the graph."""
    out = []
    for t in inputs:
        if isinstance(t, graph.GradientEdge):
            out += [-2 - t.node._n, t.output_nr]
        else:
            out.append(t._h)
    return out


def _start_gradients(tensors, grads):
    """Handles of the gradients that backward starts with, -1 where it is the implicit 1."""
    out = []
    if grads is None:
        grads = (None,) * len(tensors)
    if len(grads) != len(tensors):
        raise RuntimeError(f'got {len(tensors)} tensors and {len(grads)} gradients')
    for i, (t, g) in enumerate(zip(tensors, grads)):
        if g is None:
            if t.requires_grad and t.numel() != 1:
                raise RuntimeError('grad can be implicitly created only for scalar outputs')
            out.append(-1)
        elif isinstance(g, Tensor):
            out.append(g._h)
        else:
            raise TypeError(f'gradients can be either Tensors or None, but got {type(g).__name__}')
    return out


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Adds the gradients of `tensors` to the leaves' `.grad`."""
    if grad_tensors is None and inputs is None and not create_graph and isinstance(tensors, Tensor) and _numel(tensors._h) == 1:
        # loss.backward()
        if _backward(bool(retain_graph), False, 1, tensors._h, -1) is None:
            _bridge.raise_error()
        return
    tensors = _tuple(tensors)
    grads = _start_gradients(tensors, None if grad_tensors is None else _tuple(grad_tensors))
    retain = create_graph if retain_graph is None else retain_graph
    wanted = () if inputs is None else _tuple(inputs.values() if type(inputs) is dict else inputs)
    if inputs is not None and len(wanted) == 0:
        raise RuntimeError('`inputs` argument to `backward()` cannot be empty.')
    if create_graph:
        warn_once('Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can '
                  'cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this '
                  'function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.')
    if _backward(bool(retain), bool(create_graph), len(tensors), *[t._h for t in tensors], *grads, *_targets(wanted)) is None:
        _bridge.raise_error()


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):
    """The gradients of `outputs` with respect to `inputs`, as a tuple; of a dict's values, as a dict."""
    if materialize_grads and allow_unused is False:
        raise ValueError('Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.')
    if type(inputs) is dict:
        return dict(zip(inputs, grad(outputs, tuple(inputs.values()), grad_outputs, retain_graph, create_graph, only_inputs, allow_unused,
                                     is_grads_batched, materialize_grads)))
    outputs = _tuple(outputs)
    inputs = _tuple(inputs)
    if not inputs:
        raise RuntimeError('`inputs` argument to `grad()` cannot be empty.')
    if is_grads_batched:
        return _batched(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused)
    grads = _start_gradients(outputs, None if grad_outputs is None else _tuple(grad_outputs))
    retain = create_graph if retain_graph is None else retain_graph
    if allow_unused is None:
        allow_unused = materialize_grads
    text = _grad_of(bool(retain), bool(create_graph), len(outputs), *[t._h for t in outputs], *grads, *_targets(inputs))
    found = tuple(None if h == '-1' else wrap(int(h)) for h in text.split(',')) if text else ()
    if not allow_unused and any(g is None for g in found):
        i = next(i for i, g in enumerate(found) if g is None)
        raise RuntimeError(f'The differentiated Tensor at index {i} appears to not have been used in the graph. Set allow_unused=True if '
                           'this is the desired behavior.')
    if materialize_grads:
        import torch
        found = tuple(torch.zeros_like(t, requires_grad=create_graph) if g is None else g for g, t in zip(found, inputs))
    return found



def _batched(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused):
    """A pass for each row of grad_outputs; their gradients, stacked."""
    import torch
    grad_outputs = _tuple(grad_outputs)
    rows = len(next(g for g in grad_outputs if g is not None))
    found = [grad(outputs, inputs, tuple(None if g is None else g[i] for g in grad_outputs),
                  True if i < rows - 1 else create_graph if retain_graph is None else retain_graph, create_graph, allow_unused=allow_unused)
             for i in range(rows)]
    return tuple(None if column[0] is None else torch.stack(column) for column in zip(*found))


from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.autograd', globals())
