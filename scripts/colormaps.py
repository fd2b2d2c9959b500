"""Writes src/python/lib/matplotlib/_colormaps.json: matplotlib's colour maps and named colours, as a few hexadecimal colours each.

    pip install matplotlib==3.11.2; python scripts/colormaps.py
"""
import json
import os

import matplotlib
from matplotlib import colors

CONTINUOUS = '''viridis plasma inferno magma cividis turbo jet hsv hot cool gray bone copper spring summer autumn winter pink rainbow terrain
Blues BuGn BuPu GnBu Greens Greys OrRd Oranges PuBu PuRd Purples RdPu Reds YlGn YlGnBu YlOrBr YlOrRd binary
BrBG PRGn PiYG PuOr RdBu RdGy RdYlBu RdYlGn Spectral bwr coolwarm seismic twilight'''.split()
LISTED = 'Accent Dark2 Paired Pastel1 Pastel2 Set1 Set2 Set3 tab10 tab20 tab20b tab20c'.split()
# Eight and ten divide forty: the colours that most maps are made of are among them.
POINTS = 41

maps = {}
for name in CONTINUOUS:
    found = matplotlib.colormaps[name]
    maps[name] = ''.join(colors.to_hex(found(i / (POINTS - 1)))[1:] for i in range(POINTS))
listed = {name: ''.join(colors.to_hex(c)[1:] for c in matplotlib.colormaps[name].colors) for name in LISTED}
named = {name: colors.to_hex(c)[1:] for name, c in colors.CSS4_COLORS.items()}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, '../src/python/lib/matplotlib/_colormaps.json'), 'w') as file:
    json.dump({'continuous': maps, 'listed': listed, 'named': named}, file, indent=1)
    file.write('\n')
