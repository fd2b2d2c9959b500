import torch
dir(torch.optim)
len(dir(torch.Tensor)), len(dir(torch.ones(2))), dir(torch.Tensor)[:70], dir(torch.ones(2))[-60:]
class Named(torch.Tensor): extra = 1
'extra' in dir(Named), 'extra' in dir(torch.Tensor)
x = torch.ones(2); x.mine = 3
set(dir(x)) - set(dir(torch.ones(2)))
[n for n in dir(torch.ones(2, requires_grad=True).mean().grad_fn) if "_saved_" not in n]
len(dir(torch.nn)), len(dir(torch.nn.functional)), [n for n in dir(torch.nn) if n.startswith('L')]
len(dir(torch.linalg)), len(dir(torch.fft)), len(dir(torch.special)), len(dir(torch.utils.data))
[n for n in dir(torch.nn.functional) if 'loss' in n]
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a): ctx.save_for_backward(a); ctx.factor = 2; return a * ctx.factor
    @staticmethod
    def backward(ctx, g): print(ctx.__dict__); return g * ctx.factor
y = Twice.apply(torch.ones(2, requires_grad=True))
y.grad_fn, y.grad_fn.__dict__, y.sum().grad_fn, vars(y.grad_fn)
y.sum().backward()
[type(y.grad_fn).__repr__ is object.__repr__, type(y.sum().grad_fn).__repr__ is object.__repr__]
