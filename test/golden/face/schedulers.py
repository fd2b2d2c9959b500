import torch
from torch.optim import lr_scheduler as L


def optimizer(lr=0.1, kind='SGD'):
    groups = [{'params': [torch.nn.Parameter(torch.zeros(1))]}, {'params': [torch.nn.Parameter(torch.zeros(1))], 'lr': lr * 3}]
    return getattr(torch.optim, kind)(groups, lr=lr, **({'momentum': 0.9} if kind == 'SGD' else {}))


def short(x):
    """14 digits: math.cos has other last bits in other C libraries."""
    return [short(v) for v in x] if isinstance(x, tuple) else x if x is None else f'{x:.14g}'


def run(make, steps=12, kind='SGD'):
    """The rates (and momenta) of both groups, step by step."""
    opt = optimizer(kind=kind)
    schedule = make(opt)
    for _ in range(steps):
        g = opt.param_groups
        print(*(short(x['lr']) for x in g), *(short(x.get('momentum', x.get('betas'))) for x in g))
        opt.step()
        schedule.step()
    print([short(x) for x in schedule.get_last_lr()], schedule.last_epoch if hasattr(schedule, 'last_epoch') else None)


run(lambda o: L.StepLR(o, 3))
run(lambda o: L.StepLR(o, 2, gamma=0.5))
run(lambda o: L.MultiStepLR(o, [2, 5, 5, 8]))
run(lambda o: L.ExponentialLR(o, 0.9))
run(lambda o: L.LambdaLR(o, lambda e: 0.95 ** e))
run(lambda o: L.LambdaLR(o, [lambda e: 0.95 ** e, lambda e: 1 / (e + 1)]))
run(lambda o: L.MultiplicativeLR(o, lambda e: 0.9))
run(lambda o: L.CosineAnnealingLR(o, 5))
run(lambda o: L.CosineAnnealingLR(o, 4, eta_min=0.01))
run(lambda o: L.LinearLR(o))
run(lambda o: L.LinearLR(o, 0.1, 0.5, 4))
run(lambda o: L.ConstantLR(o))
run(lambda o: L.ConstantLR(o, 0.5, 3))
run(lambda o: L.PolynomialLR(o))
run(lambda o: L.PolynomialLR(o, 8, 2.0))
run(lambda o: L.CosineAnnealingWarmRestarts(o, 3))
run(lambda o: L.CosineAnnealingWarmRestarts(o, 2, 2, 0.01))
run(lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3))
run(lambda o: L.CyclicLR(o, 0.01, [0.1, 0.2], step_size_up=2, step_size_down=3, mode='triangular2'))
run(lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3, mode='exp_range', gamma=0.9, cycle_momentum=False))
run(lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3, scale_fn=lambda x: 0.5))
run(lambda o: L.OneCycleLR(o, 1.0, total_steps=12))
run(lambda o: L.OneCycleLR(o, [1.0, 2.0], epochs=3, steps_per_epoch=4, anneal_strategy='linear'))
run(lambda o: L.OneCycleLR(o, 1.0, total_steps=12, three_phase=True))
run(lambda o: L.SequentialLR(o, [L.ConstantLR(o, 0.1, 2), L.ExponentialLR(o, 0.9)], [3]))
run(lambda o: L.SequentialLR(o, [L.LinearLR(o, 0.1, 1.0, 3), L.CosineAnnealingLR(o, 6), L.StepLR(o, 2)], [3, 8]))
run(lambda o: L.ChainedScheduler([L.ConstantLR(o, 0.1, 2), L.ExponentialLR(o, 0.9)]))
run(lambda o: L.ChainedScheduler([L.StepLR(o, 2, 0.5), L.LinearLR(o, 0.5, 1.0, 4)], o))
run(lambda o: L.OneCycleLR(o, 1.0, total_steps=5), 6)
run(lambda o: L.OneCycleLR(o, 1.0, total_steps=12), kind='Adam')
run(lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3), kind='AdamW')
run(lambda o: L.CyclicLR(o, 0.01, 0.1), kind='Adagrad')


def plateau(metrics, **options):
    opt = optimizer()
    schedule = L.ReduceLROnPlateau(opt, **options)
    for m in metrics:
        schedule.step(m)
        print(m, *(repr(g['lr']) for g in opt.param_groups), schedule.num_bad_epochs, schedule.best)


plateau([1.0, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8], patience=1)
plateau([1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], patience=0, cooldown=2, factor=0.5)
plateau([1.0, 0.9, 1.1, 0.9, 0.9], mode='max', patience=0, min_lr=[0.05, 0.001])
plateau([1.0, 0.95, 0.9, 0.85], threshold=0.1, threshold_mode='abs', patience=0)
plateau([torch.tensor(1.0), torch.tensor(1.0), torch.tensor(float('nan'))], patience=0)
L.StepLR(optimizer(), 3, last_epoch=2)
L.StepLR(3, 3)
L.LambdaLR(optimizer(), [1])
L.LinearLR(optimizer(), 0)
L.LinearLR(optimizer(), 1, 2)
L.ConstantLR(optimizer(), 2)
L.ReduceLROnPlateau(optimizer(), factor=1.0)
L.ReduceLROnPlateau(optimizer(), mode='x')
L.ReduceLROnPlateau(optimizer(), threshold_mode='x')
L.ReduceLROnPlateau(optimizer(), min_lr=[1])
L.ReduceLROnPlateau(optimizer()).step()
L.SequentialLR(optimizer(), [], [1])
L.CyclicLR(optimizer(), 0.1, 1.0, mode='q')
L.CyclicLR(optimizer(), [0.1], 1.0)
L.OneCycleLR(optimizer(), 1.0)
L.OneCycleLR(optimizer(), 1.0, total_steps=0)
L.OneCycleLR(optimizer(), 1.0, total_steps=3, pct_start=2.0)
L.OneCycleLR(optimizer(), 1.0, total_steps=3, anneal_strategy='x')
L.OneCycleLR(optimizer(), 1.0, epochs=0, steps_per_epoch=3)
L.CosineAnnealingWarmRestarts(optimizer(), 0)
L.ChainedScheduler([])
L.StepLR(optimizer(), 3).state_dict()
L.LambdaLR(optimizer(), lambda e: 1).state_dict()
L.ReduceLROnPlateau(optimizer()).state_dict()
L.MultiStepLR(optimizer(), [1]).state_dict()
o = optimizer()
s = L.StepLR(o, 2)
s.step(5)
s.get_last_lr()
s2 = L.StepLR(optimizer(), 4)
s2.load_state_dict(s.state_dict())
s2.step_size, s2.last_epoch
w = L.CosineAnnealingWarmRestarts(optimizer(), 3, 2)
[w.step(e / 2) or short(w.get_last_lr()[0]) for e in range(8)]
