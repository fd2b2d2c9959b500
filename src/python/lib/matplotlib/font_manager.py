"""Fonts: whoever shows a figure has its own."""
from ._anything import Anything, module_getattr


class FontProperties(Anything):
    def __init__(self, *args, **more):
        super().__init__('font')


fontManager = Anything('fontManager')


def findfont(*args, **more):
    return ''


__getattr__ = module_getattr('matplotlib.font_manager')
