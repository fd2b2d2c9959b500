"""matplotlib.pyplot: the current figure and its axes. What is drawn is kept; show(), draw(), pause() and savefig() hand it over."""
import atexit
import contextlib
import inspect

from . import cm, colors, get_backend, rc, rc_context, rcdefaults, rcParams, style, ticker  # noqa: F401
from ._anything import module_getattr
from ._data import plain
from .artist import Annotation, Artist, Line2D, Polygon, Rectangle, Text, setp  # noqa: F401
from .axes import Axes
from .cm import colormaps, get_cmap  # noqa: F401
from .colors import Normalize  # noqa: F401
from .figure import Figure
from .gridspec import GridSpec  # noqa: F401
from .ticker import FixedLocator, FormatStrFormatter, FuncFormatter, MaxNLocator, MultipleLocator, NullFormatter, NullLocator  # noqa: F401

_figures = {}
_current = None
_last_image = None


def figure(num=None, figsize=None, dpi=None, clear=False, **look):
    """A new figure, or the one of this number or name, which becomes the current one."""
    global _current
    if isinstance(num, Figure):
        num = num.number
    if isinstance(num, str):
        num, label = next((n for n, f in _figures.items() if f.label == num), max(_figures, default=0) + 1), num
    else:
        label = ''
    if num is None:
        num = max(_figures, default=0) + 1
    if num not in _figures:
        _figures[num] = look.pop('FigureClass', Figure)(figsize=figsize, dpi=dpi, number=num, label=label)
        _figures[num]._reuse = True
    elif clear:
        _figures[num].clear()
    _current = _figures[num]
    return _current


def gcf():
    return _current if _current is not None else figure()


def gca(**look):
    return gcf().gca(**look)


def sca(ax):
    global _current
    _current = ax.figure
    return ax.figure.sca(ax)


def get_fignums():
    return sorted(_figures)


def get_figlabels():
    return [_figures[n].label for n in sorted(_figures)]


def fignum_exists(num):
    return num in _figures or any(f.label == num for f in _figures.values())


def subplots(nrows=1, ncols=1, *, sharex=False, sharey=False, squeeze=True, width_ratios=None, height_ratios=None, subplot_kw=None,
             gridspec_kw=None, **fig_kw):
    made = figure(**fig_kw)
    grid = dict(gridspec_kw or {}) | {k: v for k, v in (('width_ratios', width_ratios), ('height_ratios', height_ratios)) if v is not None}
    return made, made.subplots(nrows, ncols, sharex, sharey, squeeze, subplot_kw, grid)


def subplot_mosaic(mosaic, **fig_kw):
    made = figure(**{k: v for k, v in fig_kw.items() if k in ('figsize', 'dpi', 'num')})
    return made, made.subplot_mosaic(mosaic)


def subplot(*args, **look):
    return gcf().add_subplot(*args, **look)


def subplot2grid(shape, loc, rowspan=1, colspan=1, fig=None, **look):
    row, column = loc
    return (fig or gcf()).add_subplot(GridSpec(*shape)[row:row + rowspan, column:column + colspan], **look)


def axes(arg=None, **look):
    return gcf().add_subplot(111, **look) if arg is None else gcf().add_axes(arg, **look)


def delaxes(ax=None):
    gcf().delaxes(ax or gca())


def close(fig=None):
    """Forgets a figure: the current one, a given one, or 'all'. What was shown of it stays."""
    global _current
    if fig == 'all':
        found = list(_figures)
    elif fig is None:
        found = [_current.number] if _current is not None else []
    else:
        found = [n for n, f in _figures.items() if f is fig or n == fig or f.label == fig]
    for number in found:
        closed = _figures.pop(number)
        if closed is _current:
            _current = _figures[max(_figures)] if _figures else None


def show(*args, block=None, **more):
    """Hands over all figures. In a window they would be gone when it is closed: what is drawn next is a new figure."""
    global _current
    for found in list(_figures.values()):
        found.show()
    if not _interactive and not more.get('keep'):
        _figures.clear()
        _current = None


def draw():
    gcf().show()


def pause(interval=0):
    """Hands over the current figure; does not wait."""
    if _current is not None:
        _current.show()


_interactive = False


def _switch(on):
    """Now, and until the end of a `with` that is given the result."""
    global _interactive
    before, _interactive = _interactive, on
    back = contextlib.ExitStack()
    back.callback(_switch, before)
    return back


def ion():
    return _switch(True)


def ioff():
    return _switch(False)


def isinteractive():
    return _interactive


def savefig(*args, **more):
    gcf().savefig(*args, **more)


def clf():
    gcf().clear()


def cla():
    gca().clear()


def suptitle(t, **look):
    return gcf().suptitle(t, **look)


def figtext(x, y, s, **look):
    return gcf().text(x, y, s, **look)


def colorbar(mappable=None, cax=None, ax=None, **look):
    mappable = mappable if mappable is not None else _last_image
    return gcf().colorbar(mappable, cax, ax, **look)


def clim(vmin=None, vmax=None):
    if _last_image is not None:
        _last_image.set_clim(vmin, vmax)


def gci():
    return _last_image


def _image(name):
    def drawing(*args, **look):
        global _last_image
        _last_image = getattr(gca(), name)(*args, **look)
        return _last_image[-1] if isinstance(_last_image, tuple) else _last_image
    return drawing


imshow, scatter, pcolormesh, pcolor, contour, contourf, spy = map(
    _image, ('imshow', 'scatter', 'pcolormesh', 'pcolor', 'contour', 'contourf', 'spy'))


def matshow(A, fignum=None, **look):
    figure(fignum)
    return imshow(A, **look)


def title(label, *args, **look):
    return gca().set_title(label, *args, **look)


def xlabel(xlabel, *args, **look):
    return gca().set_xlabel(xlabel)


def ylabel(ylabel, *args, **look):
    return gca().set_ylabel(ylabel)


def xlim(*args, **more):
    return gca().set_xlim(*args, **more) if args or more else gca().get_xlim()


def ylim(*args, **more):
    return gca().set_ylim(*args, **more) if args or more else gca().get_ylim()


def xscale(value, **more):
    gca().set_xscale(value)


def yscale(value, **more):
    gca().set_yscale(value)


def _ticks(name, ticks, labels):
    own = gca().axis_of(name)
    if ticks is not None:
        own.set_ticks(ticks, labels)
        if len(own.ticks) == 0:
            own.words = []
    elif labels is not None:
        own.words = plain(labels)
    return own.get_majorticklocs(), own.get_ticklabels()


def xticks(ticks=None, labels=None, **look):
    return _ticks('x', ticks, labels)


def yticks(ticks=None, labels=None, **look):
    return _ticks('y', ticks, labels)


def axis(arg=None, **more):
    return gca().axis(arg, **more)


def box(on=None):
    pass


def get(obj, *args):
    return getattr(obj, f'get_{args[0]}')() if args else None


getp = get


def imread(fname, format=None):
    """A PNG file's pixels, as matplotlib reads them: float32 in 0..1."""
    from ._read import read
    return read(fname)


def imsave(fname, arr, **look):
    fig = Figure()
    fig.add_axes((0, 0, 1, 1)).imshow(arr, **look)
    fig.savefig(fname)


def tight_layout(*args, **more):
    pass


subplots_adjust = autoscale = switch_backend = install_repl_displayhook = set_loglevel = connect = disconnect = tight_layout
twinx = lambda ax=None: (ax or gca()).twinx()  # noqa: E731
twiny = lambda ax=None: (ax or gca()).twiny()  # noqa: E731


def _of_axes(name):
    method = getattr(Axes, name)

    def function(*args, **more):
        return getattr(gca(), name)(*args, **more)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = inspect.getdoc(method)
    return function


for _name in '''plot semilogy semilogx loglog step bar barh hist hist2d fill_between fill stackplot errorbar vlines hlines stem axhline axvline axhspan
        axvspan axline arrow quiver text annotate pie boxplot legend grid margins tick_params'''.split():
    globals()[_name] = _of_axes(_name)


def _use_map(name):
    def choose():
        rcParams['image.cmap'] = name
        if _last_image is not None:
            _last_image.set_cmap(name)
    return choose


for _name in 'viridis plasma inferno magma gray jet hot cool bone spring summer autumn winter'.split():
    globals()[_name] = _use_map(_name)


@atexit.register
def _last():
    """A script that ends without show() has its figures all the same."""
    for found in list(_figures.values()):
        found.show()


__getattr__ = module_getattr('plt')
