"""What contour() and contourf() give."""
from .artist import Artist


class ContourSet(Artist):
    def __init__(self, made, levels, cmap, norm):
        super().__init__()
        self.collections, self.levels, self.cmap, self.norm = made, levels, cmap, norm

    def remove(self):
        for artist in self.collections:
            artist.remove()


class QuadContourSet(ContourSet):
    pass


ContourSet.__module__ = QuadContourSet.__module__ = 'matplotlib.contour'
