"""The older forms of some calls, with a number before the tensor that it multiplies: `p.add_(-lr, grad)` is p.add_(grad, alpha=-lr)."""
import warnings

# Op: its older signatures, as PyTorch names their arguments; a method's first tensor is left out of them.
_SCALED = ('input', 'alpha', 'other')
_VALUED = ('input', 'value', 'tensor1', 'tensor2')


def _products(a, b):
    return (('beta', 'input', 'alpha', a, b), ('beta', 'input', a, b))


FORMS = {
    'add': (_SCALED,), 'sub': (_SCALED,), 'addcmul': (_VALUED,), 'addcdiv': (_VALUED,), 'addmm': _products('mat1', 'mat2'),
    'addmv': _products('mat', 'vec'), 'addr': _products('vec1', 'vec2'), 'addbmm': _products('batch1', 'batch2'),
    'baddbmm': _products('batch1', 'batch2'),
}
_FACTORS = ('alpha', 'beta', 'value')
_numbers = (bool, int, float, complex)
_warned = False


def takes(name):
    return name.removesuffix('_') in FORMS


def call(op, fn, style, owner, args, kwargs):
    """What the call in an older form gives; NotImplemented if it is none. `owner`: the tensor whose method it is."""
    from ._tensor import Tensor
    from ._wrappers import make
    for form in FORMS[fn.removesuffix('_')]:
        names = [n for n in form if n != 'input'] if style == 'method' else form
        if len(args) != len(names) or any(k != 'out' for k in kwargs):
            continue
        if not all(_takes(n, a, Tensor) for n, a in zip(names, args)):
            continue
        _warn(op, fn, style, names)
        given = dict(zip(names, args))
        tensors = [a for n, a in given.items() if n not in _FACTORS]
        factors = {n: a for n, a in given.items() if n in _FACTORS}
        own = (owner,) if style == 'method' else ()
        return make(op, style, fn)(*own, *tensors, **factors, **kwargs)
    return NotImplemented


def _takes(name, v, tensor):
    if name in _FACTORS:
        return isinstance(v, _numbers)
    return isinstance(v, tensor) or name == 'other' and isinstance(v, _numbers)


def _warn(op, fn, style, names):
    """PyTorch warns once, whichever it is."""
    global _warned
    if _warned:
        return
    _warned = True
    out = '' if style == 'method' else ', *, Tensor out = None'
    old = ', '.join(f'{"Number" if n in _FACTORS else "Tensor"} {n}' for n in names)
    kept = [p for i, p in enumerate(op.params) if not (i == 0 and style == 'method')]
    new = ', '.join(f'Tensor {"input" if p.name == "self" else p.name}' for p in kept if not p.keyword_only)
    new += ''.join([', *', *(f', Number {p.name} = {p.default}' for p in kept if p.keyword_only)])
    new += '' if style == 'method' else ', Tensor out = None'
    warnings.warn(f'This overload of {fn} is deprecated:\n\t{fn}({old}{out})\nConsider using one of the following signatures instead:\n'
                  f'\t{fn}({new})', UserWarning, stacklevel=5)
