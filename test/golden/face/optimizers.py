import copy
import torch
import torch.nn as nn


def train(kind, steps=30, dtype=torch.float64, **options):
    """The parameters and the state after some steps on a small problem."""
    torch.manual_seed(3)
    x = torch.randn(16, 4).to(dtype)
    y = torch.sin(x.sum(1, keepdim=True))
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)).to(dtype)
    opt = getattr(torch.optim, kind)(net.parameters(), **options)
    for _ in range(steps):
        opt.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
    print(loss.item().__format__('.4e'))
    for p in net.parameters():
        print(p.detach())
        print({k: v if k in ('step', 'mu_product', 'eta', 'mu') else format(v.norm().item(), '.6e' if dtype == torch.float64 else '.3e') if v is not None else v for k, v in opt.state[p].items()})


train('SGD')
train('SGD', lr=0.1)
train('SGD', 10, torch.float32, lr=0.1, momentum=0.9)
train('Adam', 10, torch.float32, lr=0.05)
train('RMSprop', 10, torch.float32)
train('SGD', lr=0.1, momentum=0.9)
train('SGD', lr=0.1, momentum=0.9, nesterov=True)
train('SGD', lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1)
train('SGD', lr=0.01, maximize=True)
train('Adam', lr=0.05)
train('Adam', lr=0.05, amsgrad=True, weight_decay=0.1)
train('Adam', lr=0.05, betas=(0.5, 0.9), maximize=True)
train('AdamW', lr=0.05)
train('AdamW', lr=0.05, weight_decay=0.5, amsgrad=True)
train('Adamax', lr=0.05)
train('Adamax', lr=0.05, weight_decay=0.1)
train('RMSprop', lr=0.05)
train('RMSprop', lr=0.01, momentum=0.9, centered=True, weight_decay=0.1)
train('Adagrad', lr=0.1)
train('Adagrad', lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5)
train('Adadelta')
train('Adadelta', lr=0.5, weight_decay=0.1, maximize=True)
train('NAdam', lr=0.05)
train('NAdam', lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)
train('RAdam', lr=0.05)
train('RAdam', lr=0.05, weight_decay=0.1, betas=(0.5, 0.6))
train('RAdam', lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)
train('Rprop', lr=0.01)
train('Rprop', lr=0.01, etas=(0.4, 1.3), step_sizes=(1e-3, 0.1))
train('ASGD', lr=0.1)
train('ASGD', lr=0.1, t0=5, weight_decay=0.1, lambd=0.01)
p = [nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1))]
torch.optim.SGD(p)
torch.optim.SGD(p, lr=-1)
torch.optim.SGD([])
torch.optim.Adam(p)
torch.optim.Adam(p, lr=-1)
torch.optim.Adam([])
torch.optim.AdamW(p)
torch.optim.AdamW(p, lr=-1)
torch.optim.AdamW([])
torch.optim.Adamax(p)
torch.optim.Adamax(p, lr=-1)
torch.optim.Adamax([])
torch.optim.RMSprop(p)
torch.optim.RMSprop(p, lr=-1)
torch.optim.RMSprop([])
torch.optim.Adagrad(p)
torch.optim.Adagrad(p, lr=-1)
torch.optim.Adagrad([])
torch.optim.Adadelta(p)
torch.optim.Adadelta(p, lr=-1)
torch.optim.Adadelta([])
torch.optim.NAdam(p)
torch.optim.NAdam(p, lr=-1)
torch.optim.NAdam([])
torch.optim.RAdam(p)
torch.optim.RAdam(p, lr=-1)
torch.optim.RAdam([])
torch.optim.Rprop(p)
torch.optim.Rprop(p, lr=-1)
torch.optim.Rprop([])
torch.optim.ASGD(p)
torch.optim.ASGD(p, lr=-1)
torch.optim.ASGD([])
torch.optim.SGD(p, momentum=-1)
torch.optim.SGD(p, weight_decay=-1)
torch.optim.SGD(p, nesterov=True)
torch.optim.Adam(p, betas=(1.0, 0.9))
torch.optim.Adam(p, betas=(0.9, 1.0))
torch.optim.Adam(p, eps=-1)
torch.optim.Rprop(p, etas=(1.0, 1.2))
torch.optim.Adadelta(p, rho=2)
torch.optim.SGD(p[0])
torch.optim.SGD([1, 2])
torch.optim.SGD([p[0] * 2])
torch.optim.SGD({p[0]})
torch.optim.SGD([{'params': {p[0]}}])
torch.optim.SGD([{'params': p}, {'params': p}])
torch.optim.SGD([{'params': p[0], 'lr': 0.5}, {'params': p[1:], 'momentum': 0.9}], lr=0.1)
torch.optim.SGD([('a', p[0]), ('b', p[1])])
torch.optim.SGD([('a', p[0]), p[1]])
torch.optim.SGD(iter(p)).param_groups
opt = torch.optim.SGD(p, lr=0.1, momentum=0.9)
opt.add_param_group(3)
opt.add_param_group({'params': nn.Parameter(torch.ones(1)), 'lr': 1.0})
len(opt.param_groups)
opt.state_dict()
(p[0].sum() * 2).backward()
opt.step()
opt.state_dict()['state']
opt.state[p[0]]
other = torch.optim.SGD([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1))])
other.load_state_dict(opt.state_dict())
opt2 = torch.optim.SGD([{'params': [nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1))]}, {'params': [nn.Parameter(torch.ones(1))]}])
opt2.load_state_dict(opt.state_dict())
opt2
opt2.state_dict() == opt.state_dict() or len(opt2.state)
other.load_state_dict({'state': {}, 'param_groups': [{'params': [0]}]})
opt.zero_grad()
p[0].grad
(p[0].sum() * 2).backward()
opt.zero_grad(set_to_none=False)
p[0].grad


def closure():
    opt.zero_grad()
    loss = (p[0] ** 2).sum()
    loss.backward()
    return loss


opt.step(closure)
p[0]
opt.defaults['lr']
adam = torch.optim.Adam([p[0]], lr=torch.tensor(0.1))
adam.step(closure)
p[0]
adam
saved = copy.deepcopy(adam.state_dict())
saved
adam.load_state_dict(saved)
adam.state[p[0]]['step']
log = []
h = adam.register_step_post_hook(lambda o, a, k: log.append('post'))
h0 = adam.register_step_pre_hook(lambda o, a, k: log.append('pre'))
adam.step()
log


class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr=1.0):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for q in group['params']:
                q.add_(q.grad, alpha=-group['lr'])


mine = Mine([p[0]])
mine.step()
mine
p[0]
torch.optim.NoSuch
plain = torch.optim.SGD([torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))], lr=.1)
plain.add_param_group({'params': [torch.nn.Parameter(torch.ones(1))], 'momentum': .9})
sum(q.sum() for g in plain.param_groups for q in g['params']).backward()
plain.step()
plain.state, plain.state_dict()
