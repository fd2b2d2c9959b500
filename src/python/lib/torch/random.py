"""Random numbers: seeds, states, generators. The draws are the engine's, PyTorch's bit by bit."""
from . import _bridge

_manual = _bridge.function('manualSeed')
_initial = _bridge.function('initialSeed')
_state = _bridge.function('rngState')
_set_state = _bridge.function('setRngState')


def _seed(seed):
    seed = int(seed)
    if not -0x8000_0000_0000_0000 <= seed <= 0xffff_ffff_ffff_ffff:
        raise ValueError('Overflow when unpacking long long')
    return seed % 2 ** 64


class Generator:
    """A source of random numbers with a state of its own."""

    def __init__(self, device='cpu', *, _g=None):
        from ._device import check, cpu
        check(device)
        self.device = cpu
        self._g = _bridge._js.newGenerator() if _g is None else _g

    def manual_seed(self, seed):
        _manual(self._g, _seed(seed))
        return self

    def initial_seed(self):
        return _initial(self._g)

    def seed(self):
        import secrets
        seed = secrets.randbits(52)
        _manual(self._g, seed)
        return seed

    def get_state(self):
        from ._construct import from_raw
        from ._dtype import dtypes
        raw = _state(self._g).to_bytes()
        return from_raw(dtypes['uint8'], raw, (len(raw),))

    def set_state(self, state):
        from ._construct import _to_js
        from ._tensor import contents
        if state.dtype.name != 'uint8':
            raise TypeError('expected a torch.ByteTensor, but got ' + state.type())
        _set_state(self._g, _to_js(contents(state)))
        return self

    def clone_state(self):
        g = Generator()
        g.set_state(self.get_state())
        return g

    def __del__(self):
        if getattr(self, '_g', 0):
            _bridge._js.releaseGenerator(self._g)


Generator.__module__ = 'torch._C'
default_generator = Generator(_g=0)


def manual_seed(seed):
    """Seeds the default generator."""
    return default_generator.manual_seed(seed)


def seed():
    return default_generator.seed()


def initial_seed():
    return default_generator.initial_seed()


def get_rng_state():
    return default_generator.get_state()


def set_rng_state(new_state):
    default_generator.set_state(new_state)


class fork_rng:
    """Puts the generator back afterwards."""

    def __init__(self, devices=None, enabled=True, **kwargs):
        self.enabled = enabled

    def __enter__(self):
        self._state = get_rng_state() if self.enabled else None

    def __exit__(self, *exc):
        if self.enabled:
            set_rng_state(self._state)
