import copy
import torch
import torch.nn as nn
import torch.nn.utils.parametrize as P
import torch.nn.utils.prune as prune
from torch.nn.utils import parametrizations as Z
def names(t): return type(t.grad_fn).__name__
def shown(m): return {k: [round(v, 4) + 0.0 for v in t.flatten().tolist()][:6] for k, t in m.state_dict().items()}
torch.manual_seed(0)
x = torch.randn(3, 4)
lin = nn.utils.weight_norm(nn.Linear(4, 2))
lin, list(lin.state_dict()), lin.weight_g.shape, names(lin.weight)
lin(x)
lin(x).pow(2).sum().backward()
lin.weight_g.grad, lin.weight_v.grad
torch.optim.SGD(lin.parameters(), 0.1).step()
lin(x)
nn.utils.weight_norm(lin)
nn.utils.remove_weight_norm(lin), list(lin.state_dict())
nn.utils.remove_weight_norm(lin)
conv = nn.utils.weight_norm(nn.Conv2d(2, 3, 2), dim=1)
conv.weight_g.shape, names(conv.weight)
names(nn.utils.weight_norm(nn.Linear(4, 2), dim=None).weight)
v = torch.randn(2, 3, requires_grad=True)
torch.norm_except_dim(v, 2, 0), torch.norm_except_dim(v, 2, 1), torch.norm_except_dim(v, 2, -1)
sn = nn.utils.spectral_norm(nn.Linear(4, 3))
sn, list(sn.state_dict()), sn.weight.grad_fn
sn(x)
sn.weight_u, sn.weight_v
(sn(x).sum() - sn(x).pow(2).sum()).backward()
sn.weight_orig.grad.sum(1)
sn.eval()(x)
shown(sn), sn.state_dict()._metadata['']
sn.load_state_dict(sn.state_dict())
nn.utils.remove_spectral_norm(sn), list(sn.state_dict())
nn.utils.spectral_norm(sn, n_power_iterations=0)
class Symmetric(nn.Module):
    def forward(self, X): return X.triu() + X.triu(1).transpose(-1, -2)
    def right_inverse(self, A): return A.triu()

class Twice(nn.Module):
    def forward(self, X): return X * 2

layer = nn.Linear(3, 3)
P.register_parametrization(layer, 'weight', Symmetric())
layer.weight
isinstance(layer.weight, nn.Parameter), names(layer.weight), type(layer).__name__, P.is_parametrized(layer), P.is_parametrized(layer, 'bias')
list(layer.state_dict()), [n for n, _ in layer.named_parameters()]
layer.parametrizations.weight.original
layer.weight = torch.arange(9.).view(3, 3)
layer.weight
P.register_parametrization(layer, 'bias', Twice())
layer.bias.sum()
layer.bias = torch.ones(3)
with P.cached(): print(layer.weight is layer.weight)

layer.weight is layer.weight
P.type_before_parametrizations(layer)
twin = copy.deepcopy(layer)
torch.equal(twin.weight, layer.weight), twin.weight is layer.weight, type(twin).__name__
P.remove_parametrizations(layer, 'bias', leave_parametrized=False).bias
P.remove_parametrizations(layer, 'weight').weight
type(layer), list(layer.state_dict())
P.remove_parametrizations(layer, 'weight')
P.register_parametrization(layer, 'other', Twice())
class Wider(nn.Module):
    def forward(self, X): return torch.cat([X, X])

P.register_parametrization(layer, 'weight', Wider())
P.register_parametrization(nn.Linear(2, 2), 'weight', Wider(), unsafe=True).weight.shape
import pickle
pickle.dumps(P.register_parametrization(nn.Linear(2, 2), 'weight', Twice()))
wn = Z.weight_norm(nn.Linear(4, 2))
wn, list(wn.state_dict())
wn(x).pow(2).sum().backward()
[p.grad for p in wn.parameters()]
wn.load_state_dict({'weight_g': torch.ones(2, 1), 'weight_v': torch.ones(2, 4), 'bias': torch.zeros(2)})
wn.weight
P.remove_parametrizations(wn, 'weight'), wn.weight
sp = Z.spectral_norm(nn.Linear(4, 3))
sp
sp(x)
list(sp.state_dict())
sp(x).pow(2).sum().backward()
sp.parametrizations.weight.original.grad
Z.spectral_norm(nn.Linear(4, 3), 'other')
model = nn.Linear(4, 3)
prune.l1_unstructured(model, 'weight', amount=0.5)
list(model.state_dict()), [n for n, _ in model.named_parameters()]
model.weight, model.weight_mask
prune.random_unstructured(model, 'weight', amount=2)
model.weight_mask
type(list(model._forward_pre_hooks.values())[0]).__name__, len(list(model._forward_pre_hooks.values())[0])
prune.ln_structured(model, 'weight', amount=1, n=2, dim=0)
model.weight_mask
model(x).sum().backward()
model.weight_orig.grad
prune.is_pruned(model)
prune.remove(model, 'weight')
model.weight, list(model.state_dict()), prune.is_pruned(model)
prune.remove(model, 'weight')
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
prune.global_unstructured([(net[0], 'weight'), (net[2], 'weight')], pruning_method=prune.L1Unstructured, amount=0.4)
net[0].weight_mask, net[2].weight_mask
net(x)
prune.random_structured(nn.Conv2d(2, 4, 1), 'weight', 0.5, 0).weight_mask.flatten()
prune.custom_from_mask(nn.Linear(2, 2), 'bias', torch.tensor([0, 1])).bias_mask
prune.identity(nn.Linear(2, 2), 'weight').weight_mask
prune.L1Unstructured(2).prune(torch.tensor([3., -1., 2., 0.5]))
prune.l1_unstructured(nn.Linear(2, 2), 'weight', amount=1.5)
prune.l1_unstructured(nn.Linear(2, 2), 'weight', amount=-1)
prune.l1_unstructured(nn.Linear(2, 2), 'weight', amount='half')
prune.l1_unstructured(nn.Linear(2, 2), 'weight', amount=7)
prune.ln_structured(nn.Linear(2, 2), 'bias', 1, 2, 0)
prune.ln_structured(nn.Linear(2, 2), 'weight', 1, 2, 3)
prune.global_unstructured([(net[0], 'weight')], prune.LnStructured, amount=1, n=2)
bn = nn.BatchNorm1d(3).eval()
bn.running_mean.copy_(torch.tensor([1., 2., 3.])), bn.running_var.copy_(torch.tensor([0.5, 1., 2.]))
fused = nn.utils.fuse_linear_bn_eval(nn.Linear(4, 3).eval(), bn)
fused(x)
nn.utils.fuse_linear_bn_eval(nn.Linear(4, 3), bn)
nn.utils.fuse_conv_bn_eval(nn.Conv1d(4, 3, 1, bias=False).eval(), bn)(x[..., None]).squeeze()
before = torch.get_rng_state()
nn.utils.skip_init(nn.Linear, 3, 2), torch.equal(before, torch.get_rng_state())
nn.utils.skip_init(int, 3)
nn.utils.convert_conv2d_weight_memory_format(nn.Sequential(nn.Conv2d(2, 3, 2)), torch.channels_last)[0].weight.stride()
wrapped = nn.DataParallel(nn.Linear(4, 2))
wrapped, list(wrapped.state_dict()), wrapped(x).shape, wrapped.device_ids
nn.parallel.DistributedDataParallel(nn.Linear(2, 2))
vec = nn.utils.parameters_to_vector(nn.Linear(2, 2).parameters())
vec.shape, names(vec)
nn.utils.vector_to_parameters(torch.arange(10.), wrapped.parameters())
wrapped.module.weight
nn.init.trunc_normal_(torch.empty(2, 4))
nn.init.trunc_normal_(torch.empty(2, 4), 0, 1, 1.5, 3)
nn.init.orthogonal_(torch.empty(2, 4))
nn.init.sparse_(torch.empty(4, 3), 0.5)
import torch.nn.utils.stateless as stateless
stateless.functional_call(nn.Linear(2, 2), {'weight': torch.ones(2, 2), 'bias': torch.zeros(2)}, torch.tensor([1., 2.]))
stateless.functional_call(nn.LSTM(2, 1), {'weight_ih_l0': torch.ones(4, 2), 'weight_hh_l0': torch.ones(4, 1), 'bias_ih_l0': torch.zeros(4), 'bias_hh_l0': torch.zeros(4)}, (torch.ones(2, 1, 2),))[0]
ort = Z.orthogonal(nn.Linear(4, 2), orthogonal_map='cayley')
ort, ort.weight
ort(x).sum().backward()
ort.parametrizations.weight.original.grad
Z.orthogonal(nn.Linear(2, 3)).weight
Z.orthogonal(nn.Linear(3, 3), use_trivialization=False).weight
Z.orthogonal(nn.Linear(2, 3), 'bias')
Z.orthogonal(nn.Linear(2, 3), orthogonal_map='other')
