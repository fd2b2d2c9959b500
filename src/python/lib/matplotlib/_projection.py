"""Three dimensions on paper: matplotlib's first view, elevation 30 and azimuth -60 degrees, without perspective."""
import math

_UP, _ROUND = math.radians(30), math.radians(-60)


def project(x, y, z):
    """x and y on paper of points in space. The axes keep their own units."""
    across = [-math.sin(_ROUND) * a + math.cos(_ROUND) * b for a, b in zip(x, y)]
    upward = [-math.sin(_UP) * (math.cos(_ROUND) * a + math.sin(_ROUND) * b) + math.cos(_UP) * c for a, b, c in zip(x, y, z)]
    return across, upward
