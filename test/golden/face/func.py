import torch
from torch import nn
from torch.func import (functional_call, functionalize, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, stack_module_state, vjp,
                        vmap)
x = torch.tensor([1.0, 2.0, 3.0])
w = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
def f(x):
    return (x.sin() * x).sum()
grad(f)(x)
grad(f)(x).requires_grad, grad_and_value(f)(x)
grad(grad(lambda x: x.sin()))(torch.tensor(1.0))
grad(grad(grad(lambda x: x ** 4)))(torch.tensor(2.0))
grad(lambda x, y: (x * y).sum(), argnums=1)(x, x * 2)
grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, x * 2)
grad(lambda x, y: (x * y).sum(), argnums=-1)(x, x * 2)
grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': x, 'b': [x * 2]})
grad(lambda x: (f(x), {'aux': x * 2}), has_aux=True)(x)
grad_and_value(lambda x: (f(x), x * 2), has_aux=True)(x)
grad(lambda x, *, k: (x * k).sum())(x, k=3.0)
g = grad(lambda x: (x * w).pow(2).sum())(x)
g
torch.autograd.grad(g.sum(), w)
leaf = torch.tensor([1.0, 2.0], requires_grad=True)
g = grad(lambda x: (x ** 3).sum())(leaf)
g.requires_grad
torch.autograd.grad(g.sum(), leaf)
leaf.grad
with torch.no_grad():
    print(grad(lambda x: (x ** 3).sum())(leaf))
def half(x):
    with torch.no_grad():
        c = x ** 2
    return (x - c).sum()
grad(half)(x)
grad(lambda x: x * grad(lambda y: x + y)(torch.tensor(1.0)))(torch.tensor(2.0))
grad(lambda x: x * 2)(x)
grad(lambda x: 3)(x)
grad(f)(3)
grad(f, argnums=1)(x)
grad(f, argnums='a')(x)
grad(f, argnums=())(x)
grad(f, argnums=(0, 0))(x)
grad(lambda x: x.sum(), has_aux=True)(x)
grad(lambda x: torch.tensor(1.0))(x)
out, pull = vjp(lambda x: (x * 2, x.sum()), x)
out, pull((x, torch.tensor(1.0)))
out, pull = vjp(lambda x, y: x * y, x, x + 1)
pull(torch.ones(3))
pull((torch.ones(3),))
out, pull, aux = vjp(lambda x: (x * 2, x + 1), x, has_aux=True)
out, aux, pull(x)
vjp(lambda x: x > 1, x)
vjp(lambda x: 1, x)
vjp(lambda x: None, x)
jvp(torch.sin, (x,), (torch.ones(3),))
jvp(lambda x, y: (x * y, x.sum()), (x, x + 1), (torch.ones(3), x))
jvp(lambda x: (x * 2, x), (x,), (x,), has_aux=True)
jvp(lambda x: torch.ones(2), (x,), (x,))
jvp(torch.sin, x, x)
jvp(torch.sin, (x,), (x, x))
jacrev(torch.sin)(x)
jacfwd(torch.sin)(x)
jacrev(lambda x: (x * 2, x.sum()))(x)
jacrev(lambda x, y: x * y, argnums=(0, 1))(x, x + 1)
jacfwd(lambda x, y: x * y, argnums=(0, 1))(x, x + 1)
jacfwd(lambda x, y: {'a': x * y, 'b': x.sum()}, argnums=1)(x, x + 1)
jacrev(lambda d: d['a'] * 2)({'a': x})
jacrev(lambda x: (x * 2, x + 1), has_aux=True)(x)
jacfwd(lambda x: (x * 2, x + 1), has_aux=True)(x)
jacrev(torch.sin, chunk_size=2)(x)
jacrev(torch.sin, chunk_size=0)
jacrev(lambda x: x.view(1, 3) * 2)(x).shape, jacfwd(lambda x: x.view(1, 3) * 2)(x).shape
jacrev(jacrev(f))(x) + 0
jacfwd(jacfwd(f))(x)
hessian(f)(x)
hessian(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, x)
out, push = linearize(lambda x: x.sin(), x)
out, push(torch.ones(3))
functionalize(lambda x: x.clone().add_(1))(x)
vmap(lambda x: x * 2)(torch.arange(6.0).view(2, 3))
vmap(torch.dot)(torch.arange(6.0).view(2, 3), torch.ones(2, 3))
vmap(torch.dot, in_dims=(0, None))(torch.arange(6.0).view(2, 3), torch.ones(3))
vmap(torch.dot, in_dims=(1, 1))(torch.arange(6.0).view(2, 3), torch.ones(2, 3))
vmap(lambda x: x, in_dims=1, out_dims=1)(torch.arange(6.0).view(2, 3))
vmap(lambda x: (x, x.sum()), out_dims=(1, 0))(torch.arange(6.0).view(2, 3))
vmap(lambda x: {'a': x + 1, 'b': [x.sum()]})(torch.arange(6.0).view(2, 3))
vmap(lambda d: d['a'] * d['b'], in_dims=({'a': 0, 'b': None},))({'a': x, 'b': torch.tensor(2.0)})
vmap(lambda x: torch.ones(2))(x)
vmap(lambda x: 3, out_dims=None)(x)
vmap(lambda x: 3)(x)
vmap(lambda x: x, out_dims=None)(x)
vmap(vmap(lambda x, y: x + y, in_dims=(None, 0)), in_dims=(0, None))(x, x)
vmap(grad(f))(torch.arange(6.0).view(2, 3))
vmap(jacrev(torch.sin))(torch.arange(4.0).view(2, 2))
grad(lambda x: vmap(lambda x: x.sin() * w)(x).sum())(torch.arange(6.0).view(2, 3)).detach()
jacrev(vmap(lambda x: x ** 2))(x)
m = torch.arange(6.0).view(2, 3).requires_grad_()
vmap(lambda r: (r ** 2).sum())(m).sum().backward()
m.grad
vmap(lambda x, k: x * k, in_dims=(0, None))(x, 3)
vmap(lambda x, k=2: x * k)(x, k=5)
vmap(lambda x: x.item())(x)
vmap(lambda x: x if x.sum() > 2 else -x)(x)
total = torch.zeros(2)
vmap(lambda x: total.mul_(x))(torch.arange(6.0).view(3, 2))
total
vmap(lambda x: x.add_(1))(torch.arange(3.0))
vmap(lambda x: x + torch.randn(1))(x)
torch.manual_seed(0)
vmap(lambda x: x + torch.rand(2), randomness='same')(x)
torch.manual_seed(0)
vmap(lambda x: x + torch.rand(2), randomness='different')(x)
vmap(lambda x: x, randomness='x')
vmap(lambda x: x, chunk_size=0)(x)
vmap(lambda x: x * 2, chunk_size=2)(x)
vmap(lambda x: x)()
vmap(lambda x: x, in_dims='a')(x)
vmap(lambda x: x, in_dims=None)(x)
vmap(lambda x: x)(3)
vmap(lambda x: x)(torch.tensor(1.0))
vmap(lambda x: x, in_dims=2)(x)
vmap(lambda x, y: x)(x, torch.ones(4))
vmap(lambda x: x, in_dims=(0, 0))(x)
vmap(lambda x: x, out_dims='a')(x)
vmap(lambda x: (x, x), out_dims=(0, 0, 0))(x)
vmap(lambda x: x, out_dims=3)(x)
net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
with torch.no_grad():
    net[0].weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    net[0].bias.zero_()
net.eval();
values = {n: p.detach() * 2 for n, p in net.named_parameters()}
functional_call(net, values, torch.ones(1, 2))
functional_call(net, (values, dict(net.named_buffers())), (torch.ones(1, 2),))
net[0].weight
functional_call(net, {'nothing': torch.ones(1)}, torch.ones(1, 2)).detach()
functional_call(net, {'9.weight': torch.ones(1)}, torch.ones(1, 2))
functional_call(net, values, torch.ones(1, 2), strict=True)
functional_call(net, {**values, **dict(net.named_buffers()), 'more': x}, torch.ones(1, 2), strict=True)
functional_call(net, (values, values), torch.ones(1, 2))
functional_call(net, [1], torch.ones(1, 2))
functional_call(net, 3, torch.ones(1, 2))
grad(lambda p: functional_call(net, p, torch.ones(1, 2)).sum())(values)['0.weight']
tied = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False))
tied[1].weight = tied[0].weight
functional_call(tied, {'0.weight': torch.tensor([[3.0]])}, torch.ones(1, 1))
functional_call(tied, {'0.weight': torch.tensor([[3.0]])}, torch.ones(1, 1), tie_weights=False).shape
functional_call(tied, {'0.weight': torch.tensor([[3.0]]), '1.weight': torch.tensor([[4.0]])}, torch.ones(1, 1))
functional_call(tied, {'0.weight': torch.tensor([[3.0]]), '1.weight': torch.tensor([[4.0]])}, torch.ones(1, 1), tie_weights=False)
models = [nn.Linear(2, 1) for _ in range(2)]
with torch.no_grad():
    for i, model in enumerate(models):
        model.weight.fill_(i + 1.0)
        model.bias.zero_()
params, buffers = stack_module_state(models)
params
buffers, params['weight'].is_leaf
vmap(lambda p, b, x: functional_call(models[0], (p, b), (x,)), in_dims=(0, 0, None))(params, buffers, torch.ones(3, 2)).detach()
stack_module_state([])
stack_module_state([nn.Linear(1, 1), nn.ReLU()])
stack_module_state([nn.Linear(1, 1), nn.Linear(1, 1).eval()])
torch.vmap is vmap, torch.func.vmap.__module__
import torch.autograd.forward_ad as fwAD
with fwAD.dual_level():
    d = fwAD.make_dual(x, torch.ones(3))
    print(fwAD.unpack_dual(d))
    out = d.sin() * d
    print(fwAD.unpack_dual(out))
    print(fwAD.unpack_dual(x + 1))
    print(fwAD.unpack_dual(out).tangent)
    a, b = fwAD.make_dual(x, torch.ones(3)), fwAD.make_dual(x, x)
    print(fwAD.unpack_dual(a * b))
fwAD.make_dual(x, x)
with fwAD.dual_level():
    fwAD.make_dual(torch.tensor(1), torch.tensor(1))
with fwAD.dual_level():
    fwAD.make_dual(x, torch.tensor([1]))
with fwAD.dual_level():
    fwAD.make_dual(x, torch.ones(2))
with fwAD.dual_level():
    with fwAD.dual_level():
        pass
fwAD.exit_dual_level()
fwAD.unpack_dual(x)
