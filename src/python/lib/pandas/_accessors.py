"""What hangs on a Series: windows, texts, categories."""
import math
import re

import numpy as np

from ._index import Index
from ._values import REDUCTIONS, column, missing, not_yet, present


class Window:
    """rolling()."""

    def __init__(self, series, window, least):
        self._s, self._n, self._least = series, window, least

    def _each(self, of):
        v = self._s._v.astype(np.float64)
        found = []
        for i in range(len(v)):
            part = present(v[max(0, i - self._n + 1):i + 1])
            found.append(float(of(part)) if len(part) >= self._least else math.nan)
        return self._s._with(np.array(found, dtype=np.float64))

    def mean(self):
        return self._each(np.mean)

    def sum(self):
        return self._each(np.sum)

    def std(self):
        return self._each(REDUCTIONS['std'])

    def min(self):
        return self._each(np.min)

    def max(self):
        return self._each(np.max)

    def median(self):
        return self._each(np.median)


class Texts:
    """.str: a method of str for each value."""

    def __init__(self, series):
        self._s = series

    def _each(self, of):
        return self._s._with(column([math.nan if missing(v) else of(v) for v in self._s]))

    def __getitem__(self, key):
        return self._each(lambda v: v[key])

    def len(self):
        return self._each(len)

    def contains(self, pattern, case=True, regex=True, na=None):
        flags = 0 if case else re.IGNORECASE
        return self._each(lambda v: bool(re.search(pattern if regex else re.escape(pattern), v, flags)))

    def replace(self, old, new, regex=False):
        return self._each(lambda v: re.sub(old, new, v) if regex else v.replace(old, new))

    def extract(self, pattern, expand=True):
        def first(v):
            found = re.search(pattern, v)
            return found.group(1) if found else math.nan
        return self._each(first)

    def __getattr__(self, name):
        if not hasattr('', name):
            raise not_yet(f'Series.str.{name}')

        def each(*args, **kwargs):
            kwargs.pop('expand', None)
            return self._each(lambda v: getattr(v, name)(*args, **kwargs))
        return each


class Categories:
    """.cat: the sorted values and each one's place among them."""

    def __init__(self, series):
        self.categories = Index(sorted(set(present(series._v).tolist())))
        at = {v: i for i, v in enumerate(self.categories)}
        self.codes = series._with(np.array([at.get(v, -1) for v in series], dtype=np.int8 if len(at) < 128 else np.int16))
