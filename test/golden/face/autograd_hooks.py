import warnings
import torch
from torch.autograd.graph import (GradientEdge, Node, disable_saved_tensors_hooks, get_gradient_edge, increment_version,
                                  register_multi_grad_hook, save_on_cpu, saved_tensors_hooks)
x = torch.tensor([1.0, 2.0], requires_grad=True)
h = x.register_post_accumulate_grad_hook(lambda p: print('now', p.grad, p is x))
(x * 2).sum().backward()
(x * 3).sum().backward()
h.remove()
(x * 3).sum().backward()
x.grad
(x * 2).register_post_accumulate_grad_hook(print)
torch.ones(2).register_post_accumulate_grad_hook(print)
h = x.register_post_accumulate_grad_hook(lambda p: 3)
(x * 2).sum().backward()
h.remove()
y = x.exp()
h = y.grad_fn.register_hook(lambda ins, outs: print('after', ins, outs))
p = y.grad_fn.register_prehook(lambda outs: print('before', outs))
y.sum().backward(retain_graph=True)
h.remove(), p.remove()
y.sum().backward(retain_graph=True)
with y.grad_fn.register_hook(lambda ins, outs: (ins[0] * 0,)):
    print(torch.autograd.grad(y.sum(), x, retain_graph=True))
with y.grad_fn.register_prehook(lambda outs: (outs[0] * 10,)):
    print(torch.autograd.grad(y.sum(), x, retain_graph=True))
with y.grad_fn.register_hook(lambda ins, outs: (ins[0], ins[0])):
    y.sum().backward(retain_graph=True)
acc = y.grad_fn.next_functions[0][0]
acc.name(), acc.variable is x
h = acc.register_hook(lambda ins, outs: print('accumulated', ins, outs))
y.sum().backward()
h.remove()
y = x * x.sin()
y.grad_fn._saved_self, y.grad_fn._saved_other, y.grad_fn.next_functions[1][0].name()
x.exp().grad_fn._saved_result
x.sum(0).grad_fn._saved_self_sym_sizes
x.pow(3).grad_fn._saved_self
x.softmax(0).grad_fn._saved_dim
y.grad_fn._saved_nothing
y.grad_fn.metadata['a'] = 1
y.grad_fn.metadata
isinstance(y.grad_fn, Node), y.output_nr, x.unbind()[1].output_nr
with saved_tensors_hooks(lambda t: (print('pack', t), t)[1], lambda t: (print('unpack', t), t)[1]):
    y = x.exp().sin()
y.sum().backward()
with saved_tensors_hooks(lambda t: t * 10, lambda t: t):
    y = x ** 2
torch.autograd.grad(y.sum(), x)
with saved_tensors_hooks(lambda t: t.tolist(), lambda v: torch.tensor(v)):
    y = x.exp() * x
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
g
torch.autograd.grad(g.sum(), x)
with saved_tensors_hooks(lambda t: t, lambda t: 3):
    y = x.exp()
y.sum().backward()
with saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
    y = x.exp()
with save_on_cpu():
    y = x.exp() * x
torch.autograd.grad(y.sum(), x)
with save_on_cpu(pin_memory=False):
    with saved_tensors_hooks(lambda t: (print('inner'), t)[1], lambda t: t):
        y = x.exp()
    z = x.exp()
torch.autograd.grad((y + z).sum(), x)
with disable_saved_tensors_hooks('not here'):
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        pass
a, b, c = (torch.tensor(float(i), requires_grad=True) for i in (1, 2, 3))
h = register_multi_grad_hook((a, b, c), lambda grads: print(grads))
(a * b).backward()
(a * b * c).backward()
a.sin().backward()
h.remove()
(a * b).backward()
h = register_multi_grad_hook((a, b, c), lambda grad: print(grad), mode='any')
(a * b).backward()
(a * b * c).backward()
h.remove()
register_multi_grad_hook((a,), print, mode='x')
t = torch.ones(2)
increment_version(t)
t._version
increment_version([t, t])
t._version
y = x.exp()
increment_version(y)
y.sum().backward()
e = get_gradient_edge(x)
e.node.name(), e.output_nr
y = x * 2
e = get_gradient_edge(y)
torch.autograd.grad((y ** 2).sum(), e)
torch.autograd.grad((y ** 2).sum(), (e, x))
torch.autograd.grad((y ** 2).sum(), GradientEdge(y.grad_fn, 0))
get_gradient_edge(torch.ones(1))
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter('always')
    with torch.autograd.detect_anomaly():
        y = torch.tensor([-1.0], requires_grad=True)
        try:
            y.sqrt().sum().backward()
        except RuntimeError as error:
            print(error)
    print([str(w.message).partition(' (Trig')[0].partition('\n')[0] for w in found])
torch.is_anomaly_enabled()
with torch.autograd.set_detect_anomaly(True):
    print(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled())
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()
        @staticmethod
        def backward(ctx, g):
            raise ValueError('in backward')
    try:
        Bad.apply(x).sum().backward()
    except ValueError as error:
        print(error)
with torch.autograd.set_detect_anomaly(True, check_nan=False):
    print(torch.is_anomaly_check_nan_enabled())
    torch.tensor([-1.0], requires_grad=True).sqrt().sum().backward()
y = torch.tensor([-1.0], requires_grad=True).sqrt().sum()
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter('always')
    with torch.autograd.set_detect_anomaly(True):
        try:
            y.backward()
        except RuntimeError as error:
            print(error)
    print([str(w.message).partition(' (Trig')[0] for w in found])
torch.autograd.grad(x.exp(), x, torch.eye(2), is_grads_batched=True)
torch.autograd.is_multithreading_enabled(), torch.autograd.is_view_replay_enabled()
with torch.autograd.set_multithreading_enabled(False):
    pass
with torch.autograd.profiler.record_function('a'), torch.autograd.profiler.profile(enabled=False):
    print(x + 1)
@torch.autograd.profiler.record_function('b')
def f():
    return 1
f()
