"""Loading as DataLoader's workers do it: each with a copy of the data set and random numbers of its own, its batches in turn.

They are no processes here: a batch is loaded when it is asked for, in this one. What is drawn, and in which order, is PyTorch's.
"""
import copy
import dataclasses
import random
from collections import deque
from typing import Any

import torch

_current = None


@dataclasses.dataclass(frozen=True)
class WorkerInfo:
    """What a worker knows of itself; `dataset` is its copy."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str | None = 'multiprocessing'


def get_worker_info():
    """What the worker that is loading knows of itself; None outside of workers."""
    return _current


class Worker:
    """One worker's copy of the data set, and its random numbers."""

    def __init__(self, loader, id, base_seed, fetcher):
        self.loader, self.make_fetcher = loader, fetcher
        self.failure = None
        # A process would have all of the data set for itself; here what it holds (tensors, lists) is shared.
        self.dataset = copy.copy(loader.dataset)
        self.info = WorkerInfo(id, loader.num_workers, base_seed + id, self.dataset)
        self.states = None
        self.fetcher = None

        def start():
            random.seed(self.info.seed)
            torch.manual_seed(self.info.seed)
            if loader.worker_init_fn is not None:
                loader.worker_init_fn(id)

        self.run(start)
        self.reset()

    def reset(self):
        """Begins a pass."""
        self.active = True
        self.fetcher = self.run(lambda: self.make_fetcher(self.dataset))

    def run(self, f):
        """Calls f with this worker's random numbers."""
        global _current
        outside = torch.get_rng_state(), random.getstate(), _current
        if self.states is not None:
            torch.set_rng_state(self.states[0])
            random.setstate(self.states[1])
        _current = self.info
        try:
            return f()
        finally:
            self.states = torch.get_rng_state(), random.getstate()
            torch.set_rng_state(outside[0])
            random.setstate(outside[1])
            _current = outside[2]


class Tasks:
    """Which worker loads what: numbers are drawn ahead, and given to the workers in turn."""

    def __init__(self, workers, numbers, ahead):
        self.workers, self.numbers = workers, numbers
        self.queue = deque()
        self.next = 0
        for _ in range(ahead):
            self.put()

    def put(self):
        """The next numbers, for the next worker that has not come to its end."""
        try:
            numbers = next(self.numbers)
        except StopIteration:
            return
        for _ in self.workers:
            worker = self.workers[self.next % len(self.workers)]
            self.next += 1
            if worker.active:
                self.queue.append((worker, numbers))
                return

    def load(self):
        """The next batch. StopIteration at the end."""
        while self.queue:
            worker, numbers = self.queue.popleft()
            if not worker.active:
                continue
            try:
                batch = worker.run(lambda: _fetched(worker, numbers))
            except _End:
                worker.active = False
                self.put()
                continue
            self.put()
            return batch
        raise StopIteration


class _End(Exception):
    """A worker has no more samples: a StopIteration would end more than that."""


def _fetched(worker, numbers):
    try:
        return worker.fetcher.fetch(numbers)
    except StopIteration:
        raise _End from None
