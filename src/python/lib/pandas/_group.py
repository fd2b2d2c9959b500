"""groupby()."""
import numpy as np

from ._index import Index
from ._series import Series
from ._values import REDUCTIONS, column, is_number, not_yet, present


class Groups:
    """Rows with the same value, in the order of the values."""

    def __init__(self, frame, by, chosen=None, **_):
        from ._frame import DataFrame
        if isinstance(by, list) and len(by) == 1:
            by = by[0]
        if isinstance(by, list):
            raise not_yet('groupby of several columns')
        keys = by if isinstance(by, Series) else frame[by]
        self._frame, self._by, self._chosen, self._key, self._kind = frame, by, chosen, keys.name, DataFrame
        places = {}
        for i, key in enumerate(keys.tolist()):
            if key == key and key is not None:
                places.setdefault(key, []).append(i)
        self._places = dict(sorted(places.items()))

    def __getitem__(self, name):
        return Groups(self._frame, self._by, name)

    def __iter__(self):
        for key, places in self._places.items():
            part = self._frame.iloc[places]
            yield key, part if self._chosen is None else part[self._chosen]

    def __len__(self):
        return len(self._places)

    @property
    def groups(self):
        return {key: Index([self._frame.index[i] for i in places]) for key, places in self._places.items()}

    def get_group(self, key):
        return self._frame.iloc[self._places[key]]

    def size(self):
        return Series(np.array([len(p) for p in self._places.values()], dtype=np.int64), Index(list(self._places), self._key))

    def apply(self, function):
        return Series(column([function(part) for _, part in self]), Index(list(self._places), self._key))

    def agg(self, how):
        if not isinstance(how, str):
            raise not_yet('groupby().agg() of several functions')
        return self._reduced(how)

    def _reduced(self, how, numeric_only=False):
        labels, of = Index(list(self._places), self._key), REDUCTIONS[how]

        def one(name):
            values = self._frame[name]._v
            return column([of(present(values[places])) for places in self._places.values()])
        if isinstance(self._chosen, str):
            return Series(one(self._chosen), labels, self._chosen)
        names = self._chosen or [n for n in self._frame.columns if n != self._key]
        return self._kind({n: one(n) for n in names if not numeric_only or is_number(self._frame[n]._v)}, index=labels)

    def __getattr__(self, name):
        if name in REDUCTIONS:
            return lambda numeric_only=False: self._reduced(name, numeric_only)
        raise not_yet(f'groupby().{name}')
