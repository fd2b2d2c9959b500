import torch
import torch.nn as nn
import torch.nn.functional as F
F.nll_loss(torch.zeros(3, 5), torch.tensor(1))
F.mse_loss(torch.zeros(3), None)
nn.Sequential(nn.Linear(2, 2), F.relu)
nn.Sequential(nn.Linear(2, 2), nn.ReLU)
torch.zeros(5, 6).expand(2, 5)
nn.utils.clip_grad_norm_(nn.Linear(1, 1).parameters(), 'a')
torch.zeros(2, dtype='float')
torch.randn(2, dtype='float32')
torch.arange(3, dtype='int')
torch.zeros(2).sum(dtype='int')
torch.zeros(2).to(dtype='int')
F.softmax(torch.zeros(2), 0, dtype='float')
nn.TripletMarginWithDistanceLoss()
torch.histogram(torch.tensor([1., 2., 2.]), 2)
import warnings, math
loss = torch.tensor(1., requires_grad=True)
torch.set_warn_always(True)
with warnings.catch_warnings(record=True) as said: warnings.simplefilter('always'); math.exp(loss), float(loss), loss.item(), f'{loss:.2f}'
len(said), str(said[0].message).split(' (Trig')[0]
def say(f):
    with warnings.catch_warnings(record=True) as said: warnings.simplefilter('always'); f()
    return [str(w.message).split(' (Trig')[0] for w in said]
say(lambda: torch.qr(torch.eye(2))), say(lambda: torch.eye(2).cholesky()), say(lambda: torch.triangular_solve(torch.ones(1, 1), torch.ones(1, 1)))
say(lambda: torch.meshgrid(torch.arange(2), torch.arange(2))), say(lambda: torch.meshgrid(torch.arange(2), indexing='ij'))
say(lambda: torch.cross(torch.ones(3), torch.ones(3))), say(lambda: torch.cross(torch.ones(3), torch.ones(3), dim=0))
say(lambda: torch.ones(2).index_reduce_(0, torch.tensor([0]), torch.ones(1), 'mean'))
say(lambda: torch.ones(1, 2, 3).T), say(lambda: torch.ones(2, 3).T)
say(lambda: torch.autograd.Variable(torch.ones(1), volatile=True))
say(lambda: torch.ones(1, requires_grad=True).sum().backward(create_graph=True))
say(lambda: torch.chain_matmul(torch.eye(2), torch.eye(2)))
torch.set_warn_always(False)
torch.set_warn_always(1)
