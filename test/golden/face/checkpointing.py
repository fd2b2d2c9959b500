import contextlib
import warnings
import torch
from torch import nn
from torch.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential, detach_variable, set_checkpoint_early_stop
calls = []
w = torch.tensor([1.0, 2.0], requires_grad=True)
def f(x, k=2):
    calls.append(1)
    return (x.exp() * w).sin() * k
x = torch.tensor([0.5, 1.5], requires_grad=True)
for how in (True, False):
    calls.clear()
    x.grad = w.grad = None
    out = checkpoint(f, x, use_reentrant=how)
    print(out.grad_fn.name(), len(calls))
    out.sum().backward()
    print(len(calls), x.grad, w.grad)
plain, = torch.autograd.grad(f(x).sum(), x)
plain
torch.autograd.grad(checkpoint(f, x, use_reentrant=False).sum(), x)
torch.autograd.grad(checkpoint(f, x, use_reentrant=True).sum(), x)
g, = torch.autograd.grad(checkpoint(f, x, use_reentrant=False).sum(), x, create_graph=True)
torch.autograd.grad(g.sum(), x), torch.autograd.grad(torch.autograd.grad(f(x).sum(), x, create_graph=True)[0].sum(), x)
checkpoint(f, x, use_reentrant=False, k=3)
checkpoint(f, x, use_reentrant=True, k=3)
checkpoint(f, x, use_reentrant=True, debug=True)
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter('always')
    checkpoint(f, x)
    checkpoint(f, x.detach(), use_reentrant=True)
    checkpoint_sequential([f, f], 2, x)
    print([str(v.message) for v in found])
def drop(x):
    return nn.functional.dropout(x, 0.5) * w
big = torch.ones(50, 2, requires_grad=True)
for how in (True, False):
    torch.manual_seed(0)
    big.grad = None
    out = checkpoint(drop, big, use_reentrant=how)
    out.sum().backward()
    print(bool(((out == 0) == (big.grad == 0)).all()), torch.rand(1))
torch.manual_seed(0)
big.grad = None
out = checkpoint(drop, big, use_reentrant=False, preserve_rng_state=False)
out.sum().backward()
bool(((out == 0) == (big.grad == 0)).all())
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2), nn.Sigmoid(), nn.Linear(2, 1))
with torch.no_grad():
    for p in net.parameters():
        p.copy_(torch.arange(1.0, p.numel() + 1).view(p.shape) / 10)
for how in (True, False):
    for segments in (1, 2, 3):
        net.zero_grad()
        inp = torch.ones(4, 2, requires_grad=True)
        checkpoint_sequential(net, segments, inp, use_reentrant=how).sum().backward()
        print(inp.grad[0], net[0].weight.grad, net[4].bias.grad)
checkpoint_sequential(net, 2, inp, use_reentrant=False, more=1)
with torch.no_grad():
    print(checkpoint(f, x, use_reentrant=False), checkpoint(f, x, use_reentrant=True))
state = {'first': True}
def changing(x):
    if state['first']:
        state['first'] = False
        return x.exp().sin()
    return x.clone()
checkpoint(changing, x, use_reentrant=False).sum().backward()
state['first'] = True
def growing(x):
    if state['first']:
        state['first'] = False
        return x.exp()
    return torch.cat([x, x]).exp()
checkpoint(growing, x, use_reentrant=False).sum().backward()
state['first'] = True
checkpoint(growing, x, use_reentrant=False, determinism_check='none').sum().backward()
checkpoint(f, x, use_reentrant=False, determinism_check='x')
def noisy(x):
    y = x.exp()
    print('after exp')
    y = y.sin()
    print('after sin')
    return y.detach() * 1 + y
checkpoint(noisy, x, use_reentrant=False).sum().backward()
with set_checkpoint_early_stop(False):
    out = checkpoint(noisy, x, use_reentrant=False)
out.sum().backward()
class Say(contextlib.AbstractContextManager):
    def __init__(self, what):
        self.what = what
    def __enter__(self):
        print('enter', self.what)
    def __exit__(self, *exc):
        print('exit', self.what)
checkpoint(torch.sin, x, use_reentrant=False, context_fn=lambda: (Say('first'), Say('again'))).sum().backward()
outer = lambda x: checkpoint(lambda y: y.sin() * w, x.exp(), use_reentrant=False).cos()
x.grad = w.grad = None
checkpoint(outer, x, use_reentrant=False).sum().backward()
x.grad, w.grad
x.grad = None
((x.exp().sin() * w).cos()).sum().backward()
x.grad
many = checkpoint(lambda a, b: (a * b, a + b, 3), x, w, use_reentrant=False)
many
many = checkpoint(lambda a, b: (a * b, a + b, 3), x, w, use_reentrant=True)
many
detach_variable((x, 1))
detach_variable([x])
with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
    print(checkpoint(f, x, use_reentrant=False).sum())
