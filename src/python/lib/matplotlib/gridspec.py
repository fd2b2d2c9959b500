"""Cells of a sheet."""


class GridSpec:
    def __init__(self, nrows, ncols, figure=None, width_ratios=None, height_ratios=None, **room):
        self.nrows, self.ncols = nrows, ncols
        self.widths = list(width_ratios or [1] * ncols)
        self.heights = list(height_ratios or [1] * nrows)

    def __getitem__(self, index):
        row, column = index if isinstance(index, tuple) else divmod(index, self.ncols) if isinstance(index, int) else (index, slice(None))
        (a, c), (b, d) = _ends(row, self.nrows), _ends(column, self.ncols)
        return SubplotSpec(self, (a, b), (c, d))


def _ends(index, count):
    if isinstance(index, slice):
        found = range(*index.indices(count))
        return found[0], found[-1]
    return index % count, index % count


class SubplotSpec:
    """The cells from `first` to `last`, each (row, column)."""

    def __init__(self, grid, first, last):
        self.grid, self.first, self.last = grid, tuple(first), tuple(last)

    def parts(self):
        """(left, bottom, width, height) in parts of the sheet."""
        w, h = self.grid.widths, self.grid.heights
        left, right = sum(w[:self.first[1]]) / sum(w), sum(w[:self.last[1] + 1]) / sum(w)
        top, bottom = sum(h[:self.first[0]]) / sum(h), sum(h[:self.last[0] + 1]) / sum(h)
        return left, 1 - bottom, right - left, bottom - top

    def __eq__(self, other):
        return isinstance(other, SubplotSpec) and (self.parts() == other.parts())

    __hash__ = None


GridSpecFromSubplotSpec = GridSpec
