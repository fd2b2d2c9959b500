import torch
import torch.nn.functional as F
x = torch.arange(6.).reshape(2, 3)
y = [x.clone(), x[0] + 1]
torch._foreach_add(y, y), torch._foreach_add(y, y, alpha=2), torch._foreach_sub(y, 1), torch._foreach_mul(y, [2, 3])
torch._foreach_mul_(y, 0.5)
torch._foreach_add_(y, [1., 2.])
y
torch._foreach_lerp(y, [x, x[1]], 0.25), torch._foreach_lerp_(y, [x, x[1]], [x * 0.5, x[0]])
torch._foreach_addcmul(y, y, y), torch._foreach_addcdiv(y, y, [x + 1, x[0] + 1], 0.5), torch._foreach_addcdiv_(y, y, [x + 1, x[0] + 1], [0.5, 2])
torch._foreach_norm(y), torch._foreach_norm(y, 1), torch._foreach_norm(y, float('inf')), torch._foreach_max(y)
torch._foreach_sqrt(y), torch._foreach_neg(y), torch._foreach_reciprocal_([x + 1]), torch._foreach_sigmoid(y)
torch._foreach_div(y, torch.tensor(2.)), torch._foreach_maximum(y, 1), torch._foreach_clamp_max(y, [1, 2]), torch._foreach_pow(y, 2), torch._foreach_pow(2, [x])
torch._foreach_copy_(y, [x, x[0]]), torch._foreach_zero_(y)
torch._foreach_add(y, [x])
torch._foreach_add(y, [1.])
torch._foreach_clone(y)
w = torch.ones(3, requires_grad=True)
sum(t.sum() for t in torch._foreach_mul([w, w * 2], 3)).backward()
w.grad
torch._weight_norm(x + 1, torch.ones(2, 1), 0), torch._weight_norm(x + 1, torch.ones(1, 3), 1)
torch._safe_softmax(torch.tensor([[-float('inf')] * 2, [1., -float('inf')]]), 1)
torch.conv_tbc(torch.arange(24.).reshape(3, 2, 4), torch.arange(40.).reshape(2, 4, 5) / 10, torch.ones(5), 1)
torch.conv_tbc(x, x, x)
torch.conv_tbc(torch.ones(3, 2, 4), torch.ones(2, 3, 5), torch.ones(5))
a, b, c = torch.randn(3, 2, 4, dtype=torch.float64), torch.ones(2, 4, 5, dtype=torch.float64, requires_grad=True), torch.ones(5, dtype=torch.float64, requires_grad=True)
torch.conv_tbc(torch.arange(24.).double().reshape(3, 2, 4), b, c, 1).pow(2).sum().backward()
b.grad, c.grad
torch.native_channel_shuffle(torch.arange(8.).reshape(1, 4, 2), 2), F.native_channel_shuffle(torch.arange(8.).reshape(1, 4, 2), 2)
torch.view_as_complex_copy(torch.arange(4.).reshape(2, 2)), torch.view_as_real_copy(torch.tensor([1 + 2j]))
(x + 1).polygamma_(1)
(x + 1).polygamma_(-1)
n = torch.nn.CrossMapLRN2d(3, alpha=0.5, k=2.)
n
z = torch.arange(20, dtype=torch.float64).reshape(1, 5, 2, 2).mul(0.1).requires_grad_()
o = n(z)
o
o.backward(torch.arange(20).reshape(1, 5, 2, 2) % 3 + 0.5)
z.grad
torch.nn.CrossMapLRN2d(2)(torch.ones(1, 4, 1, 2)), torch.nn.CrossMapLRN2d(5)(torch.ones(1, 4, 1, 2))
n(x)
torch.nn.Container(a=torch.nn.Linear(1, 1))
