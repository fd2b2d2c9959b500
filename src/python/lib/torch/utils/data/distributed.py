"""Each of several processes gets its part of the samples."""
import math

import torch

from ._draw import permutation
from .sampler import Sampler


class DistributedSampler(Sampler):
    """Every num_replicas-th number from `rank` on, after a shuffle that all share (by seed and epoch)."""

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        if num_replicas is None or rank is None:
            raise ValueError('Default process group has not been initialized, please make sure to call init_process_group.')
        if rank >= num_replicas or rank < 0:
            raise ValueError(f'Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]')
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        n = len(dataset)
        self.num_samples = math.ceil((n - num_replicas if drop_last and n % num_replicas else n) / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self):
        n = len(self.dataset)
        if self.shuffle:
            g = torch.Generator()
            g.manual_seed(self.seed + self.epoch)
            numbers = permutation(n, g)
        else:
            numbers = list(range(n))
        if self.drop_last:
            numbers = numbers[:self.total_size]
        else:
            # The first ones once more, so that all get the same number.
            numbers = (numbers * math.ceil(self.total_size / len(numbers)))[:self.total_size]
        return iter(numbers[self.rank:self.total_size:self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Another shuffle for each epoch."""
        self.epoch = epoch


DistributedSampler.__module__ = 'torch.utils.data.distributed'
