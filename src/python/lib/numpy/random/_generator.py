"""Generator: default_rng()'s, with the newer distributions."""
import json
import operator

from .._bridge import function, names
from .._core import asarray, wrap
from .._dtype import resolve
from .._ufunc import made as u, one_axis
from ._draws import Draws, _new, _seed, _set_state, _shuffled, _state, entropy_words, size_of, words_of
from ._legacy import checked, cumulative, without

_sampled = function('npSampled')
_seed_words = function('npSeedWords')
_WORD = 1 << 32


class SeedSequence:
    """Where a generator's first state comes from."""

    def __init__(self, entropy=None, *, spawn_key=(), pool_size=4, n_children_spawned=0):
        if entropy is None:
            entropy = int.from_bytes(b''.join(w.to_bytes(4, 'little') for w in entropy_words(4)), 'little')
        self.entropy, self.spawn_key, self.n_children_spawned = entropy, tuple(spawn_key), n_children_spawned

    def _words(self):
        words = words_of(self.entropy)
        if self.spawn_key:
            words += [0] * (4 - len(words))
            for key in self.spawn_key:
                words += words_of(key)
        return words

    def spawn(self, n_children):
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        return [SeedSequence(self.entropy, spawn_key=(*self.spawn_key, first + i)) for i in range(n_children)]

    def __repr__(self):
        return f'SeedSequence(\n    entropy={self.entropy},\n)'


class BitGenerator:
    def __init__(self, seed=None):
        self.seed_seq = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)


class PCG64(BitGenerator):
    """The bits of default_rng."""

    def __init__(self, seed=None):
        super().__init__(seed)
        self._g = _new(False)
        _seed(self._g, False, *self.seed_seq._words())

    @property
    def state(self):
        s = json.loads(_state(self._g))
        whole = lambda words: sum(int(w) << 32 * i for i, w in enumerate(words))  # noqa: E731
        spare = int(s['spare'])
        return {'bit_generator': 'PCG64', 'state': {'state': whole(s['state']), 'inc': whole(s['increment'])}, 'has_uint32': int(spare >= 0),
                'uinteger': max(spare, 0)}

    @state.setter
    def state(self, value):
        words = lambda n: [n >> 32 * i & _WORD - 1 for i in range(4)]  # noqa: E731
        _set_state(self._g, json.dumps({'state': words(value['state']['state']), 'increment': words(value['state']['inc']),
                                        'spare': value['uinteger'] if value['has_uint32'] else -1}))

    def __reduce__(self):
        return _rebuilt, (self.state,)


def _rebuilt(state):
    made = PCG64(0)
    made.state = state
    return made


class MT19937(BitGenerator):
    """The Mersenne Twister's bits, for RandomState(MT19937(seed))."""

    def _words(self):
        words = names(_seed_words(624, *self.seed_seq._words()))
        words[0] = 0x80000000
        return {'words': words, 'used': 623, 'kept': None}


class Generator(Draws):
    """Draws out of a bit generator."""

    def __init__(self, bit_generator):
        self.bit_generator = bit_generator
        self._g = bit_generator._g

    def __repr__(self):
        return f'Generator({type(self.bit_generator).__name__}) at 0x{id(self):X}'

    def __reduce__(self):
        return Generator, (self.bit_generator,)

    def spawn(self, n_children):
        return [Generator(PCG64(s)) for s in self.bit_generator.seed_seq.spawn(n_children)]

    def random(self, size=None, dtype='float64', out=None):
        """Numbers in [0, 1)."""
        return self._out(self._sample('random', size if out is None else out.shape, dtype=resolve(dtype).name), out)

    def standard_normal(self, size=None, dtype='float64', out=None):
        if resolve(dtype).name != 'float64':
            from .._missing import not_yet
            raise not_yet('numpy.random.Generator.standard_normal of float32', NotImplementedError)
        return self._out(self._sample('standard_normal', size if out is None else out.shape), out)

    def standard_exponential(self, size=None, dtype='float64', method='zig', out=None):
        return self._out(self._sample('standard_exponential', size), out)

    def standard_gamma(self, shape, size=None, dtype='float64', out=None):
        return self._out(self._sample('standard_gamma', size, shape), out)

    def _out(self, v, out):
        if out is None:
            return v
        out[...] = v
        return out

    def integers(self, low, high=None, size=None, dtype='int64', endpoint=False):
        """Whole numbers in [low, high), or in [low, high]."""
        return self._below(low, high, size, dtype, endpoint)

    def shuffle(self, x, axis=0):
        """Brings the rows into random order, in place."""
        self._shuffle(x, axis)

    def permutation(self, x, axis=0):
        """The rows in random order; of a number, the numbers below it."""
        if hasattr(x, '__index__') and getattr(x, 'ndim', 0) == 0:
            return wrap(_shuffled(self._g, operator.index(x)))
        x = asarray(x)
        k = one_axis(axis, x.ndim)
        return x[(slice(None),) * k + (wrap(_shuffled(self._g, x.shape[k])),)]

    def permuted(self, x, *, axis=None, out=None):
        x = asarray(x).copy()
        if axis is None:
            found = x.ravel()[wrap(_shuffled(self._g, x.size))].reshape(x.shape)
        else:
            from .._shape import moveaxis, stack
            k = one_axis(axis, x.ndim)
            lines = moveaxis(x, k, -1)
            flat = lines.reshape(-1, lines.shape[-1])
            found = moveaxis(stack([row[wrap(_shuffled(self._g, len(row)))] for row in flat]).reshape(lines.shape), -1, k)
        return self._out(found, out)

    def choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
        """Elements at random, weighted by p perhaps."""
        pool = None if hasattr(a, '__index__') and getattr(a, 'ndim', 0) == 0 else asarray(a)
        n = operator.index(a) if pool is None else pool.shape[axis]
        shape = size_of(size)
        count = 1
        for m in shape or ():
            count *= m
        if n <= 0 and count:
            raise ValueError('a must be a positive integer unless no samples are taken' if pool is None else 'a cannot be empty unless no samples are taken')
        if p is not None:
            p = checked(p, n)
        if replace:
            at = self.integers(0, n, size) if p is None else cumulative(p).searchsorted(asarray(self.random(shape or ())), side='right')
        else:
            if count > n:
                raise ValueError('Cannot take a larger sample than population when replace is False')
            at = wrap(_sampled(self._g, n, count, shuffle)) if p is None else without(p, count, self.random)
            at = at.reshape(shape or ())
        at = asarray(at)
        if shape is None:
            at = at.item()
        if pool is None:
            return at
        return pool[(slice(None),) * (axis % pool.ndim) + (at,)]

    def multivariate_normal(self, mean, cov, size=None, check_valid='warn', tol=1e-8, *, method='svd'):
        """Normal vectors with these covariances."""
        from .. import linalg
        mean, cov = asarray(mean).astype(float), asarray(cov).astype(float)
        shape = (size_of(size) or ()) + mean.shape
        x = asarray(self.standard_normal(shape)).reshape(-1, mean.shape[0])
        if method == 'cholesky':
            factor = linalg.cholesky(cov)
        elif method == 'eigh':
            s, v = linalg.eigh(cov)
            factor = v * u['sqrt'](s)
        else:
            v, s, _ = linalg.svd(cov)
            factor = v * u['sqrt'](s)
        return (mean + x @ factor.T).reshape(shape)


def default_rng(seed=None):
    """A Generator over PCG64."""
    if isinstance(seed, Generator):
        return seed
    return Generator(seed if isinstance(seed, BitGenerator) else PCG64(seed))


for _c in (Generator, PCG64, SeedSequence, BitGenerator, MT19937):
    _c.__module__ = 'numpy.random'
