import torch
import torch.types
import torch.utils.benchmark
import torch.distributed
import torch.multiprocessing
import torch.jit
t = torch.ones(2, 2)
t.resize_(3)
t.resize_as_(torch.ones(1, 2))
t.set_(torch.arange(3.))
t.requires_grad_().resize_(2)
torch.range(1, 2.5, 0.5)
a = torch.arange(4.)
a.map_(torch.ones(2, 4)[0], lambda x, y: x - y)
torch.arange(3.).float_power_(2)
torch.arange(3., dtype=torch.float64).float_power_(2)
torch.ones(3, 3).fill_diagonal_(5)
torch.zeros(7, 3).fill_diagonal_(1, wrap=True)
x = torch.zeros(2, 1, 3)
x.squeeze_(1).shape, x.unsqueeze_(0).shape, x.transpose_(0, 2).shape, x.swapaxes_(0, 1).shape
x.t_()
y = torch.ones(2, 3, requires_grad=True) * 2
y.t_().grad_fn
y._version
torch.ones(2, 3, requires_grad=True).t_()
torch.unique(torch.tensor([[1, 2], [0, 1], [1, 2]]), dim=0, return_inverse=True, return_counts=True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_counts=True)
torch.histogramdd(torch.tensor([[0., 1.], [1., 0.], [2., 2.]]), bins=2)
torch.unravel_index(torch.tensor([3, 5]), (2, 3))
torch.gradient(torch.tensor([1., 4., 9., 16.]), spacing=2.)
torch.testing.assert_close(torch.ones(3), torch.tensor([1., 2., 1.]))
torch.testing.assert_close(1.0, 1.5)
torch.testing.assert_close(torch.ones(2), torch.ones(3))
torch.accelerator.is_available(), torch.mps.is_available(), torch.xpu.is_available()
torch.ones(2).to_dense(), torch.ones(2).is_sparse, torch.ones(2).name, torch.ones(2, 3).t().dim_order()
