"""numpy.random: the draws of numpy's own two generators, to the bit (src/engine/numpy/random/)."""
from .. import _missing
from ._generator import BitGenerator, Generator, MT19937, PCG64, SeedSequence, default_rng  # noqa: F401
from ._legacy import RandomState

_global = None
# In numpy they are methods of one hidden RandomState; here too, but it is made when it is first asked: each run has one of its own.
_METHODS = '''beta binomial bytes chisquare choice dirichlet exponential f gamma geometric get_state gumbel laplace logistic lognormal
multinomial multivariate_normal negative_binomial normal pareto permutation poisson power rand randint randn random random_integers
random_sample rayleigh set_state shuffle standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform
weibull seed'''.split()


def _the():
    global _global
    if _global is None:
        _global = RandomState()
    return _global


def _forward(name):
    def f(*args, **kwargs):
        return getattr(_the(), name)(*args, **kwargs)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = getattr(RandomState, name).__doc__
    return f


for _name in _METHODS:
    globals()[_name] = _forward(_name)
ranf = sample = random_sample  # noqa: F821


class _Mtrand:
    """np.random.mtrand._rand, which some libraries ask for."""

    _rand = property(lambda self: _the())
    RandomState = RandomState


mtrand = _Mtrand()
__getattr__ = _missing.module_getattr('numpy.random')
