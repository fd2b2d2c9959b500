"""Tensor's operators, of the ops that the engine has."""
from . import _bridge, _convert, _wrappers
from ._convert import KIND_OF, operand
from ._ops import ops
from ._tensor import Tensor

_new = object.__new__
_OPERATORS = {
    '__add__': 'add', '__sub__': 'sub', '__mul__': 'mul', '__truediv__': 'div', '__matmul__': 'matmul', '__pow__': 'pow',
    '__floordiv__': 'floor_divide', '__mod__': 'remainder', '__eq__': 'eq', '__ne__': 'ne', '__lt__': 'lt', '__le__': 'le',
    '__gt__': 'gt', '__ge__': 'ge', '__and__': 'bitwise_and', '__or__': 'bitwise_or', '__xor__': 'bitwise_xor',
    '__lshift__': 'bitwise_left_shift', '__rshift__': 'bitwise_right_shift',
}
_IN_PLACE = {
    '__iadd__': 'add_', '__isub__': 'sub_', '__imul__': 'mul_', '__itruediv__': 'div_', '__ipow__': 'pow_',
    '__ifloordiv__': 'floor_divide_', '__imod__': 'remainder_', '__iand__': 'bitwise_and_', '__ior__': 'bitwise_or_',
    '__ixor__': 'bitwise_xor_', '__ilshift__': 'bitwise_left_shift_', '__irshift__': 'bitwise_right_shift_',
}
_TEMPLATE = '''
def f(self, other):
    k = _K(other.__class__, -1)
    if k == 0: v = other._h
    elif k > 1 or k == 1 and -_W < other < _W: v = other
    else:
        k, v = operand(other)
        if k < 0: return elsewhere({dunder!r}, self, other)
    try: pack(mail, 0, {head}, {first}self._h, k, v)
    except AttributeError: raise no_tensor({dunder!r}, self) from None
    r = go()
    if r < 0: return fail(r, self)
    {result}
'''


def _operator(dunder, name, in_place):
    op = _wrappers.by_name[name]
    second = op.params[1]
    if second.type != 'Number':
        return _tensor_operator(dunder, name, in_place)
    scope = {}
    result = 'return self' if in_place else 't = new(Tensor)\n    t._h = r\n    return t'
    first = '0, ' if op.params[0].type == 'Number' else ''
    n = 4 if first else 3
    source = _TEMPLATE.format(dunder=dunder, head=_bridge.head(op.index, n), first=first, result=result)
    exec(compile(source, f'/lib/backstep/torch/<op {dunder}>', 'exec'),
         dict(_K=KIND_OF.get, operand=operand, go=_bridge.go, pack=_bridge.packs[n], mail=_bridge.mail, _W=_bridge.WHOLE, fail=_bridge.fail, new=_new, no_tensor=_no_tensor,
              elsewhere=_elsewhere,
              Tensor=Tensor), scope)
    found = scope['f']
    found.__name__ = dunder
    found.__qualname__ = 'Tensor.' + dunder
    return found


def _tensor_operator(dunder, name, in_place):
    """An operator whose op takes tensors only: matmul."""
    function = _wrappers.function(name)

    def f(self, other):
        if not isinstance(other, Tensor):
            if _convert.KIND_OF.get(type(other)) is None:
                return _elsewhere(dunder, self, other)
        return function(self, other)

    f.__name__ = dunder
    return f


def _elsewhere(dunder, self, other):
    """The answer of an operand that is neither a tensor nor a number: by its __torch_function__, else by its own reflected operator."""
    asked = getattr(type(other), '__torch_function__', None)
    if asked is None:
        return NotImplemented
    name = {**_OPERATORS, **_IN_PLACE}[dunder]
    # Those that PyTorch's tensors have under the operator's name only.
    method = getattr(Tensor, dunder if name.startswith(('bitwise', 'floor_divide')) else name)
    return asked(method, (type(other),), (self, other), {})


def _no_tensor(dunder, v):
    """What Tensor.__add__(2, t) raises, as for any method of a class written in C."""
    return TypeError(f"descriptor '{dunder}' for 'torch._C.TensorBase' objects doesn't apply to a '{type(v).__name__}' object")


def _number(v):
    return isinstance(v, Tensor) or _convert._plain(v) is not None


def _reflected(name):
    """other op self, where Python asks the right-hand side."""
    def f(self, other):
        if not _number(other):
            return NotImplemented
        from . import _bind
        return _bind.torch_function(name)(other, self)
    return f


def install():
    """Gives class Tensor its operators."""
    for dunder, name in _OPERATORS.items():
        if name in _wrappers.by_name:
            setattr(Tensor, dunder, _operator(dunder, name, False))
    for dunder, name in _IN_PLACE.items():
        if name in _wrappers.by_name:
            setattr(Tensor, dunder, _operator(dunder, name, True))
    for dunder in ('__add__', '__mul__', '__and__', '__or__', '__xor__'):
        reflected = '__r' + dunder[2:]
        setattr(Tensor, reflected, _operator(reflected, _OPERATORS[dunder], False))
    Tensor.__hash__ = lambda self: id(self)
    for dunder, name in (('__neg__', 'neg'), ('__abs__', 'abs')):
        if name in _wrappers.by_name:
            setattr(Tensor, dunder, _wrappers.make(_wrappers.by_name[name], 'method', dunder))

    def invert(self):
        if self.is_floating_point() or self.is_complex():
            raise TypeError('~ (operator.invert) is only implemented on integer and Boolean-type tensors')
        return ops.bitwise_not(self)

    Tensor.__invert__ = invert
    Tensor.__pos__ = lambda self: self

    def rsub(self, other):
        if not isinstance(self, Tensor) or not _number(other):
            return NotImplemented
        return ops.rsub(self, other)

    def rtruediv(self, other):
        reciprocal = self.reciprocal()
        return reciprocal * other if _number(other) else NotImplemented

    Tensor.__rsub__ = rsub
    Tensor.__rtruediv__ = Tensor.__rdiv__ = rtruediv
    Tensor.__div__ = Tensor.__dict__.get('__truediv__')
    Tensor.__rpow__ = _reflected('pow')

    def rfloordiv(self, other):
        if _convert._plain(other) is None:
            return NotImplemented
        from ._construct import from_data
        return ops.floor_divide(from_data(other), self)

    Tensor.__rfloordiv__ = rfloordiv
    Tensor.__rmod__ = _reflected('remainder')

    def rmatmul(self, other):
        return NotImplemented if not isinstance(other, Tensor) else ops.matmul(other, self)

    Tensor.__rmatmul__ = rmatmul
