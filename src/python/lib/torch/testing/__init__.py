"""torch.testing: are two results close? Tolerances are those of PyTorch's assert_close."""
import math

_TOLERANCES = {'float16': (1e-3, 1e-5), 'bfloat16': (1.6e-2, 1e-5), 'float32': (1.3e-6, 1e-5), 'float64': (1e-7, 1e-7),
               'complex64': (1.3e-6, 1e-5), 'complex128': (1e-7, 1e-7)}


def _tolerances(*dtypes):
    found = [_TOLERANCES.get(d.name, (0.0, 0.0)) for d in dtypes]
    return max(r for r, _ in found), max(a for _, a in found)


def _index(flat, shape):
    out = []
    for n in reversed(shape):
        out.append(flat % n)
        flat //= n
    return tuple(reversed(out))


def _compare(actual, expected, rtol, atol, equal_nan, check_dtype, check_stride, name):
    import torch
    if tuple(actual.shape) != tuple(expected.shape):
        raise AssertionError(f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.{name}")
    if check_dtype and actual.dtype is not expected.dtype:
        raise AssertionError(f"The values for attribute 'dtype' do not match: {actual.dtype} != {expected.dtype}.{name}")
    if check_stride and actual.stride() != expected.stride():
        raise AssertionError(f"The values for attribute 'stride()' do not match: {actual.stride()} != {expected.stride()}.{name}")
    if rtol is None:
        rtol, atol = _tolerances(actual.dtype, expected.dtype)
    common = torch.promote_types(actual.dtype, expected.dtype)
    a, b = actual.detach().to(common), expected.detach().to(common)
    close = torch.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if bool(close.all()):
        return
    if a.dim() == 0:
        raise AssertionError(f'Scalars are not close!\n\n{_scalar_text(a.item(), b.item(), rtol, atol)}{name}')
    n, wrong = close.numel(), int((~close).sum())
    wide = torch.float64 if not common.is_floating_point else common
    a, b = a.to(wide), b.to(wide)
    away = (a - b).abs().masked_fill(close, 0)
    share = (away / b.abs()).masked_fill(close, 0)
    exact = rtol == 0 and atol == 0
    allowed = (lambda v: '') if exact else (lambda v: f' (up to {v} allowed)')
    lines = [f"Tensor-likes are not {'equal' if exact else 'close'}!", '', f'Mismatched elements: {wrong} / {n} ({wrong / n:.1%})']
    for what, values, limit in (('absolute', away, atol), ('relative', share, rtol)):
        flat = values.flatten()
        at = int(flat.argmax())
        most = flat[at].item()
        text = str(int(most)) if not common.is_floating_point and what == 'absolute' else str(most)
        lines.append(f'Greatest {what} difference: {text} at index {_index(at, tuple(values.shape))}{allowed(limit)}')
    raise AssertionError('\n'.join(lines) + name)


def _scalar_text(a, b, rtol, atol):
    away = abs(a - b)
    share = away / abs(b) if b else math.inf
    if rtol == 0 and atol == 0:
        return f'Expected {b} but got {a}.\nAbsolute difference: {away}\nRelative difference: {share}'
    return (f'Expected {b} but got {a}.\nAbsolute difference: {away} (up to {atol} allowed)\n'
            f'Relative difference: {share} (up to {rtol} allowed)')


def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True, check_dtype=True,
                 check_layout=True, check_stride=False, msg=None):
    """Raises AssertionError unless |actual − expected| ≤ atol + rtol · |expected| everywhere; sequences and mappings item by item."""
    if (rtol is None) != (atol is None):
        raise ValueError(f'rtol and atol must both be specified or both be unspecified, but got rtol={rtol} and atol={atol}')
    try:
        _assert(actual, expected, (rtol, atol, equal_nan, check_dtype, check_stride), '')
    except AssertionError as error:
        if msg is None:
            raise
        raise AssertionError(msg(str(error)) if callable(msg) else msg) from None


def _assert(actual, expected, how, where):
    import torch
    name = f'\n\nThe failure occurred for item {where}' if where else ''
    if isinstance(actual, torch.Tensor) and isinstance(expected, torch.Tensor):
        _compare(actual, expected, *how, name)
    elif isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            raise AssertionError(f'The length of the sequences mismatch: {len(actual)} != {len(expected)}{name}')
        for i, (a, b) in enumerate(zip(actual, expected)):
            _assert(a, b, how, f'{where}[{i}]')
    elif isinstance(actual, dict) and isinstance(expected, dict):
        if actual.keys() != expected.keys():
            raise AssertionError(f'The keys of the mappings do not match{name}')
        for k in expected:
            _assert(actual[k], expected[k], how, f'{where}[{k!r}]')
    elif type(actual) is type(expected) and isinstance(actual, (int, float, bool)):
        rtol, atol, equal_nan = how[:3]
        if rtol is None:
            rtol, atol = (1e-7, 1e-7) if isinstance(actual, float) else (0.0, 0.0)
        if not (actual == expected or abs(actual - expected) <= atol + rtol * abs(expected)
                or equal_nan and actual != actual and expected != expected):
            raise AssertionError(f"{'Booleans mismatch: ' + str(actual) + ' is not ' + str(expected) if isinstance(actual, bool) else _words(actual, expected, rtol, atol)}{name}")
    else:
        raise TypeError(f'No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.{name}')


def _words(a, b, rtol, atol):
    return f"Scalars are not {'equal' if rtol == 0 and atol == 0 else 'close'}!\n\n{_scalar_text(a, b, rtol, atol)}"


from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.testing', globals())
