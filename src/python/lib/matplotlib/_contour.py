"""Contours of a matrix over rectangular cells."""
from bisect import bisect_right

# The bands' picture has at least so many cells a side.
FINE = 160


def lines_at(z, level, x, y):
    """Segments where a bilinear surface has this height (marching squares)."""
    found = []
    for i in range(len(z) - 1):
        for j in range(len(z[0]) - 1):
            corners = ((x[j], y[i], z[i][j]), (x[j + 1], y[i], z[i][j + 1]), (x[j + 1], y[i + 1], z[i + 1][j + 1]), (x[j], y[i + 1], z[i + 1][j]))
            crossed = []
            for (ax, ay, a), (bx, by, b) in zip(corners, corners[1:] + corners[:1]):
                if (a < level) != (b < level):
                    part = (level - a) / (b - a)
                    crossed += (ax + (bx - ax) * part, ay + (by - ay) * part),
            for p, q in zip(crossed[0::2], crossed[1::2]):
                found.append((*p, *q))
    return found


def _parts(places):
    """Where in an index each of many equal steps from the first place to the last one lies."""
    low, high = places[0], places[-1]
    rising = high >= low
    count = max(len(places), FINE)
    found = []
    at = 0
    for k in range(count):
        v = low + (high - low) * (k + 0.5) / count
        while at < len(places) - 2 and (places[at + 1] < v if rising else places[at + 1] > v):
            at += 1
        width = places[at + 1] - places[at] if len(places) > 1 else 0
        found.append((at, (v - places[at]) / width if width else 0.0))
    return found if rising else found[::-1]


def bands(z, levels, fills, x, y):
    """Rows of colours: of the band between two levels that the height is in; clear outside of all of them."""
    across, rows = _parts(x), []
    for i, u in _parts(y):
        low, high = z[i], z[min(i + 1, len(z) - 1)]
        row = []
        for j, v in across:
            k = min(j + 1, len(low) - 1)
            height = (low[j] * (1 - v) + low[k] * v) * (1 - u) + (high[j] * (1 - v) + high[k] * v) * u
            band = bisect_right(levels, height) - 1
            if height == levels[-1]:
                band -= 1
            row.append(fills[min(band, len(fills) - 1)] if 0 <= band < len(levels) - 1 else (0, 0, 0, 0))
        rows.append(row)
    return rows
