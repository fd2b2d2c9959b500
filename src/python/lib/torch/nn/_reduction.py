"""How a loss is reduced."""
import warnings


def checked(reduction):
    """`none`, `mean` or `sum`; an old word for mean is understood, any other is refused."""
    if reduction == 'elementwise_mean':
        warnings.warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.", stacklevel=4)
        return 'mean'
    if reduction not in ('none', 'mean', 'sum'):
        raise ValueError(f'{reduction} is not a valid value for reduction')
    return reduction


def get_enum(reduction):
    """PyTorch's number of a reduction."""
    return {'none': 0, 'mean': 1, 'sum': 2}[checked(reduction)]


def legacy_get_string(size_average, reduce, emit_warning=True):
    """The reduction that the two old arguments ask for."""
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    found = 'none' if not reduce else 'mean' if size_average else 'sum'
    if emit_warning:
        warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{found}' instead.", stacklevel=3)
    return found


def legacy_get_enum(size_average, reduce, emit_warning=True):
    """PyTorch's number of the reduction that the two old arguments ask for."""
    return get_enum(legacy_get_string(size_average, reduce, emit_warning))
