import torch
from torch.autograd.functional import jacobian, hessian, vjp, jvp, hvp, vhp
x = torch.tensor([1., 2., 3.])
def f(a):
    return a ** 3 + a.sum()
def s(a):
    return (a ** 3).sum() * a[0]
def two(a, b):
    return a * b, a + 2 * b
jacobian(f, x)
hessian(s, x)
jacobian(two, (x, x + 1))
hessian(lambda a, b: (a * a * b).sum(), (x, x))
vjp(f, x, torch.ones(3))
vjp(s, x)
jvp(f, x, torch.tensor([1., 0., 0.]))
hvp(s, x, torch.ones(3))
vhp(s, x, torch.ones(3))
vjp(f, x)
hessian(f, x)
torch.autograd.gradcheck(lambda a: a.exp() * a, (torch.tensor([0.5, -1.], dtype=torch.float64, requires_grad=True),))
torch.autograd.gradcheck(lambda a: a, (torch.ones(2),))
torch.autograd.gradgradcheck(lambda a: a.sin(), (torch.tensor([0.5, -1.], dtype=torch.float64, requires_grad=True),))
