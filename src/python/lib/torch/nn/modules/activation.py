"""Activations."""
from .. import functional as F
from ..parameter import Parameter
from .module import Module


def _inplace_words(module):
    return 'inplace=True' if module.inplace else ''


def _plain(name, function, what):
    """An activation without arguments."""
    def forward(self, input):
        return getattr(F, function)(input)

    return type(name, (Module,), {'__doc__': what, 'forward': forward})


def _with_inplace(name, function, what, words=True):
    """An activation whose only argument is `inplace`."""
    def __init__(self, inplace=False):
        Module.__init__(self)
        self.inplace = inplace

    def forward(self, input):
        return getattr(F, function)(input, inplace=True) if self.inplace else getattr(F, function)(input)

    __init__.__qualname__ = f'{name}.__init__'
    members = {'__doc__': what, '__constants__': ['inplace'], '__init__': __init__, 'forward': forward}
    if words:
        members['extra_repr'] = _inplace_words
    return type(name, (Module,), members)


def _over_dim(name, function, what):
    """An activation along a dimension."""
    def __init__(self, dim=None):
        Module.__init__(self)
        self.dim = dim

    def forward(self, input):
        return getattr(F, function)(input, self.dim, _stacklevel=5)

    def extra_repr(self):
        return f'dim={self.dim}'

    __init__.__qualname__ = f'{name}.__init__'
    return type(name, (Module,), {'__doc__': what, '__constants__': ['dim'], '__init__': __init__, 'forward': forward,
                                  'extra_repr': extra_repr})


Sigmoid = _plain('Sigmoid', 'sigmoid', 'y = 1 / (1 + e⁻ˣ).')
Tanh = _plain('Tanh', 'tanh', 'y = tanh x.')
LogSigmoid = _plain('LogSigmoid', 'logsigmoid', 'y = log(1 / (1 + e⁻ˣ)).')
Softsign = _plain('Softsign', 'softsign', 'y = x / (1 + |x|).')
Tanhshrink = _plain('Tanhshrink', 'tanhshrink', 'y = x - tanh x.')
ReLU = _with_inplace('ReLU', 'relu', 'y = max(x, 0).')
SiLU = _with_inplace('SiLU', 'silu', 'y = x · sigmoid(x).')
Mish = _with_inplace('Mish', 'mish', 'y = x · tanh(softplus(x)).')
SELU = _with_inplace('SELU', 'selu', 'ELU with the scale and alpha of self-normalizing networks.')
Hardsigmoid = _with_inplace('Hardsigmoid', 'hardsigmoid', 'y = min(max(x + 3, 0), 6) / 6.', words=False)
Hardswish = _with_inplace('Hardswish', 'hardswish', 'y = x · hardsigmoid(x).', words=False)
Softmax = _over_dim('Softmax', 'softmax', 'y = eˣ / Σ eˣ, along a dimension.')
LogSoftmax = _over_dim('LogSoftmax', 'log_softmax', 'y = x - log Σ eˣ, along a dimension.')
Softmin = _over_dim('Softmin', 'softmin', 'softmax of -x.')


def _dim_state(self, state):
    Module.__setstate__(self, state)
    self.__dict__.setdefault('dim', None)


Softmax.__setstate__ = LogSoftmax.__setstate__ = _dim_state


class Threshold(Module):
    """x where x > threshold, else value."""

    __constants__ = ['threshold', 'value', 'inplace']

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, inplace=self.inplace)

    def extra_repr(self):
        return f'threshold={self.threshold}, value={self.value}' + (', inplace=True' if self.inplace else '')


class RReLU(Module):
    """LeakyReLU whose slope is drawn, in training, from (lower, upper)."""

    __constants__ = ['lower', 'upper', 'inplace']

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return f'lower={self.lower}, upper={self.upper}' + (', inplace=True' if self.inplace else '')


class Hardtanh(Module):
    """x, kept between min_val and max_val."""

    __constants__ = ['min_val', 'max_val', 'inplace']

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        import warnings
        super().__init__()
        for old, new, value in (('min_value', 'min_val', min_value), ('max_value', 'max_val', max_value)):
            if value is not None:
                warnings.warn(f'keyword argument `{old}` is deprecated and rename to `{new}`', FutureWarning, stacklevel=2)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if not self.max_val > self.min_val:
            raise AssertionError(f'max_val ({self.max_val}) must be greater than min_val ({self.min_val})')

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, inplace=self.inplace)

    def extra_repr(self):
        return f'min_val={self.min_val}, max_val={self.max_val}' + (', inplace=True' if self.inplace else '')


class ReLU6(Hardtanh):
    """x, kept between 0 and 6."""

    def __init__(self, inplace=False):
        super().__init__(0.0, 6.0, inplace)

    extra_repr = _inplace_words


class ELU(Module):
    """x where x > 0, else α (eˣ - 1)."""

    __constants__ = ['alpha', 'inplace']

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input):
        return F.elu(input, self.alpha, inplace=self.inplace)

    def extra_repr(self):
        return f'alpha={self.alpha}' + (', inplace=True' if self.inplace else '')


class CELU(Module):
    """max(0, x) + min(0, α (e^(x/α) - 1))."""

    __constants__ = ['alpha', 'inplace']

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def extra_repr(self):
        return f'alpha={self.alpha}' + (', inplace=True' if self.inplace else '')

    def forward(self, input):
        return F.celu(input, self.alpha, inplace=self.inplace)


class GLU(Module):
    """First half times sigmoid of the second half."""

    __constants__ = ['dim']

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.glu(input, self.dim)

    def extra_repr(self):
        return f'dim={self.dim}'


class GELU(Module):
    """y = x · Φ(x), exactly or by tanh."""

    __constants__ = ['approximate']

    def __init__(self, approximate='none'):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f'approximate={self.approximate!r}'


class Hardshrink(Module):
    """x where |x| > lambd, else 0."""

    __constants__ = ['lambd']

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.hardshrink(input, self.lambd)

    def extra_repr(self):
        return f'{self.lambd}'


class Softshrink(Module):
    """x moved towards 0 by lambd."""

    __constants__ = ['lambd']

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def extra_repr(self):
        return f'{self.lambd}'

    def forward(self, input):
        return F.softshrink(input, self.lambd)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope · x."""

    __constants__ = ['inplace', 'negative_slope']

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, inplace=self.inplace)

    def extra_repr(self):
        return f'negative_slope={self.negative_slope}' + (', inplace=True' if self.inplace else '')


class Softplus(Module):
    """y = log(1 + e^(βx)) / β; x itself where βx > threshold."""

    __constants__ = ['beta', 'threshold']

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f'beta={self.beta}, threshold={self.threshold}'


class PReLU(Module):
    """LeakyReLU with a learned slope, one or one a channel."""

    __constants__ = ['num_parameters']

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        import torch
        self.num_parameters = num_parameters
        super().__init__()
        self.init = init
        self.weight = Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Back to the initial slope."""
        from .. import init
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f'num_parameters={self.num_parameters}'


class Softmax2d(Module):
    """softmax over the channels of (N, C, H, W)."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f'Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead')
        return F.softmax(input, -3, _stacklevel=5)


__all__ = ['CELU', 'ELU', 'GELU', 'GLU', 'Hardshrink', 'Hardsigmoid', 'Hardswish', 'Hardtanh', 'LeakyReLU', 'LogSigmoid',
           'LogSoftmax', 'Mish', 'PReLU', 'RReLU', 'ReLU', 'ReLU6', 'SELU', 'Sigmoid', 'SiLU', 'Softmax', 'Softmax2d', 'Softmin',
           'Softplus', 'Softshrink', 'Softsign', 'Tanh', 'Tanhshrink', 'Threshold']
for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.modules.activation'


def __getattr__(name):
    # Where PyTorch has it; it leads to layers that ask for this module.
    if name == 'MultiheadAttention':
        from .attention import MultiheadAttention
        return MultiheadAttention
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
