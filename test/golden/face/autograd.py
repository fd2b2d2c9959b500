import torch
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = x * x
y
y.requires_grad, y.is_leaf, y.grad_fn.name(), x.is_leaf, x.grad_fn
y.grad_fn
y.grad_fn.next_functions
y.sum().grad_fn.next_functions[0][0].next_functions[0][0].variable is x
y.backward()
y.sum().backward()
x.grad
x.grad is x.grad
y.sum().backward()
(x * 2).sum().backward()
x.grad
x.grad.zero_()
x.grad = None
x.grad
x.grad = torch.ones(2)
x.grad = torch.ones(3, dtype=torch.float64)
x.grad = 1
x.grad = torch.ones(3)
x.grad
del x.grad
z = x ** 2
z.backward(torch.tensor([1., 0., 2.]))
x.grad
z = x ** 2
z.backward(torch.ones(2))
z.backward(gradient=torch.ones(3), retain_graph=True)
z.backward(torch.ones(3))
x.grad
torch.tensor([1.]).backward()
torch.tensor([1.], requires_grad=True).backward()
torch.autograd.grad((x ** 3).sum(), x)
torch.autograd.grad((x ** 3).sum(), [x], create_graph=True)
g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
torch.autograd.grad(g.sum(), x)
torch.autograd.grad(x.sum(), torch.ones(2, requires_grad=True))
torch.autograd.grad(x.sum(), torch.ones(2, requires_grad=True), allow_unused=True)
torch.autograd.grad(x.sum(), torch.ones(2))
torch.autograd.grad(x, x)
torch.autograd.grad(x, x, torch.ones(3))
with torch.no_grad():
    print((x * 2).requires_grad, torch.is_grad_enabled())
    with torch.enable_grad():
        print((x * 2).requires_grad)
torch.is_grad_enabled()
@torch.no_grad()
def f(t):
    return t * 2
f(x)
@torch.no_grad
def f2(t):
    return t * 2
f2(x).requires_grad
torch.set_grad_enabled(False)
(x * 2).requires_grad
torch.set_grad_enabled(True)
with torch.set_grad_enabled(False):
    print((x * 2).requires_grad)
(x * 2).requires_grad
with torch.inference_mode():
    t = x * 2
    print(t.requires_grad, t.is_inference())
t
t * x
x.detach().requires_grad, x.detach().is_leaf
x.detach()
x.data
x.data.requires_grad
x.data += 1
x
x.data = torch.zeros(3)
x
x.requires_grad = False
x
x.requires_grad_(True)
(x * 2).requires_grad_(False)
torch.ones(2, dtype=torch.int64).requires_grad_()
x += 1
x.add_(1)
with torch.no_grad():
    x += 1
x
w = (x * 2)
w.retain_grad()
w.sum().backward()
w.grad
(x * 2).grad
h = []
k = x.register_hook(lambda g: h.append(g.clone()))
x.grad = None
(x * 3).sum().backward()
h, x.grad
k.remove()
x.grad = None
k = x.register_hook(lambda g: g * 10)
(x * 3).sum().backward()
x.grad
k.remove()
u = x * 2
k = u.register_hook(lambda g: g + 1)
x.grad = None
u.sum().backward()
x.grad
torch.ones(2).register_hook(print)
def bad(g):
    raise ValueError('from the hook')
k = x.register_hook(bad)
(x * 3).sum().backward()
k.remove()
p = torch.ones(3, requires_grad=True)
q = p.sigmoid()
q.add_(1)
q.sum().backward()
s = p * 2
s2 = s * s
s += 1
s2.sum().backward()
p.detach_()
p.requires_grad
n = torch.ones(2, requires_grad=True)
n._version, n.detach().add_(1), n._version
n.data.add_(1), n._version, n.data._version
m = n * n
d = n.data
d.mul_(10)
d._version, n._version, d[0].zero_(), n
m.sum().backward()
n.grad
o = torch.autograd.Variable(torch.ones(2), requires_grad=True)
o, isinstance(o, torch.autograd.Variable)
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a * a
    @staticmethod
    def backward(ctx, g):
        a, = ctx.saved_tensors
        return 2 * a * g
e = torch.tensor([3.], requires_grad=True)
r = Square.apply(e)
r
r.backward()
e.grad
class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, n):
        return a * n
    @staticmethod
    def backward(ctx, g):
        return g
Bad.apply(e, 2).backward()
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, n):
        ctx.n = n
        return a * n, a + n
    @staticmethod
    def backward(ctx, g, h):
        return g * ctx.n + h, None
a, b = Two.apply(e, 2.)
e.grad = None
(a * 3 + b).sum().backward()
e.grad
a.grad_fn.name()
x1 = torch.ones(2, requires_grad=True)
x2 = torch.ones(2, requires_grad=True)
torch.autograd.backward([x1.sum(), (x2 * 2).sum()])
x1.grad, x2.grad
(x1 * x2).sum().backward(inputs=[x1])
x1.grad, x2.grad
lin = torch.zeros(2, 3, requires_grad=True)
for t in lin:
    print(t)
lin.unbind()[0].grad_fn.name()
r.backward()
r2 = Square.apply(e).sum()
r2.backward(retain_graph=True)
r2.backward()
r2.backward()
w = {'a': torch.tensor([1., 2.], requires_grad=True), 'b': torch.tensor(3., requires_grad=True)}
torch.autograd.grad((w['a'] * w['b']).sum(), w.values())
torch.autograd.grad((w['a'] * w['b']).sum(), w)
torch.autograd.grad((w['a'] * w['b']).sum(), (t for t in w.values()))
torch.autograd.grad(w['a'].sum(), [])
torch.autograd.grad(w['a'].sum(), w['b'], allow_unused=False, materialize_grads=True)
(w['a'] * w['b']).sum().backward(inputs=w)
w['a'].grad, w['b'].grad
g = torch.manual_seed(0)
torch.autograd.gradgradcheck(lambda x: x.sin() * x, torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)), torch.rand(1)
