"""pandas' face: tables read from text files, chosen from, counted, changed and printed as pandas does. No dates, no joins, no hierarchies."""
import math as _math

import numpy as _np

from . import _csv
from ._csv import read_csv, read_table
from ._frame import DataFrame
from ._index import Index
from ._series import Series
from ._values import absent as _absent
from ._values import column as _column
from ._values import missing as _missing
from ._values import not_yet as _not_yet
from ._values import together as _together

__version__ = '3.1.1'
NA = NaT = _math.nan


class errors:
    EmptyDataError, ParserError = _csv.EmptyDataError, _csv.ParserError


def concat(objs, axis=0, ignore_index=False, join='outer', **_):
    """Frames or Series one below the other, or side by side."""
    parts = [p for p in (objs.values() if isinstance(objs, dict) else objs) if p is not None]
    if not parts:
        raise ValueError('No objects to concatenate')
    if axis in (1, 'columns'):
        made = {}
        for part in parts:
            for name, found in ([(part.name if part.name is not None else len(made), part)] if isinstance(part, Series) else part.items()):
                made[name] = found._aligned(parts[0].index)
        frame = DataFrame(made, index=parts[0].index)
        if ignore_index:
            frame.columns = range(len(frame.columns))
        return frame
    labels = None if ignore_index else Index([label for p in parts for label in p.index])
    if all(isinstance(p, Series) for p in parts):
        return Series(_together([p._v for p in parts]), labels, parts[0].name)
    names = list(dict.fromkeys(n for p in parts for n in p.columns))
    made = {}
    for name in names:
        made[name] = _together([p[name]._v if name in p.columns else _column([None] * len(p)) for p in parts])
    return DataFrame(made, index=labels)


def get_dummies(data, prefix=None, prefix_sep='_', dummy_na=False, columns=None, sparse=False, drop_first=False, dtype=bool):
    """A column of bools for each value; with dummy_na one more, last, for where nothing is. A DataFrame's texts, or `columns`, are replaced."""
    if isinstance(data, Series):
        found = {v: [x == v for x in data] for v in sorted(set(v for v in data if not _missing(v)))}
        if dummy_na:
            found[_math.nan] = [_missing(x) for x in data]
        return DataFrame({f'{prefix}{prefix_sep}{v}' if prefix else v: _np.array(found[v], dtype=dtype) for v in list(found)[bool(drop_first):]},
                         index=data.index)
    chosen = columns if columns is not None else [n for n in data.columns if data[n]._v.dtype.kind == 'O']
    if isinstance(prefix, (str, dict)) or prefix is None:
        prefix = [prefix if isinstance(prefix, str) else (prefix or {}).get(name, name) for name in chosen]
    parts = [data[[n for n in data.columns if n not in chosen]]]
    for name, head in zip(chosen, prefix):
        parts.append(get_dummies(data[name], head, prefix_sep, dummy_na, drop_first=drop_first, dtype=dtype))
    return concat(parts, axis=1)


def to_numeric(arg, errors='raise'):
    """Texts as numbers; with errors='coerce' nan where there is none."""
    def number(v):
        try:
            return v if isinstance(v, (int, float)) else int(v) if v.strip().lstrip('+-').isdigit() else float(v)
        except ValueError:
            if errors == 'coerce':
                return _math.nan
            raise ValueError(f'Unable to parse string "{v}"') from None
    found = _column([number(v) for v in arg])
    return Series(found, arg.index, arg.name) if isinstance(arg, Series) else found


def factorize(values, sort=False):
    """(each value's number, the values)."""
    unique = list(dict.fromkeys(v for v in values if not _missing(v)))
    unique = sorted(unique) if sort else unique
    at = {v: i for i, v in enumerate(unique)}
    found = _column(unique)
    return _np.array([at.get(v, -1) for v in values], dtype=_np.int64), Index(unique) if isinstance(values, Series) else found


def unique(values):
    return Series(values).unique()


def isnull(obj):
    """Where nothing is."""
    if isinstance(obj, (Series, DataFrame)):
        return obj.isnull()
    return _absent(_column(obj)) if hasattr(obj, '__len__') and not isinstance(obj, str) else _missing(obj)


isna = isnull


def notnull(obj):
    found = isnull(obj)
    return ~found if hasattr(found, 'dtype') or isinstance(found, (Series, DataFrame)) else not found


notna = notnull


def set_option(*_, **__):
    """Takes any option: printing is as pandas prints without them."""


class _Options:
    """pd.options.display.…: takes anything."""

    def __getattr__(self, name):
        return _Options()

    def __setattr__(self, name, value):
        pass


options = _Options()


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(f"module 'pandas' has no attribute {name!r}")
    raise _not_yet(f'pandas.{name}')
