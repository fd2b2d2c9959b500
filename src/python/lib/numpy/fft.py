"""numpy.fft: the engine's transforms, in double precision."""
from ._core import asarray
from ._products import quietly


def _of(name):
    several = name.endswith(('2', 'n'))
    real = name.startswith('r') or name.startswith('ih')

    def f(a, n=None, axis=-1, norm=None, out=None):
        import torch
        a = asarray(a)
        a = a.astype(float if real or a.dtype.kind != 'c' else 'complex128') if a.dtype.kind in 'iub' else a
        return quietly(getattr(torch.fft, name), a, n=n, dim=axis, norm=norm)

    def many(a, s=None, axes=(-2, -1) if name.endswith('2') else None, norm=None, out=None):
        import torch
        a = asarray(a)
        a = a.astype(float) if a.dtype.kind in 'iub' else a
        return quietly(getattr(torch.fft, name), a, s=s, dim=axes, norm=norm)

    found = many if several else f
    found.__name__ = found.__qualname__ = name
    return found


for _name in ('fft', 'ifft', 'rfft', 'irfft', 'hfft', 'ihfft', 'fft2', 'ifft2', 'rfft2', 'irfft2', 'fftn', 'ifftn', 'rfftn', 'irfftn'):
    globals()[_name] = _of(_name)


def fftfreq(n, d=1.0, device=None):
    """The frequencies of fft's results."""
    from ._create import arange
    from ._shape import concatenate
    i = concatenate([arange(0, (n - 1) // 2 + 1), arange(-(n // 2), 0)])
    return i * (1.0 / (n * d))


def rfftfreq(n, d=1.0, device=None):
    from ._create import arange
    return arange(0, n // 2 + 1) * (1.0 / (n * d))


def fftshift(x, axes=None):
    """The frequency 0 in the middle."""
    from ._shape import roll
    x = asarray(x)
    axes = tuple(range(x.ndim)) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    return roll(x, tuple(x.shape[k] // 2 for k in axes), axes)


def ifftshift(x, axes=None):
    from ._shape import roll
    x = asarray(x)
    axes = tuple(range(x.ndim)) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    return roll(x, tuple(-(x.shape[k] // 2) for k in axes), axes)


from . import _missing  # noqa: E402
__getattr__ = _missing.module_getattr('numpy.fft')
