import torch
a = torch.tensor([1., 2., 3.])
b = torch.tensor([4., 5., 6.])
i = torch.tensor([5, -5, 7])
m = torch.tensor([True, False, True])
a + b
a - b
a * b
a / b
a ** 2
a ** b
a // 2
a % 2
i // 2
i % 3
i / 2
i // 0
-a
+a
abs(i)
~m
~i
~a
1 + a
1 - a
2 * a
2 / a
2 ** a
7 // a
7 % a
a @ b
2 @ a
a == b
a != b
a < 2
a <= 2
a > 2
a >= 2
2 < a
a == None
a != None
a == 'x'
m & True
m | m
m ^ m
i & 3
3 & i
i | 8
i ^ 1
i << 1
i >> 1
a & 1
a + 'x'
'x' + a
a + None
a + [1, 2, 3]
a * [1, 2, 3]
a < 'x'
a + i
i + 1.5
i + 1
m + 1
m + m
m * a
i + True
a + torch.ones(2)
a @ torch.ones(2)
torch.ones(2, 3) @ torch.ones(2, 3)
torch.ones(2, 3) @ torch.ones(3, 2)
torch.ones(2, dtype=torch.int64) @ torch.ones(2)
c = a
c += 1
a
c -= 1
c *= 2
c /= 2
c **= 2
c
c //= 2
c %= 2
c
i += 1
i
i += 0.5
i /= 2
m += 1
bool(torch.tensor(1))
bool(torch.tensor([0.]))
bool(a)
bool(torch.tensor([]))
int(torch.tensor(2.7)), float(torch.tensor(3)), int(torch.tensor([4]))
int(a)
float(torch.tensor([1., 2.]))
[10, 20, 30][torch.tensor(1)]
[10, 20, 30][torch.tensor(1.)]
range(torch.tensor(3))
round(torch.tensor([1.5, 2.5]))
f'{torch.tensor(1.23456):.2f}', f'{torch.tensor(3):d}', f'{torch.tensor(1.5)}'
f'{a}'
f'{a:.2f}'
'{:.3f}'.format(torch.tensor(2.))
'%.2f' % torch.tensor(2.5)
'%d' % torch.tensor(3)
str(torch.tensor(1.)), repr(torch.tensor(1.))
hash(a) == hash(a), hash(a) == id(a)
d = {a: 1}
d[a]
a.item()
torch.tensor(1.5).item(), torch.tensor(3).item(), torch.tensor(True).item(), torch.tensor([[2]]).item()
torch.tensor(-0.0).item(), torch.tensor(2.0).item(), torch.tensor(float('nan')).item(), torch.tensor(2 ** 62 + 1).item()
torch.tensor(0.1).item(), torch.tensor(0.1, dtype=torch.float64).item()
a.tolist(), i.tolist(), m.tolist(), torch.tensor(1.).tolist(), torch.zeros(2, 0).tolist(), torch.zeros(0, 2).tolist()
torch.zeros(2, 1, 2).tolist()
torch.add(a, b, alpha=2)
torch.add(a, 1)
torch.add(input=a, other=b)
torch.sub(a, b, alpha=0.5)
a.add(b, alpha=2)
a.add_(b)
torch.add(a, b, foo=1)
torch.add([1], a)
torch.add(a, 'x')
torch.relu([1])
torch.relu(input=a)
torch.relu(None)
a.relu_()
torch.mul(a, 2)
torch.pow(a, 2)
torch.pow(2, a)
torch.neg(1)
torch.matmul(a, 1)
torch.sum(a)
torch.sum(a, 0)
torch.sum(a, dim=0, keepdim=True)
torch.sum(a, axis=0)
torch.sum(a, dim=1)
torch.sum(a, dim=(0,))
a.sum(dtype=torch.float64)
a.mean(), i.float().mean()
i.mean()
a.max(), a.min(), a.argmax()
a.max(0)
a.max(dim=0)
torch.max(a, b)
torch.max(a, 0).values, torch.max(a, 0).indices, torch.max(a, 0)[1]
v, k = torch.max(torch.ones(2, 2), 1)
v, k
a.max(1)
a.std(), a.var(unbiased=False)
a.clamp(1, 2)
a.clamp(min=2)
a.clamp(max=torch.tensor(2.))
torch.where(a > 2, a, b)
torch.where(a > 2, 1., 0.)
torch.where(a > 2, a, 0)
torch.where(a > 2)
torch.cat([a, b])
torch.cat((a, b), 0)
torch.cat([a, b], dim=1)
torch.cat([a, 1])
torch.cat(a)
torch.cat([])
torch.stack([a, b])
torch.stack([a, b], dim=1)
torch.stack([a, torch.ones(2)])
a.view(3, 1)
a.view(-1)
a.view([3, 1])
a.view((1, 3))
a.view(2)
a.view(size=(3, 1))
a.reshape(3, 1).shape, a.reshape((1, 3)).shape
a.permute(0), torch.ones(2, 3).permute(1, 0).shape, torch.ones(2, 3).permute((1, 0)).shape
torch.ones(2, 3).permute(0)
torch.ones(2, 3).transpose(0, 1).shape, torch.ones(2, 3).T.shape, torch.ones(2, 3).t().shape, torch.ones(2, 3).mT.shape
a.expand(2, 3), a.expand(2, -1).shape
a.repeat(2), a.repeat(2, 1).shape
a.unsqueeze(0).shape, a.unsqueeze(-1).shape, a.unsqueeze(dim=0).squeeze().shape
a.unsqueeze(5)
torch.ones(1, 2, 1).squeeze().shape, torch.ones(1, 2, 1).squeeze(0).shape, torch.ones(1, 2, 1).squeeze(dim=-1).shape
a.chunk(2), torch.split(a, 2), a.split([1, 2])
torch.unique(torch.tensor([3, 1, 3]))
torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
torch.unique(torch.tensor([3, 1, 3]), return_inverse=True)
torch.tensor([3, 1, 3]).unique()
a.sort(descending=True)
torch.topk(a, 2)
a.cumsum(0)
torch.argmax(torch.ones(2, 3), dim=1)
torch.all(m), torch.any(m), m.all(), m.any()
torch.allclose(a, a), torch.equal(a, b), torch.isnan(a).any()
a.eq(b), a.gt(2), torch.lt(a, b)
a.dot(b)
a.outer(b)
a.norm()
a.fill_(3)
a.zero_()
a.copy_(b)
a.clone()
a.numel(), a.nelement(), a.dim(), a.ndim, a.ndimension(), a.size(), a.size(0), a.shape, a.stride(), a.storage_offset()
a.size(1)
torch.ones(2, 3).size(dim=-1), torch.ones(2, 3).stride()
a.element_size(), a.itemsize, a.nbytes, a.is_contiguous(), torch.ones(2, 3).t().is_contiguous()
a.is_floating_point(), a.is_cuda, a.layout, a.is_leaf, a.requires_grad, a.grad, a.grad_fn
a.double().dtype, a.int().dtype, a.long(), a.bool(), a.float() is a, a.to(torch.float32) is a
a.to('cpu') is a, a.to(torch.float64), a.to('cpu', torch.int64), a.to(i), a.to(dtype=torch.int32), a.type_as(i)
a.to('cuda')
a.cuda()
a.to('foo')
a.cpu() is a
a.foo
torch.foo
torch.relu6(a)
a.data_ptr() == a.view(3, 1).data_ptr()
a.detach().data_ptr() == a.data_ptr()
a.contiguous() is a
a.requires_grad_().requires_grad
a.add_(1)
torch.add(a)
torch.add()
torch.sum(a, 'x')
a.sum('x')
torch.max(a, 'x')
torch.max('x')
a.max('x', 1, 2)
a.view('x')
a.view(1.5)
torch.zeros('a')
a.mean('x')
a.permute('x')
a.transpose('x', 1)
a.flatten('x')
torch.randint('x')
a.clamp('x')
a.std('x')
a.squeeze('x')
torch.full(2, 1)
torch.arange('x')
torch.linspace(0, 1)
torch.linspace('a', 1, 3)
a.fill_('x')
a.pow('x')
torch.pow('x', a)
torch.where(a, 'x', a)
torch.mm(a, 1)
a.softmax('x')
torch.softmax(a)
torch.argmax('x')
a.gather(0)
a.expand('x')
a.repeat('x')
a.reshape('x')
a.unsqueeze()
a.unsqueeze('x')
a.unsqueeze(1.5)
a.masked_fill(1, 2)
torch.stack(a)
torch.stack([a, 1])
torch.zeros_like(1)
torch.eye('x')
torch.matmul(a, 'x')
