"""Splits of data into parts to learn from and to test on."""
from math import ceil, floor

import numpy as np

from .utils import check_random_state, take


def _sizes(n, test_size, train_size):
    """How many are for training and for testing; a quarter for testing where nothing is said."""
    if test_size is None and train_size is None:
        test_size = 0.25
    test = None if test_size is None else ceil(test_size * n) if isinstance(test_size, float) else int(test_size)
    train = None if train_size is None else floor(train_size * n) if isinstance(train_size, float) else int(train_size)
    test = n - train if test is None else test
    train = n - test if train is None else train
    if train + test > n or train <= 0:
        raise ValueError(f'With n_samples={n}, test_size={test_size} and train_size={train_size}, the resulting train set will be empty or too large. '
                         'Adjust any of the aforementioned parameters.')
    return train, test


def _most_likely(counts, draws, generator):
    """How many of each class there are in so many draws, most likely; ties are drawn."""
    exact = counts / counts.sum() * draws
    found = np.floor(exact)
    missing = int(draws - found.sum())
    rest = exact - found
    for value in sorted({float(v) for v in rest}, reverse=True):
        if missing <= 0:
            break
        tied = np.array([i for i, v in enumerate(rest.tolist()) if v == value])
        add = min(len(tied), missing)
        for i in generator.choice(tied, size=add, replace=False).tolist():
            found[i] += 1
        missing -= add
    return [int(v) for v in found]


def _stratified(labels, train, test, generator):
    labels = np.asarray(labels).tolist()
    kinds = sorted(set(labels))
    members = [[i for i, label in enumerate(labels) if label == kind] for kind in kinds]
    counts = np.array([len(m) for m in members])
    if min(len(m) for m in members) < 2:
        raise ValueError('The least populated class in y has only 1 member, which is too few. The minimum number of groups for any class cannot be less than 2.')
    of_train = _most_likely(counts, train, generator)
    of_test = _most_likely(counts - np.array(of_train), test, generator)
    first, second = [], []
    for own, n, m in zip(members, of_train, of_test):
        order = [own[int(i)] for i in generator.permutation(len(own))]
        first += order[:n]
        second += order[n:n + m]
    return generator.permutation(np.array(first)), generator.permutation(np.array(second))


def train_test_split(*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None):
    """[train, test] of each array, in one random order."""
    if not arrays:
        raise ValueError('At least one array required as input')
    n = len(arrays[0])
    for other in arrays:
        if len(other) != n:
            raise ValueError(f'Found input variables with inconsistent numbers of samples: {[len(a) for a in arrays]}')
    train, test = _sizes(n, test_size, train_size)
    if not shuffle:
        first, second = np.arange(train), np.arange(train, train + test)
    elif stratify is not None:
        first, second = _stratified(stratify, train, test, check_random_state(random_state))
    else:
        order = check_random_state(random_state).permutation(n)
        first, second = order[test:test + train], order[:test]
    return [part for a in arrays for part in (take(a, first), take(a, second))]


class KFold:
    """n_splits parts; each is the test part once."""

    def __init__(self, n_splits=5, *, shuffle=False, random_state=None):
        self.n_splits, self.shuffle, self.random_state = n_splits, shuffle, random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        return self.n_splits

    def split(self, X, y=None, groups=None):
        n = len(X)
        order = np.arange(n)
        if self.shuffle:
            check_random_state(self.random_state).shuffle(order)
        order = order.tolist()
        at = 0
        for i in range(self.n_splits):
            size = n // self.n_splits + (i < n % self.n_splits)
            test = set(order[at:at + size])
            at += size
            yield np.array([k for k in range(n) if k not in test]), np.array(sorted(test))
