"""A name that several ops share: `max(x)`, `max(x, dim)`, `max(x, other)`. The first that takes the arguments runs."""
from . import _signatures
from ._wrappers import make, overridden, public


def _accepts(p, v):
    from ._dtype import dtype
    from ._tensor import Tensor
    b = p.base
    if v is None:
        return p.optional or p.default == 'None'
    if b == 'Tensor':
        return isinstance(v, Tensor)
    if b in ('Number', 'Scalar'):
        if isinstance(v, Tensor):
            return b == 'Number' or v.dim() == 0
        return isinstance(v, (int, float, complex)) or (hasattr(v, '__float__') and not isinstance(v, str))
    if b == 'int':
        return (isinstance(v, int) and not isinstance(v, bool)) or (
            not isinstance(v, (Tensor, float)) and hasattr(v, '__index__') and not isinstance(v, bool)) or (
            isinstance(v, Tensor) and v.dim() == 0 and not v.dtype.is_floating_point)
    if b == 'float':
        return isinstance(v, (int, float))
    if b == 'bool':
        return isinstance(v, bool)
    if b == 'str':
        return isinstance(v, str)
    if b in ('int[]', 'float[]', 'Scalar[]'):
        if isinstance(v, (list, tuple)):
            return not any(isinstance(item, Tensor) and item.dim() > 0 or isinstance(item, (str, list, tuple)) for item in v)
        return b == 'int[]' and isinstance(v, int) and not isinstance(v, bool)
    if b in ('Tensor[]', 'Tensor?[]'):
        return isinstance(v, (list, tuple)) and all(isinstance(item, Tensor) or item is None for item in v)
    if b == 'ScalarType':
        return isinstance(v, dtype) or v in (float, int, bool)
    return True


def _fits(op, style, args, kwargs):
    params = op.params
    if len(args) > sum(not p.keyword_only for p in params):
        positional = [p for p in params if not p.keyword_only]
        # view(2, 3): several ints for one list
        if not (len(positional) == (2 if style == 'method' else 1) and positional[-1].base == 'int[]'):
            return False
        lead = args[:len(positional) - 1]
        if not all(isinstance(a, int) and not isinstance(a, bool) for a in args[len(lead):]):
            return False
        args = (*lead, args[len(lead):])
    for p, v in zip(params, args):
        if not _accepts(p, v):
            return False
    rest = {('input' if i == 0 and p.name == 'self' and style != 'method' else p.name): p
            for i, p in enumerate(params) if i >= len(args)}
    for name, v in kwargs.items():
        name = {'axis': 'dim', 'keepdims': 'keepdim'}.get(name, name)
        if name in ('out', 'device', 'requires_grad', 'layout', 'pin_memory', 'inplace'):
            continue
        p = rest.pop(name, None)
        if p is None or not _accepts(p, v):
            return False
    return all(p.default is not None for p in rest.values())


def overloaded(ops, style, name):
    """A function that chooses among ops by the types of its arguments."""
    made = [None] * len(ops)
    remembered = {}

    def choose(args, kwargs):
        for i, op in enumerate(ops):
            if _fits(op, style, args, kwargs):
                if made[i] is None:
                    made[i] = make(op, style, name)
                return made[i]
        if any(getattr(type(v), '__torch_function__', None) is not None for v in (*args, *kwargs.values())
               for v in (v if isinstance(v, (list, tuple)) else (v,))):
            return lambda *args, **kwargs: overridden(lambda: public(f, style, name), args, kwargs)
        own = args[1:] if style == 'method' else args
        error = _signatures.error(name, style, None, own, kwargs)
        if error is not None:
            raise error
        # PyTorch has one signature for so many arguments, and says which of them is wrong.
        for i, op in enumerate(ops):
            least = sum(p.default is None for p in op.params)
            if least <= len(args) + len(kwargs) <= len(op.params):
                made[i] = made[i] or make(op, style, name)
                return made[i]
        made[0] = made[0] or make(ops[0], style, name)
        return made[0]

    def f(*args, **kwargs):
        # Lists decide by what is in them: those calls are chosen anew each time.
        key = (*map(type, args), *kwargs)
        found = remembered.get(key)
        if found is None:
            found = choose(args, kwargs)
            if not kwargs and not any(t in (list, tuple) for t in key):
                remembered[key] = found
        return found(*args, **kwargs)

    f.__name__ = f.__qualname__ = name
    f.__module__ = 'torch'
    return f
