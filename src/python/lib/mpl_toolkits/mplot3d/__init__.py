"""Three dimensions, drawn from one side: `projection='3d'`."""
from matplotlib.axes import Axes as _Axes


class Axes3D(_Axes):
    def __init__(self, figure, spot=(0.125, 0.11, 0.775, 0.77), **look):
        super().__init__(figure, spot, '3d')
        figure.add_axes(self)
