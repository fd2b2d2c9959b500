"""Labels of rows and of columns."""
import numpy as np

from ._values import column, dtype_of


class Index:
    """Labels in their order."""

    def __init__(self, labels=(), name=None, **_):
        self._labels = labels._labels if isinstance(labels, Index) else labels if isinstance(labels, range) else \
            [v.item() if hasattr(v, 'item') else v for v in labels]
        self.name = name if name is not None else getattr(labels, 'name', None)
        self._at = None

    def _places(self):
        if self._at is None:
            self._at = {}
            for i, label in enumerate(self._labels):
                self._at.setdefault(label, []).append(i)
        return self._at

    def get_loc(self, label):
        found = self._places().get(label)
        if found is None:
            raise KeyError(label)
        return found[0] if len(found) == 1 else slice(found[0], found[-1] + 1)

    @property
    def values(self):
        return column(list(self._labels))

    array = values
    dtype = property(lambda self: dtype_of(self.values))
    shape = property(lambda self: (len(self),))
    size = property(lambda self: self._labels.__len__())
    is_unique = property(lambda self: len(set(self._labels)) == self._labels.__len__())

    def tolist(self):
        return list(self._labels)

    to_list = tolist

    def to_numpy(self, dtype=None):
        return self.values if dtype is None else self.values.astype(dtype)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy(dtype)

    def __len__(self):
        return self._labels.__len__()

    def __iter__(self):
        return iter(self._labels)

    def __contains__(self, label):
        return label in self._places()

    def __getitem__(self, i):
        if isinstance(i, slice):
            return Index(self._labels[i], self.name)
        if hasattr(i, '__len__'):
            i = np.asarray(i)
            return Index([self._labels[k] for k in (np.nonzero(i)[0] if i.dtype.kind == 'b' else i).tolist()], self.name)
        return self._labels[int(i)]

    def __eq__(self, other):
        other = list(other) if hasattr(other, '__iter__') and not isinstance(other, str) else [other] * self.__len__()
        return np.array([a == b for a, b in zip(self._labels, other)], dtype=bool)

    __hash__ = None

    def equals(self, other):
        return list(self) == list(other)

    def isin(self, values):
        wanted = set(values)
        return np.array([v in wanted for v in self._labels], dtype=bool)

    def drop(self, labels):
        gone = {labels} if isinstance(labels, str) or not hasattr(labels, '__iter__') else set(labels)
        return Index([v for v in self._labels if v not in gone], self.name)

    def map(self, function):
        return Index([function(v) for v in self._labels], self.name)

    def unique(self):
        return Index(list(dict.fromkeys(self._labels)), self.name)

    def __repr__(self):
        if isinstance(self._labels, range):
            r = self._labels
            return f'RangeIndex(start={r.start}, stop={r.stop}, step={r.step})'
        name = '' if self.name is None else f', name={self.name!r}'
        return f"Index({list(self._labels)!r}, dtype='{self.dtype}'{name})"


def rows(n):
    """0, 1, 2 …: the labels of rows that nobody named."""
    return Index(range(n))
