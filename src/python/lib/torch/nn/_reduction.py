"""How a loss is reduced."""
import warnings


def get_enum(reduction):
    """The engine's number of `none`, `mean` or `sum`."""
    if reduction not in ('none', 'mean', 'sum', 'elementwise_mean'):
        raise ValueError(f'{reduction} is not a valid value for reduction')
    return {'none': 0, 'sum': 2}.get(reduction, 1)


def legacy_get_string(size_average, reduce, emit_warning=True):
    """The reduction that the two old arguments ask for."""
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    found = 'none' if not reduce else 'mean' if size_average else 'sum'
    if emit_warning:
        warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{found}' instead.", stacklevel=3)
    return found
