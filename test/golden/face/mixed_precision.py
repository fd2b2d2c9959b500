import warnings
import torch
import torch.nn.functional as F
torch.manual_seed(0)
x = torch.randn(4, 3)
m = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
with torch.autocast('cpu', dtype=torch.bfloat16):
    y = m(x)
    loss = F.cross_entropy(y, torch.tensor([0, 1, 0, 1]))
    other = F.mse_loss(y, torch.zeros(4, 2)), torch.cat([y, x[:, :2]]), y + x[:, :2], x @ x.t(), x.exp(), x.double() @ x.double().t()
    state = torch.is_autocast_enabled('cpu'), torch.get_autocast_dtype('cpu'), torch.is_autocast_cache_enabled()
y.dtype, loss.dtype, [o.dtype for o in other], state
y, loss
loss.backward()
[(p.dtype, p.grad.dtype) for p in m.parameters()]
m[0].weight.grad
torch.is_autocast_enabled('cpu')
with torch.autocast(device_type='cpu', dtype=torch.float16):
    with torch.autocast('cpu', enabled=False):
        a = m(x).dtype
    b = m(x).dtype
a, b
@torch.autocast('cpu')
def f(v):
    return v @ v.t()
f(x).dtype
torch.autocast(1)
torch.autocast('abacus')
def warned(make):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        made = make()
    return made, [(w.category.__name__, str(w.message)) for w in seen]
warned(lambda: torch.autocast('cuda')._enabled)
warned(lambda: torch.autocast('cpu', dtype=torch.float32)._enabled)
warned(lambda: torch.cuda.amp.autocast()._enabled)
warned(lambda: torch.cuda.amp.GradScaler().is_enabled())
warned(lambda: torch.amp.GradScaler().get_scale())
warned(lambda: torch.cpu.amp.autocast()._enabled)
s = torch.amp.GradScaler('cuda', enabled=False)
s.scale(loss) is loss, s.state_dict(), s.get_scale()
w = torch.nn.Parameter(torch.tensor([1., 2.]))
o = torch.optim.SGD([w], lr=0.1)
s = torch.amp.GradScaler('cpu', init_scale=8., growth_interval=2)
s.step(o)
s.scale((w * w).sum()).backward()
w.grad
s.unscale_(o)
s.unscale_(o)
w.grad
s.step(o)
s.update()
w, s.get_scale(), s.state_dict()
o.zero_grad()
s.scale((w * float('inf')).sum()).backward()
s.step(o)
s.update()
w, s.get_scale(), s.state_dict()
