"""Tables as text files."""
import csv
import gzip
import io
import math
import re

import numpy as np

from ._frame import DataFrame
from ._index import Index
from ._values import missing, not_yet, objects

_MISSING = frozenset(['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN',
                      'None', 'n/a', 'nan', 'null'])
_INTEGER = re.compile(r'\s*[-+]?\d{1,18}\s*$')


def read_csv(filepath_or_buffer, sep=None, delimiter=None, header='infer', names=None, index_col=None, usecols=None, dtype=None, skiprows=None,
             nrows=None, na_values=None, encoding='utf-8', comment=None, decimal='.', thousands=None, engine=None, low_memory=True,
             skipinitialspace=False, quotechar='"', delim_whitespace=False, parse_dates=None, on_bad_lines='error', skipfooter=0, **how):
    """A table from a file of the workspace: columns of int64, float64, bool or text, as their cells are."""
    if parse_dates not in (None, False) or how:
        raise not_yet(f'read_csv({", ".join(how) or "parse_dates"}=…)', NotImplementedError)
    text = _text(filepath_or_buffer, encoding)
    sep = r'\s+' if delim_whitespace else delimiter or sep or ','
    lines = _cells(text, sep, skiprows, comment, skipinitialspace, quotechar)
    if skipfooter:
        del lines[-skipfooter:]
    if not lines:
        raise EmptyDataError('No columns to parse from file')
    if header == 'infer':
        header = 0 if names is None else None
    if header is not None:
        heads, lines = lines[header], lines[header + 1:]
    width = max(map(len, lines), default=len(heads) if header is not None else 0)
    if header is None:
        heads = list(range(width))
    else:
        heads = _named([h.strip() if sep == r'\s+' else h for h in heads])
    if names is not None:
        heads = list(names)
    if nrows is not None:
        lines = lines[:nrows]
    unlike = next((i for i, line in enumerate(lines) if len(line) > max(len(heads), len(lines[0]))), None)
    if unlike is not None:
        raise ParserError(f'Error tokenizing data. C error: Expected {max(len(heads), len(lines[0]))} fields in line {unlike + 2}, saw {len(lines[unlike])}')
    if lines and len(lines[0]) == len(heads) + 1 and index_col is None:
        # One cell more than names: the first is the label.
        heads, index_col = [None, *heads], 0
    absent = _MISSING | ({str(v) for v in ([na_values] if isinstance(na_values, (str, int, float)) else na_values)} if na_values is not None else set())
    wanted = range(len(heads)) if usecols is None else [i for i, h in enumerate(heads) if (usecols(h) if callable(usecols) else h in usecols or i in usecols)]
    data = {}
    for k in wanted:
        cells = [line[k] if k < len(line) else '' for line in lines]
        of = dtype.get(heads[k]) if isinstance(dtype, dict) else dtype
        data[heads[k]] = _typed(cells, absent, of, decimal, thousands)
    made = DataFrame(data)
    if index_col is not None and index_col is not False:
        name = heads[index_col] if isinstance(index_col, int) else index_col
        labels = made.pop(name)
        made.index = Index(labels.tolist(), None if isinstance(name, str) and name.startswith('Unnamed: ') else name)
    return made


def read_table(path, sep='\t', **how):
    return read_csv(path, sep=sep, **how)


class EmptyDataError(ValueError):
    pass


class ParserError(ValueError):
    pass


def _text(source, encoding):
    if hasattr(source, 'read'):
        found = source.read()
        return found.decode(encoding) if isinstance(found, bytes) else found
    path = str(source)
    if re.match(r'(https?|ftp|s3)://', path):
        from urllib.error import URLError
        raise URLError(f'a script in Backstep has no network: download {path} into the workspace and read the file')
    if path.endswith('.gz'):
        with gzip.open(source, 'rb') as file:
            return file.read().decode(encoding)
    with open(source, encoding=encoding, newline='') as file:
        return file.read()


def _cells(text, sep, skiprows, comment, skipinitialspace, quotechar):
    text = text.removeprefix('\ufeff')
    if isinstance(skiprows, int):
        text = '\n'.join(text.splitlines()[skiprows:])
    elif skiprows is not None:
        gone = set(skiprows)
        text = '\n'.join(line for i, line in enumerate(text.splitlines()) if i not in gone)
    if comment is not None:
        text = '\n'.join(line.partition(comment)[0] for line in text.splitlines())
    if len(sep) == 1:
        return [row for row in csv.reader(io.StringIO(text), delimiter=sep, skipinitialspace=skipinitialspace, quotechar=quotechar) if row and row != ['']]
    split = re.compile(sep)
    return [split.split(line.strip() if sep == r'\s+' else line) for line in text.splitlines() if line.strip()]


def _named(heads):
    """Names that are empty or there twice get pandas' own."""
    seen, names = {}, []
    for i, head in enumerate(heads):
        head = f'Unnamed: {i}' if head == '' else head
        seen[head] = seen.get(head, -1) + 1
        names.append(f'{head}.{seen[head]}' if seen[head] else head)
    return names


def _typed(cells, absent, dtype, decimal, thousands):
    if dtype in (str, 'str', 'string', object, 'object'):
        return objects(math.nan if c in absent else c for c in cells)
    if thousands is not None:
        cells = [c.replace(thousands, '') for c in cells]
    plain = [c if decimal == '.' else c.replace(decimal, '.') for c in cells]
    if all(_INTEGER.match(c) for c in plain) and plain:
        values = np.array([int(c) for c in plain], dtype=np.int64)
    elif all(c in ('True', 'False', 'TRUE', 'FALSE', 'true', 'false') for c in plain) and plain:
        values = np.array([c.lower() == 'true' for c in plain], dtype=bool)
    else:
        try:
            values = np.array([math.nan if c in absent or not c.strip() else _float(c) for c in plain], dtype=np.float64)
        except ValueError:
            return objects(math.nan if c in absent else c for c in cells)
    return values if dtype is None else values.astype(dtype)


def _float(text):
    if '_' in text:
        raise ValueError(text)
    return float(text)


def written(frame, path, sep, index, header, float_format):
    """What to_csv writes, or answers where it has no path."""
    out = io.StringIO()
    pen = csv.writer(out, delimiter=sep, lineterminator='\n')
    first = ['' if frame.index.name is None else frame.index.name] if index else []
    if header:
        pen.writerow([*first, *(header if isinstance(header, (list, tuple)) else frame.columns)])

    def cell(v):
        return '' if missing(v) else float_format % v if float_format and isinstance(v, float) else v
    for label, *row in zip(frame.index, *(v.tolist() for v in frame._columns)):
        pen.writerow([*([label] if index else []), *map(cell, row)])
    if path is None:
        return out.getvalue()
    if hasattr(path, 'write'):
        path.write(out.getvalue())
    else:
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(out.getvalue())
    return None
