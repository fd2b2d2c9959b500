"""Pixels of PNG files."""
import struct
import zlib

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def pixels(data):
    """(rows, channels) of a PNG's bytes: rows of bytes. ValueError for what is none, or interlaced, or not of 8 bits."""
    if data[:8] != b'\x89PNG\r\n\x1a\n':
        raise ValueError('only PNG images can be read')
    at, packed, palette = 8, b'', b''
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        at += 12 + length
        if kind == b'IHDR':
            width, height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', body)
        elif kind == b'PLTE':
            palette = body
        elif kind == b'IDAT':
            packed += body
    if depth != 8 or interlaced:
        raise ValueError(f'PNG images of {depth} bits{", interlaced," if interlaced else ""} cannot be read')
    raw, step = zlib.decompress(packed), _CHANNELS[colour]
    stride = width * step
    rows, before = [], bytearray(stride)
    for i in range(height):
        start = i * (stride + 1)
        rows.append(_unfilter(raw[start], bytearray(raw[start + 1:start + 1 + stride]), before, step))
        before = rows[-1]
    if colour == 3:
        return [b''.join(palette[3 * p:3 * p + 3] for p in row) for row in rows], 3
    return rows, step


def _unfilter(kind, row, before, step):
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(row, before))
    for i in range(len(row)):
        left, corner = (row[i - step], before[i - step]) if i >= step else (0, 0)
        above = before[i]
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + above) // 2) & 255
        elif kind == 4:
            p, q, r = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
            row[i] = (row[i] + (left if p <= q and p <= r else above if q <= r else corner)) & 255
    return row


def read(file):
    import numpy
    if hasattr(file, 'read'):
        data = file.read()
    else:
        with open(file, 'rb') as opened:
            data = opened.read()
    rows, channels = pixels(data)
    values = [[[v / 255 for v in row[i:i + channels]] if channels > 1 else row[i] / 255 for i in range(0, len(row), channels)] for row in rows]
    return numpy.array(values, dtype=numpy.float32)
