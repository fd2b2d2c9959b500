"""DataFrame: columns of one length, with labels."""
import math
import operator

import numpy as np

from . import _print
from ._index import Index, rows
from ._series import Series, drawn, labels_between, order
from ._values import REDUCTIONS, absent, cast, column, dtype_of, is_number, missing, not_yet, objects, present, together


def _given(data, columns, index):
    """(names, columns, labels of rows) of what a frame is made of."""
    if isinstance(data, DataFrame):
        names = list(data.columns) if columns is None else list(columns)
        return names, [data[n]._v for n in names], data.index if index is None else index
    if isinstance(data, Series):
        return [data.name if data.name is not None else 0] if columns is None else columns, [data._v], data.index
    if data is None:
        names = list(columns) if columns is not None else []
        return names, [objects([math.nan] * len(index or ())) for _ in names], index
    if isinstance(data, dict):
        names = list(data) if columns is None else list(columns)
        found = [data.get(n) for n in names]
        if index is None:
            index = next((v.index for v in found if isinstance(v, Series)), None)
        lengths = [len(v) for v in found if hasattr(v, '__len__') and not isinstance(v, str)]
        n = lengths[0] if lengths else len(index) if index is not None else 0
        if not lengths and index is None and found:
            raise ValueError('If using all scalar values, you must pass an index')
        if any(length != n for length in lengths):
            raise ValueError('All arrays must be of the same length')
        whole = [v._v if isinstance(v, Series) else column(v if hasattr(v, '__len__') and not isinstance(v, str) else [v] * n) for v in found]
        return names, whole, index
    if hasattr(data, '__array__') or hasattr(data, 'ndim'):
        array = np.asarray(data)
        array = array.reshape(-1, 1) if array.ndim == 1 else array
        names = list(range(array.shape[1])) if columns is None else list(columns)
        if len(names) != array.shape[1]:
            raise ValueError(f'Shape of passed values is {array.shape}, indices imply ({array.shape[0]}, {len(names)})')
        return names, [column(array[:, k]) for k in range(array.shape[1])], index
    data = list(data)
    if data and isinstance(data[0], Series):
        names = list(data[0].index)
        return names, [column([row[n] for row in data]) for n in names], index
    if data and isinstance(data[0], dict):
        names = list(dict.fromkeys(k for row in data for k in row)) if columns is None else list(columns)
        return names, [column([row.get(n) for row in data]) for n in names], index
    if data and not hasattr(data[0], '__len__') or data and isinstance(data[0], str):
        data = [[v] for v in data]
    width = max((len(row) for row in data), default=0)
    names = list(range(width)) if columns is None else list(columns)
    if data and len(names) != width:
        raise ValueError(f'{len(names)} columns passed, passed data had {width} columns')
    return names, [column([row[k] if k < len(row) else None for row in data]) for k in range(len(names))], index


def _binary(name):
    of = getattr(operator, name)
    method = f'__{name.strip("_")}__'

    def apply(self, other):
        if isinstance(other, DataFrame):
            return self._with([getattr(self[n], method)(other[n])._v for n in self.columns])
        if isinstance(other, Series):
            return self._with([getattr(self[n], method)(other[n])._v for n in self.columns])
        array = np.asarray(other) if isinstance(other, (list, tuple)) or hasattr(other, 'ndim') else None
        if array is not None and array.ndim:
            array = np.broadcast_to(array, self.shape)
            return self._with([of(v, array[:, k]) for k, v in enumerate(self._columns)])
        return self._with([getattr(self[n], method)(other)._v for n in self.columns])
    return apply


class DataFrame:
    """A table."""

    __array_priority__ = 1000
    ndim = 2
    __hash__ = None

    def __init__(self, data=None, index=None, columns=None, dtype=None, copy=None):
        names, values, labels = _given(data, columns, index)
        self.__dict__['_columns'] = [v if dtype is None else cast(v, dtype) for v in values]
        self.__dict__['_names'] = Index(names)
        n = len(values[0]) if values else len(labels) if labels is not None else 0
        self.__dict__['_index'] = labels if isinstance(labels, Index) else rows(n) if labels is None else Index(labels)
        if len(self._index) != n:
            raise ValueError(f'Shape of passed values is ({n}, {len(values)}), indices imply ({len(self._index)}, {len(values)})')

    def _with(self, values, names=None, index=None):
        made = object.__new__(DataFrame)
        made.__dict__.update(_columns=values, _names=self._names if names is None else Index(names), _index=self._index if index is None else index)
        return made

    def _taken(self, places):
        return self._with([v[places] for v in self._columns], None, self._index[places])

    def _into(self, made, inplace):
        if not inplace:
            return made
        self.__dict__.update(made.__dict__)
        return None

    @property
    def columns(self):
        return self._names

    @property
    def index(self):
        return self._index

    shape = property(lambda self: (len(self._index), len(self._columns)))
    size = property(lambda self: len(self._index) * len(self._columns))
    empty = property(lambda self: self.size == 0)
    dtypes = property(lambda self: Series(objects(dtype_of(v) for v in self._columns), self._names))
    iloc = property(lambda self: _Places(self))
    loc = property(lambda self: _Labels(self))
    iat = iloc
    at = loc

    @property
    def plot(self):
        from ._plot import Plotter
        return Plotter(self)

    @property
    def values(self):
        kinds = {v.dtype.kind for v in self._columns}
        if not self._columns:
            return np.empty(self.shape)
        if 'O' in kinds or 'b' in kinds and len(kinds) > 1:
            made = np.empty(self.shape, dtype=object)
            for k, v in enumerate(self._columns):
                for i, one in enumerate(v.tolist()):
                    made[i, k] = one
            return made
        return np.stack(self._columns, axis=1)

    T = property(lambda self: DataFrame(self.values.T, index=self._names, columns=list(self._index)))

    def transpose(self):
        return self.T

    def to_numpy(self, dtype=None, copy=False):
        return self.values if dtype is None else self.values.astype(dtype)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy(dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **how):
        """np.exp(frame) is a frame again."""
        parts = [[v._columns[k] if isinstance(v, DataFrame) else v for v in inputs] for k in range(len(self._columns))]
        return self._with([getattr(ufunc, method)(*part, **how) for part in parts])

    def __len__(self):
        return len(self._index)

    def __iter__(self):
        return iter(self._names)

    def __contains__(self, name):
        return name in self._names

    def keys(self):
        return self._names

    def __bool__(self):
        raise ValueError('The truth value of a DataFrame is ambiguous. Use a.empty, a.bool(), a.item(), a.any() or a.all().')

    def __repr__(self):
        return _print.frame(self)

    def to_string(self, **_):
        return repr(self)

    def _place(self, name):
        return self._names.get_loc(name)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._taken(labels_between(key, self._index) if isinstance(key.start, str) else key)
        if isinstance(key, (Series, np.ndarray, Index)) and np.asarray(key).dtype.kind == 'b':
            return self._taken(np.nonzero(np.asarray(key))[0])
        if isinstance(key, list) and key and all(isinstance(k, bool) for k in key):
            return self._taken(np.nonzero(np.array(key))[0])
        if isinstance(key, (list, Index, np.ndarray)):
            absent_names = [k for k in key if k not in self._names]
            if absent_names:
                raise KeyError(f"{absent_names} not in index" if len(absent_names) < len(key) else f"None of [{Index(key)!r}] are in the [columns]")
            return self._with([self._columns[self._place(k)] for k in key], list(key))
        return Series(self._columns[self._place(key)], self._index, key)

    def __setitem__(self, key, value):
        if isinstance(key, (list, Index, np.ndarray)):
            if isinstance(value, DataFrame):
                if len(value._columns) != len(key):
                    raise ValueError('Columns must be same length as key')
                parts = [Series(found, value._index) for found in value._columns]
            else:
                parts = np.broadcast_to(np.asarray(value), (len(self), len(key))).T
            for name, part in zip(key, parts):
                self[name] = part
            return
        if isinstance(value, Series):
            values = value._aligned(self._index) if self._columns else value._v
        elif isinstance(value, str) or not hasattr(value, '__len__') or getattr(value, 'ndim', 1) == 0:
            values = column([value] * len(self))
        else:
            values = column(value.detach().numpy() if hasattr(value, 'detach') else value)
        if not self._columns and not len(self._index):
            self.__dict__['_index'] = value.index if isinstance(value, Series) else rows(len(values))
        if len(values) != len(self):
            raise ValueError(f'Length of values ({len(values)}) does not match length of index ({len(self)})')
        if key in self._names:
            self._columns[self._place(key)] = values
        else:
            self._columns.append(values)
            self.__dict__['_names'] = Index([*self._names, key])

    def __delitem__(self, name):
        self.pop(name)

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        if name in self._names:
            return self[name]
        if name in _KNOWN:
            raise not_yet(f'DataFrame.{name}')
        raise AttributeError(f"'DataFrame' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        if name == 'columns':
            if len(value) != len(self._columns):
                raise ValueError(f'Length mismatch: Expected axis has {len(self._columns)} elements, new values have {len(value)} elements')
            self.__dict__['_names'] = Index(value)
        elif name == 'index':
            self.__dict__['_index'] = value if isinstance(value, Index) else Index(value)
        elif name in self._names:
            self[name] = value
        else:
            self.__dict__[name] = value

    def pop(self, name):
        place = self._place(name)
        gone = self[name]
        del self._columns[place]
        self.__dict__['_names'] = self._names.drop([name])
        return gone

    def insert(self, loc, column, value):
        self[column] = value
        names = list(self._names)
        names.insert(loc, names.pop())
        self._columns.insert(loc, self._columns.pop())
        self.__dict__['_names'] = Index(names)

    def assign(self, **columns):
        made = self.copy()
        for name, value in columns.items():
            made[name] = value(made) if callable(value) else value
        return made

    def head(self, n=5):
        return self.iloc[:n]

    def tail(self, n=5):
        return self.iloc[-n:] if n else self.iloc[:0]

    def copy(self, deep=True):
        return self._with([v.copy() for v in self._columns])

    def items(self):
        return ((n, self[n]) for n in self._names)

    def iterrows(self):
        for i, label in enumerate(self._index):
            yield label, self.iloc[i]

    def itertuples(self, index=True, name='Pandas'):
        from collections import namedtuple
        names = [str(n) for n in self._names]
        kind = namedtuple(name, ['Index', *names] if index else names, rename=True)
        for label, *row in zip(self._index, *(v.tolist() for v in self._columns)):
            yield kind(label, *row) if index else kind(*row)

    def drop(self, labels=None, axis=0, index=None, columns=None, inplace=False, errors='raise'):
        if columns is None and index is None:
            columns, index = (labels, None) if axis in (1, 'columns') else (None, labels)
        gone = columns if columns is not None else index
        gone = [gone] if isinstance(gone, str) or not hasattr(gone, '__iter__') else list(gone)
        known = self._names if columns is not None else self._index
        unknown = [k for k in gone if k not in known]
        if unknown and errors == 'raise':
            raise KeyError(f'{unknown} not found in axis')
        if columns is not None:
            made = self[[n for n in self._names if n not in gone]]
        else:
            made = self._taken([i for i, label in enumerate(self._index) if label not in gone])
        return self._into(made, inplace)

    def rename(self, columns=None, index=None, inplace=False, **_):
        made = self.copy()
        if columns is not None:
            made.columns = [columns(n) if callable(columns) else columns.get(n, n) for n in self._names]
        if index is not None:
            made.index = [index(n) if callable(index) else index.get(n, n) for n in self._index]
        return self._into(made, inplace)

    def astype(self, dtype, **_):
        if isinstance(dtype, dict):
            return self._with([cast(v, dtype[n]) if n in dtype else v for n, v in zip(self._names, self._columns)])
        return self._with([cast(v, dtype) for v in self._columns])

    def isnull(self):
        return self._with([absent(v) for v in self._columns])

    isna = isnull

    def notnull(self):
        return self._with([~absent(v) for v in self._columns])

    notna = notnull

    def fillna(self, value, inplace=False):
        of = value.get if isinstance(value, dict) else (lambda n: value[n] if n in value.index else None) if isinstance(value, Series) else lambda n: value
        made = self._with([self[n]._v if of(n) is None else self[n].fillna(of(n))._v for n in self._names])
        return self._into(made, inplace)

    def ffill(self):
        return self._with([self[n].ffill()._v for n in self._names])

    def dropna(self, axis=0, how='any', subset=None, inplace=False):
        gone = [absent(v) for n, v in zip(self._names, self._columns) if subset is None or n in subset]
        if axis in (1, 'columns'):
            made = self[[n for n, g in zip(self._names, gone) if not (g.any() if how == 'any' else g.all())]]
        else:
            table = np.stack(gone, axis=1) if gone else np.zeros((len(self), 0), dtype=bool)
            made = self._taken(np.nonzero(~(table.any(axis=1) if how == 'any' else table.all(axis=1)))[0])
        return self._into(made, inplace)

    def drop_duplicates(self, subset=None, inplace=False):
        seen, kept = set(), []
        chosen = self if subset is None else self[[subset] if isinstance(subset, str) else list(subset)]
        for i, row in enumerate(zip(*(v.tolist() for v in chosen._columns))):
            if row not in seen:
                seen.add(row)
                kept.append(i)
        return self._into(self._taken(kept), inplace)

    def replace(self, old, new=None):
        return self._with([self[n].replace(old, new)._v for n in self._names])

    def sort_values(self, by, ascending=True, inplace=False, ignore_index=False):
        made = self
        names = [by] if isinstance(by, str) else list(by)
        ways = [ascending] * len(names) if isinstance(ascending, bool) else list(ascending)
        for name, way in reversed(list(zip(names, ways))):
            made = made._taken(order(made[name]._v, way))
        return self._into(made.reset_index(drop=True) if ignore_index else made, inplace)

    def sort_index(self, ascending=True):
        return self._taken(order(self._index.values, ascending))

    def reset_index(self, drop=False, inplace=False):
        made = self._with(list(self._columns), None, rows(len(self)))
        if not drop:
            made.insert(0, self._index.name if self._index.name is not None else 'index', self._index.values)
        return self._into(made, inplace)

    def set_index(self, name, drop=True, inplace=False):
        made = self.drop(columns=name) if drop else self.copy()
        made.index = Index(self[name]._v.tolist(), name)
        return self._into(made, inplace)

    def sample(self, n=None, frac=None, replace=False, random_state=None, ignore_index=False):
        made = self._taken(drawn(len(self), n, frac, replace, random_state))
        return made.reset_index(drop=True) if ignore_index else made

    def select_dtypes(self, include=None, exclude=None):
        def fits(values, kinds):
            kinds = kinds if isinstance(kinds, (list, tuple)) else [kinds]
            return any(values.dtype.kind in 'iuf' if k in ('number', np.number) else dtype_of(values) == (STRINGS.get(k, k)) for k in kinds)
        return self[[n for n, v in zip(self._names, self._columns)
                     if (include is None or fits(v, include)) and not (exclude is not None and fits(v, exclude))]]

    def apply(self, function, axis=0, args=(), **kwargs):
        if axis in (1, 'columns'):
            found = [function(row, *args, **kwargs) for _, row in self.iterrows()]
            return DataFrame(found, index=self._index) if found and isinstance(found[0], Series) else Series(found, self._index)
        found = [function(self[n], *args, **kwargs) for n in self._names]
        if found and isinstance(found[0], Series):
            return self._with([s._v for s in found], None, found[0].index)
        return Series(found, self._names)

    def map(self, function):
        return self._with([self[n].map(function)._v for n in self._names])

    applymap = map

    def abs(self):
        return self._with([np.abs(v) for v in self._columns])

    def round(self, decimals=0):
        return self._with([np.round(v, decimals) if v.dtype.kind == 'f' else v for v in self._columns])

    def clip(self, lower=None, upper=None):
        return self._with([np.clip(v, lower, upper) for v in self._columns])

    def shift(self, periods=1):
        return self._with([self[n].shift(periods)._v for n in self._names])

    def diff(self, periods=1):
        return self._with([self[n].diff(periods)._v for n in self._names])

    def cumsum(self):
        return self._with([np.cumsum(v) for v in self._columns])

    def _numbers(self):
        return self[[n for n, v in zip(self._names, self._columns) if is_number(v)]]

    def describe(self, **_):
        numbers = self._numbers()
        if not len(numbers.columns):
            return DataFrame({n: self[n].describe() for n in self._names}, index=['count', 'unique', 'top', 'freq'])
        return DataFrame({n: numbers[n].describe()._v for n in numbers.columns if numbers[n]._v.dtype.kind != 'b'},
                         index=['count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max'])

    def info(self, **_):
        print(_print.info(self))

    def corr(self, numeric_only=False, **_):
        names = list(self._numbers().columns if numeric_only else self._names)
        return DataFrame({a: [self[a].corr(self[b]) for b in names] for a in names}, index=names)

    def quantile(self, q=0.5):
        return Series([self[n].quantile(q) for n in self._names], self._names, q)

    def idxmax(self):
        return Series([self[n].idxmax() for n in self._names], self._names)

    def groupby(self, by, **how):
        from ._group import Groups
        return Groups(self, by, **how)

    def isin(self, values):
        return self._with([self[n].isin(values)._v for n in self._names])

    def to_dict(self, orient='dict'):
        if orient == 'list':
            return {n: v.tolist() for n, v in zip(self._names, self._columns)}
        if orient == 'records':
            return [dict(zip(self._names, row)) for row in zip(*(v.tolist() for v in self._columns))]
        return {n: self[n].to_dict() for n in self._names}

    def to_csv(self, path=None, sep=',', index=True, header=True, float_format=None, **_):
        from ._csv import written
        return written(self, path, sep, index, header, float_format)

    def hist(self, **how):
        return self.plot.hist(**{k: how[k] for k in ('bins', 'ax', 'figsize') if k in how})

    def __neg__(self):
        return self._with([-v for v in self._columns])

    def __invert__(self):
        return self._with([~v for v in self._columns])

    __add__, __sub__, __mul__, __truediv__, __pow__, __mod__ = (_binary(n) for n in ('add', 'sub', 'mul', 'truediv', 'pow', 'mod'))
    __radd__, __rmul__ = __add__, __mul__
    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = (_binary(n) for n in ('eq', 'ne', 'lt', 'le', 'gt', 'ge'))
    __and__, __or__ = (_binary(n) for n in ('and_', 'or_'))


STRINGS = {'object': 'object', 'category': 'category', 'int': 'int64', 'float': 'float64', int: 'int64', float: 'float64', object: 'object'}


def _reduction(name):
    of = REDUCTIONS[name]

    def reduce(self, axis=0, skipna=True, numeric_only=False, **how):
        made = self._numbers() if numeric_only else self
        if axis in (1, 'columns'):
            return Series([of(present(column(row)), **how) for row in made.values.tolist()], self._index)
        if not numeric_only and name in ('mean', 'std', 'var', 'median') and any(not is_number(v) for v in made._columns):
            raise TypeError(f'Cannot perform reduction {name!r} with string dtype')
        return Series(column([of(present(v), **how) for v in made._columns]), made._names)
    return reduce


for _name in REDUCTIONS:
    setattr(DataFrame, _name, _reduction(_name))

# What pandas has beyond that, so that it is said plainly.
_KNOWN = frozenset('''merge join pivot pivot_table melt stack unstack rolling ewm expanding resample interpolate agg aggregate transform query eval
explode rank cov where mask nlargest nsmallest to_excel to_json to_html to_pickle to_parquet boxplot style memory_usage bfill add sub mul div
value_counts duplicated squeeze reindex xs truncate update combine_first'''.split())


class _Places:
    """iloc: by number."""

    def __init__(self, frame):
        self._f = frame

    def _pair(self, key):
        key = key if isinstance(key, tuple) else (key, slice(None))
        return [np.asarray(k) if isinstance(k, (list, Series, np.ndarray)) else k for k in key]

    def __getitem__(self, key):
        return self._found(*self._pair(key))

    def _found(self, row, col):
        f = self._f
        places = list(range(len(f._columns)))[col] if isinstance(col, (slice, int)) else \
            (np.nonzero(col)[0] if col.dtype.kind == 'b' else col).tolist()
        single = not isinstance(row, (slice, np.ndarray))
        if isinstance(row, np.ndarray) and row.dtype.kind == 'b':
            row = np.nonzero(row)[0]
        if isinstance(places, int):
            values = f._columns[places]
            return values[row] if single else Series(values[row], f._index[row], f._names[places])
        names = [f._names[k] for k in places]
        if single:
            if not -len(f) <= row < len(f):
                raise IndexError('single positional indexer is out-of-bounds')
            return Series(_row([f._columns[k] for k in places], row), Index(names), f._index[row])
        return f._with([f._columns[k][row] for k in places], names, f._index[row])

    def __setitem__(self, key, value):
        self._put(*self._pair(key), value)

    def _put(self, row, col, value):
        f = self._f
        places = list(range(len(f._columns)))[col] if isinstance(col, (slice, int)) else list(col)
        for k in [places] if isinstance(places, int) else places:
            one = value._v if isinstance(value, Series) else value
            if f._columns[k].dtype.kind in 'iub' and isinstance(one, float) and one != int(one if one == one else 0):
                f._columns[k] = f._columns[k].astype(np.float64)
            elif isinstance(one, str) and f._columns[k].dtype.kind != 'O':
                f._columns[k] = objects(f._columns[k].tolist())
            f._columns[k][row] = one


def _row(columns, i):
    """One row's values: of one type where all columns have it."""
    if all(v.dtype.kind in 'iuf' for v in columns) and columns:
        return np.stack([v[i:i + 1] if i != -1 else v[i:] for v in columns]).reshape(-1)
    return column([v[i] for v in columns]) if all(v.dtype.kind == 'b' for v in columns) else objects(v.tolist()[i] for v in columns)


class _Labels(_Places):
    """loc: by label."""

    def _pair(self, key):
        row, col = key if isinstance(key, tuple) else (key, slice(None))
        return self._places(row, self._f._index), self._places(col, self._f._names)

    def _places(self, key, index):
        if isinstance(key, slice):
            return labels_between(key, index)
        if isinstance(key, (Series, np.ndarray, list, Index)):
            found = np.asarray(key) if len(key) else np.zeros(0, dtype=np.int64)
            if found.dtype.kind == 'b':
                return found
            places = [index.get_loc(k) for k in (key.tolist() if hasattr(key, 'tolist') else key)]
            return np.array([i for p in places for i in (range(p.start, p.stop) if isinstance(p, slice) else [p])], dtype=np.int64)
        return index.get_loc(key)

    def __setitem__(self, key, value):
        f = self._f
        row, col = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(col, str) and col not in f._names:
            f[col] = math.nan
        if not isinstance(row, (slice, Series, np.ndarray, list, Index)) and row not in f._index:
            # A row that is new.
            values = list(value) if hasattr(value, '__iter__') and not isinstance(value, str) else [value] * len(f._columns)
            f.__dict__['_columns'] = [together([v, column([one])]) if len(f) else column([one]) for v, one in zip(f._columns, values)]
            f.__dict__['_index'] = Index([*f._index, row])
            return
        super().__setitem__(key, value)
