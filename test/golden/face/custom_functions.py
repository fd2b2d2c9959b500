import warnings
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
x = torch.ones(2, requires_grad=True)
def make(forward, backward, **more):
    return type('M', (Function,), {'forward': staticmethod(forward), 'backward': staticmethod(backward), **{k: staticmethod(v) for k, v in more.items()}})
class F(Function):
    @staticmethod
    def forward(ctx, x, y=2):
        ctx.save_for_backward(x)
        ctx.k = 3
        return x * 2
    @staticmethod
    def backward(ctx, g):
        print(ctx.needs_input_grad, ctx.saved_tensors)
        return g * 2, None
o = F.apply(x)
o.grad_fn.name(), o.grad_fn.k, o.grad_fn.saved_tensors, o.grad_fn.metadata, isinstance(o.grad_fn, torch.autograd.graph.Node), type(o.grad_fn)
F.apply(x, 5).sum().backward()
x.grad
F.apply(x, y=3)
F.apply(x, z=3)
o.grad_fn.nothing
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter('always')
    F()
    print([str(w.message) for w in found])
F()(x)
make(lambda ctx, x: x * 1, Function.backward).apply(x).sum().backward()
type('N', (Function,), {}).apply(x)
make(lambda ctx, x: x * 1, lambda ctx, g: (g, g)).apply(x).sum().backward()
make(lambda ctx, x: x * 1, lambda ctx, g: (g, None, None)).apply(x).sum().backward()
make(lambda ctx, x: x * 1, lambda ctx, g: g[:1]).apply(x).sum().backward()
make(lambda ctx, x: x * 1, lambda ctx, g: torch.ones(3)).apply(x).sum().backward()
make(lambda ctx, x: x * 1, lambda ctx, g: torch.ones(3, 2)).apply(x).sum().backward()
x.grad
make(lambda ctx, x: x * 1, lambda ctx, g: 1).apply(x).sum().backward()
make(lambda ctx, x: x * 1, lambda ctx, g: None).apply(x).sum().backward()
make(lambda ctx, x, y: x * 1, lambda ctx, g: (g, g)).apply(x, 3).sum().backward()
make(lambda ctx, x: [x * 1], lambda ctx, g: g).apply(x)
make(lambda ctx, x: (x * 1, 3, None), lambda ctx, g, a, b: (print(g, a, b), g)[1]).apply(x)
make(lambda ctx, x: (x * 1, 3, None), lambda ctx, g, a, b: (print(g, a, b), g)[1]).apply(x)[0].sum().backward()
make(lambda ctx, x: x, lambda ctx, g: g * 2).apply(x)
make(lambda ctx, x: x, lambda ctx, g: g * 2).apply(x) is x
make(lambda ctx, x: ctx.save_for_backward(3), lambda ctx, g: g * 2).apply(x)
dirty = make(lambda ctx, x: (ctx.mark_dirty(x), x.add_(1))[1], lambda ctx, g: g * 5)
dirty.apply(x)
y = x * 1
z = dirty.apply(y)
z is y, y.grad_fn.name(), y._version
torch.autograd.grad(y.sum(), x)
base = torch.ones(4, requires_grad=True) * 1
dirty.apply(base[1:3])
base.grad_fn.name()
make(lambda ctx, x: (ctx.mark_dirty(x), x * 2)[1], lambda ctx, g: g * 2).apply(x * 1)
make(lambda ctx, x: (ctx.mark_non_differentiable(x), x)[1], lambda ctx, g: g * 2).apply(x * 1)
def two(ctx, x, materialize=True):
    a, b = x * 1, x * 2
    ctx.mark_non_differentiable(b)
    return a, b
make(two, lambda ctx, g, h: (print(g, h), g)[1]).apply(x)
make(two, lambda ctx, g, h: (print(g, h), g)[1]).apply(x)[0].sum().backward()
def lean(ctx, x):
    ctx.set_materialize_grads(False)
    return x * 1, x * 2
make(lean, lambda ctx, g, h: (print(g, h), g)[1]).apply(x)[0].sum().backward()
def saving(ctx, x):
    y = x.exp()
    ctx.save_for_backward(y, None)
    return y
E = make(saving, lambda ctx, g: g * ctx.saved_tensors[0])
torch.autograd.grad(E.apply(x).sum(), x, create_graph=True)
torch.autograd.grad(torch.autograd.grad(E.apply(x).sum(), x, create_graph=True)[0].sum(), x)
o = E.apply(x)
o.grad_fn.saved_tensors
o.sum().backward(retain_graph=True)
o.sum().backward()
o.sum().backward()
o.grad_fn.saved_tensors
o = E.apply(x)
with torch.no_grad():
    o.add_(1)
o.sum().backward()
xx = torch.ones(2, requires_grad=True) * 1
o = make(lambda ctx, x: (ctx.save_for_backward(x), x * 2)[1], lambda ctx, g: g * ctx.saved_tensors[0]).apply(xx)
xx.add_(1)
o.sum().backward()
class O(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        print(torch.is_grad_enabled())
        return g * 2
torch.autograd.grad(O.apply(x).sum(), x, create_graph=True)[0].requires_grad
g1 = torch.ones(2, requires_grad=True)
gg = torch.autograd.grad(O.apply(x), x, g1, create_graph=True)[0]
gg.requires_grad, gg.detach()
gg.sum().backward()
class S(Function):
    @staticmethod
    def forward(x, power=2):
        return x ** power
    @staticmethod
    def setup_context(ctx, inputs, output):
        x, power = inputs
        ctx.save_for_backward(x)
        ctx.power = power
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * ctx.power * x ** (ctx.power - 1), None
torch.autograd.grad(S.apply(x * 3, 3).sum(), x)
torch.autograd.grad(S.apply(x * 3).sum(), x)
torch.func.grad(lambda x: S.apply(x).sum())(torch.tensor([2.0, 3.0]))
class G(S):
    generate_vmap_rule = True
torch.func.jacrev(torch.func.jacrev(lambda x: G.apply(x, 3).sum()))(torch.tensor([2.0, 3.0]))
torch.func.grad(lambda x: F.apply(x).sum())(torch.ones(2))
class V(Function):
    @staticmethod
    def forward(x):
        return x * 2
    @staticmethod
    def setup_context(ctx, inputs, output):
        pass
    @staticmethod
    def vjp(ctx, g):
        return g * 7
torch.autograd.grad(V.apply(x).sum(), x)
torch.func.vmap(G.apply)(torch.arange(4.0).view(2, 2))
torch.func.vmap(S.apply)(torch.arange(4.0).view(2, 2))
Function.setup_context(1, 2, 3)
Function.vmap(1, 2, 3)
Function.jvp(1, 2)
Function.forward(1, 2)
torch.autograd.gradcheck(S.apply, (torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True),))
torch.autograd.gradgradcheck(S.apply, (torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True),))
with torch.no_grad():
    print(F.apply(x), S.apply(x))
with torch.inference_mode():
    t = torch.ones(2)
    print(t.is_inference(), (t * 2).is_inference(), F.apply(t).is_inference())
t.requires_grad_()
x * t
(x * t).sum().backward()
t + 1
t.clone()[0].add_(1)
with torch.no_grad():
    torch.ones(2).copy_(t)
t.grad_fn
t.grad_fn, t.is_leaf, t.requires_grad
t.clone().add_(1)
v = torch.ones(2)
with torch.inference_mode():
    w = v.view(2)
    print(w.is_inference())
    v.add_(1)
    print(v.is_inference(), v)
w.add_(1)
