import torch
def run(kind, **options):
    p = torch.nn.Parameter(torch.tensor([1 + 2j, -0.5j, 3.0], dtype=torch.complex128))
    q = torch.nn.Parameter(torch.tensor([0.5, 0.25], dtype=torch.float64))
    opt = getattr(torch.optim, kind)([p, q], **options)
    def closure():
        opt.zero_grad()
        loss = (p * p.conj()).real.sum() + (p.imag ** 3).sum() + (q ** 2).sum() * p.real.sum()
        loss.backward()
        return loss
    for _ in range(3):
        if kind == 'LBFGS':
            opt.step(closure)
        else:
            closure()
            opt.step()
    print(p.detach(), q.detach(), {k: v for k, v in opt.state[p].items() if isinstance(v, torch.Tensor)} if kind != 'LBFGS' else '')
run('SGD', lr=0.01, momentum=0.9)
run('Adam', lr=0.1)
run('Adam', lr=0.1, amsgrad=True, weight_decay=0.1)
run('AdamW', lr=0.1)
run('Adamax', lr=0.1)
run('NAdam', lr=0.1)
run('RAdam', lr=0.1)
run('RMSprop', lr=0.01, momentum=0.5, centered=True)
run('Adagrad', lr=0.1, initial_accumulator_value=0.1)
run('Adadelta', lr=0.1)
run('Rprop', lr=0.01)
run('ASGD', lr=0.01, t0=1)
run('LBFGS', lr=0.1, max_iter=3)
torch.optim.SparseAdam([torch.nn.Parameter(torch.ones(1, dtype=torch.complex64))])
run('Adafactor')
torch.optim.Muon([torch.nn.Parameter(torch.ones(1, 1, dtype=torch.complex64))])
