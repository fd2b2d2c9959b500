import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(1)
x = torch.randn(4, 6)
v = torch.randn(2, 4, 3)
image = torch.randn(2, 4, 2, 2)
nn.GroupNorm(2, 4)
nn.GroupNorm(2, 4)(v)
nn.GroupNorm(3, 4)
nn.GroupNorm(2, 4, affine=False)(image).grad_fn
list(nn.GroupNorm(2, 4, bias=False).state_dict())
nn.GroupNorm(2, 4)(torch.ones(3))
nn.GroupNorm(2, 4)(torch.ones(1, 5, 2))
nn.GroupNorm(4, 4)(torch.ones(1, 4))
nn.InstanceNorm1d(4)
nn.InstanceNorm1d(4)(v)
nn.InstanceNorm1d(4)(v[0])
nn.InstanceNorm1d(5)(v).shape
nn.InstanceNorm1d(5, affine=True)(v)
nn.InstanceNorm2d(4, affine=True, track_running_stats=True)
norm = nn.InstanceNorm2d(4, affine=True, track_running_stats=True)
norm(image)
norm.running_mean, norm.running_var, norm.num_batches_tracked
norm.eval()(image)
nn.InstanceNorm2d(4)(v[0, 0])
nn.InstanceNorm2d(4)(torch.ones(2, 4, 1, 1))
nn.InstanceNorm3d(4)(torch.randn(1, 4, 2, 2, 2)).shape
nn.InstanceNorm1d(4).load_state_dict({'running_mean': torch.ones(4)})
lazy = nn.LazyBatchNorm2d()
lazy
lazy.weight
lazy(image).shape
lazy
type(lazy)
lazy.running_mean
nn.LazyBatchNorm1d(affine=False)(x).shape
nn.LazyInstanceNorm1d()(v).shape
list(nn.LazyBatchNorm3d(track_running_stats=False).state_dict())
nn.LazyBatchNorm1d()(torch.ones(2, 2, 2, 2))
bn = nn.BatchNorm1d(6, momentum=None)
_ = bn(x), bn(2 * x)
bn.running_mean, bn.running_var, bn.num_batches_tracked
nn.BatchNorm1d(6, track_running_stats=False).eval()(x).grad_fn
nn.BatchNorm1d(6, bias=False)
bn(x).grad_fn
bn.eval()(x).grad_fn
y = torch.tensor([[1., 2.], [3., 5.], [4., 1.]], dtype=torch.float64, requires_grad=True)
w = torch.tensor([2., 3.], dtype=torch.float64, requires_grad=True)
mean, var = torch.zeros(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
out = F.batch_norm(y, mean, var, w, training=True)
out
mean, var
torch.autograd.grad((out ** 2).sum(), [y, w])
g, = torch.autograd.grad((F.batch_norm(y, mean, var, w, training=True) ** 3).sum(), y, create_graph=True)
g.grad_fn
torch.autograd.grad((g ** 2).sum(), [y, w])
F.batch_norm(y, mean, var, training=True, eps=-1.0)
F.batch_norm(y, None, None)
F.batch_norm(y, torch.zeros(3), torch.ones(3))
F.batch_norm(y, mean.requires_grad_(), var)
torch.native_batch_norm(y, w, None, torch.zeros(2), torch.ones(2), True, 0.1, 1e-5)
torch.native_layer_norm(y, [2], w, None, 1e-5)
torch.layer_norm(y, [2])
torch.group_norm(y, 1)
torch.instance_norm(v, None, None, None, None, True, 0.1, 1e-5, False)
F.layer_norm(y, 2)
F.layer_norm(y, [3])
F.rms_norm(y, [2], w)
F.rms_norm(y, [2, 2])
sync = nn.SyncBatchNorm(6)
sync
sync(x).grad_fn
sync(x[0])
nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6)))
nn.LocalResponseNorm(2)
nn.LocalResponseNorm(2)(image)
nn.LocalResponseNorm(2)(v)
nn.LocalResponseNorm(2)(x)
F.normalize(x, dim=0, out=torch.empty(4, 6))
