"""Figures on their way to whoever shows them."""
import itertools
import json

import _backstep_host as _host

from ._anything import note


_serials = itertools.count(1)


def show(figure):
    """Hands a figure over as it is now, if somebody looks at figures, and if it is another than before."""
    if not figure.axes or not _host.figures():
        return
    try:
        picture = figure.svg()
    except Exception as error:
        # A picture that cannot be drawn is no reason for a script to end.
        note(f'figure {figure.number} could not be drawn ({type(error).__name__}: {error})')
        return
    if picture == figure.shown:
        return
    figure.shown = picture
    # pyplot closes its figures when it has shown them, and numbers those that come from 1 again.
    figure.serial = figure.serial or next(_serials)
    _host.figure(json.dumps({'number': figure.serial, 'title': figure.title(), 'summary': figure.summary(), 'svg': picture}))


def png(svg, scale):
    """A picture painted: PNG bytes. `scale`: pixels for one of the SVG's. OSError where it cannot be."""
    # The painter knows SVG's own word for it.
    painted = _host.png(svg.replace(' style="image-rendering:pixelated"', ' image-rendering="optimizeSpeed"'), scale)
    if isinstance(painted, str):
        raise OSError(f'the figure could not be painted as PNG ({painted}): a name that ends with .svg is written as it is')
    return painted.to_bytes()
