"""torch._foreach_…: one op over lists of tensors. On a CPU PyTorch loops too."""
import torch

_UNARY = ('abs acos asin atan ceil clone cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round rsqrt '
          'sigmoid sign sin sinh sqrt tan tanh trunc zero').split()
_BINARY = {'add': ('alpha',), 'sub': ('alpha',), 'mul': (), 'div': (), 'pow': (), 'maximum': (), 'minimum': (), 'clamp_max': (),
           'clamp_min': ()}


def _tensors(name, lists):
    for tensors in lists:
        if not isinstance(tensors, (list, tuple)):
            raise TypeError(f'_foreach_{name}(): expected a list of tensors, not {type(tensors).__name__}')
    first = lists[0]
    if not first:
        raise RuntimeError('Tensor list must have at least one tensor.')
    for other in lists[1:]:
        if len(other) != len(first):
            raise RuntimeError(f'Tensor lists must have the same number of tensors, got {len(first)} and {len(other)}')


def _each(name, tensors, other):
    """`other` for every tensor: itself a list, or one for all."""
    if not isinstance(other, (list, tuple)):
        return [other] * len(tensors)
    if other and isinstance(other[0], torch.Tensor):
        _tensors(name, (tensors, other))
    elif len(other) != len(tensors):
        raise RuntimeError('Tensor list must have same number of elements as scalar list.')
    return other


def _unary(name):
    def function(self):
        _tensors(name, (self,))
        return tuple(getattr(t, name)() for t in self)
    return function


def _binary(name, factors):
    def function(self, other, **kwargs):
        if name == 'pow' and not isinstance(self, (list, tuple)):
            return tuple(torch.pow(self, t) for t in other)
        _tensors(name, (self,))
        for given in kwargs:
            if given not in factors:
                raise TypeError(f"_foreach_{name}() got an unexpected keyword argument '{given}'")
        call = {'maximum': 'clamp_min', 'minimum': 'clamp_max'}.get(name, name)
        return tuple(getattr(t, call)(o, **kwargs) for t, o in zip(self, _each(name, self, other)))
    return function


def _fused(name):
    def function(self, tensor1, tensor2, value=1, *, scalars=None):
        _tensors(name, (self, tensor1, tensor2))
        values = value if scalars is None else scalars
        if isinstance(values, torch.Tensor):
            values = values.tolist()
        return tuple(getattr(t, name)(a, b, value=v) for t, a, b, v in zip(self, tensor1, tensor2, _each(name, self, values)))
    return function


def _lerp(self, tensors1, weight=None, *, weights=None, scalars=None):
    _tensors('lerp', (self, tensors1))
    given = next(w for w in (weight, weights, scalars) if w is not None)
    return tuple(t.lerp(end, w) for t, end, w in zip(self, tensors1, _each('lerp', self, given)))


def _norm(self, ord=2, dtype=None):
    _tensors('norm', (self,))
    return tuple(torch.linalg.vector_norm(t, ord, dtype=dtype) for t in self)


def _max(self):
    _tensors('max', (self,))
    return tuple(t.max() for t in self)


def _copy_(self, src, non_blocking=False):
    _tensors('copy_', (self, src))
    for t, s in zip(self, src):
        t.copy_(s)
    return self


def _in_place(name, function):
    """The twin that writes: the same loop over the methods with an underscore."""
    def twin(self, *args, **kwargs):
        function([_Writer(t) for t in self] if isinstance(self, (list, tuple)) else self, *args, **kwargs)
        return self
    return twin


class _Writer:
    """A tensor whose methods are those that write into it."""

    def __init__(self, tensor):
        self._tensor = tensor

    def __getattr__(self, name):
        return getattr(self._tensor, name + '_')


def _functions():
    made = {**{name: _unary(name) for name in _UNARY}, **{name: _binary(name, factors) for name, factors in _BINARY.items()},
            'addcmul': _fused('addcmul'), 'addcdiv': _fused('addcdiv'), 'lerp': _lerp}
    written = {name + '_': _in_place(name, f) for name, f in made.items() if name != 'clone'}
    del made['zero']
    out = {}
    for name, f in {**made, **written, 'norm': _norm, 'max': _max, 'copy_': _copy_}.items():
        f.__name__ = f.__qualname__ = f'_foreach_{name}'
        out[f.__name__] = f
    return out


globals().update(_functions())
