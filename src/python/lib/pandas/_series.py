"""Series: a column with its labels."""
import math
import operator

import numpy as np

from . import _print
from ._accessors import Categories, Texts, Window
from ._index import Index, rows
from ._values import REDUCTIONS, absent, cast, column, dtype_of, is_number, missing, not_yet, objects, present, quantile


def _binary(of, turned=False):
    def apply(self, other):
        theirs = other._aligned(self.index) if isinstance(other, Series) else other
        if isinstance(theirs, (list, tuple)):
            theirs = column(theirs)
        if isinstance(theirs, np.ndarray) and theirs.ndim == 1 and len(theirs) != len(self._v):
            raise ValueError(f'Length of values ({len(theirs)}) does not match length of index ({len(self._v)})')
        if self._v.dtype.kind == 'O' or isinstance(theirs, np.ndarray) and theirs.dtype.kind == 'O' or isinstance(theirs, str):
            many = theirs.tolist() if isinstance(theirs, np.ndarray) else [theirs] * len(self._v)
            pairs = zip(many, self._v.tolist()) if turned else zip(self._v.tolist(), many)
            found = column([_apply(of, a, b) for a, b in pairs])
        else:
            found = of(theirs, self._v) if turned else of(self._v, theirs)
        name = self.name if not isinstance(other, Series) or other.name == self.name else None
        return Series(found, self.index, name)
    return apply


def _apply(of, a, b):
    if of in _ORDERS and (missing(a) or missing(b)):
        return of is operator.ne
    return math.nan if missing(a) or missing(b) else of(a, b)


_ORDERS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


class Series:
    """A one-dimensional array with labels."""

    __array_priority__ = 1000
    ndim = 1
    __hash__ = None

    def __init__(self, data=None, index=None, name=None, dtype=None, copy=None):
        if isinstance(data, Series):
            name = data.name if name is None else name
            if index is None:
                index = data.index
            data = data._v
        elif isinstance(data, dict):
            if index is None:
                index = list(data)
            data = [data.get(k) for k in index]
        elif data is None or isinstance(data, (str, int, float, bool)):
            data = [data if data is not None else math.nan] * (len(index) if index is not None else 0 if data is None else 1)
        elif isinstance(data, Index):
            data = data.values
        self._v = column(data)
        if dtype is not None:
            self._v = cast(self._v, dtype)
        self._index = index if isinstance(index, Index) else rows(len(self._v)) if index is None else Index(index)
        if len(self._index) != len(self._v):
            raise ValueError(f'Length of values ({len(self._v)}) does not match length of index ({len(self._index)})')
        self.name = name

    @property
    def index(self):
        return self._index

    @index.setter
    def index(self, labels):
        self._index = labels if isinstance(labels, Index) else Index(labels)

    dtype = property(lambda self: dtype_of(self._v))
    dtypes = dtype
    values = property(lambda self: self._v)
    array = values
    shape = property(lambda self: (len(self._v),))
    size = property(lambda self: len(self._v))
    empty = property(lambda self: len(self._v) == 0)
    iloc = property(lambda self: _Places(self))
    loc = property(lambda self: _Labels(self))
    iat = iloc
    at = loc
    str = property(lambda self: Texts(self))
    plot = property(lambda self: _plotter(self))
    T = property(lambda self: self)
    is_unique = property(lambda self: len(set(self._v.tolist())) == len(self._v))

    @property
    def cat(self):
        return Categories(self)

    def _with(self, values, index=None):
        return Series(values, self.index if index is None else index, self.name)

    def _aligned(self, index):
        """The values in the order of other labels; nan where there is none."""
        if self.index.equals(index):
            return self._v
        at = {label: v for label, v in zip(self.index, self._v.tolist())}
        return column([at.get(label) for label in index])

    def _taken(self, places):
        return self._with(self._v[places], self.index[places])

    def to_numpy(self, dtype=None, copy=False):
        return self._v if dtype is None else cast(self._v, dtype)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy(dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **how):
        """np.exp(series) is a Series again."""
        return self._with(getattr(ufunc, method)(*(v._v if isinstance(v, Series) else v for v in inputs), **how))

    def to_frame(self, name=None):
        from ._frame import DataFrame
        return DataFrame({name if name is not None else self.name if self.name is not None else 0: self})

    def __len__(self):
        return len(self._v)

    def __iter__(self):
        return iter(self._v.tolist())

    def __contains__(self, label):
        return label in self.index

    def __bool__(self):
        raise ValueError('The truth value of a Series is ambiguous. Use a.empty, a.bool(), a.item(), a.any() or a.all().')

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._taken(_range(key, self.index))
        if isinstance(key, Series) or isinstance(key, (list, np.ndarray)) and column(key).dtype.kind == 'b':
            return self._taken(np.nonzero(np.asarray(key))[0])
        if isinstance(key, (list, np.ndarray, Index)):
            return self._taken([self.index.get_loc(k) for k in key])
        place = self.index.get_loc(key)
        return self._taken(place) if isinstance(place, slice) else self._v[place]

    def __setitem__(self, key, value):
        if isinstance(key, Series):
            key = np.asarray(key)
        if not isinstance(key, (slice, np.ndarray, list)):
            key = self.index.get_loc(key)
        self._v[key] = value._v if isinstance(value, Series) else value

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        if name in self.index:
            return self[name]
        if name in _KNOWN:
            raise not_yet(f'Series.{name}')
        raise AttributeError(f"'Series' object has no attribute '{name}'")

    def __repr__(self):
        return _print.series(self)

    def to_string(self, **_):
        return repr(self)

    def head(self, n=5):
        return self.iloc[:n]

    def tail(self, n=5):
        return self.iloc[-n:] if n else self.iloc[:0]

    def copy(self, deep=True):
        return self._with(self._v.copy())

    def tolist(self):
        return self._v.tolist()

    to_list = tolist

    def to_dict(self):
        return dict(zip(self.index, self._v.tolist()))

    def item(self):
        if len(self._v) != 1:
            raise ValueError('can only convert an array of size 1 to a Python scalar')
        return self._v.tolist()[0]

    def items(self):
        return zip(self.index, self._v.tolist())

    def keys(self):
        return self.index

    def astype(self, dtype, **_):
        if dtype == 'category':
            return self.copy()
        return self._with(cast(self._v, dtype))

    def map(self, function, na_action=None):
        if isinstance(function, (dict, Series)):
            get = function.get if isinstance(function, dict) else function.to_dict().get
            return self._with(column([get(v) for v in self]))
        return self._with(column([function(v) for v in self]))

    def apply(self, function, args=(), **kwargs):
        if isinstance(function, np.ufunc):
            return self._with(function(self._v))
        return self._with(column([function(v, *args, **kwargs) for v in self]))

    def replace(self, old, new=None):
        table = old if isinstance(old, dict) else dict(zip(old, new if isinstance(new, (list, tuple)) else [new] * len(old))) \
            if isinstance(old, (list, tuple)) else {old: new}
        return self._with(column([table.get(v, v) for v in self]))

    def isnull(self):
        return self._with(absent(self._v))

    isna = isnull

    def notnull(self):
        return self._with(~absent(self._v))

    notna = notnull

    def fillna(self, value, inplace=False):
        gone = absent(self._v)
        found = self._v if not gone.any() else column([value if g else v for v, g in zip(self._v.tolist(), gone.tolist())])
        if inplace:
            self._v = found
            return None
        return self._with(found)

    def ffill(self):
        found, last = [], math.nan
        for v in self:
            last = last if missing(v) else v
            found.append(last)
        return self._with(column(found))

    def bfill(self):
        turned = self.iloc[::-1].ffill()
        return self._with(turned._v[::-1])

    def dropna(self):
        return self._taken(np.nonzero(~absent(self._v))[0])

    def unique(self):
        found = list(dict.fromkeys(self._v.tolist()))
        return np.array(found, dtype=self._v.dtype) if is_number(self._v) else objects(found)

    def nunique(self, dropna=True):
        return len(set(present(self._v).tolist()))

    def value_counts(self, normalize=False, sort=True, ascending=False, dropna=True):
        counts = {}
        for v in present(self._v).tolist():
            counts[v] = counts.get(v, 0) + 1
        pairs = sorted(counts.items(), key=lambda pair: pair[1], reverse=not ascending) if sort else list(counts.items())
        values = np.array([c for _, c in pairs], dtype=np.int64)
        values = values / values.sum() if normalize else values
        return Series(values, Index([k for k, _ in pairs], self.name), 'proportion' if normalize else 'count')

    def isin(self, values):
        wanted = set(values)
        return self._with(np.array([v in wanted for v in self], dtype=bool))

    def between(self, left, right):
        return (self >= left) & (self <= right)

    def clip(self, lower=None, upper=None):
        return self._with(np.clip(self._v, lower, upper))

    def abs(self):
        return self._with(np.abs(self._v))

    def round(self, decimals=0):
        return self._with(np.round(self._v, decimals))

    def cumsum(self):
        return self._with(np.cumsum(self._v))

    def shift(self, periods=1, fill_value=math.nan):
        n, v = len(self._v), self._v.tolist()
        moved = [fill_value] * min(periods, n) + v[:max(n - periods, 0)] if periods >= 0 else v[-periods:] + [fill_value] * min(-periods, n)
        return self._with(column(moved))

    def diff(self, periods=1):
        return self - self.shift(periods)

    def pct_change(self, periods=1):
        return self / self.shift(periods) - 1

    def rolling(self, window, min_periods=None, center=False):
        return Window(self, window, window if min_periods is None else min_periods)

    def quantile(self, q=0.5):
        if isinstance(q, (list, tuple)):
            return Series([quantile(self._v, x) for x in q], q, self.name)
        return quantile(self._v, q)

    def describe(self):
        if not is_number(self._v):
            counts = self.value_counts()
            return Series(objects([self.count(), self.nunique(), counts.index[0], counts._v[0]]), ['count', 'unique', 'top', 'freq'], self.name)
        found = [float(self.count()), self.mean(), self.std(), self.min(), *(self.quantile(q) for q in (0.25, 0.5, 0.75)), self.max()]
        return Series([float(v) for v in found], ['count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max'], self.name)

    def argmax(self):
        return int(np.nanargmax(self._v))

    def argmin(self):
        return int(np.nanargmin(self._v))

    def idxmax(self):
        return self.index[self.argmax()]

    def idxmin(self):
        return self.index[self.argmin()]

    def corr(self, other):
        both = ~(absent(self._v) | absent(other._v))
        return np.float64(np.corrcoef(self._v[both].astype(np.float64), other._v[both].astype(np.float64))[0, 1])

    def sort_values(self, ascending=True):
        return self._taken(order(self._v, ascending))

    def sort_index(self, ascending=True):
        return self._taken(order(self.index.values, ascending))

    def reset_index(self, drop=False, name=None):
        if drop:
            return Series(self._v, None, self.name)
        from ._frame import DataFrame
        values = name if name is not None else self.name if self.name is not None else 0
        label = self.index.name if self.index.name is not None else 'index'
        return DataFrame({label: self.index.values, values: self._v})

    def sample(self, n=None, frac=None, replace=False, random_state=None):
        return self._taken(drawn(len(self._v), n, frac, replace, random_state))

    def rename(self, name):
        made = self.copy()
        made.name = name
        return made

    def drop(self, labels):
        gone = set(labels) if isinstance(labels, (list, tuple, Index)) else {labels}
        return self._taken([i for i, label in enumerate(self.index) if label not in gone])

    def get(self, label, default=None):
        return self[label] if label in self.index else default

    def dot(self, other):
        return np.dot(self._v, np.asarray(other))

    def hist(self, bins=10, **_):
        from matplotlib import pyplot
        return pyplot.hist(present(self._v), bins=bins)

    def to_csv(self, path=None, index=True, **how):
        return self.to_frame().to_csv(path, index=index, **how)

    def __neg__(self):
        return self._with(-self._v)

    def __invert__(self):
        return self._with(~self._v)

    __add__, __sub__, __mul__ = (_binary(f) for f in (operator.add, operator.sub, operator.mul))
    __truediv__, __floordiv__, __mod__, __pow__ = (_binary(f) for f in (operator.truediv, operator.floordiv, operator.mod, operator.pow))
    __radd__, __rsub__, __rmul__ = (_binary(f, True) for f in (operator.add, operator.sub, operator.mul))
    __rtruediv__, __rpow__ = (_binary(f, True) for f in (operator.truediv, operator.pow))
    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = (_binary(f) for f in _ORDERS)
    __and__, __or__, __xor__ = (_binary(f) for f in (operator.and_, operator.or_, operator.xor))


def _reduction(name):
    of = REDUCTIONS[name]

    def reduce(self, axis=None, skipna=True, numeric_only=False, **how):
        return of(present(self._v) if skipna else self._v, **how)
    return reduce


for _name in REDUCTIONS:
    if _name != 'nunique':
        setattr(Series, _name, _reduction(_name))

# What pandas has beyond that, so that it is said plainly.
_KNOWN = frozenset('''dt ewm expanding groupby resample interpolate rank mode skew kurt cumprod cummax cummin where mask explode combine duplicated
drop_duplicates nlargest nsmallest sem append update agg aggregate transform swaplevel unstack autocorr cov searchsorted memory_usage'''.split())


def order(values, ascending=True):
    """Places from the least to the largest; what is missing comes last."""
    found = values.tolist()
    there = [i for i, v in enumerate(found) if not missing(v)]
    return sorted(there, key=lambda i: found[i], reverse=not ascending) + [i for i, v in enumerate(found) if missing(v)]


def drawn(n, number, frac, replace, random_state):
    """The rows of a sample, with numpy's draws."""
    if number is None:
        number = 1 if frac is None else round(frac * n)
    source = np.random if random_state is None else random_state if hasattr(random_state, 'choice') else np.random.RandomState(random_state)
    return source.choice(n, size=number, replace=replace)


def _range(key, index):
    """Rows of a slice: of places for numbers, of labels (with the last) for texts."""
    if isinstance(key.start, str) or isinstance(key.stop, str):
        return labels_between(key, index)
    return key


def labels_between(key, index):
    def place(label, end):
        found = index.get_loc(label)
        return (found.stop if end else found.start) if isinstance(found, slice) else found + end
    return slice(None if key.start is None else place(key.start, 0), None if key.stop is None else place(key.stop, 1), key.step)


class _Places:
    """iloc of a Series."""

    def __init__(self, series):
        self._s = series

    def __getitem__(self, key):
        if isinstance(key, (slice, list, np.ndarray)):
            return self._s._taken(key)
        return self._s._v[key]

    def __setitem__(self, key, value):
        self._s._v[key] = value


class _Labels(_Places):
    """loc of a Series."""

    def __getitem__(self, key):
        return self._s._taken(labels_between(key, self._s.index)) if isinstance(key, slice) else self._s[key]

    def __setitem__(self, key, value):
        self._s[key] = value


def _plotter(series):
    from ._plot import Plotter
    return Plotter(series)
