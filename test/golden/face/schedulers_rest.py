import pickle
import copy
import warnings
import torch
from torch.optim import lr_scheduler as L
def optimizer(lr=0.1, kind='SGD'):
    groups = [{'params': [torch.nn.Parameter(torch.zeros(1))]}, {'params': [torch.nn.Parameter(torch.zeros(1))], 'lr': lr * 3}]
    return getattr(torch.optim, kind)(groups, lr=lr, **({'momentum': 0.9} if kind == 'SGD' else {}))
def warned(f):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter('always')
        try:
            f()
        except Exception as error:
            print(type(error).__name__, error)
    for w in found:
        print(w.category.__name__, w.message)
def short(v):
    return float(f'{v:.10g}') if isinstance(v, float) else {k: short(x) for k, x in v.items()} if isinstance(v, dict) else [short(x) for x in v] if isinstance(v, (list, tuple)) else v
MAKE = {
    'StepLR': lambda o: L.StepLR(o, 3), 'MultiStepLR': lambda o: L.MultiStepLR(o, [2, 5]), 'ExponentialLR': lambda o: L.ExponentialLR(o, 0.9),
    'LambdaLR': lambda o: L.LambdaLR(o, lambda e: 0.95 ** e), 'MultiplicativeLR': lambda o: L.MultiplicativeLR(o, lambda e: 0.9),
    'CosineAnnealingLR': lambda o: L.CosineAnnealingLR(o, 5), 'LinearLR': lambda o: L.LinearLR(o), 'ConstantLR': lambda o: L.ConstantLR(o),
    'PolynomialLR': lambda o: L.PolynomialLR(o), 'CosineAnnealingWarmRestarts': lambda o: L.CosineAnnealingWarmRestarts(o, 3),
    'CyclicLR': lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3), 'OneCycleLR': lambda o: L.OneCycleLR(o, 1.0, total_steps=12),
    'SequentialLR': lambda o: L.SequentialLR(o, [L.ConstantLR(o, 0.1, 2), L.ExponentialLR(o, 0.9)], [3]),
    'ChainedScheduler': lambda o: L.ChainedScheduler([L.ConstantLR(o, 0.1, 2), L.ExponentialLR(o, 0.9)]),
    'ReduceLROnPlateau': lambda o: L.ReduceLROnPlateau(o, patience=1),
}
for name, make in MAKE.items():
    opt = optimizer()
    s = make(opt)
    for _ in range(4):
        opt.step()
        s.step(*([1.0] if name == 'ReduceLROnPlateau' else []))
    state = s.state_dict()
    print(name, {k: short(state[k]) for k in sorted(state) if k not in ('_schedule_phases', 'anneal_func')})
    opt2 = optimizer()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        s2 = make(opt2)
        opt2.load_state_dict(opt.state_dict())
        s2.load_state_dict(copy.deepcopy(state))
        for _ in range(3):
            s2.step(*([1.0] if name == 'ReduceLROnPlateau' else []))
    print(short(s2.get_last_lr()), [short(g['lr']) for g in opt2.param_groups])
for name, make in MAKE.items():
    opt = optimizer()
    s = make(opt)
    print(name)
    if name != 'ReduceLROnPlateau':
        warned(lambda: s.step())
        warned(lambda: s.step(5) if name not in ('SequentialLR', 'ChainedScheduler') else None)
        warned(lambda: print(s.get_lr()) if name not in ('SequentialLR', 'ChainedScheduler', 'OneCycleLR') else None)
for name, make in MAKE.items():
    opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=torch.tensor(0.1), momentum=0.9)
    held = opt.param_groups[0]['lr']
    s = make(opt)
    opt.step()
    s.step(*([1.0] if name == 'ReduceLROnPlateau' else []))
    print(name, opt.param_groups[0]['lr'] is held, held, s.get_last_lr())
L.StepLR(1, 3)
L.StepLR(optimizer(), 3, last_epoch=5)
opt = optimizer()
s = L.StepLR(opt, 3)
opt.step = lambda: None
warned(s.step)
L.LambdaLR(optimizer(), [lambda e: 1])
L.LambdaLR(optimizer(), [lambda e: 1, lambda e: 1, lambda e: 1])
L.MultiplicativeLR(optimizer(), [lambda e: 1])
L.MultiplicativeLR(optimizer(), 3)
L.LambdaLR(optimizer(), 3)
class Schedule:
    def __init__(self, by):
        self.by = by
    def __call__(self, epoch):
        return self.by ** epoch
s = L.LambdaLR(optimizer(), Schedule(0.5))
s.state_dict()['lr_lambdas']
L.ConstantLR(optimizer(), 2.0)
L.LinearLR(optimizer(), 2.0)
L.LinearLR(optimizer(), 0.5, 2.0)
L.SequentialLR(optimizer(), [], [])
o = optimizer()
L.SequentialLR(o, [L.ConstantLR(o), L.ConstantLR(o)], [])
L.SequentialLR(o, [L.ConstantLR(o), L.ReduceLROnPlateau(o)], [1])
L.SequentialLR(o, [L.ConstantLR(o), 3], [1])
L.ChainedScheduler([])
L.ChainedScheduler([3])
L.ChainedScheduler([L.ConstantLR(o), L.ReduceLROnPlateau(o)])
L.ReduceLROnPlateau(optimizer(), factor=1.0)
L.ReduceLROnPlateau(1)
L.ReduceLROnPlateau(optimizer(), min_lr=[0.1])
L.ReduceLROnPlateau(optimizer(), mode='x')
L.ReduceLROnPlateau(optimizer(), threshold_mode='x')
L.ReduceLROnPlateau(optimizer()).step()
s = L.ReduceLROnPlateau(optimizer())
s.optimizer.add_param_group({'params': [torch.nn.Parameter(torch.zeros(1))]})
[s.step(1.0) for _ in range(12)]
warned(lambda: L.ReduceLROnPlateau(optimizer()).step(1.0, 3))
L.ReduceLROnPlateau(optimizer()).get_last_lr()
L.CyclicLR(optimizer(), [0.1], 0.2)
L.CyclicLR(optimizer(), 0.1, 0.2, mode='x')
L.CyclicLR(optimizer(kind='Adagrad'), 0.1, 0.2)
L.CosineAnnealingWarmRestarts(optimizer(), 0)
L.CosineAnnealingWarmRestarts(optimizer(), 1, 0)
L.CosineAnnealingWarmRestarts(optimizer(), 1, 1, 'x')
L.CosineAnnealingWarmRestarts(optimizer(), 2).step(-1)
s = L.CosineAnnealingWarmRestarts(optimizer(), 2, 2)
for e in (0.5, 1.5, 2.0, 3.25, 7.75):
    s.step(e)
    print([short(v) for v in s.get_last_lr()], s.T_cur, s.T_i)
L.OneCycleLR(1, 1.0)
L.OneCycleLR(optimizer(), 1.0)
L.OneCycleLR(optimizer(), 1.0, total_steps=0)
L.OneCycleLR(optimizer(), 1.0, epochs=0, steps_per_epoch=1)
L.OneCycleLR(optimizer(), 1.0, epochs=1, steps_per_epoch=0)
L.OneCycleLR(optimizer(), 1.0, total_steps=3, pct_start=2.0)
L.OneCycleLR(optimizer(), 1.0, total_steps=3, anneal_strategy='x')
L.OneCycleLR(optimizer(kind='Adagrad'), 1.0, total_steps=3)
s = L.OneCycleLR(optimizer(), 1.0, total_steps=2)
[s.step() for _ in range(3)]
L.LRScheduler(optimizer())
class Mine(L._LRScheduler):
    def get_lr(self):
        return [b / (self.last_epoch + 1) for b in self.base_lrs]
s = Mine(optimizer())
s.step()
s.get_last_lr()
L.inf, L.EPOCH_DEPRECATION_WARNING
issubclass(L.StepLR, L._LRScheduler), L._LRScheduler.__name__
