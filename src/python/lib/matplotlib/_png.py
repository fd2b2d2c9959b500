"""Rows of colours as a PNG file's bytes."""
import base64
import struct
import zlib


def encode(rows):
    """`rows`: of (r, g, b, a) in 0..1, all of one length."""
    return of_bytes(len(rows[0]) if rows else 0, [bytes(max(0, min(255, round(255 * v))) for rgba in row for v in rgba) for row in rows], 6)


def of_bytes(width, rows, colour):
    """`rows`: the bytes of each. `colour`: PNG's type, 0 grey, 2 RGB, 4 grey with alpha, 6 RGBA."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    head = struct.pack('>IIBBBBB', width, len(rows), 8, colour, 0, 0, 0)
    raw = b''.join(b'\0' + row for row in rows)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(raw, 6)) + chunk(b'IEND', b'')


def link(rows):
    return 'data:image/png;base64,' + base64.b64encode(encode(rows)).decode()


def of_image(image):
    """An AxesImage's rows as colours."""
    rows = image.rows
    if not rows or not isinstance(rows[0], (list, tuple)):
        return [[(0, 0, 0, 0)]]
    first = rows[0][0] if rows[0] else 0
    if isinstance(first, (list, tuple)) and len(first) in (3, 4):
        # Whole numbers are 0..255.
        scale = 255 if any(isinstance(v, int) and v > 1 or v > 1.001 for row in rows for c in row for v in c) else 1
        return [[(c[0] / scale, c[1] / scale, c[2] / scale, c[3] / scale if len(c) > 3 else 1) for c in row] for row in rows]
    if isinstance(first, (list, tuple)):
        rows = [[c[0] for c in row] for row in rows]
    image.norm.autoscale_None(rows)
    return [[image.cmap.at(image.norm.part(float(v))) for v in row] for row in rows]
