import random
import warnings
import torch
from torch.utils.data import *
from torch.utils.data.distributed import DistributedSampler as D
class Noise(Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, i):
        return i, torch.rand(()).item(), random.random()
def draws(**options):
    torch.manual_seed(3)
    random.seed(4)
    loader = DataLoader(Noise(), batch_size=2, **options)
    for _ in range(2):
        for i, a, b in loader:
            print(i.tolist(), a.tolist(), b.tolist())
    print(torch.rand(1), random.random())
draws()
draws(num_workers=1)
draws(num_workers=2)
draws(num_workers=3, shuffle=True)
draws(num_workers=2, shuffle=True, persistent_workers=True)
draws(num_workers=2, prefetch_factor=1, generator=torch.Generator().manual_seed(7), shuffle=True)
class Numbers(IterableDataset):
    def __init__(self, n):
        self.n, self.start, self.end = n, 0, n
    def __iter__(self):
        info = get_worker_info()
        if info is None:
            return iter(range(self.start, self.end))
        return iter(range(self.start + info.id, self.end, info.num_workers))
    def __len__(self):
        return self.n
get_worker_info()
[b.tolist() for b in DataLoader(Numbers(10), batch_size=2, num_workers=2)]
[b.tolist() for b in DataLoader(Numbers(10), batch_size=3, num_workers=3, drop_last=True)]
[b.tolist() for b in DataLoader(Numbers(7), batch_size=2, num_workers=3)]
[b for b in DataLoader(Numbers(5), batch_size=None, num_workers=2)]
class Whole(Numbers):
    def __iter__(self):
        return iter(range(self.start, self.end))
[b.tolist() for b in DataLoader(Whole(4), batch_size=2, num_workers=2)]
def split(id):
    info = get_worker_info()
    each = -(-info.dataset.n // info.num_workers)
    info.dataset.start, info.dataset.end = id * each, min((id + 1) * each, info.dataset.n)
shared = Whole(7)
[b.tolist() for b in DataLoader(shared, batch_size=2, num_workers=2, worker_init_fn=split)], shared.start, shared.end
class Info(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        info = get_worker_info()
        return info.id, info.num_workers, info.seed - torch.initial_seed(), type(info.dataset).__name__
list(DataLoader(Info(), num_workers=2, batch_size=None))
def warned(f):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter('always')
        f()
    print([(w.category.__name__, str(w.message)[:60]) for w in found])
def longer():
    loader = DataLoader(Numbers(3), batch_size=None)
    loader.dataset.end = 5
    len(loader)
    list(loader)
warned(longer)
warned(lambda: list(DataLoader([1, 2], pin_memory=True)))
warned(lambda: random_split([1, 2], [0.9, 0.1]))
DataLoader([1], multiprocessing_context='fork')
DataLoader([1], num_workers=1, multiprocessing_context='x')
DataLoader([1], num_workers=1, persistent_workers=True).persistent_workers
it = iter(DataLoader([1, 2, 3], num_workers=1))
next(it), next(it), len(it)
next(it)
next(it)
list(D(range(7), 3, 0)), list(D(range(7), 3, 1, shuffle=False)), list(D(range(7), 3, 2, shuffle=False, drop_last=True))
s = D(range(8), 2, 1, seed=3)
a = list(s)
s.set_epoch(1)
a, list(s), len(s)
list(D(range(2), 5, 4, shuffle=False))
D(range(3), 2, 2)
D(range(3))
StackDataset([1, 2], [3, 4]).__getitems__([1, 0]), StackDataset(a=[1, 2], b=[3, 4]).__getitems__([1])
StackDataset()
StackDataset([1], a=[2])
StackDataset([1], [1, 2])
StackDataset([1, 2], torch.ones(2))[1]
list(DataLoader(StackDataset([1, 2, 3], [4, 5, 6]), batch_size=2))
list(DataLoader(StackDataset(a=[1, 2, 3]), batch_size=2))
class Bad(Subset):
    def __getitem__(self, i):
        return 3
Bad([1], [0])
list(ChainDataset([Numbers(2), Numbers(3)])), len(ChainDataset([Numbers(2), Numbers(3)]))
list(ChainDataset([[1]]))
len(ChainDataset([[1]]))
list(Numbers(2) + Numbers(1))
warned(lambda: print(ConcatDataset([[1], [2, 3]]).cummulative_sizes))
Subset(TensorDataset(torch.arange(4)), [3, 1])[[0, 1]]
torch.manual_seed(0)
[list(p) for p in random_split(range(10), [0.3, 0.3, 0.4])], [p.indices for p in random_split(range(5), [2, 3])]
[list(p) for p in random_split(range(4), [2, 2], generator=torch.Generator().manual_seed(1))]
random_split(range(3), [1, 1])
list(BatchSampler(SequentialSampler(range(5)), 2, True)), list(BatchSampler([[1], [2], [3]], 2, False))
from collections import OrderedDict, namedtuple
P = namedtuple('P', 'x y')
default_collate([P(1, 2.0), P(3, 4.0)])
type(default_collate([OrderedDict(a=1), OrderedDict(a=2)])).__name__
default_collate([b'a', b'b'])
default_collate([torch.ones(1), torch.ones(1)])
default_collate([[torch.ones(1), 2], [torch.zeros(1), 3]])
default_collate([])
default_collate([{1}, {2}])
default_collate([{'a': 1}, {'b': 2}])
default_convert({'a': [1, (2.0, 'x')]})
from torch.utils.data._utils.collate import collate, default_collate as dc, default_collate_fn_map
dc is default_collate
class Mine:
    pass
collate([Mine(), Mine()], collate_fn_map={Mine: lambda batch, *, collate_fn_map=None: len(batch)})
default_collate([Mine()])
from torch.utils.data import _utils
default_collate_fn_map[Mine] = lambda batch, *, collate_fn_map=None: 'mine'
default_collate([Mine()])
sorted(getattr(k, '__name__', str(k)) for k in default_collate_fn_map if k is not Mine and isinstance(k, type) and k.__module__ != 'numpy')
from torch.utils.data.dataloader import DataLoader as L, default_collate as dc2
L is DataLoader, dc2 is default_collate
DataLoader[int] is not None, Dataset[int] is not None
