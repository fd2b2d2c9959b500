import torch
from torch.utils.data import *

x = torch.arange(10.0)
y = torch.arange(10) * 2
data = TensorDataset(x, y)
len(data)
data[3]
data[2:4]


def orders(seed, n=2, **options):
    """The batches of some passes, and the next number of the generator."""
    torch.manual_seed(seed)
    loader = DataLoader(data, **options)
    for _ in range(n):
        print([b[0].tolist() for b in loader])
    print(len(loader), torch.rand(1).item())


orders(0, shuffle=True, batch_size=3)
orders(1, shuffle=True, batch_size=3)
orders(2, shuffle=True, batch_size=3)
orders(3, shuffle=True, batch_size=3)
orders(4, shuffle=True, batch_size=3)
orders(5, shuffle=True, batch_size=3)
orders(0, batch_size=4)
orders(0, batch_size=4, drop_last=True)
orders(0, batch_size=3, shuffle=True, drop_last=True)
orders(0, batch_size=3, shuffle=True, generator=torch.Generator().manual_seed(5))
orders(0, sampler=SubsetRandomSampler([1, 3, 5, 7]))
orders(0, sampler=WeightedRandomSampler([0.1] * 9 + [5.0], 6))
orders(0, sampler=WeightedRandomSampler(torch.arange(10.0), 5, replacement=False))
orders(0, sampler=RandomSampler(data, replacement=True, num_samples=40), batch_size=20)
orders(0, sampler=RandomSampler(data, num_samples=25), batch_size=10)
orders(0, batch_sampler=BatchSampler(SequentialSampler(data), 4, True))
orders(0, batch_sampler=[[1, 2], [5]])
orders(0, batch_size=None)
orders(0, batch_size=None, shuffle=True)
orders(0, batch_size=2, num_workers=2, shuffle=False)
torch.manual_seed(1)
[list(p.indices) for p in random_split(data, [7, 3])]
[list(p.indices) for p in random_split(data, [0.55, 0.3, 0.15])]
[len(p) for p in random_split(data, [0.5, 0.5], generator=torch.Generator().manual_seed(2))]
random_split(data, [1, 2])
random_split(data, [0.5, 0.6])
random_split(data, [-0.5, 1.5])
c = ConcatDataset([data, Subset(data, [3, 4])])
len(c), c[11], c[-1]
c[12]
c[-13]
(data + data)[15]
Subset(data, [5, 6])[1]


class Words(Dataset):
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(5))


def batches(items, **options):
    return list(DataLoader(Words(items), batch_size=2, **options))


batches([1, 2, 3])
batches([1.5, 2.0])
batches([True, False])
batches(['a', 'b', 'c'])
batches([{'a': 1, 'b': torch.ones(2)}, {'a': 2, 'b': torch.zeros(2)}])
batches([(1, 'x'), (2, 'y')])
batches([[1, 2.0], [3, 4.0]])
batches([(torch.ones(1), (1, 2)), (torch.zeros(1), (3, 4))])
batches([object(), object()])
batches([None, None])
batches([[1], [1, 2]])
batches([torch.zeros(2), torch.zeros(3)])
batches([1, 2, 3], collate_fn=lambda b: b)
default_collate([torch.tensor(1), torch.tensor(2)])
default_convert([1, 'a'])
list(DataLoader(Stream(), batch_size=2))
list(DataLoader(Stream(), batch_size=2, drop_last=True))
list(DataLoader(Stream(), batch_size=None))
list(DataLoader([10, 20, 30], batch_size=2))
Dataset()[0]
TensorDataset(torch.zeros(2), torch.zeros(3))
ConcatDataset([])
DataLoader(data, batch_size=0)
DataLoader(data, batch_size=2.0)
DataLoader(data, shuffle=True, sampler=SequentialSampler(data))
DataLoader(data, num_workers=-1)
DataLoader(data, timeout=-1)
DataLoader(data, batch_sampler=[[1]], batch_size=2)
DataLoader(data, batch_size=None, drop_last=True)
DataLoader(data, prefetch_factor=2)
DataLoader(data, persistent_workers=True)
DataLoader(Stream(), shuffle=True)
DataLoader(Stream(), sampler=range(3))
DataLoader([], shuffle=True)
len(DataLoader(Stream(), batch_size=2))
RandomSampler(data, replacement=3)
RandomSampler(data, num_samples=0)
RandomSampler(data, num_samples=2.5)
WeightedRandomSampler([1.0], 0)
WeightedRandomSampler(1.0, 2)
WeightedRandomSampler([1.0], 2, replacement=1)
BatchSampler(range(3), 0, False)
BatchSampler(range(3), 2, 3)
loader = DataLoader(data, batch_size=3)
loader.batch_size = 4
loader.batch_size, loader.num_workers, loader.drop_last
type(loader.sampler).__name__
next(iter(loader))
it = iter(loader)
len(it)
StackDataset(a=data, b=data)[1]
DataLoader()
