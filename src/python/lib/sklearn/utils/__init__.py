"""Random states, shuffling, and answers with named parts."""
import numpy as np


class Bunch(dict):
    """A dictionary whose keys are attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value

    def __dir__(self):
        return list(self)


def check_random_state(seed):
    """numpy's own generator for None, a new one for a number."""
    if seed is None or seed is np.random:
        return np.random
    if isinstance(seed, (int, np.integer)):
        return np.random.RandomState(seed)
    return seed


def shuffle(*arrays, random_state=None, n_samples=None):
    """The arrays' first dimensions in one random order."""
    order = np.arange(len(arrays[0]))
    check_random_state(random_state).shuffle(order)
    order = order[:n_samples] if n_samples is not None else order
    found = [take(a, order) for a in arrays]
    return found[0] if len(found) == 1 else found


def take(values, order):
    """Elements of an array, a tensor, a table or a list."""
    if hasattr(values, 'iloc'):
        return values.iloc[order]
    if hasattr(values, 'shape'):
        return values[order]
    return [values[int(i)] for i in order]
