"""scipy.io: MATLAB's files of version 5 with numbers and texts (MathWorks, MAT-File Format); structures and cells say that they are not here."""
import struct
import zlib

import numpy as np

from . import _absent, _not_yet

# Of the data types miINT8 …: NumPy's; of the classes mxDOUBLE_CLASS …: NumPy's.
_TYPES = {1: 'i1', 2: 'u1', 3: 'i2', 4: 'u2', 5: 'i4', 6: 'u4', 7: 'f4', 9: 'f8', 12: 'i8', 13: 'u8', 16: 'u1', 17: 'u2', 18: 'u4'}
_CLASSES = {6: 'f8', 7: 'f4', 8: 'i1', 9: 'u1', 10: 'i2', 11: 'u2', 12: 'i4', 13: 'u4', 14: 'i8', 15: 'u8'}
_CODES = {'i1': 'b', 'u1': 'B', 'i2': 'h', 'u2': 'H', 'i4': 'i', 'u4': 'I', 'i8': 'q', 'u8': 'Q', 'f4': 'f', 'f8': 'd'}
_CHAR, _MATRIX, _PACKED = 4, 14, 15
_COMPLEX, _LOGICAL = 0x800, 0x200


def _element(data, at, order):
    """(type, bytes, where the next one begins)."""
    kind, size = struct.unpack_from(order + 'II', data, at)
    if kind >> 16:
        return kind & 0xffff, data[at + 4:at + 4 + (kind >> 16)], at + 8
    return kind, data[at + 8:at + 8 + size], at + 8 + (size if kind == _PACKED else -(-size // 8) * 8)


def _numbers(data, at, order):
    kind, raw, at = _element(data, at, order)
    name = _TYPES[kind]
    if order == '<' and name in ('i1', 'u1', 'i2', 'i4', 'i8', 'f4', 'f8'):
        return np.frombuffer(bytes(raw), dtype=name), at
    return np.array(struct.unpack(f'{order}{len(raw) // int(name[1])}{_CODES[name]}', raw)), at


def _matrix(data, order):
    """(name, array) of a matrix's element."""
    flags, at = _numbers(data, 0, order)
    shape, at = _numbers(data, at, order)
    _, name, at = _element(data, at, order)
    shape, kind, name = tuple(int(n) for n in shape), int(flags[0]) & 0xff, bytes(name).decode('latin1')
    if kind == _CHAR:
        code, raw, at = _element(data, at, order)
        text = bytes(raw).decode({16: 'utf-8', 17: 'utf-16-le' if order == '<' else 'utf-16-be', 4: 'utf-16-le' if order == '<' else 'utf-16-be'}.get(code, 'latin1'))
        lines = [''.join(text[i::shape[0]]) for i in range(shape[0])]
        return name, np.array(lines if shape[1] else [], dtype=str)
    if kind not in _CLASSES:
        raise _not_yet(f'scipy.io.loadmat of {name!r}, which is no array of numbers,')
    values, at = _numbers(data, at, order)
    values = values.astype(_CLASSES[kind])
    if int(flags[0]) & _COMPLEX:
        values = values + 1j * _numbers(data, at, order)[0].astype(_CLASSES[kind])
    if int(flags[0]) & _LOGICAL:
        values = values.astype(np.uint8)
    return name, np.reshape(values, shape[::-1]).transpose().copy()


def loadmat(file_name, mdict=None, appendmat=True, squeeze_me=False, variable_names=None, **_):
    """{name: array} of a file; FileNotFoundError."""
    if hasattr(file_name, 'read'):
        data = file_name.read()
    else:
        import os
        path = os.fspath(file_name)
        if appendmat and not path.endswith('.mat') and not os.path.exists(path):
            path += '.mat'
        with open(path, 'rb') as file:
            data = file.read()
    order = '<' if data[126:128] == b'IM' else '>'
    if data[:8] == b'\x89HDF\r\n\x1a\n' or data[124:128] in (b'\x00\x02IM', b'\x02\x00MI'):
        raise NotImplementedError('Please use HDF reader for matlab v7.3 files, e.g. h5py')
    if data[126:128] not in (b'IM', b'MI'):
        raise ValueError('Unknown mat file type')
    out = {} if mdict is None else mdict
    out['__header__'] = data[:116].strip(b' \t\n\x00')
    out['__version__'] = '1.0'
    out['__globals__'] = []
    at = 128
    while at < len(data):
        kind, raw, at = _element(data, at, order)
        if kind == _PACKED:
            kind, raw, _ = _element(zlib.decompress(raw), 0, order)
        if kind != _MATRIX:
            continue
        name, array = _matrix(raw, order)
        if variable_names is None or name in ([variable_names] if isinstance(variable_names, str) else variable_names):
            out[name] = np.squeeze(array) if squeeze_me else array
    return out


def _packed(kind, raw):
    return struct.pack('<II', kind, len(raw)) + raw + b'\0' * (-len(raw) % 8)


def savemat(file_name, mdict, appendmat=True, format='5', long_field_names=False, do_compression=False, oned_as='row'):
    """Writes {name: array of numbers or text}; arrays of one dimension as rows."""
    out = [b'MATLAB 5.0 MAT-file Platform: posix'.ljust(116) + b'\0' * 8 + b'\x00\x01IM']
    for name, value in mdict.items():
        if name.startswith('_'):
            continue
        array = np.asarray(value)
        if array.ndim < 2:
            array = array.reshape(-1, 1) if oned_as == 'column' and array.ndim else array.reshape(1, -1)
        kinds = {t: k for k, t in _TYPES.items() if k < 16}
        classes = {t: k for k, t in _CLASSES.items()}
        flags, parts = 0, [array]
        if array.dtype.kind == 'U':
            text = str(value)
            shape, kind, body = (1, len(text)), _CHAR, [_packed(4, text.encode('utf-16-le'))]
        else:
            if array.dtype.kind == 'b':
                flags, parts = _LOGICAL, [array.astype(np.uint8)]
            elif array.dtype.kind == 'c':
                flags, parts = _COMPLEX, [array.real, array.imag]
            elif array.dtype.kind not in 'iuf':
                raise _not_yet(f'scipy.io.savemat of {name!r}, which is no array of numbers,')
            label = parts[0].dtype.kind + str(parts[0].dtype.itemsize)
            if label not in classes:
                raise TypeError(f'Could not convert {value} (type {type(value)}) to array')
            shape, kind = array.shape, classes[label]
            body = [_packed(kinds[label], np.ascontiguousarray(p.transpose()).tobytes()) for p in parts]
        head = _packed(6, struct.pack('<II', flags | kind, 0)) + _packed(5, struct.pack(f'<{len(shape)}i', *shape)) + _packed(1, name.encode('latin1'))
        element = _packed(_MATRIX, head + b''.join(body))
        out.append(struct.pack('<II', _PACKED, len(zlib.compress(element))) + zlib.compress(element) if do_compression else element)
    if hasattr(file_name, 'write'):
        file_name.write(b''.join(out))
        return
    with open(file_name, 'wb') as file:
        file.write(b''.join(out))


__getattr__ = _absent('scipy.io')
