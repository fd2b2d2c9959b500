"""What PyTorch warns of at the first call of a function: those that will go, and those whose defaults will change."""
from functools import wraps

from ._tensor import warn_once


def _always(args, kwargs):
    return True


def _old(name, new, text):
    return f'torch.{name} is deprecated in favor of {new} and will be removed in a future PyTorch release.\n{text}'


# {name: (when it is said, what)}
_WORDS = {
    'qr': (_always, _old('qr', 'torch.linalg.qr', "The boolean parameter 'some' has been replaced with a string parameter 'mode'.\n"
                         'Q, R = torch.qr(A, some)\nshould be replaced with\n'
                         "Q, R = torch.linalg.qr(A, 'reduced' if some else 'complete')")),
    'cholesky': (_always, _old('cholesky', 'torch.linalg.cholesky', 'L = torch.cholesky(A)\nshould be replaced with\n'
                               'L = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, upper=True)\nshould be replaced with\n'
                               'U = torch.linalg.cholesky(A).mH\nThis transform will produce equivalent results for all valid (symmetric '
                               'positive definite) inputs.')),
    'triangular_solve': (_always, 'torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a '
                         'future PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of '
                         'one of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\n'
                         'X = torch.linalg.solve_triangular(A, B).'),
    'index_reduce': (_always, 'index_reduce() is in beta and the API may change at any time.'),
    'index_reduce_': (_always, 'index_reduce() is in beta and the API may change at any time.'),
    'meshgrid': (lambda args, kwargs: 'indexing' not in kwargs,
                 'torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.'),
    'cross': (lambda args, kwargs: 'dim' not in kwargs and len(args) < 3,
              'Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use '
              'torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.'),
}


def with_warning(name, function):
    """The function of torch, or method of Tensor, which warns if PyTorch's does."""
    if name not in _WORDS:
        return function
    when, words = _WORDS[name]

    @wraps(function)
    def warned(*args, **kwargs):
        if when(args, kwargs):
            warn_once(words)
        return function(*args, **kwargs)

    return warned
