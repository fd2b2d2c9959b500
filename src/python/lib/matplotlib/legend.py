"""A legend: the labels of what is drawn, with its colours."""
from .artist import Artist


class Legend(Artist):
    """legend(), legend(labels) or legend(handles, labels)."""

    kind = 'legend'

    def __init__(self, axes, *args, handles=None, labels=None, title=None, loc=None, **look):
        super().__init__(axes, **look)
        if len(args) == 2:
            handles, labels = args
        elif len(args) == 1:
            labels = args[0]
        if handles is None:
            known = axes.get_legend_handles_labels()[0]
            drawn = [a for a in axes.artists if a.kind not in ('text', 'annotation', 'image')]
            handles = known if labels is None else drawn
        handles = [h[0] if isinstance(h, (list, tuple)) and h else h for h in handles]
        words = [labels] if isinstance(labels, str) else list(labels) if labels is not None else [h.get_label() for h in handles]
        self.entries = [(h, str(w)) for h, w in zip(handles, words) if isinstance(h, Artist)]
        self.title, self.loc = title, loc

    def get_texts(self):
        from .artist import Text
        return [Text(0, 0, w) for _, w in self.entries]

    def points(self):
        return []
