"""What is drawn, as plain lists of numbers."""
import math


def plain(values):
    """Python's own lists and numbers of a tensor, an array, a Series or nested sequences of them."""
    if hasattr(values, 'detach'):
        values = values.detach()
    if hasattr(values, 'tolist'):
        return values.tolist()
    if hasattr(values, 'values') and not callable(values.values):
        return plain(values.values)
    if isinstance(values, dict) or hasattr(values, 'items') and callable(values.items):
        return [plain(v) for v in values.values()]
    if isinstance(values, (str, bytes)) or not hasattr(values, '__iter__'):
        return values
    return [plain(v) for v in values]


def number(value):
    """A finite or infinite float; NaN where there is none."""
    if hasattr(value, 'toordinal'):
        return value.toordinal() + (getattr(value, 'hour', 0) * 60 + getattr(value, 'minute', 0)) / 1440
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def flat(values):
    """A flat list of what `plain` gives, a scalar as a list of one."""
    values = plain(values)
    if not isinstance(values, (list, tuple)):
        return [values]
    found = []
    for value in values:
        found.extend(flat(value) if isinstance(value, (list, tuple)) else [value])
    return found


def numbers(values):
    return [number(v) for v in flat(values)]


def columns(values):
    """A curve for each column of a matrix; one curve of a vector."""
    values = plain(values)
    if not isinstance(values, (list, tuple)):
        return [[values]]
    rows = [v if isinstance(v, (list, tuple)) else None for v in values]
    if not rows or rows[0] is None:
        return [list(values)]
    return [[flat(row)[i] for row in rows] for i in range(len(flat(rows[0])))]


def matrix(values):
    """Rows of numbers (or of colours: lists of 3 or 4)."""
    values = plain(values)
    while values and isinstance(values[0], (list, tuple)) and values[0] and isinstance(values[0][0], (list, tuple)) and len(values) == 1 \
            and len(values[0][0]) not in (3, 4):
        values = values[0]
    return values


def finite(values):
    return [v for v in values if math.isfinite(v)]


def broadcast(value, count):
    """A list of `count`, from a scalar or a list."""
    found = flat(value)
    return found if len(found) == count else [found[i % len(found)] for i in range(count)] if found else [0.0] * count
