"""DataLoader."""
import warnings

from ._utils.collate import default_collate, default_convert
from ._draw import seed
from ._workers import Worker, Tasks, WorkerInfo, get_worker_info  # noqa: F401
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler


class _InfiniteConstantSampler(Sampler):
    def __iter__(self):
        while True:
            yield None


class DataLoader:
    """Batches of a data set's samples.

    Workers are accepted: their order, seeds and copies of the data set are PyTorch's, yet everything is loaded right here (see _workers.py).
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
        self._iterator = None
        # What len() said of an iterable data set.
        self._said_length = None

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
        if not self.persistent_workers:
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator._reset()
        return self._iterator

    def _get_iterator(self):
        return _Iterator(self)

    def __len__(self):
        if self._iterable:
            n = self._said_length = len(self.dataset)
            if self.batch_size is not None:
                n = n // self.batch_size if self.drop_last else -(-n // self.batch_size)
            return n
        return len(self._index_sampler)

    @property
    def multiprocessing_context(self):
        return self.__context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        if context is not None:
            if self.num_workers == 0:
                raise ValueError('multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got '
                                 'num_workers=0')
            methods = ['fork', 'spawn', 'forkserver']
            if isinstance(context, str) and context not in methods:
                raise ValueError(f'multiprocessing_context option should specify a valid start method in {methods!r}, but got '
                                 f'multiprocessing_context={context!r}')
        self.__context = context

    def check_worker_number_rationality(self):
        """PyTorch warns of more workers than processors; they cost nothing here."""


class _MapFetcher:
    """Samples by number."""

    def __init__(self, loader, dataset):
        self.loader, self.dataset = loader, dataset

    def fetch(self, numbers):
        loader, dataset = self.loader, self.dataset
        if not loader._auto_collation:
            return loader.collate_fn(dataset[numbers])
        many = getattr(dataset, '__getitems__', None)
        return loader.collate_fn(many(numbers) if callable(many) else [dataset[i] for i in numbers])


class _IterableFetcher:
    """The next samples."""

    def __init__(self, loader, dataset):
        self.loader = loader
        self.samples = iter(dataset)
        self.ended = False

    def fetch(self, numbers):
        if self.ended:
            raise StopIteration
        if not self.loader._auto_collation:
            return self.loader.collate_fn(next(self.samples))
        batch = []
        for _ in numbers:
            try:
                batch.append(next(self.samples))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.loader.drop_last and len(batch) < len(numbers)):
            raise StopIteration
        return self.loader.collate_fn(batch)


class _Iterator:
    """One pass over the data. Its first act is a draw from the generator, needed or not, as in PyTorch."""

    def __init__(self, loader):
        self.loader = loader
        if loader.pin_memory:
            warnings.warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                          stacklevel=2)
        self._numbers = iter(loader._index_sampler)
        self._base_seed = seed(loader.generator)
        self._workers = [Worker(loader, id, self._base_seed, self._fetcher) for id in range(loader.num_workers)]
        self._reset(first=True)

    def _fetcher(self, dataset):
        return (_IterableFetcher if self.loader._iterable else _MapFetcher)(self.loader, dataset)

    def _reset(self, first=False):
        """Begins a pass; workers that persist go on with the random numbers that they have."""
        loader = self.loader
        self._count = 0
        if not loader.num_workers:
            self._single = self._fetcher(loader.dataset)
            return
        self._numbers = iter(loader._index_sampler)
        if not first:
            for worker in self._workers:
                worker.reset()
        self._tasks = Tasks(self._workers, self._numbers, loader.prefetch_factor * loader.num_workers)

    def __iter__(self):
        return self

    def __len__(self):
        return len(self.loader._index_sampler)

    def __next__(self):
        batch = self._tasks.load() if self._workers else self._single.fetch(next(self._numbers))
        self._count += 1
        said = self.loader._said_length
        if said is not None and self._count > said:
            words = (f'Length of IterableDataset {self.loader.dataset} was reported to be {said}(when accessing len(dataloader)), but '
                     f'{self._count} samples have been fetched. ')
            if self._workers:
                words += ('For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset replica at '
                          'each worker. Please see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples.')
            warnings.warn(words, stacklevel=2)
        return batch

    next = __next__


DataLoader.__module__ = 'torch.utils.data.dataloader'
