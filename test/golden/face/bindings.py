import math
import torch
torch.torch is torch, torch.math is math
one, two = torch.ones(1), torch.ones(2)
torch.tensor([one, one])
torch.tensor([[one, one], [one, one]])
torch.tensor([one, 2.])
torch.tensor([2, torch.full((1, 1), 1.5)])
torch.tensor([two, two])
torch.tensor([torch.ones(0), 1])
torch.tensor([one.int(), one.int()])
torch.tensor([one, one], dtype=torch.int64)
torch.tensor([two.int(), two.int()])
torch.tensor([torch.tensor(1.5)], dtype=torch.int64)
torch.FloatTensor([one, two[0]])
torch.LongTensor([one])
torch.LongTensor([torch.tensor(3)])
import numpy as np
torch.FloatTensor(np.array(2.))
torch.Tensor(np.array(2)).shape
torch.Tensor(np.int64(3)).shape
torch.FloatTensor(np.float32(2))
torch.Tensor(np.float64(2))
torch.spmm(torch.eye(2), torch.ones(2, 3))
torch.dsmm(torch.eye(2), torch.ones(2, 3))
torch.spmm(torch.eye(2), two)
x = torch.arange(3.) + 1
torch.fill(x, 3), x
torch.fill_(x, 2), x
torch.zero_(x)
torch.fill_(x, torch.ones(2))
y = torch.tensor([1.5, 2.])
torch.acosh_(y), torch.asinh_(y), torch.is_signed(y), torch.get_device(y), torch.is_same_size(x, y)
torch.dropout(two, 0.5, False), torch.dropout_(two, 1., True), two
torch.manual_seed(0)
torch.dropout(torch.ones(6), 0.5, True), torch.alpha_dropout(torch.ones(3), 0.5, True), torch.feature_alpha_dropout(torch.ones(2, 2, 1), 0.5, True)
p, q = torch.tensor([[.2, .8], [.5, .5]]), torch.tensor([[.6, .4], [.3, .7]])
torch.kl_div(p.log(), q), torch.kl_div(p.log(), q, 2), torch.kl_div(p.log(), q.log(), 0, log_target=True)
torch.binary_cross_entropy_with_logits(p, q), torch.binary_cross_entropy_with_logits(p, q, None, torch.tensor([1., 2.]), 0)
torch.cosine_embedding_loss(p, q, torch.tensor([1, -1])), torch.hinge_embedding_loss(p, torch.tensor([[1, -1], [1, 1]]))
torch.margin_ranking_loss(p[0], q[0], torch.tensor([1, -1])), torch.triplet_margin_loss(p, q, p + 1)
torch.poisson_nll_loss(p, q, True, False, 1e-8, 2)
torch.ctc_loss(torch.zeros(4, 1, 3).log_softmax(-1), torch.tensor([[1, 2]]), torch.tensor([4]), torch.tensor([2]))
torch.has_mps, torch.has_cuda, torch.has_cudnn, torch.has_mkldnn, torch.has_lapack, torch.has_mkl, torch.has_openmp, torch.has_spectral
