"""PyTorch's TypeErrors for arguments that no signature takes: what its argument parser says of a call.

The rules are those of PyTorch's python_arg_parser: a function with one signature names the argument that is wrong; of several, the one
that takes so many arguments does; else all are listed. Functions with several signatures have PyTorch's own ones, from _signatures.json
(made by test/golden/signatures.py); those of the others follow from the op's schema.
"""
import dis
import json
import sys

from ._convert import type_name
from ._missing import _here

_known = None
# Schema types as the parser names them.
_TYPES = {'Tensor': 'Tensor', 'Number': 'Tensor', 'Scalar': 'Number', 'int': 'int', 'float': 'float', 'bool': 'bool', 'str': 'str',
          'int[]': 'tuple of ints', 'float[]': 'tuple of floats', 'Scalar[]': 'tuple of Scalars', 'Tensor[]': 'tuple of Tensors',
          'Tensor?[]': 'tuple of Tensors', 'ScalarType': 'torch.dtype', 'Generator': 'torch.Generator'}
# Lists of ints that PyTorch does not take as one int.
_SIZES = ('size', 'sizes', 'shape', 'dims', 'repeats', 'split_sizes', 'indices')
_FACTORY = ('dtype', 'layout', 'device', 'pin_memory', 'requires_grad', 'memory_format', 'names', 'inplace')


class _Param:
    __slots__ = ('name', 'type', 'optional', 'none', 'keyword_only')

    def __init__(self, name, type, optional, none, keyword_only):
        self.name, self.type, self.optional, self.none, self.keyword_only = name, type, optional, none, keyword_only


def _options(fn, style):
    global _known
    if _known is None:
        with open(_here + '/_signatures.json') as f:
            _known = json.load(f)
    return _known['method' if style == 'method' else 'function'].get(fn)


def _parts(option):
    return [p.strip() for p in option.strip('()').split(',') if p.strip()]


def _parsed(option):
    """Parameters of a signature's text."""
    out, keyword_only = [], False
    for part in _parts(option):
        if part == '*':
            keyword_only = True
            continue
        head, has_default, default = part.partition('=')
        type, _, name = head.strip().rpartition(' ')
        out.append(_Param(name, type, bool(has_default), default.strip() == 'None' or type == 'torch.Generator', keyword_only))
    return out


def _of_schema(op, fn, style):
    """Parameters of an op of which PyTorch has one signature."""
    from . import _out
    out = [_Param('input' if i == 0 and p.name == 'self' else p.name, _TYPES.get(p.base, p.base), p.default is not None,
                  p.optional or p.default == 'None', p.keyword_only)
           for i, p in enumerate(op.params)]
    if style == 'method':
        out = out[1:]
    elif _out.takes_out(fn):
        out.append(_Param('out', 'tuple of Tensors' if op.returns.startswith('(') else 'Tensor', True, True, True))
    return out


def _is_int(v):
    return (isinstance(v, int) and not isinstance(v, bool)) or (type(v).__module__ == 'numpy' and hasattr(v, '__index__'))


def _takes(p, v):
    """Does a parameter take a value? (FunctionParameter::check) True, False, or the place of the element that does not fit."""
    from ._tensor import Tensor
    t = p.type
    if t == 'Tensor':
        return isinstance(v, Tensor)
    if t == 'Number':
        return isinstance(v, (int, float, complex)) or (isinstance(v, Tensor) and v.dim() == 0 and not v.requires_grad) or (
            type(v).__module__ == 'numpy' and getattr(v, 'ndim', 1) == 0)
    if t == 'int':
        return _is_int(v) or (isinstance(v, Tensor) and v.dim() == 0 and not v.requires_grad and not v.dtype.is_floating_point
                              and v.dtype.name != 'bool')
    if t == 'float':
        return isinstance(v, (int, float)) or (isinstance(v, Tensor) and v.dim() == 0 and not v.requires_grad) or (
            type(v).__module__ == 'numpy' and getattr(v, 'ndim', 1) == 0)
    if t == 'bool':
        return isinstance(v, bool) or type(v).__name__ == 'bool_'
    if t == 'str':
        return isinstance(v, str)
    if t == 'torch.dtype':
        from ._dtype import dtype
        return isinstance(v, dtype) or v in (float, int, bool, complex)
    if t == 'torch.Generator':
        return type(v).__name__ == 'Generator'
    if t.startswith('tuple of ints'):
        if not isinstance(v, (list, tuple)):
            return _is_int(v) and p.name not in _SIZES
        if len(v) == 0 or _is_int(v[0]) or (isinstance(v[0], Tensor) and v[0].dim() == 0):
            return True
        return 0
    if t in ('tuple of floats', 'tuple of Scalars'):
        return isinstance(v, (list, tuple)) and all(isinstance(e, (int, float, complex, Tensor)) for e in v)
    if t == 'tuple of Tensors':
        return isinstance(v, (list, tuple)) and not any(not isinstance(e, Tensor) and e is not None for e in v)
    return True


def _parse(fn, params, args, kwargs):
    """The TypeError that the parser raises for one signature; None where it takes the call."""
    most = sum(not p.keyword_only for p in params)
    least = sum(not p.optional for p in params)
    n = len(args)
    varied = most == 1 and n > 0 and params[0].type.startswith('tuple of ints') and _is_int(args[0])
    if n > most and not varied:
        return _too_many(fn, least, most, n)
    at, left = 0, len(kwargs)
    for i, p in enumerate(params):
        keyword = False
        if at < n:
            if p.keyword_only:
                return _too_many(fn, least, most, n)
            v, there = args[at], True
        else:
            there = p.name in kwargs
            v, keyword = kwargs.get(p.name), there
        if not there:
            if p.optional:
                continue
            return _missing(fn, params[i:])
        if v is None and (p.none or p.type == 'torch.Generator'):
            fits = True
        elif varied and at == 0 and not keyword:
            bad = next((k for k, e in enumerate(args) if not _is_int(e) and not hasattr(e, '_h')), None)
            if bad is not None:
                return _not_unpacked(fn, p, bad, args[bad])
            at = n
            continue
        else:
            fits = _takes(p, v)
        if fits is not True:
            return _wrong(fn, p, at, v, fits, keyword)
        if p.type.startswith('tuple of ints') and isinstance(v, (list, tuple)):
            bad = next((k for k, e in enumerate(v) if not _is_int(e) and not hasattr(e, '_h')), None)
            if bad is not None:
                return _not_unpacked(fn, p, bad, v[bad])
        if keyword:
            left -= 1
        else:
            at += 1
    if left > 0:
        names = [p.name for p in params]
        for k in kwargs:
            if k not in names:
                return TypeError(f"{fn}() got an unexpected keyword argument '{k}'")
            if names.index(k) < n:
                return TypeError(f"{fn}() got multiple values for argument '{k}'")
    return None


class _Unpacked(Exception):
    """A signature took the call, and then could not read one of its lists."""


def _not_unpacked(fn, p, bad, v):
    return _Unpacked(f"{fn}(): argument '{p.name}' failed to unpack the object at pos {bad + 1} with error "
                     f'"type must be tuple of ints,but got {type_name(v)}"')


def _too_many(fn, least, most, n):
    if least != most:
        return TypeError(f'{fn}() takes from {least} to {most} positional arguments but {n} were given')
    return TypeError(f"{fn}() takes {most} positional argument{'' if most == 1 else 's'} but {n} {'was' if n == 1 else 'were'} given")


def _missing(fn, rest):
    names = [f'"{p.name}"' for p in rest if not p.optional]
    # The plural is PyTorch's.
    return TypeError(f"{fn}() missing {len(names)} required positional argument{'s' if len(names) == 1 else ''}: {', '.join(names)}")


def _wrong(fn, p, at, v, place, keyword):
    if keyword:
        return TypeError(f"{fn}(): argument '{p.name}' must be {p.type}, not {type_name(v)}")
    if p.type == 'tuple of Tensors' and isinstance(v, (list, tuple)):
        bad = next(k for k, e in enumerate(v) if not hasattr(e, '_h'))
        return TypeError(f'expected Tensor as element {bad} in argument {at}, but got {type_name(v[bad])}')
    if place is not False:
        return TypeError(f"{fn}(): argument '{p.name}' (position {at + 1}) must be {p.type}, but found element of type "
                         f'{type_name(v[place])} at pos {place}')
    return TypeError(f"{fn}(): argument '{p.name}' (position {at + 1}) must be {p.type}, not {type_name(v)}")


# ---- "received an invalid combination of arguments" ------------------------------------------------------------------

def _same_count(option, args, kwargs):
    # The star counts as an argument, and nothing as one: so does PyTorch's own comparison.
    return len(args) + len(kwargs) == len(option.split(','))


def _plain(args, kwargs):
    text = ', '.join(map(type_name, args))
    rest = ', '.join(f'{k}={type_name(v)}' for k, v in kwargs.items())
    if not rest:
        return f'({text})'
    return f'({text}, {rest})' if text else f'({rest}, )'


def _described(v):
    if isinstance(v, (list, tuple)):
        inner = ', '.join(map(type_name, v))
        return f'tuple of ({inner})' if isinstance(v, tuple) else f'list of [{inner}]'
    return type_name(v)


def _marked(option, args, kwargs):
    """The arguments, with marks around those that are not of the signature's types."""
    parts = _parts(option)
    shown = []
    for i in range(len(args) + len(kwargs)):
        part = parts[i] if i < len(parts) else ''
        type, _, name = part.split('=')[0].strip().rpartition(' ')
        keyword = i >= len(args)
        if keyword and name not in kwargs:
            continue
        v = kwargs[name] if keyword else args[i]
        fits = type == type_name(v) or (type == 'float' and isinstance(v, int) and not isinstance(v, bool))
        text = (f'{name}=' if keyword else '') + _described(v)
        shown.append(text if fits else f'!{text}!')
    return '(' + ', '.join(shown) + (', ' if not args and kwargs else '') + ')'


def _no_combination(fn, options, args, kwargs):
    head = f'{fn}() received an invalid combination of arguments - got '
    if len(options) == 1:
        option, = options
        got = _marked(option, args, kwargs) if _same_count(option, args, kwargs) else _plain(args, kwargs)
        return TypeError(f'{head}{got}, but expected {option}')
    lines = []
    for option in options:
        lines.append(f' * {option}')
        if not _same_count(option, args, kwargs):
            continue
        names = {p.split('=')[0].split()[-1] for p in _parts(option) if p != '*'}
        wrong = [k for k in kwargs if k not in names]
        if wrong:
            lines.append(f"      didn't match because some of the keywords were incorrect: {', '.join(wrong)}")
        else:
            lines.append(f"      didn't match because some of the arguments have invalid types: {_marked(option, args, kwargs)}")
    return TypeError(f'{head}{_plain(args, kwargs)}, but expected one of:\n' + '\n'.join(lines) + '\n')


def error(fn, style, op, args, kwargs):
    """The same as _error; one that unpacking gave is a TypeError too."""
    found = _error(fn, style, op, args, kwargs)
    return TypeError(*found.args) if isinstance(found, _Unpacked) else found


def _error(fn, style, op, args, kwargs):
    """What PyTorch raises for these arguments (a method's without self); None where it would take them.

    op: the engine's op, for its schema where PyTorch has one signature.
    """
    options = _options(fn, style)
    if not options:
        if op is None or style == 'functional':
            return None
        params = _of_schema(op, fn, style)
        if style == 'method' and not params:
            if kwargs:
                return TypeError(f'TensorBase.{fn}() takes no keyword arguments')
            return TypeError(f'TensorBase.{fn}() takes no arguments ({len(args)} given)') if args else None
        # What a factory takes besides its schema is checked elsewhere.
        known = {p.name for p in params}
        return _parse(fn, params, args, {k: v for k, v in kwargs.items() if k in known or k not in _FACTORY})
    parsed = [_parsed(option) for option in options]
    n = len(args) + len(kwargs)
    plausible = [params for params in parsed if sum(not p.optional for p in params) <= n <= len(params)]
    for params in parsed:
        found = _parse(fn, params, args, kwargs)
        if found is None or isinstance(found, _Unpacked):
            return found
    if len(plausible) == 1:
        return _parse(fn, plausible[0], args, kwargs)
    return _no_combination(fn, options, args, kwargs)


def keywords_of_call():
    """(how many arguments stand by position, names of the others) of the call that entered torch, read from the caller's code; None where
    it does not say (`f(*args)`)."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith('/lib/backstep/torch/<op'):
        frame = frame.f_back
    here = __file__.rpartition('/')[0]
    own = {f'{here}/_wrappers.py', f'{here}/_out.py', f'{here}/_overloads.py', f'{here}/_warnings.py', __file__}
    while frame is not None and (frame.f_code.co_filename in own or frame.f_code.co_filename.startswith('/lib/backstep/torch/<op')):
        frame = frame.f_back
    if frame is None:
        return None
    before = None
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset == frame.f_lasti:
            if instruction.opname == 'CALL':
                return instruction.arg, ()
            if instruction.opname == 'CALL_KW' and before is not None and isinstance(before.argval, tuple):
                return instruction.arg - len(before.argval), before.argval
            return None
        if instruction.opname not in ('CACHE', 'EXTENDED_ARG'):
            before = instruction
    return None
