"""seaborn's face over our pyplot: lines, points, bars, bins and heat maps; styles are taken and change nothing. Other plots are noted, not drawn."""
import numpy as _np

from matplotlib import pyplot as _plt
from matplotlib._anything import Anything as _Anything
from matplotlib._anything import anything as _anything

__version__ = '0.13.2'


def _accept(*args, **kwargs):
    return _Anything('seaborn')


set = set_theme = set_style = set_context = set_palette = despine = reset_defaults = axes_style = plotting_context = color_palette = _accept


def _values(data, name):
    if name is None or not isinstance(name, (str, int)) or data is None:
        return name
    return _np.asarray(data[name])


def _axes(ax):
    return _plt.gca() if ax is None else ax


def _look(how, names=('alpha', 'color', 'label', 'linewidth', 'lw', 'marker', 'linestyle', 's')):
    return {k: how[k] for k in names if how.get(k) is not None}


def _drawn(draw, data, x, y, hue, ax, how):
    axes, xs, ys, groups = _axes(ax), _values(data, x), _values(data, y), _values(data, hue)
    if ys is None and xs is None and data is not None:
        ys = data
    elif ys is None:
        xs, ys = None, xs
    ys = _np.asarray(ys)
    xs = _np.arange(len(ys)) if xs is None else _np.asarray(xs)
    if groups is None:
        draw(axes, xs, ys, **_look(how))
    else:
        groups = _np.asarray(groups)
        for one in dict.fromkeys(groups.tolist()):
            chosen = _np.array([g == one for g in groups.tolist()])
            draw(axes, xs[chosen], ys[chosen], label=str(one))
        axes.legend()
    for name, label in ((x, axes.set_xlabel), (y, axes.set_ylabel)):
        if isinstance(name, str):
            label(name)
    return axes


def lineplot(data=None, *, x=None, y=None, hue=None, ax=None, **how):
    return _drawn(lambda axes, xs, ys, **look: axes.plot(xs, ys, **look), data, x, y, hue, ax, how)


def scatterplot(data=None, *, x=None, y=None, hue=None, ax=None, **how):
    return _drawn(lambda axes, xs, ys, **look: axes.scatter(xs, ys, **look), data, x, y, hue, ax, how)


def barplot(data=None, *, x=None, y=None, ax=None, **how):
    return _drawn(lambda axes, xs, ys, **look: axes.bar(xs.tolist(), ys, **look), data, x, y, None, ax, how)


def histplot(data=None, *, x=None, bins=10, ax=None, **how):
    axes = _axes(ax)
    axes.hist(_np.asarray(data if x is None else _values(data, x)).reshape(-1), bins=10 if isinstance(bins, str) else bins, **_look(how, ('alpha', 'color', 'label')))
    return axes


distplot = histplot


def countplot(data=None, *, x=None, ax=None, **how):
    axes, counts = _axes(ax), {}
    for v in _np.asarray(data if x is None else _values(data, x)).tolist():
        counts[v] = counts.get(v, 0) + 1
    axes.bar([str(k) for k in counts], list(counts.values()))
    return axes


def heatmap(data, *, annot=None, fmt='.2g', cmap=None, vmin=None, vmax=None, xticklabels='auto', yticklabels='auto', ax=None, **how):
    axes, table = _axes(ax), _np.asarray(data)
    axes.imshow(table, cmap=cmap or 'viridis', vmin=vmin, vmax=vmax, aspect='auto')
    for labels, ticks in ((xticklabels, axes.set_xticks), (yticklabels, axes.set_yticks)):
        if hasattr(labels, '__len__') and not isinstance(labels, str):
            ticks(range(len(labels)), [str(v) for v in labels])
    if annot is True:
        for i in range(table.shape[0]):
            for j in range(table.shape[1]):
                axes.text(j, i, format(table[i, j].item(), fmt), ha='center', va='center')
    return axes


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    return _anything(f'seaborn.{name}')
