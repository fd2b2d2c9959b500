"""DataLoader."""
from collections import deque

from ._collate import default_collate, default_convert
from ._draw import seed
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler


class _InfiniteConstantSampler(Sampler):
    def __iter__(self):
        while True:
            yield None


class DataLoader:
    """Batches of a data set's samples.

    Workers are accepted, but everything is loaded right here; the order is PyTorch's.
    """

    __initialized = False

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None,
                 pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None, generator=None, *,
                 prefetch_factor=None, persistent_workers=False, pin_memory_device='', in_order=True):
        if num_workers < 0:
            raise ValueError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
        if timeout < 0:
            raise ValueError('timeout option should be non-negative')
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError('prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable '
                             'multiprocessing, otherwise set prefetch_factor to None.')
        if num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
        elif prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError('prefetch_factor option should be non-negative')
        if persistent_workers and num_workers == 0:
            raise ValueError('persistent_workers option needs num_workers > 0')
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            for name, value, given in (('shuffle', shuffle, shuffle not in (False, None)), ('sampler', sampler, sampler is not None),
                                       ('batch_sampler', batch_sampler, batch_sampler is not None)):
                if given:
                    raise ValueError(f'DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}')
        else:
            shuffle = bool(shuffle)
        if sampler is not None and shuffle:
            raise ValueError('sampler option is mutually exclusive with shuffle')
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError('batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last')
            batch_size = None
            drop_last = False
        elif batch_size is None and drop_last:
            raise ValueError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
        if sampler is None:
            if self._iterable:
                sampler = _InfiniteConstantSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)
            else:
                sampler = SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self.persistent_workers = persistent_workers
        self.__initialized = True

    def __class_getitem__(cls, item):
        return cls

    def __setattr__(self, name, value):
        if self.__initialized and name in ('batch_size', 'batch_sampler', 'sampler', 'drop_last', 'dataset', 'persistent_workers'):
            raise ValueError(f'{name} attribute should not be set after {type(self).__name__} is initialized')
        super().__setattr__(name, value)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.batch_sampler if self._auto_collation else self.sampler

    def __iter__(self):
        return _Iterator(self)

    def __len__(self):
        if self._iterable:
            n = len(self.dataset)
            if self.batch_size is not None:
                n = n // self.batch_size if self.drop_last else -(-n // self.batch_size)
            return n
        return len(self._index_sampler)


class _Iterator:
    """One pass over the data. Its first act is a draw from the generator, needed or not, as in PyTorch."""

    def __init__(self, loader):
        self.loader = loader
        self._numbers = iter(loader._index_sampler)
        self._base_seed = seed(loader.generator)
        self._samples = iter(loader.dataset) if loader._iterable else None
        self._ended = False
        # PyTorch's workers are given numbers ahead; draws of a sampler happen then.
        self._ahead = deque()
        for _ in range((loader.prefetch_factor or 0) * loader.num_workers):
            try:
                self._ahead.append(next(self._numbers))
            except StopIteration:
                break

    def __iter__(self):
        return self

    def __len__(self):
        return len(self.loader)

    def __next__(self):
        if self._ahead:
            numbers = self._ahead.popleft()
            if len(self._ahead) < (self.loader.prefetch_factor or 0) * self.loader.num_workers:
                more = next(self._numbers, self)
                if more is not self:
                    self._ahead.append(more)
        else:
            numbers = next(self._numbers)
        return self._load(numbers)

    next = __next__

    def _load(self, numbers):
        loader = self.loader
        if self._samples is not None:
            if self._ended:
                raise StopIteration
            if not loader._auto_collation:
                return loader.collate_fn(next(self._samples))
            batch = []
            for _ in numbers:
                try:
                    batch.append(next(self._samples))
                except StopIteration:
                    self._ended = True
                    break
            if not batch or (loader.drop_last and len(batch) < len(numbers)):
                raise StopIteration
            return loader.collate_fn(batch)
        if not loader._auto_collation:
            return loader.collate_fn(loader.dataset[numbers])
        many = getattr(loader.dataset, '__getitems__', None)
        if callable(many):
            return loader.collate_fn(many(numbers))
        return loader.collate_fn([loader.dataset[i] for i in numbers])


DataLoader.__module__ = 'torch.utils.data.dataloader'


def get_worker_info():
    """What a worker knows of itself: there are none."""
    return None
