import torch
x = torch.tensor([1 / 3, 0.1, 65519., 65520., 1e-8, 3e-8, 5.9e-8, -1e-9, float('nan'), float('-inf')], dtype=torch.float16)
x
x.tolist()
b = torch.tensor([1 / 3, 0.1, 3.4e38, 1e-40, -0.0, float('nan')], dtype=torch.bfloat16)
b
b.tolist()
x.element_size(), x.nbytes, x.untyped_storage().nbytes(), x.itemsize
x[:2] * 2.1, x[:2] + 2.1, x[:2] / 3, 3 / x[:2], x[:2] - 1
x[:2] + b[:2]
x[:2] * torch.tensor(2.1), x[:2] + torch.tensor(1, dtype=torch.int64), x[:2] + torch.ones(2, dtype=torch.float64)
torch.promote_types(torch.half, torch.bfloat16), torch.promote_types(torch.half, torch.float32), torch.promote_types(torch.bfloat16, torch.int64)
torch.promote_types(torch.half, torch.float64), torch.result_type(x, 1.5)
torch.can_cast(torch.half, torch.int32), torch.can_cast(torch.float64, torch.half), torch.can_cast(torch.int64, torch.half)
torch.tensor([2049, 70000, -3]).half()
torch.tensor([1e300, -1e300], dtype=torch.float64).bfloat16()
x[:3].sum(), x[:3].mean(), x[:2].cumsum(0)
torch.full((2,), 0.1, dtype=torch.half).tolist()
torch.arange(0, 1, 0.1, dtype=torch.half).tolist()
torch.linspace(0, 1, 7, dtype=torch.bfloat16).tolist()
torch.linspace(-1, 3, 9, dtype=torch.half).tolist()
w = torch.tensor([[0.5, -1.25, 3.0], [0.1, 0.2, 0.3]], dtype=torch.float16, requires_grad=True)
y = (torch.ones(2, 2).half() @ w).exp()
y
(y * 3).sum().backward()
w.grad
v = torch.tensor([1., 2.], requires_grad=True)
(v.bfloat16() * 1.01).sum().backward()
v.grad
torch.finfo(torch.half)
torch.finfo(torch.bfloat16)
torch.HalfTensor([1, 2])
torch.BFloat16Tensor(2).dtype
x.type(), b.type(), x.type('torch.BFloat16Tensor')[:2]
isinstance(x, torch.HalfTensor), isinstance(x, torch.FloatTensor)
x.to(torch.int32)[:2]
x.bool()
torch.set_default_dtype(torch.float16)
torch.ones(2), torch.tensor(1.5), torch.tensor([1, 2]) / 3
torch.set_default_dtype(torch.float32)
m = torch.nn.Linear(3, 2).half()
m.weight.dtype, m.bias.dtype
m(torch.ones(1, 3))
m.bfloat16().weight.dtype
c = x[:4].clone()
c[0] = 0.3
c
c[1] += 0.1
c
c.mul_(1.1)
c[:2].add_(torch.tensor([1e-3, 1e-4]))
c.copy_(torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64))
torch.zeros(2, dtype=torch.half).add_(torch.tensor([0.1, 0.2], dtype=torch.float64))
torch.cat([torch.ones(1).half(), torch.ones(1).bfloat16()])
torch.stack([c[:2], c[2:]])
c.to(torch.float32).tolist()
c.float().half().equal(c)
c > 0.2, c == 0.2, c.max(), c.argmax(), c.sort(descending=True).values
torch.where(c > 0.2, c, 0)
import copy
import pickle
pickle.loads(pickle.dumps(b))
copy.deepcopy(x)[:2]
torch.allclose(c, c + 1e-4)
torch.allclose(c, c.float())
c & c
torch.ones(2, 2).half() @ torch.ones(2, 2)
torch.nn.functional.linear(torch.ones(1, 2).half(), torch.ones(2, 2).half(), torch.ones(2).half())
