import torch, torch.nn as nn
import torch.nn.modules.module as M
m=nn.Linear(2,3)
h=M.register_module_forward_hook(lambda mod,a,o: print('fwd',type(mod).__name__))
h2=M.register_module_full_backward_hook(lambda mod,gi,go: print('bwd',type(mod).__name__,[None if g is None else g.shape for g in gi]))
h3=M.register_module_full_backward_pre_hook(lambda mod,go: print('pre',type(mod).__name__,[g.shape for g in go]))
s=nn.Sequential(m,nn.ReLU())
x=torch.randn(4,2,requires_grad=True)
s(x).sum().backward()
h.remove();h2.remove();h3.remove()
r=M.register_module_parameter_registration_hook(lambda mod,n,p: print('reg',n))
q=M.register_module_module_registration_hook(lambda mod,n,p: print('mod',n))
nn.Sequential(nn.Linear(1,1)); r.remove(); q.remove()
s.set_submodule('1', nn.Tanh()); print(s)
try: s.set_submodule('5.a', nn.Tanh())
except Exception as e: print(type(e), e)
try: s.set_submodule('0.weight', nn.Tanh())
except Exception as e: print(type(e), e)
try: s.set_submodule('0.x', nn.Tanh(), strict=True)
except Exception as e: print(type(e), e)
print(s.to_empty(device='cpu')[0].weight.shape, nn.Module.T_destination)
x=torch.randn(4,2,requires_grad=True)
s=nn.Sequential(nn.Linear(2,2),nn.ReLU()); s.register_backward_hook(lambda mod,gi,go: print('hook',[g.shape for g in gi],go)); s(torch.ones(1,2)).sum().backward()
class Two(nn.Module):
    def forward(self,a,b): return a*b, a+b
t=Two(); t.register_full_backward_hook(lambda m,gi,go: print('full',gi,go)); t.register_full_backward_pre_hook(lambda m,go: print('pre',go))
a=torch.ones(2,requires_grad=True); b=torch.full((2,),2.,requires_grad=True)
u,v=t(a,b); print(u.grad_fn.name()); (u.sum()+2*v.sum()).backward(); print(a.grad,b.grad)
u,v=t(a,b); u.sum().backward(); print(a.grad,b.grad)
u,v=t(a,torch.ones(2)); (u.sum()+v.sum()).backward(); print(a.grad)
u,v=t(torch.ones(2),torch.ones(2)); print(u.requires_grad)
class W(nn.Module):
    def __init__(self): super().__init__(); self.w=nn.Parameter(torch.ones(2))
    def forward(self,x): return self.w*x
w=W(); w.register_full_backward_hook(lambda m,gi,go: print('full',gi,go)); w(torch.ones(2)).sum().backward()
w.register_full_backward_hook(lambda m,gi,go: (torch.ones(2),)); 
try: w(torch.ones(2)).sum().backward()
except Exception as e: print(type(e).__name__, e)
w=W(); w.register_full_backward_hook(lambda m,gi,go: (gi[0]*10,)); w(a).sum().backward(); print(a.grad)
w=W(); w.register_full_backward_hook(lambda m,gi,go: (gi[0]*10,gi[0])); 
try: w(a).sum().backward()
except Exception as e: print(type(e).__name__, e)
w=W(); w.register_full_backward_pre_hook(lambda m,go: (go[0]*3,)); w(a).sum().backward(); print(a.grad)
try: w.register_backward_hook(print); w.register_full_backward_hook(print)
except Exception as e: print(type(e).__name__, e)
w=W(); w.register_full_backward_hook(lambda *a: None); y=w(a); 
try: y.add_(1)
except Exception as e: print(type(e).__name__, e)
