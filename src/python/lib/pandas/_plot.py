""".plot of Series and frames, by matplotlib.pyplot."""
from ._values import is_number


class Plotter:
    """`x.plot(kind='line')`, `x.plot.scatter(…)`."""

    def __init__(self, data):
        self._data = data

    def __call__(self, *args, kind='line', **how):
        return getattr(self, kind)(*args, **how)

    def _axes(self, how):
        from matplotlib import pyplot
        axes = how.get('ax')
        if axes is None:
            _, axes = pyplot.subplots(figsize=how['figsize']) if how.get('figsize') else pyplot.subplots()
        for key, act in (('title', axes.set_title), ('xlabel', axes.set_xlabel), ('ylabel', axes.set_ylabel), ('xlim', axes.set_xlim),
                         ('ylim', axes.set_ylim), ('xticks', axes.set_xticks), ('yticks', axes.set_yticks)):
            if how.get(key) is not None:
                act(how[key])
        if how.get('grid'):
            axes.grid(True)
        if how.get('logy'):
            axes.set_yscale('log')
        return axes

    def _columns(self, y=None):
        """(name, values) of each column of numbers."""
        data = self._data
        if data.ndim == 1:
            return [(data.name, data._v)]
        names = data.columns if y is None else [y] if isinstance(y, str) else y
        return [(name, data[name]._v) for name in names if is_number(data[name]._v)]

    def line(self, x=None, y=None, style=None, **how):
        axes = self._axes(how)
        along = self._data.index.values if x is None else self._data[x]._v
        look = {k: how[k] for k in ('alpha', 'marker', 'linestyle', 'color', 'lw', 'linewidth') if k in how}
        for name, values in self._columns(y):
            axes.plot(along, values, *([style] if isinstance(style, str) else []), label=name, **look)
        if self._data.ndim == 2 and how.get('legend', True):
            axes.legend()
        return axes

    def scatter(self, x, y, **how):
        axes = self._axes(how)
        axes.scatter(self._data[x]._v, self._data[y]._v, **{k: how[k] for k in ('alpha', 's', 'marker', 'color') if k in how})
        return axes

    def hist(self, bins=10, **how):
        axes = self._axes(how)
        for name, values in self._columns():
            axes.hist(values, bins=bins, label=name)
        return axes

    def bar(self, x=None, y=None, **how):
        axes = self._axes(how)
        along = self._data.index.tolist() if x is None else self._data[x].tolist()
        for name, values in self._columns(y):
            axes.bar(along, values, label=name)
        return axes

    def __getattr__(self, kind):
        from matplotlib._anything import anything
        return anything(f"pandas' plot of kind {kind!r}")
