"""torch.return_types: named tuples of ops with several results."""
from operator import itemgetter

_types = {}


def result_count(op):
    """How many results an op has that gives a tuple; 0 for one tensor."""
    from ._wrappers import by_name
    returns = by_name[op].returns if op in by_name else 'Tensor'
    return returns.count(',') + 1 if returns.startswith('(') else 0


def written(kind, outs):
    """What an op with `out=` gives: the same names, another class."""
    return return_type(kind.__name__ + '_out', kind.fields)(outs)


def return_type(name, fields):
    """The class of an op's results: a tuple with names, printed as PyTorch's."""
    key = (name, tuple(fields))
    if key in _types:
        return _types[key]
    shown = {'max_dim': 'max', 'min_dim': 'min', 'median_dim': 'median', 'mode_dim': 'mode', 'histogram_bins': 'histogram'}.get(name, name)

    class Result(tuple):
        __slots__ = ()
        n_fields = n_sequence_fields = len(fields)

        def __repr__(self):
            inner = ',\n'.join(f'{f}={v!r}' for f, v in zip(fields, self))
            return f'torch.return_types.{shown}(\n{inner})'

        __str__ = __repr__

    Result.__name__ = Result.__qualname__ = shown
    Result.__module__ = 'torch.return_types'
    Result.fields = key[1]
    for i, f in enumerate(fields):
        setattr(Result, f, property(itemgetter(i)))
    _types[key] = Result
    globals().setdefault(shown, Result)
    return Result
