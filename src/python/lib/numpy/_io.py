"""Arrays in files: .npy, .npz and text."""
import ast
import io
import os
import struct
import zipfile

from . import _dtype as dt
from ._core import asarray, from_bytes, ndarray

_MAGIC = b'\x93NUMPY'


def _packed(a):
    """An array as the bytes of an .npy file."""
    a = asarray(a)
    if hasattr(a, '_flat') and a.dtype.kind == 'O':
        import pickle
        body, code = pickle.dumps(a, protocol=4), '|O'
    elif hasattr(a, '_flat'):
        n = a.dtype.itemsize
        body, code = b''.join(v.encode('utf-32-le').ljust(n, b'\0') for v in a._flat()), a.dtype.str
    else:
        body, code = a.tobytes(), a.dtype.str
    head = f"{{'descr': {code!r}, 'fortran_order': False, 'shape': {a.shape!r}, }}"
    space = 64 - (len(_MAGIC) + 4 + len(head) + 1) % 64
    head = head + ' ' * (space % 64) + '\n'
    return _MAGIC + b'\x01\x00' + struct.pack('<H', len(head)) + head.encode('latin1') + body


def _unpacked(raw, allow_pickle=False):
    """The array of an .npy file's bytes."""
    if raw[:6] != _MAGIC:
        raise ValueError('Cannot load file containing pickled data when allow_pickle=False' if not allow_pickle else
                         'the file is no .npy file')
    wide = raw[6] > 1
    size, = struct.unpack('<I' if wide else '<H', raw[8:12 if wide else 10])
    at = 12 if wide else 10
    head = ast.literal_eval(raw[at:at + size].decode('latin1'))
    body = raw[at + size:]
    code, shape = head['descr'], head['shape']
    if code == '|O':
        if not allow_pickle:
            raise ValueError('Object arrays cannot be loaded when allow_pickle=False')
        import pickle
        return pickle.loads(body)
    if isinstance(code, str) and code[1:2] == 'U':
        from ._objects import of_objects
        n = 4 * int(code[2:])
        texts = [body[i:i + n].decode('utf-32-le').rstrip('\0') for i in range(0, len(body), n)] if n else []
        return of_objects(texts, shape, dt.resolve(code))
    if isinstance(code, str) and code in ('<u2', '<u4', '<u8'):
        from array import array
        return asarray(array({'2': 'H', '4': 'I', '8': 'Q'}[code[2]], body).tolist(), 'int64').reshape(shape)
    d = dt.resolve(code)
    if head['fortran_order']:
        return from_bytes(d, body, shape[::-1]).T
    return from_bytes(d, body, shape)


def _opened(file, mode):
    if hasattr(file, 'read') or hasattr(file, 'write'):
        return file, False
    return open(os.fspath(file), mode), True


def save(file, arr, allow_pickle=True):
    """Writes an array to an .npy file."""
    if not hasattr(file, 'write'):
        file = os.fspath(file)
        file = file if file.endswith('.npy') else file + '.npy'
    f, own = _opened(file, 'wb')
    f.write(_packed(arr))
    if own:
        f.close()


def savez(file, *args, allow_pickle=True, **kwds):
    _zip(file, args, kwds, zipfile.ZIP_STORED)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    _zip(file, args, kwds, zipfile.ZIP_DEFLATED)


def _zip(file, args, kwds, how):
    if not hasattr(file, 'write'):
        file = os.fspath(file)
        file = file if file.endswith('.npz') else file + '.npz'
    with zipfile.ZipFile(file, 'w', how) as z:
        for name, a in {**{f'arr_{i}': a for i, a in enumerate(args)}, **kwds}.items():
            z.writestr(name + '.npy', _packed(a))


class NpzFile:
    """The arrays of an .npz file, read when they are asked for."""

    def __init__(self, file, allow_pickle):
        self.zip = zipfile.ZipFile(file)
        self.files = [n.removesuffix('.npy') for n in self.zip.namelist()]
        self._pickle = allow_pickle

    def __getitem__(self, key):
        if key not in self.files:
            raise KeyError(f'{key} is not a file in the archive')
        return _unpacked(self.zip.read(key + '.npy'), self._pickle)

    def __contains__(self, key):
        return key in self.files

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def keys(self):
        return self.files

    def items(self):
        return [(k, self[k]) for k in self.files]

    def values(self):
        return [self[k] for k in self.files]

    def close(self):
        self.zip.close()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding='ASCII'):
    """The array of an .npy file, or the arrays of an .npz file."""
    f, own = _opened(file, 'rb')
    raw = f.read()
    if own:
        f.close()
    if raw[:2] == b'PK':
        return NpzFile(io.BytesIO(raw), allow_pickle)
    if raw[:6] != _MAGIC and allow_pickle:
        import pickle
        return pickle.loads(raw)
    return _unpacked(raw, allow_pickle)


def _lines(fname, encoding):
    if isinstance(fname, (list, tuple)) or hasattr(fname, '__next__'):
        return list(fname)
    if hasattr(fname, 'read'):
        text = fname.read()
    else:
        path = os.fspath(fname)
        if path.endswith('.gz'):
            import gzip
            with gzip.open(path, 'rt') as f:
                text = f.read()
        else:
            with open(path, encoding=encoding if encoding not in ('bytes', None) else None) as f:
                text = f.read()
    return (text.decode() if isinstance(text, bytes) else text).splitlines()


def _table(rows, d, usecols, unpack, ndmin):
    if usecols is not None:
        columns = [usecols] if isinstance(usecols, int) else list(usecols)
        rows = [[r[c] for c in columns] for r in rows]
    a = asarray([v for r in rows for v in r], d) if rows else asarray([], d)
    if rows:
        a = a.reshape(len(rows), -1)
    if ndmin < 2:
        a = a.squeeze()
        if a.ndim < ndmin:
            a = a.reshape(1)
    return a.T if unpack else a


def loadtxt(fname, dtype=float, comments='#', delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False, ndmin=0, encoding=None,
            max_rows=None, *, quotechar=None, like=None):
    """The numbers of a text file, a row a line."""
    d = dt.resolve(dtype)
    rows = []
    marks = [comments] if isinstance(comments, str) else list(comments or ())
    for line in _lines(fname, encoding)[skiprows:]:
        line = line.decode() if isinstance(line, bytes) else line
        for mark in marks:
            line = line.partition(mark)[0]
        if not line.strip():
            continue
        if max_rows is not None and len(rows) == max_rows:
            break
        words = [w.strip().strip(quotechar or '') if quotechar else w.strip() for w in line.split(delimiter)]
        at = range(len(words)) if usecols is None else [usecols] if isinstance(usecols, int) else usecols
        row = list(words)
        for c in at:
            convert = converters if callable(converters) else (converters or {}).get(c)
            try:
                row[c] = convert(words[c]) if convert else words[c] if d._i < 0 else d.type._read(float(words[c]) if d.kind in 'iub' else words[c])
            except ValueError:
                raise ValueError(f"could not convert string {words[c]!r} to {d.name} at row {len(rows)}, column {c + 1}.") from None
        if rows and len(row) != len(rows[0]):
            raise ValueError(f'the number of columns changed from {len(rows[0])} to {len(row)} at row {len(rows) + 1}; use `usecols` to select a '
                             'subset and avoid this error')
        rows.append([v.item() if isinstance(v, dt.generic) and not isinstance(v, str) else v for v in row])
    return _table(rows, d, usecols, unpack, ndmin)


def genfromtxt(fname, dtype=float, comments='#', delimiter=None, skip_header=0, skip_footer=0, converters=None, missing_values=None,
               filling_values=None, usecols=None, names=None, unpack=False, ndmin=0, encoding=None, max_rows=None, **kwargs):
    """The same, where what is no number is NaN."""
    if names is not None or dtype is None:
        from ._missing import not_yet
        raise not_yet('numpy.genfromtxt with names or dtype=None', NotImplementedError)
    d = dt.resolve(dtype)
    lines = _lines(fname, encoding)
    lines = lines[skip_header:len(lines) - skip_footer]
    fill = filling_values if filling_values is not None else float('nan') if d.kind == 'f' else -1
    rows = []
    for line in lines:
        line = line.partition(comments)[0] if comments else line
        if not line.strip():
            continue
        row = []
        for c, w in enumerate(w.strip() for w in line.split(delimiter)):
            try:
                row.append(converters[c](w) if converters and c in converters else w if d._i < 0 else d.type._read(float(w)))
            except ValueError:
                row.append(fill)
        rows.append([v.item() if isinstance(v, dt.generic) and not isinstance(v, str) else v for v in row])
        if max_rows is not None and len(rows) == max_rows:
            break
    return _table(rows, d, usecols, unpack, ndmin)


def savetxt(fname, X, fmt='%.18e', delimiter=' ', newline='\n', header='', footer='', comments='# ', encoding=None):
    """Writes an array as text."""
    X = asarray(X)
    X = X.reshape(-1, 1) if X.ndim < 2 else X
    if isinstance(fmt, str):
        row = fmt if fmt.count('%') > 1 else delimiter.join([fmt] * X.shape[1])
    else:
        row = delimiter.join(fmt)
    text = (comments + header.replace('\n', '\n' + comments) + newline) if header else ''
    for values in X.tolist():
        text += row % tuple(values) + newline
    if footer:
        text += comments + footer.replace('\n', '\n' + comments) + newline
    if hasattr(fname, 'write'):
        try:
            fname.write(text)
        except TypeError:
            fname.write(text.encode())
        return
    path = os.fspath(fname)
    if path.endswith('.gz'):
        import gzip
        with gzip.open(path, 'wt') as f:
            f.write(text)
        return
    with open(path, 'w') as f:
        f.write(text)


def fromfile(file, dtype=float, count=-1, sep='', offset=0, *, like=None):
    f, own = _opened(file, 'rb')
    raw = f.read()
    if own:
        f.close()
    if sep:
        return asarray([float(w) for w in raw.decode().split(sep.strip() or None)], dtype)
    from ._create import frombuffer
    return frombuffer(raw, dtype, count, offset)


def _tofile(self, fid, sep='', format='%s'):
    f, own = _opened(fid, 'wb')
    f.write(sep.join(str(v) for v in self.ravel()).encode() if sep else self.tobytes())
    if own:
        f.close()


def dump(self, file):
    import pickle
    f, own = _opened(file, 'wb')
    pickle.dump(self, f)
    if own:
        f.close()


ndarray.tofile, ndarray.dump = _tofile, dump
__all__ = ['save', 'savez', 'savez_compressed', 'load', 'loadtxt', 'genfromtxt', 'savetxt', 'fromfile']
