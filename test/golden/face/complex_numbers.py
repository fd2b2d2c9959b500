import torch
z = torch.tensor([1 + 2j, -0.5j, 3, complex('nan'), complex(0, float('inf'))])
z
z.dtype, z.tolist(), z[0].item(), z.element_size()
z[1]
torch.tensor([1 + 2j, 3 - 4.25j], dtype=torch.cdouble)
torch.tensor([1e-6 + 2000j, 3j]), torch.tensor(2.5 - 1j), torch.tensor([], dtype=torch.cfloat)
torch.complex(torch.ones(2), torch.tensor([2., 3.]))
torch.polar(torch.tensor([1., 2.]), torch.tensor([0.5, 1.]))
torch.manual_seed(0)
torch.randn(3, 4, dtype=torch.cfloat)
torch.randn(2, 3, dtype=torch.cdouble)
torch.rand(2, 2, dtype=torch.cfloat)
torch.empty(5, 4, dtype=torch.cfloat).t().normal_(0.5, 2)
torch.randn_like(z), torch.rand(1)
torch.zeros(2, dtype=torch.cfloat), torch.ones(2, 2, dtype=torch.cdouble), torch.full((2,), 1 + 1j), torch.eye(2, dtype=torch.cfloat)
a = torch.tensor([[1 + 2j, 3 - 1j], [0.5j, -2]])
b = torch.tensor([[2j, 1], [1 - 1j, 4]])
a + b, a - b, a * b, a / b, a @ b
a ** 2, a ** 0.5, 2 ** a, a * 2.5, 1j * a, a + 1, 1 - a, 1 / a, a ** (1 + 1j)
a.abs(), a.angle(), a.real, a.imag, a.conj(), a.conj() * b, a.H, a.mH @ b
a.sum(), a.mean(0), a.prod(), a.cumsum(0), a.cumprod(1), a.sgn()
a.exp(), a.log(), a.sqrt(), a.sin(), a.cos(), a.tanh(), a.sigmoid(), a.reciprocal(), a.square()
a.std(), a.var(0), a.norm(), torch.linalg.vector_norm(a, 3)
a == b, a != a, a.isnan(), torch.allclose(a, a + 1e-9), torch.isclose(a, b), torch.equal(a, a)
a < b
a.max()
a.max(0)
a.sort()
a.floor()
a.clamp(0)
torch.relu(a)
a.sign()
a % b
a // b
a & b
torch.softmax(a, 0)
a.argmax()
torch.nn.functional.mse_loss(a, b)
torch.where(a.real > 0, a, b), torch.where(a.real > 0, a, 0), torch.cat([a, b.real]), torch.stack([a, b], 1)
a[0], a[:, 1], a[torch.tensor([1, 0])], a[a.abs() > 2], a.t(), a.reshape(4), a.flip(0), a.tril(), a.repeat(1, 2)
torch.view_as_real(a), torch.view_as_complex(torch.arange(8.).view(2, 2, 2))
a.is_complex(), torch.is_complex(a.real), a.conj().is_conj(), a.conj().resolve_conj().is_conj(), a.type(), torch.finfo(a.dtype)
torch.result_type(torch.ones(2, dtype=torch.float64), 1j), torch.promote_types(torch.cfloat, torch.float64)
torch.ones(2, dtype=torch.float64) * 1j, torch.ones(2, dtype=torch.int64) * 1j, torch.tensor(1.0, dtype=torch.float64) * a
torch.can_cast(torch.cfloat, torch.float32), torch.can_cast(torch.float64, torch.cfloat)
a.item()
complex(a[0, 0]), bool(a[0, 0])
c = a.clone()
c[0, 0] = 5j
c.real[1] = 7
c.imag.mul_(2)
c
c += 1
c *= 1j
c
c.abs_()
c.conj().mul_(2)
c
c.real = torch.zeros(2, 2)
c
torch.ones(2).mul_(1j)
torch.ones(2).add_(a[0])
a.imag.imag
torch.view_as_real(torch.ones(2))
torch.view_as_real(a.conj())
torch.view_as_complex(torch.ones(3))
w = torch.tensor([1 + 1j, 2 - 1j], requires_grad=True)
(w * w.conj()).sum()
(w * w.conj()).sum().backward()
(w.abs() ** 2).sum().backward()
w.grad
w.grad = None
((w * (2 + 1j)).exp().real).sum().backward()
w.grad
x = torch.tensor([0.5, -1.], requires_grad=True)
(x * (1 + 2j)).imag.sum().backward()
x.grad
g, = torch.autograd.grad((x * w).abs().sum(), x, create_graph=True)
g
torch.autograd.grad(g.sum(), [x, w])
(w * 2).conj(), w.real, w.angle(), torch.view_as_real(w), w @ w
h = []
w.register_hook(h.append).remove()
m = torch.nn.Linear(2, 2, dtype=torch.cfloat)
m(a).dtype
import copy
import pickle
pickle.loads(pickle.dumps(a)), copy.deepcopy(a.conj())
