import copy
import warnings
import torch
from torch import nn
def rosenbrock(x):
    return (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2
def lbfgs(steps=3, dtype=torch.float64, **options):
    x = torch.tensor([-0.5, 0.8], dtype=dtype, requires_grad=True)
    opt = torch.optim.LBFGS([x], **options)
    def closure():
        opt.zero_grad()
        loss = rosenbrock(x)
        loss.backward()
        return loss
    for _ in range(steps):
        print(opt.step(closure))
        print(x.detach(), opt.state[x]['func_evals'], opt.state[x]['n_iter'])
    return opt, x, closure
lbfgs(lr=0.05);
lbfgs(lr=0.05, history_size=2);
lbfgs(line_search_fn='strong_wolfe');
lbfgs(line_search_fn='strong_wolfe', max_iter=4, history_size=3);
lbfgs(line_search_fn='strong_wolfe', max_iter=3, max_eval=5, dtype=torch.float32);
lbfgs(line_search_fn='strong_wolfe', lr=0.3, tolerance_grad=1e-3);
lbfgs(lr=0.01, tolerance_change=1e-2);
opt, x, closure = lbfgs(1, line_search_fn='strong_wolfe', max_iter=4)
sorted(opt.state_dict()['state'][0])
sorted((k, type(v).__name__) for k, v in opt.state[x].items())
opt
y = x.detach().clone().requires_grad_()
again = torch.optim.LBFGS([y], line_search_fn='strong_wolfe', max_iter=4)
again.load_state_dict(copy.deepcopy(opt.state_dict()))
def closure2():
    again.zero_grad()
    loss = rosenbrock(y)
    loss.backward()
    return loss
again.step(closure2), opt.step(closure), x, y
torch.optim.LBFGS([x], lr=-1)
torch.optim.LBFGS([{'params': [x]}, {'params': [y]}])
torch.optim.LBFGS([x]).step()
torch.optim.LBFGS([x], line_search_fn='armijo').step(closure)
def train(kind, steps=5, dtype=torch.float64, **options):
    torch.manual_seed(3)
    x = torch.randn(16, 4).to(dtype)
    y = torch.sin(x.sum(1, keepdim=True))
    net = nn.Sequential(nn.Linear(4, 3, bias='Muon' != kind), nn.Tanh(), nn.Linear(3, 1, bias='Muon' != kind)).to(dtype)
    opt = getattr(torch.optim, kind)(net.parameters(), **options)
    for _ in range(steps):
        opt.zero_grad()
        ((net(x) - y) ** 2).mean().backward()
        opt.step()
    for p in net.parameters():
        print(p.detach(), {k: v for k, v in opt.state[p].items() if k != 'momentum_buffer'})
train('Adafactor')
train('Adafactor', lr=0.1, weight_decay=0.1, eps=(1e-5, 1e-2), d=2.0, beta2_decay=-0.5)
train('Adafactor', maximize=True)
torch.optim.Adafactor([x], lr=-1)
torch.optim.Adafactor([x], beta2_decay=1)
torch.optim.Adafactor([x], eps=(-1, 1))
torch.optim.Adafactor([x], eps=(None, -1))
torch.optim.Adafactor([x], d=0.5)
torch.optim.Adafactor([x])
m = torch.arange(6.0).view(2, 3).requires_grad_()
torch.optim.Muon([x])
torch.optim.Muon([m], lr=-1)
torch.optim.Muon([m], momentum=-1)
torch.optim.Muon([m], adjust_lr_fn='x')
torch.optim.Muon([m])
torch.optim.SparseAdam([x])
torch.optim.SparseAdam([x], lr=0)
x.grad = torch.ones(2, dtype=torch.float64)
torch.optim.SparseAdam([x]).step()
for kind in ('SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Adagrad', 'Adadelta', 'Rprop', 'ASGD'):
    opt = getattr(torch.optim, kind)([x], foreach=True)
    opt.step()
    print(kind, x.detach())
for kind in ('SGD', 'Adam', 'AdamW', 'Adagrad'):
    opt = getattr(torch.optim, kind)([x], fused=True)
    opt.step()
    print(kind, x.detach(), opt.state[x])
for kind in ('SGD', 'Adam', 'AdamW', 'Adagrad'):
    for options in ({'fused': True, 'foreach': True}, {'fused': True, 'differentiable': True}):
        try:
            getattr(torch.optim, kind)([x], **options)
        except RuntimeError as error:
            print(kind, error)
def captured(kind):
    try:
        getattr(torch.optim, kind)([x], capturable=True).step()
    except AssertionError as error:
        print(kind, error)
[captured(kind) for kind in ('Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Adadelta', 'Rprop', 'ASGD')];
torch.optim.Adam([x], lr=torch.tensor(0.1), foreach=True)
torch.optim.Adam([x], lr=torch.tensor([0.1, 0.2]))
torch.optim.Adam([x], betas=(0.9, torch.tensor(0.9)))
torch.optim.Adam([x], betas=(torch.tensor(0.9), torch.tensor(0.99)))
for kind in ('SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Adagrad', 'Adadelta', 'Rprop', 'ASGD'):
    start = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    p = start.clone()
    opt = getattr(torch.optim, kind)([p], differentiable=True)
    for _ in range(2):
        p.grad = torch.autograd.grad((p ** 3).sum(), p, create_graph=True)[0]
        opt.step()
    print(kind, p.detach(), torch.autograd.grad((p ** 2).sum(), start))
torch.optim.SGD([start], differentiable=True)
start.grad = torch.ones(2, dtype=torch.float64)
torch.optim.SGD([start], differentiable=True).step()
def meta(make):
    start = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    p = start.clone()
    opt = make(p)
    for _ in range(2):
        p.grad = torch.autograd.grad((p ** 3).sum(), p, create_graph=True)[0]
        opt.step()
    return p
lr = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
wd = torch.tensor(0.01, dtype=torch.float64, requires_grad=True)
torch.autograd.grad(meta(lambda p: torch.optim.SGD([p], lr=lr, differentiable=True)).sum(), lr)
torch.autograd.grad(meta(lambda p: torch.optim.Adam([p], lr=lr, differentiable=True)).sum(), lr)
torch.autograd.grad(meta(lambda p: torch.optim.AdamW([p], lr=lr, differentiable=True)).sum(), lr)
torch.autograd.grad(meta(lambda p: torch.optim.SGD([p], lr=lr, weight_decay=wd, differentiable=True)).sum(), (lr, wd))
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
before = register_optimizer_step_pre_hook(lambda opt, args, kwargs: print('before', type(opt).__name__, args, kwargs))
after = register_optimizer_step_post_hook(lambda opt, args, kwargs: print('after'))
opt = torch.optim.SGD([x])
opt.register_step_pre_hook(lambda opt, args, kwargs: print('own before'));
opt.register_step_post_hook(lambda opt, args, kwargs: print('own after'));
opt.step()
before.remove(), after.remove()
opt.step()
opt = torch.optim.Adam([torch.ones(1, dtype=torch.float64, requires_grad=True)])
opt.load_state_dict({'state': {0: {'step': torch.tensor(3.0), 'exp_avg': torch.ones(1), 'exp_avg_sq': torch.ones(1)}}, 'param_groups': opt.state_dict()['param_groups']})
opt.state_dict()['state']
opt.load_state_dict({'state': {}, 'param_groups': []})
opt.add_param_group({'params': {torch.ones(1)}})
opt.add_param_group([torch.ones(1)])
opt.add_param_group({'params': [1]})
opt.add_param_group({'params': [torch.ones(1, requires_grad=True) * 2]})
opt.add_param_group({'params': opt.param_groups[0]['params']})
opt.add_param_group({'params': [('a', torch.ones(1))]})
opt.add_param_group({'params': [('a', torch.ones(1)), torch.ones(1)]})
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn, get_swa_avg_fn, get_swa_multi_avg_fn, update_bn
def averaged(**options):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    swa = AveragedModel(net, **options)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        opt.zero_grad()
        (net(torch.randn(4, 2)) - 1).pow(2).sum().backward()
        opt.step()
        swa.update_parameters(net)
    for k, v in swa.state_dict().items():
        print(k, v)
    return swa
swa = averaged()
averaged(use_buffers=True);
averaged(avg_fn=get_ema_avg_fn(0.9));
averaged(multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True);
averaged(multi_avg_fn=get_swa_multi_avg_fn());
averaged(avg_fn=lambda average, value, n: (average + value) / (n + 1));
averaged(avg_fn=get_swa_avg_fn(), multi_avg_fn=get_swa_multi_avg_fn())
get_ema_avg_fn(2)
torch.manual_seed(1);
update_bn([torch.randn(4, 2), (torch.randn(4, 2), 1)], swa)
swa.module[1].running_mean, swa.module[1].running_var, swa.module[1].num_batches_tracked, swa.module[1].momentum
swa(torch.ones(2, 2)).shape
def rates(**options):
    opt = torch.optim.SGD([{'params': [torch.ones(1, requires_grad=True)]}, {'params': [torch.ones(1, requires_grad=True)], 'lr': 0.5}], lr=0.1)
    s = SWALR(opt, **options)
    out = []
    for _ in range(6):
        opt.step()
        s.step()
        out.append([round(v, 10) for v in s.get_last_lr()])
    print(out)
    return s
s = rates(swa_lr=0.05, anneal_epochs=4)
rates(swa_lr=[0.05, 0.01], anneal_epochs=3, anneal_strategy='linear');
rates(swa_lr=0.05, anneal_epochs=0);
rates(swa_lr=0.05, anneal_epochs=-1)
rates(swa_lr=0.05, anneal_strategy='x')
rates(swa_lr=[0.05])
s.state_dict()
torch.optim.lr_scheduler._LRScheduler
issubclass(torch.optim.lr_scheduler.StepLR, torch.optim.lr_scheduler._LRScheduler), torch.optim.lr_scheduler.LRScheduler
torch.optim.lr_scheduler.EPOCH_DEPRECATION_WARNING
