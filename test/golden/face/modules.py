import torch
import torch.nn as nn
import torch.nn.functional as F
import copy
from collections import OrderedDict


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layer = nn.Linear(n, n)
        self.scale = nn.Parameter(torch.ones(n))
        self.register_buffer('count', torch.zeros(()))
        self.register_buffer('secret', torch.zeros(2), persistent=False)

    def forward(self, x):
        self.count += 1
        return self.layer(x) * self.scale

    def extra_repr(self):
        return 'n'


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(2), Block(2), Block(3)])
        self.heads = nn.ModuleDict({'a': nn.Linear(2, 1), 'b': nn.Sequential(nn.ReLU(), nn.Linear(2, 2, bias=False))})
        self.extra = nn.ParameterList([torch.zeros(2), torch.ones(1, 3)])
        self.named = nn.ParameterDict({'z': torch.zeros(2), 'y': torch.ones(3)})
        self.nothing = None

    def forward(self, x):
        return self.heads['a'](self.blocks[0](x))


torch.manual_seed(0)
net = Net()
net
list(net.state_dict())
[(n, tuple(p.shape)) for n, p in net.named_parameters()]
[n for n, _ in net.named_buffers()]
[n for n, _ in net.named_modules()]
[n for n, _ in net.named_children()]
[type(m).__name__ for m in net.modules()]
len(list(net.parameters()))
net.get_submodule('heads.b.1')
net.get_parameter('heads.a.bias')
net.get_submodule('heads.c')
net.get_submodule('blocks.0.scale')
net.get_parameter('heads.a')
net.get_buffer('blocks.0.count')
net.get_buffer('blocks.0.scale')
net.foo
net(torch.ones(1, 2))
net.blocks[0].count
net.blocks[-1]
net.blocks[5]
net.blocks[0:2]
net.train(False).training
net.blocks[0].training
net.train(3)
net.eval().blocks[0].layer.training
net.load_state_dict(net.state_dict())
Block(2).load_state_dict({})
Block(2).load_state_dict({'scale': torch.zeros(3), 'more': torch.zeros(1)})
Block(2).load_state_dict({'scale': torch.zeros(2), 'more': torch.zeros(1)}, strict=False)
Block(2).load_state_dict([1])
Block(2).load_state_dict({**Block(2).state_dict(), 'layer.weight': torch.zeros(3, 3)})
Block(2).load_state_dict({**Block(2).state_dict(), 'layer.q.w': torch.zeros(3)})
nn.Linear(1, 1).load_state_dict({'weight': 3, 'bias': torch.zeros(1)})
b = Block(2)
b.scale = torch.zeros(2)
b.scale = 3
b.layer = torch.zeros(2)
b.layer = 3
b.count = 3
b.count = torch.ones(())
b.count
b.scale = None
b.scale
b.scale = nn.Parameter(torch.zeros(1))
list(b.state_dict())
del b.scale
list(b.state_dict())
b.scale
b.register_parameter('a.b', None)
b.register_parameter('', None)
b.register_parameter(3, None)
b.register_parameter('layer', nn.Parameter(torch.zeros(1)))
b.register_parameter('q', torch.zeros(1))
b.register_parameter('q', nn.Parameter(torch.zeros(1)))
b.register_buffer('q', torch.zeros(1))
b.register_buffer('r', 3)
b.register_buffer('s.t', torch.zeros(1))
b.add_module('q', nn.ReLU())
b.add_module('x.y', nn.ReLU())
b.add_module('', nn.ReLU())
b.add_module('x', 3)
b.add_module(3, nn.ReLU())
b


class Bad(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


class Worse(nn.Module):
    def __init__(self):
        self.p = nn.Parameter(torch.zeros(1))


class Empty(nn.Module):
    pass


Bad()
Worse()
Empty()
Empty()(1)
Empty(3)
Empty(a=3)
nn.Linear(2, 3)(torch.zeros(1, 4))
nn.Linear(2, 3)(5)
s = nn.Sequential(OrderedDict([('first', nn.Linear(2, 3)), ('act', nn.Tanh())]))
s
s.first
s[0]
s[1:]
s[7]
s.append(nn.Linear(3, 1))
s + nn.Sequential(nn.ReLU())
s.insert(1, nn.ReLU())
s.pop(0)
len(s)
del s[0]
s
nn.Sequential()
nn.ModuleList()
nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1), nn.ReLU()])
nn.ModuleList(3)
nn.ModuleDict({'a': nn.ReLU()})['a']
nn.ParameterList([torch.zeros(2, 3), 5])
nn.ParameterDict({'a': torch.zeros(2), 'b': 'x'})
shared = nn.Linear(2, 2)
tied = nn.Sequential(shared, shared)
len(list(tied.parameters()))
[n for n, _ in tied.named_parameters()]
[n for n, _ in tied.named_parameters(remove_duplicate=False)]
list(tied.state_dict())
seen = []
tied.apply(lambda m: seen.append(type(m).__name__))
seen
c = copy.deepcopy(tied)
c[0] is c[1]
torch.equal(c[0].weight, tied[0].weight)
c[0].weight is tied[0].weight
c.double()[0].weight.dtype
c.float()[0].weight.dtype
c.to(torch.float64)[0].bias.dtype
c.to(torch.int64)
c.to('cpu')[0].bias.dtype
c.cuda()
c.to('cuda')
c.requires_grad_(False)[0].weight.requires_grad
m = nn.Linear(2, 1)
log = []
h1 = m.register_forward_pre_hook(lambda mod, args: log.append(('pre', len(args))))
h2 = m.register_forward_hook(lambda mod, args, out: log.append(('post', tuple(out.shape))))
h3 = m.register_forward_hook(lambda mod, args, out: out * 0)
m(torch.ones(3, 2))
log
h3.remove()
h1.remove()
h4 = m.register_forward_pre_hook(lambda mod, args: (args[0] * 2,))
(m(torch.ones(1, 2)) == m.weight.sum() * 2 + m.bias).item()
log
h5 = m.register_forward_hook(lambda mod, args, kwargs, out: log.append(sorted(kwargs)), with_kwargs=True)
m(input=torch.ones(1, 2))
log[-1]
m2 = nn.Linear(2, 1, bias=False)
m2.register_full_backward_hook(lambda mod, gi, go: print([None if g is None else g.shape for g in gi], go)) is None
x = torch.ones(3, 2, requires_grad=True)
m2(x).sum().backward()
x.grad.shape
m2(torch.ones(3, 2)).sum().backward()
m3 = nn.Linear(2, 2)
m3.register_full_backward_hook(lambda mod, gi, go: (gi[0] * 0,)) is None
y = torch.ones(2, requires_grad=True)
m3(y).sum().backward()
y.grad
m3.zero_grad()
m3.weight.grad
m3(y).sum().backward()
m3.zero_grad(set_to_none=False)
m3.weight.grad
nn.Parameter(3)
nn.Parameter([1.0])
nn.Parameter(torch.zeros(2, dtype=torch.int64))
nn.Parameter(torch.zeros(2, dtype=torch.int64), requires_grad=False)
isinstance(nn.Parameter(torch.zeros(1)), torch.Tensor)
type(nn.Parameter(torch.zeros(1)) * 2)
nn.Parameter(torch.zeros(1)).is_leaf
copy.deepcopy(nn.Parameter(torch.ones(1)))
nn.Threshold(1, 2)
nn.ReLU()
nn.ReLU(True)
nn.RReLU()
nn.RReLU(0.1, 0.2, True)
nn.Hardtanh()
nn.Hardtanh(-2, 3, True)
nn.Hardtanh(3, 2)
nn.ReLU6()
nn.ReLU6(True)
nn.Sigmoid()
nn.Hardsigmoid(True)
nn.Tanh()
nn.SiLU(True)
nn.Mish()
nn.Hardswish()
nn.ELU(2., True)
nn.CELU()
nn.SELU(True)
nn.GLU()
nn.GELU()
nn.GELU('tanh')
nn.Hardshrink()
nn.LeakyReLU(0.2, True)
nn.LogSigmoid()
nn.Softplus()
nn.Softshrink()
nn.PReLU()
nn.PReLU(3)
nn.Softsign()
nn.Tanhshrink()
nn.Softmin()
nn.Softmax(1)
nn.Softmax2d()
nn.LogSoftmax(-1)
nn.Linear(3, 4, bias=False)
nn.Bilinear(2, 3, 4)
nn.Bilinear(0, 3, 4)
nn.Identity(1, a=2)
nn.Flatten()
nn.Flatten(0, 2)
nn.Unflatten(1, (2, 3))
nn.Unflatten(1, 3)
nn.Dropout(0.3)
nn.Dropout(1.5)
nn.Dropout2d(inplace=True)
nn.AlphaDropout()
nn.Embedding(10, 3)
nn.Embedding(10, 3, padding_idx=-1)
nn.Embedding(10, 3, padding_idx=12)
nn.Embedding(4, 2, 0, 1., 3., True, True)
nn.LayerNorm(3)
nn.LayerNorm((2, 3), elementwise_affine=False)
nn.LayerNorm(3, bias=False)
nn.RMSNorm(3)
nn.BatchNorm1d(3)
nn.BatchNorm2d(3, affine=False)
nn.BatchNorm3d(2, 1e-3, None, True, False)
nn.PairwiseDistance()
nn.CosineSimilarity()
nn.MSELoss()
nn.CrossEntropyLoss(torch.ones(2))
nn.BCEWithLogitsLoss()
nn.HuberLoss('sum', 2.)
nn.TripletMarginLoss()
nn.TripletMarginLoss(-1)
nn.NLLLoss()
nn.MSELoss(size_average=False).reduction
list(nn.BatchNorm1d(3).state_dict())
list(nn.CrossEntropyLoss(torch.ones(2)).state_dict())
