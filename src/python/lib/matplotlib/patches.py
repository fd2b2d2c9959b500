"""Shapes that are added to axes."""
import math

from ._anything import module_getattr
from ._plots import look_of
from .artist import Polygon, Rectangle, Segments  # noqa: F401


class Patch(Polygon):
    """A legend's entry."""

    def __init__(self, **look):
        super().__init__([], **look_of(look))


class Ellipse(Polygon):
    def __init__(self, xy, width, height, angle=0, **look):
        turn = math.radians(angle)
        points = []
        for k in range(60):
            a, b = width / 2 * math.cos(math.pi * k / 30), height / 2 * math.sin(math.pi * k / 30)
            points.append((xy[0] + a * math.cos(turn) - b * math.sin(turn), xy[1] + a * math.sin(turn) + b * math.cos(turn)))
        super().__init__(points, **look_of(look))


class Circle(Ellipse):
    def __init__(self, xy, radius=5, **look):
        super().__init__(xy, 2 * radius, 2 * radius, **look)


class FancyArrowPatch(Segments):
    def __init__(self, posA=(0, 0), posB=(1, 1), **look):
        super().__init__([(*posA, *posB)], arrow=True, color=look.get('color', 'k'))


__getattr__ = module_getattr('matplotlib.patches')
