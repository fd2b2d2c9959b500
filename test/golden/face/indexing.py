import torch
x = torch.arange(24.).view(2, 3, 4)
i = torch.arange(10)
x[0]
x[-1]
x[1, 2]
x[1, 2, 3]
x[0, :, 1]
x[:, 1]
x[..., 0]
x[0, ...]
x[...]
x[:]
x[None].shape
x[:, None].shape
x[..., None].shape
x[0:1]
x[:, 1:]
x[:, ::2]
x[:, -2:]
x[5:]
x[:, :, 1:3]
x[[0, 1]]
x[[1, 0], [2, 1]]
x[:, [0, 2]]
x[:, :, [3, 0]]
x[0, [1, 2], 1]
x[torch.tensor([1, 0, 1])].shape
x[x > 20]
x[(x > 3) & (x < 6)]
x[torch.tensor([True, False])]
x[[True, False]]
x[True].shape
x[False].shape
x[:, torch.tensor([True, False, True])]
x[torch.tensor(1)]
x[torch.tensor(1), torch.tensor(2)]
x[0, 1, torch.tensor([0, 2])]
x[torch.tensor([0, 1]), :, torch.tensor([2, 3])]
x[torch.tensor([[0], [1]]), torch.tensor([0, 1])]
x[(0, 1)]
x[0][1][2]
x[()]
x[2]
x[-3]
x[0, 3]
x[0, 0, 0, 0]
x[1.5]
x['a']
x[torch.tensor([2])]
x[torch.tensor([0.5])]
x[[0, 5]]
x[::-1]
x[::0]
i[3]
i[3].item()
i[[1, 2, 3]]
i[i % 2 == 0]
i[-3:]
i[2:8:3]
i[10]
i[torch.tensor([True] * 9)]
torch.tensor(5)[0]
torch.tensor(5)[None]
torch.tensor(5)[...]
torch.tensor(5)[()]
torch.tensor(5)[:]
torch.tensor(5)[0, 0]
len(x)
len(torch.tensor(1))
[t.shape for t in x]
[t.item() for t in i[:3]]
list(torch.tensor(3))
a, b = x
b.sum()
3 in i
12 in i
torch.tensor(3) in i
'a' in i
z = torch.zeros(3, 4)
z[0] = 1
z
z[1, 2] = 5.5
z[:, 3] = torch.tensor([7., 8., 9.])
z
z[z == 0] = -1
z
z[[0, 2], [0, 1]] = 100
z
z[0:2, 0:2] = torch.ones(2, 2) * 3
z
z[..., -1] = 0
z
z[torch.tensor([0, 2])] = torch.zeros(2, 4)
z
z[1] = torch.arange(4)
z[1]
z[1] = [4, 3, 2, 1]
z[1]
z[0] = torch.ones(1, 4)
z[0]
z[0] = torch.ones(3)
z[0] = torch.ones(2, 4)
z[5] = 1
z[0, 'a'] = 1
z[0] = 'a'
z[:] = 2
z
z[None] = 4
z.sum()
z[z > 100] = 3
z[torch.tensor([True, False, True])] = 9
z
z[:, torch.tensor([0, 3])] = torch.tensor([[1., 2.], [3., 4.], [5., 6.]])
z
n = torch.zeros(4, dtype=torch.int64)
n[1] = 2.7
n
n[2:] = torch.tensor([1.9, 2.9])
n
m = torch.zeros(3, dtype=torch.bool)
m[1] = 1
m
r = torch.ones(3, requires_grad=True)
r[0] = 2
y = r * 2
y[1] = 5
y
y.sum().backward()
r.grad
q = torch.ones(2, 3, requires_grad=True)
(q[0] * 3 + q[1, 1:2].sum()).sum().backward()
q.grad
q.grad = None
q[[0, 0, 1]].sum().backward()
q.grad
v = torch.zeros(2, 2)
v[0] += 1
v
v[v > 0] *= 3
v
v[:, 0] -= 1
v
w = torch.arange(6).view(2, 3)
w[:, 0], w[:, 1] = w[:, 1].clone(), w[:, 0].clone()
w
w.t()[0] = 9
w
z = torch.zeros(2, 3)
z[torch.tensor([0])] = torch.tensor(4)
z[torch.tensor([[True, False, True], [False, False, True]])] = torch.tensor([4])
z
z[torch.tensor([0, 1])] = torch.ones(1, 1, 3)
z
z[5] = 'a'
z[0, None, 3]
z[..., torch.tensor([0]), 3]
torch.tensor(1.)[2]
torch.tensor(1.)[(0,)]
torch.tensor(1.)[::-1]
z['a', 0, 0]
