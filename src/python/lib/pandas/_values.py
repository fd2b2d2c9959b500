"""A column's values: a one-dimensional numpy array; of texts, an array of objects in which nan is what is missing."""
import math

import numpy as np

from torch._bridge import user_place


def not_yet(what, kind=AttributeError):
    """The exception for something that pandas has and this face has not: names the line."""
    place = user_place()
    return kind(f"{what} is not in Backstep's pandas" + (f' ({place})' if place else ''))


class StringDtype:
    """The type of a column of texts."""

    name, kind, itemsize = 'str', 'O', 8

    def __repr__(self):
        return "<StringDtype(na_value=nan)>"

    def __str__(self):
        return 'str'

    def __eq__(self, other):
        return isinstance(other, StringDtype) or other in ('str', 'string', 'object', str)

    def __hash__(self):
        return hash('str')


STRING = StringDtype()


def missing(value):
    """Is it None or nan?"""
    return value is None or isinstance(value, float) and value != value


def objects(values):
    """An array of objects, of whatever there is."""
    values = list(values)
    made = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        made[i] = value
    return made


def column(values):
    """Values as pandas would hold them: bool, int64, float64 (None is nan), else objects."""
    if isinstance(values, np.ndarray):
        values = values.reshape(-1) if values.ndim == 0 else values
        if values.ndim != 1:
            raise ValueError(f'Data must be 1-dimensional, got ndarray of shape {values.shape} instead')
        return values if values.dtype.kind in 'biufO' else objects(values.tolist())
    if hasattr(values, '__array__') and hasattr(values, 'dtype'):
        return column(np.asarray(values))
    values = [v.item() if hasattr(v, 'item') and getattr(v, 'ndim', 0) == 0 else v for v in values]
    kinds = {bool if isinstance(v, bool) else int if isinstance(v, int) else float if isinstance(v, float) or v is None else object for v in values}
    if kinds <= {bool} and kinds:
        return np.array(values, dtype=bool)
    if kinds <= {int} and kinds:
        return np.array(values, dtype=np.int64)
    if kinds <= {int, float} and kinds:
        return np.array([math.nan if v is None else float(v) for v in values], dtype=np.float64)
    return objects(math.nan if v is None else v for v in values)


def dtype_of(values):
    """The type that pandas names: `str` for texts."""
    if values.dtype.kind == 'O' and len(values) and all(isinstance(v, str) or missing(v) for v in values) and any(isinstance(v, str) for v in values):
        return STRING
    return values.dtype


def is_number(values):
    return values.dtype.kind in 'biuf'


def absent(values):
    """Where nothing is, as an array of bools."""
    if values.dtype.kind == 'f':
        return np.isnan(values)
    if values.dtype.kind == 'O':
        return np.array([missing(v) for v in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)


def cast(values, dtype):
    """astype, with `str` and `category` among the types."""
    if dtype in (str, 'str', 'string') or isinstance(dtype, StringDtype):
        return objects(str(v) for v in values.tolist())
    if dtype in (object, 'object', 'O'):
        return objects(values.tolist())
    if values.dtype.kind == 'O':
        target = np.dtype(dtype)
        convert = float if target.kind == 'f' else bool if target.kind == 'b' else int
        return np.array([convert(v) for v in values], dtype=target)
    if np.dtype(dtype).kind in 'iu' and absent(values).any():
        raise ValueError('Cannot convert non-finite values (NA or inf) to integer')
    return values.astype(dtype)


def together(parts):
    """Several columns one after another."""
    if len({p.dtype for p in parts}) == 1 and parts[0].dtype.kind != 'O':
        return np.concatenate(parts)
    if all(p.dtype.kind in 'iuf' for p in parts):
        return np.concatenate([p.astype(np.float64) for p in parts]) if any(p.dtype.kind == 'f' for p in parts) else np.concatenate(parts)
    return column([v for p in parts for v in p.tolist()])


# What a column comes to. Missing values count for nothing.
def present(values):
    return values[~absent(values)]


def _std(v, ddof=1):
    return np.float64(math.nan) if len(v) <= ddof else np.std(v, ddof=ddof)


def quantile(values, q):
    found = present(values)
    return np.float64(math.nan) if len(found) == 0 else np.float64(np.percentile(found.astype(np.float64), 100 * q))


def _nan(of):
    return lambda v, **how: of(v, **how) if len(v) else np.float64(math.nan)


REDUCTIONS = {
    'sum': lambda v: (np.sum(v) if is_number(v) else ''.join(v.tolist())),
    'mean': _nan(lambda v: np.float64(np.mean(v.astype(np.float64)) if v.dtype.kind != 'f' else np.mean(v))),
    'std': lambda v, ddof=1: _std(v, ddof),
    'var': lambda v, ddof=1: np.float64(math.nan) if len(v) <= ddof else np.var(v, ddof=ddof),
    'min': _nan(lambda v: np.min(v) if is_number(v) else min(v.tolist())),
    'max': _nan(lambda v: np.max(v) if is_number(v) else max(v.tolist())),
    'median': _nan(lambda v: np.float64(np.median(v))),
    'prod': lambda v: np.prod(v),
    'count': lambda v: np.int64(len(v)),
    'nunique': lambda v: len(set(v.tolist())),
    'any': lambda v: np.bool_(np.any(v)),
    'all': lambda v: np.bool_(np.all(v)),
}
