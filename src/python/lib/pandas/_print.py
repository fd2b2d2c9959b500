"""Series and frames as text: pandas' own widths, digits and dots."""
import math

from ._values import dtype_of, is_number, missing

_DIGITS = 6
_WIDTH = 80
# More rows than the first number are cut to the second.
_MOST, _LEFT = 60, 10


def _trimmed(texts):
    """Zeros at the end go that all numbers have."""
    numbers = [t for t in texts if t[-1:].isdigit() and '.' in t]
    while numbers and all(t.endswith('0') for t in numbers) and not any(t.endswith('.0') for t in numbers):
        numbers = [t[:-1] for t in numbers]
    kept = iter(numbers)
    return [next(kept) if t[-1:].isdigit() and '.' in t else t for t in texts]


def _floats(values):
    finite = [abs(v) for v in values if math.isfinite(v)]
    texts = [_one(v, 'f') for v in values]
    small = any(0 < v < 10 ** -_DIGITS for v in finite)
    short = _trimmed(texts)
    if small or max(map(len, short), default=0) > _DIGITS + 6 and any(v > 1e6 for v in finite):
        return [_one(v, 'e') for v in values]
    return short


def _one(v, how):
    if v != v:
        return 'NaN'
    if math.isinf(v):
        return ' inf' if v > 0 else '-inf'
    return f'{v: .{_DIGITS}{how}}'


def _object(v):
    if isinstance(v, float) and v == v:
        text = f'{v: .{_DIGITS}f}'.rstrip('0')
        return text + '0' if text.endswith('.') else text
    return ' NaN' if missing(v) else f' {_short(str(v))}'


def _short(text, most=50):
    text = text.replace('\n', '\\n').replace('\t', '\\t')
    return text if len(text) <= most else text[:most - 3] + '...'


def texts_of(values):
    """The cells of a column, all of one width."""
    kind = values.dtype.kind
    if kind == 'f':
        texts = _floats([float(v) for v in values.tolist()])
    elif kind in 'iu':
        texts = [f'{v: d}' for v in values.tolist()]
    else:
        texts = [_object(v) for v in values.tolist()]
    width = max(map(len, texts), default=0)
    return [t.rjust(width) for t in texts]


def _labels(index):
    values = index.values
    if values.dtype.kind == 'f':
        return [t.strip() for t in _floats(values.tolist())]
    return ['NaN' if missing(v) else str(v) for v in index]


def _cut(n):
    """Which rows are shown, and behind how many the dots stand; None for no dots."""
    if n <= _MOST:
        return list(range(n)), None
    half = _LEFT // 2
    return [*range(half), *range(n - half, n)], half


def _padded(labels):
    width = max(map(len, labels), default=0)
    return [label.ljust(width) for label in labels]


def series(s):
    n = len(s)
    if n == 0:
        return f'Series([], {"" if s.name is None else f"Name: {s.name}, "}dtype: {dtype_of(s._v)})'
    shown, dots = _cut(n)
    labels, cells = _labels(s.index[shown] if dots else s.index), texts_of(s._v[shown] if dots else s._v)
    if dots:
        cells.insert(dots, ('...' if len(cells[dots - 1]) > 3 else '..').center(len(cells[0])))
        labels.insert(dots, '')
    lines = [f'{a}   {b}'.rstrip() if not b.strip() else f'{a}   {b}' for a, b in zip(_padded(labels), cells)]
    if s.index.name is not None:
        lines.insert(0, str(s.index.name))
    foot = [*([] if s.name is None else [f'Name: {s.name}']), *([f'Length: {n}'] if dots else []), f'dtype: {dtype_of(s._v)}']
    return '\n'.join([*lines, ', '.join(foot)])


def frame(df):
    names, n = list(df.columns), len(df)
    if not names or n == 0:
        return f'Empty DataFrame\nColumns: [{", ".join(map(str, names))}]\nIndex: [{", ".join(map(str, df.index))}]'
    shown, dots = _cut(n)
    head = [''] if df.index.name is None else ['', str(df.index.name)]
    columns = [[*head, *_labels(df.index[shown] if dots else df.index)]]
    columns[0] = _padded(columns[0])
    for k in range(len(names)):
        values = df._columns[k]
        cells = texts_of(values[shown] if dots else values)
        name = f' {names[k]}' if is_number(values) else str(names[k])
        width = max(len(name), len(cells[0]))
        columns.append([name.rjust(width), *[''] * (len(head) - 1), *(c.rjust(width) for c in cells)])
    kept = _fitting(columns)
    horizontal = kept < len(names)
    if horizontal:
        half = max(kept // 2, 1)
        columns = [*columns[:1 + half], [' ...', *[''] * (len(head) - 1), *[' ...'] * len(shown)], *columns[len(columns) - half:]]
    if dots:
        for i, cells in enumerate(columns):
            width = max(map(len, cells))
            text = '...' if len(cells[dots + len(head) - 1]) > 3 else '..'
            cells.insert(dots + len(head), text.ljust(width) if i == 0 else text.rjust(width))
    widths = [max(map(len, cells)) for cells in columns]
    lines = [' '.join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths))) for row in zip(*columns)]
    text = '\n'.join(lines)
    return f'{text}\n\n[{n} rows x {len(names)} columns]' if dots or horizontal else text


def _fitting(columns):
    """How many columns 80 characters hold: those in the middle go first."""
    widths = [max(map(len, cells)) for cells in columns]
    over = sum(widths) + len(widths) - 1 - _WIDTH + 1
    if over <= 1:
        return len(columns) - 1
    while over > 0 and len(widths) > 1:
        over -= widths.pop(round(len(widths) / 2)) + 1
    return max(len(widths) - 1, 2)


def _size(n):
    for unit in ('bytes', 'KB', 'MB'):
        if n < 1024:
            break
        n /= 1024
    return f'{n:3.1f} {unit}'


def info(df):
    """What df.info() prints."""
    n, index, names = len(df), df.index, list(df.columns)
    ranged = isinstance(index._labels, range)
    kinds = [str(dtype_of(v)) for v in df._columns]
    lines = ["<class 'pandas.DataFrame'>"]
    lines.append(f'{"RangeIndex" if ranged else "Index"}: {n} entries' + (f', {index[0]} to {index[n - 1]}' if n else ''))
    lines.append(f'Data columns (total {len(names)} columns):')
    table = [(f' {i} ', str(name), f'{df[name].count()} non-null', kind) for i, (name, kind) in enumerate(zip(names, kinds))]
    heads = (' # ', 'Column', 'Non-Null Count', 'Dtype')
    rules = ('---', '------', '--------------', '-----')
    widths = [max(len(row[k]) for row in [heads, *table]) for k in range(4)]
    for row in [heads, rules, *table]:
        lines.append('  '.join(cell.ljust(width) for cell, width in zip(row, widths)))
    lines.append('dtypes: ' + ', '.join(f'{kind}({kinds.count(kind)})' for kind in sorted(set(kinds))))
    # A range needs no memory of its own but its three numbers' objects.
    taken = (132 if ranged else 8 * n) + sum(n * v.dtype.itemsize for v in df._columns)
    lines.append(f'memory usage: {_size(taken)}' + ('+' if 'object' in kinds else ''))
    return '\n'.join(lines)
