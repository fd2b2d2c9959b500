"""RandomState: the generator behind np.random.seed, np.random.rand and their like."""
import json
import operator

from .._core import asarray, ndarray, wrap
from .._create import zeros
from .._ufunc import made as u
from ._draws import Draws, _new, _seed, _set_state, _shuffled, _state, entropy_words, size_of


class RandomState(Draws):
    """The Mersenne Twister with numpy's older distributions, whose draws never change."""

    _legacy = True

    def __init__(self, seed=None):
        self._g = _new(True)
        from ._generator import MT19937
        if isinstance(seed, MT19937):
            _set_state(self._g, json.dumps(seed._words()))
        else:
            self.seed(seed)

    def __repr__(self):
        return f'RandomState(MT19937) at 0x{id(self):X}'

    def seed(self, seed=None):
        """Starts over from a seed."""
        if seed is None:
            _seed(self._g, False, *entropy_words(8))
            return
        try:
            n = operator.index(seed.item() if isinstance(seed, ndarray) and seed.size == 1 else seed)
        except TypeError:
            values = asarray(seed)
            if values.dtype.kind not in 'iu':
                raise TypeError('Cannot cast array data from dtype(\'float64\') to dtype(\'int64\') according to the rule \'safe\'') from None
            values = values.tolist()
            if not values:
                raise ValueError('Seed must be non-empty') from None
            if any(not 0 <= v < 2 ** 32 for v in values):
                raise ValueError('Seed must be between 0 and 2**32 - 1') from None
            _seed(self._g, False, *values)
            return
        if not 0 <= n < 2 ** 32:
            raise ValueError('Seed must be between 0 and 2**32 - 1')
        _seed(self._g, True, n)

    def get_state(self, legacy=True):
        """('MT19937', the words, how many are used up, whether a normal number is left, that number)."""
        s = json.loads(_state(self._g))
        kept = s['kept']
        words = asarray(s['words'])
        if not legacy:
            return {'bit_generator': 'MT19937', 'state': {'key': words, 'pos': s['used']}, 'has_gauss': int(kept is not None),
                    'gauss': kept or 0.0}
        return 'MT19937', words, s['used'], int(kept is not None), kept or 0.0

    def set_state(self, state):
        if isinstance(state, dict):
            inner = state['state']
            state = ('MT19937', inner['key'], inner['pos'], state.get('has_gauss', 0), state.get('gauss', 0.0))
        _, words, used, has, kept = (*state, 0, 0.0)[:5]
        _set_state(self._g, json.dumps({'words': asarray(words).tolist(), 'used': int(used), 'kept': float(kept) if has else None}))

    def __reduce__(self):
        return _rebuild, (self.get_state(),)

    def random_sample(self, size=None):
        """Numbers in [0, 1)."""
        return self._sample('random', size)

    random = random_sample

    def rand(self, *args):
        return self._sample('random', args or None)

    def randn(self, *args):
        return self._sample('standard_normal', args or None)

    def standard_normal(self, size=None):
        return self._sample('standard_normal', size)

    def standard_exponential(self, size=None):
        return self._sample('standard_exponential', size)

    def standard_gamma(self, shape, size=None):
        return self._sample('standard_gamma', size, shape)

    def randint(self, low, high=None, size=None, dtype=int):
        """Whole numbers in [low, high)."""
        return self._below(low, high, size, dtype)

    def random_integers(self, low, high=None, size=None):
        return self._below(*((1, low) if high is None else (low, high)), size, int, True)

    def shuffle(self, x):
        """Brings the rows into random order, in place."""
        self._shuffle(x)

    def permutation(self, x):
        """The rows in random order; of a number, the numbers below it."""
        if isinstance(x, (int,)) or hasattr(x, '__index__') and getattr(x, 'ndim', 0) == 0:
            return wrap(_shuffled(self._g, operator.index(x)))
        x = asarray(x)
        return x[wrap(_shuffled(self._g, len(x)))]

    def choice(self, a, size=None, replace=True, p=None):
        """Elements at random, weighted by p perhaps."""
        pool = None if isinstance(a, int) or hasattr(a, '__index__') and getattr(a, 'ndim', 0) == 0 else asarray(a)
        if pool is not None and pool.ndim != 1:
            raise ValueError("a must be 1-dimensional")
        n = operator.index(a) if pool is None else len(pool)
        shape = size_of(size)
        count = 1
        for m in shape or ():
            count *= m
        if n <= 0 and count:
            raise ValueError("a must be greater than 0 unless no samples are taken" if pool is None else "'a' cannot be empty unless no samples are taken")
        if p is not None:
            p = checked(p, n)
        if replace:
            if p is None:
                at = self.randint(0, n, size=size)
            else:
                at = cumulative(p).searchsorted(asarray(self.random_sample(shape or ())), side='right')
                at = asarray(at)
        else:
            if count > n:
                raise ValueError("Cannot take a larger sample than population when 'replace=False'")
            if p is None:
                at = self.permutation(n)[:count].reshape(shape or ())
            else:
                at = without(p, count, self.rand).reshape(shape or ())
        at = asarray(at)
        if shape is None:
            at = int(at.item())
            return at if pool is None else pool[at]
        return at if pool is None else pool[at]

    def multivariate_normal(self, mean, cov, size=None, check_valid='warn', tol=1e-8):
        """Normal vectors with these covariances."""
        from .. import linalg
        mean, cov = asarray(mean).astype(float), asarray(cov).astype(float)
        shape = (size_of(size) or ()) + mean.shape
        x = self.standard_normal(shape).reshape(-1, mean.shape[0])
        _, s, v = linalg.svd(cov)
        return ((x @ (u['sqrt'](s)[:, None] * v)) + mean).reshape(shape)


def without(p, count, draw):
    """`count` different places, drawn by `draw(n)` with these probabilities."""
    from .._search import sort, unique
    if int((p > 0).sum()) < count:
        raise ValueError('Fewer non-zero entries in p than size')
    p, found, have = p.copy(), zeros(count, int), 0
    while have < count:
        x = draw(count - have)
        if have > 0:
            p[found[:have]] = 0
        new = cumulative(p).searchsorted(x, side='right')
        _, first = unique(new, return_index=True)
        new = new[sort(first)]
        found[have:have + new.size] = new
        have += new.size
    return found


def checked(p, n):
    """Probabilities that a user gave. Raises numpy's ValueError."""
    # As numpy: an array of less precision may be off by the root of its epsilon.
    most = {'float32': 2.0 ** -11.5, 'float16': 2.0 ** -5}.get(str(getattr(p, 'dtype', '')), 2.0 ** -26)
    p = asarray(p).astype(float)
    if p.ndim != 1:
        raise ValueError("'p' must be 1-dimensional")
    if len(p) != n:
        raise ValueError("'a' and 'p' must have same size")
    if u['isnan'](p).any():
        raise ValueError('probabilities contain NaN')
    if (p < 0).any():
        raise ValueError('probabilities are not non-negative')
    import math
    if abs(math.fsum(p.tolist()) - 1.0) > most:
        raise ValueError('probabilities do not sum to 1')
    return p


def cumulative(p):
    c = p.cumsum()
    c /= c[-1]
    return c


def _rebuild(state):
    made = RandomState(0)
    made.set_state(state)
    return made


RandomState.__module__ = 'numpy.random.mtrand'
