"""Python functions for the engine's ops, written from the ops' own schemas.

Each becomes a function that checks its arguments as PyTorch does and lays flat numbers where the engine reads them (src/python/bridge/arguments.ts). The source is generated: a loop over a schema would cost more than most ops.
"""
import json
import keyword

from . import _bridge, _convert, _deprecated, _out
from ._bridge import count, fail, head, more
from ._convert import KIND_OF, MISSING

# Ops that make tensors out of nothing take these as well.
_FACTORY = ('device', 'requires_grad', 'layout', 'pin_memory', 'names', 'memory_format')
_FACTORIES = frozenset((
    'empty', 'zeros', 'ones', 'full', 'rand', 'randn', 'randint', 'randperm', 'arange', 'range', 'linspace', 'logspace', 'eye',
    'empty_like', 'zeros_like', 'ones_like', 'full_like', 'rand_like', 'randn_like', 'randint_like', 'new_empty', 'new_zeros',
    'new_ones', 'new_full', 'tril_indices', 'triu_indices', 'normal', 'hann_window', 'hamming_window', 'blackman_window',
    'bartlett_window', 'kaiser_window', 'empty_strided', 'empty_permuted', 'new_empty_strided', 'fft_fftfreq', 'fft_rfftfreq',
))
_NUMBERS = ('bool', 'int', 'float', 'Scalar')
# Functions that take their tensors one by one, or as a list.
_VARIADIC = ('meshgrid', 'atleast_1d', 'atleast_2d', 'atleast_3d', 'block_diag', 'cartesian_prod', 'broadcast_tensors')
# Of these, the ones that do not take a list.
_STARRED = ('block_diag', 'cartesian_prod')
# Lists of ints with these names may not be given as one int.
_SIZES = ('size', 'sizes', 'shape', 'dims', 'repeats')
# numpy's words, which PyTorch accepts.
_ALIASES = {'dim': 'axis', 'keepdim': 'keepdims', 'other': 'x2'}


class Op:
    """An op as the engine describes it."""

    __slots__ = ('index', 'name', 'params', 'returns', 'faces', 'inplace', 'twin', 'fields')

    def __init__(self, index, entry):
        self.index = index
        self.name = entry['name']
        self.params = [Param(*p) for p in entry['params']]
        self.returns = entry['returns']
        self.faces = entry['faces']
        self.inplace = entry['inplace']
        self.twin = entry['twin']


class Param:
    __slots__ = ('name', 'type', 'base', 'optional', 'default', 'keyword_only')

    def __init__(self, name, type, default, keyword_only):
        self.name = name
        self.type = type
        self.optional = type.endswith('?')
        self.base = type.removesuffix('?')
        self.default = default
        self.keyword_only = keyword_only


ops = [Op(i, entry) for i, entry in enumerate(json.loads(_bridge.function('opTable')()))]
by_name = {op.name: op for op in ops}


def _default(p):
    """Python source of a parameter's default."""
    if p.default is None:
        return '_M'
    if p.base == 'str' and p.default != 'None':
        return repr(p.default.strip('\'"'))
    if p.base in ('int[]', 'float[]') and p.default.startswith('['):
        return '(' + p.default[1:-1] + (',)' if p.default != '[]' else ')')
    return p.default


def _safe(name):
    return name + '_' if keyword.iskeyword(name) else name


def source(op, style, name):
    """Source of the function that calls `op`: style 'function' (torch.add) or 'method' (Tensor.add)."""
    fn = repr(name)
    params = op.params
    sig, pre, flat, post, lists = [], [], [], [], []
    names = []
    starred = False
    tensors = []
    positional = [p for i, p in enumerate(params) if not p.keyword_only and not (i == 0 and style == 'method')]
    varargs = len(positional) == 1 and (positional[0].base == 'int[]' or op.name in _VARIADIC and style == 'function')
    aliases = []
    for i, p in enumerate(params):
        own = 'self' if i == 0 and style == 'method' else 'input' if i == 0 and p.name == 'self' else _safe(p.name)
        names.append(own)
        position = i if style == 'method' else i + 1
        what = f'{fn}, {p.name!r}, {position}'
        if style != 'method' and i == 0 and p.name == 'self':
            what = f"{fn}, 'input', {position}"
        if varargs and p is positional[0]:
            sig.append('*args')
            sig.append(f'{own}={_default(p)}')
            starred = True
            one = 'args' if op.name in _STARRED else 'args[0] if len(args) == 1 and args[0].__class__ is not Tensor else args'
            pre.append(f'if args: {own} = {one}')
        else:
            if p.keyword_only and not starred:
                sig.append('*')
                starred = True
            sig.append(own if i == 0 and own == 'self' else f'{own}={_default(p)}')
        if p.name in _ALIASES and op.name != 'cross':
            aliases.append((own, _ALIASES[p.name]))
        b = p.base
        if b == 'Tensor':
            tensors.append((own, p.name, position, p.optional))
            flat.append(f'-1 if {own} is None else {own}._h' if p.optional else f'{own}._h')
        elif b in ('Number', 'Scalar'):
            k = f'k{i}'
            if i == 0 and style == 'method':
                tensors.append((own, p.name, position, False))
                flat += ['0', f'{own}._h']
                continue
            if b == 'Number':
                pre.append(f'{k} = _K({own}.__class__, -1)')
                pre.append(f'if {k} == 0: v{i} = {own}._h')
                pre.append(f'elif {k} > 1 or {k} == 1 and -_W < {own} < _W: v{i} = {own}')
            else:
                pre.append(f'{k} = _K({own}.__class__, -1)')
                pre.append(f'if {k} > 1 or {k} == 1 and -_W < {own} < _W: v{i} = {own}')
            helper = '_number' if b == 'Number' else '_scalar'
            if p.optional:
                pre.append(f'elif {own} is None: {k} = v{i} = -1')
            pre.append(f'else: {k}, v{i} = {helper}({own}, {what})')
            flat.append(k)
            flat.append(f'v{i}')
        elif b in ('int[]', 'float[]', 'Scalar[]', 'Tensor[]', 'Tensor?[]'):
            strict = p.name in _SIZES and op.name != 'roll' and not (varargs and p is positional[0])
            helper = {'int[]': '_sizes' if strict else '_ints', 'float[]': '_floats', 'Scalar[]': '_scalars', 'Tensor?[]': '_maybe_tensors'}.get(b, '_tensors')
            lists.append((f'*{own}_', own, p.optional, b == 'int[]' and not strict, f'{own}_ = {helper}({own}, {what})'))
            flat.append(f'*{own}_')
        elif b == 'ScalarType':
            pre.append(f'd{i} = -1 if {own} is None else _dtype({own}, {fn}, {p.name!r})')
            flat.append(f'd{i}')
        elif b in ('int', 'float', 'bool', 'str'):
            none = f' and {own} is not None' if p.optional else ''
            pre.append(f'if {own}.__class__ is not {b}{none}: {own} = _{b}({own}, {what})')
            if b == 'str':
                flat.append(f'-1 if {own} is None else _texts[{own}]' if p.optional else f'_texts[{own}]')
            elif p.optional and b == 'float':
                flat += [f'{own} is not None', f'0.0 if {own} is None else {own}']
            else:
                flat.append(f'_NONE if {own} is None else {own}' if p.optional else own)
        elif b == 'Generator':
            flat.append(f'0 if {own} is None else {own}._g')
        else:
            raise TypeError(f'{op.name}: no way to pass {p.type}')
    factory = name in _FACTORIES and not op.inplace
    if factory:
        known = {p.name for p in params}
        if not starred:
            sig.append('*')
        extra = [x for x in _FACTORY if x not in known]
        sig += [f'{x}={"False" if x == "requires_grad" else "None"}' for x in extra]
        starred = True
        pre.append('if device is not None: _device(device)')
        post.append('if requires_grad: _require(t)')
    if style != 'method' and not op.inplace and _out.takes_out(name):
        if not starred:
            sig.append('*')
            starred = True
        sig.append('out=None')
        same = ', '.join(f'{own}={own}' for own in names)
        lines = [f'if out is not None: return _fill({op.name!r}, {fn}, out, lambda: _again({op.index}, {style!r}, {fn})({same}), '
                 f'({", ".join(names)},))']
        if any(p.name == 'dtype' for p in params):
            lines.insert(0, f'if out is not None: dtype = _dtype_for({op.name!r}, {fn}, out, dtype)')
        at = sum(line.startswith('if args:') for line in pre)
        pre[at:at] = lines
    swap = style == 'functional' and op.twin and not op.inplace and 'inplace' not in names
    if swap:
        sig.append('inplace=False')
    if style == 'functional':
        surplus = '(), {}'
    else:
        # What PyTorch does not take is met here, so that the error can be PyTorch's.
        sig.append('**kw')
        if varargs:
            surplus = 'args, kw'
            pre.insert(1, 'if kw: raise Missing')
        else:
            surplus = 'rest, kw'
            star = sig.index('*') if '*' in sig else len(sig) - 1
            sig[star:star + 1 if '*' in sig else star] = ['*rest']
            pre.insert(0, 'if rest or kw: raise Missing')
    if aliases and name not in _FACTORIES and any(not p.keyword_only for p in params):
        if style == 'functional':
            sig.append('**kw')
        pre.insert(0, f"if kw: {', '.join(a for a, _ in aliases)}, = _kw(kw, "
                      f"{', '.join(f'({alias!r}, {a})' for a, alias in aliases)})")
        if style == 'functional':
            pre.insert(1, 'if kw: raise Missing')
            surplus = '(), kw'
    numbers = [f'k{i}' for i, p in enumerate(params) if p.base == 'Number']
    if style == 'function' and len(numbers) > 1 and not factory and not any(p.base.startswith('Tensor') for p in params):
        pre.append(f"if {' and '.join(numbers)}: raise Wrong()")  # one of them is a tensor in every signature of PyTorch's
    spec = ', '.join(f'({own!r}, {pname!r}, {position}, {optional}, {own})' for own, pname, position, optional in tensors)
    values = ', '.join(f'({n!r}, {n}, {_default(p)}, {p.keyword_only})' for n, p in zip(names, params)
                       if not (varargs and p is positional[0]))
    if varargs:
        own = _safe(positional[0].name)
        first_one = f'*((({own!r}, {own}, {_default(positional[0])}, False),) if not args else ())'
        values = f'{first_one}, {values}' if values else first_one
    if 'out=None' in sig:
        values += ", ('out', out, None, True)"
    first = names[0] if names else 'None'
    other = by_name[op.name + '_'].index if swap else None
    body = [*pre, *_lay(op.index, other, flat, lists)]
    returns = op.returns
    if returns in _NUMBERS:
        body.append('r = go_value()')
        tail = ['if r is None: raise_error()']
        tail.append('return float(r)' if returns == 'float' else 'return r')
    else:
        body.append('r = go()')
        tail = [f'if r < 0: return fail(r, {first})']
        if swap:
            tail.append(f'if inplace: return {first}')
        if op.inplace:
            tail.append(f'return {first}')
        elif returns == 'Tensor':
            tail += ['t = new(Tensor)', 't._h = r', *post, 'return t']
        elif returns == 'Tensor[]':
            tail.append('return several(r)')
        else:
            tail.append(f'return _named_{op.index}(r)')
    lines = [f'def f({", ".join(sig)}):', '    try:']
    lines += ['        ' + line for line in body]
    lines.append('    except (AttributeError, Missing, Wrong) as error:')
    failed = f'(error, {op.index}, {fn}, {style!r}, ({values},), ({spec}{"," if spec else ""}), {surplus})'
    lines.append(f'        return recall{failed}')
    lines += ['    ' + line for line in tail]
    return '\n'.join(lines) + '\n'


def _lay(index, twin, flat, lists):
    """Lines that lay a call in the mail. `twin`: the op to call instead where `inplace` is given."""
    if not lists:
        return [_pack(index, twin, flat)]
    if len(lists) == 1:
        # One number for a list, or None for it: no list is made.
        star, own, optional, may_be_int, convert = lists[0]
        at = flat.index(star)
        lines = []
        if may_be_int:
            lines.append(f'if {own}.__class__ is int: ' + _pack(index, twin, [*flat[:at], '1', own, *flat[at + 1:]]))
        if optional:
            lines.append(f"{'elif' if lines else 'if'} {own} is None: " + _pack(index, twin, [*flat[:at], '-1', *flat[at + 1:]]))
        many = [convert, *_pack_many(index, twin, flat, lists)]
        return [*lines, 'else:', *('    ' + line for line in many)] if lines else many
    converts = [f'{own}_ = (-1,) if {own} is None else {convert.partition(" = ")[2]}' if optional else convert
                for _, own, optional, _, convert in lists]
    return [*converts, *_pack_many(index, twin, flat, lists)]


def _pack(index, twin, flat):
    n = len(flat)
    start = str(head(index, n)) if twin is None else f'{head(twin, n)} if inplace else {head(index, n)}'
    _namespace.setdefault(f'_P{n}', _bridge.packs[n])
    return f'_P{n}({", ".join(["mail", "0", start, *flat])})'


def _pack_many(index, twin, flat, lists):
    fixed = len(flat) - len(lists)
    op = str(index) if twin is None else f'({twin} if inplace else {index})'
    return [f'n = {" + ".join([str(fixed), *(f"len({own}_)" for _, own, _, _, _ in lists)])}',
            f'packs[n]({", ".join(["mail", "0", f"n * 65536 + {op}", *flat])})']


class Missing(Exception):
    """A required argument was left out; `explain` says which."""


def explain(error, op, fn, style, values, tensors, rest, kw):
    """PyTorch's TypeError for a call that failed: no signature takes these, an argument is missing, or one is of a wrong type."""
    left_out = [name for name, v, _, _ in values if v is MISSING]
    wrong = [t for t in tensors if not (isinstance(t[4], Tensor) or (t[3] and t[4] is None))]
    no_generator = getattr(error, 'name', '') == '_g'
    if not (left_out or wrong or rest or kw or no_generator or isinstance(error, _convert.Wrong)):
        return error
    from . import _signatures
    found = _signatures.error(fn, style, ops[op], *_as_given(style, values, rest, kw))
    if found is not None:
        return found
    if left_out:
        names = ', '.join(f'"{name}"' for name in left_out)
        return TypeError(f'{fn}() missing {len(left_out)} required positional arguments: {names}')
    if kw:
        return TypeError(f"{fn}() got an unexpected keyword argument '{next(iter(kw))}'")
    if wrong:
        _, name, position, _, v = wrong[0]
        shown = 'input' if name == 'self' else name
        return TypeError(f"{fn}(): argument '{shown}' (position {position}) must be Tensor, not {_convert.type_name(v)}")
    if rest:
        return TypeError(f'{fn}() takes fewer positional arguments than were given')
    return TypeError(*error.args)


def recall(error, op, fn, style, values, tensors, rest, kw):
    """The result of a call that is another object's to answer, or in an older form; raises what `explain` says of any other."""
    out = overridden(lambda: public(make(ops[op], style, fn), style, fn), *_all_given(style, values, rest, kw))
    if out is not NotImplemented:
        return out
    if not _deprecated.takes(fn):
        raise explain(error, op, fn, style, values, tensors, rest, kw) from None
    out = _deprecated.call(ops[op], fn, style, values[0][1], *_as_given(style, values, rest, kw))
    if out is NotImplemented:
        raise explain(error, op, fn, style, values, tensors, rest, kw) from None
    return out


def overridden(function, args, kwargs):
    """What an argument's class says to a call of one of torch's functions by its __torch_function__; NotImplemented where none has one."""
    found = [v for v in (*args, *kwargs.values()) for v in (v if isinstance(v, (list, tuple)) else (v,))
             if getattr(type(v), '__torch_function__', None) is not None]
    if not found:
        return NotImplemented
    types = tuple(dict.fromkeys(map(type, found)))
    for v in found:
        out = type(v).__torch_function__(function(), types, tuple(args), kwargs)
        if out is not NotImplemented:
            return out
    return NotImplemented


def public(made, style, name):
    """A function as torch's users have it."""
    import sys
    if style == 'method':
        return getattr(Tensor, name)
    module = sys.modules[made.__module__]
    short = name.removeprefix(made.__module__.rpartition('.')[2] + '_')
    return getattr(module, name, None) or getattr(module, short, made)


def _all_given(style, values, rest, kw):
    """The call's arguments, a method's own tensor among them."""
    args, kwargs = _as_given(style, values, rest, kw)
    return ([values[0][1], *args] if style == 'method' else args), kwargs


def _as_given(style, values, rest, kw):
    """The call's arguments by position, and by name."""
    from ._signatures import keywords_of_call
    values = values[1:] if style == 'method' else values
    known = keywords_of_call()
    given = [(name, v, keyword_only) for name, v, default, keyword_only in values
             if v is not MISSING and not (v is default or (type(v) is type(default) and not isinstance(v, Tensor) and v == default))]
    if known is not None and all(any(k == name for name, *_ in values) or k in kw or k in ('out', 'device', 'requires_grad') for k in known[1]):
        by_name = {name: v for name, v, *_ in values}
        args = [by_name[name] for name, _, _, keyword_only in values if not keyword_only][:known[0]]
        return [*args, *rest], {**{k: by_name[k] for k in known[1] if k in by_name and (k != 'out' or by_name[k] is not None)}, **kw}
    args, kwargs = [], {}
    for name, v, keyword_only in given:
        if keyword_only or kwargs:
            kwargs[name] = v
        else:
            args.append(v)
    return [*args, *rest], {**kwargs, **kw}


def several(first):
    """The results of an op that gives a list of tensors, as PyTorch's tuple."""
    n = count()
    if n == 0:
        return ()
    out = [_wrap(first)]
    for i in range(1, n):
        out.append(_wrap(more(i)))
    return tuple(out)


def _wrap(handle):
    t = object.__new__(Tensor)
    t._h = handle
    return t


def _named(op):
    """Wraps several results as a named tuple, as `torch.return_types.max`."""
    from ._return_types import return_type
    fields = [f.split()[-1] for f in op.returns.strip('()').split(',')]
    if any(f == 'Tensor' for f in fields):
        make = tuple
    else:
        make = return_type(op.name, fields)
    n = len(fields)

    def wrap(first):
        return make([_wrap(first), *(_wrap(more(i)) for i in range(1, n))])

    return wrap


def _aliases(kw, *known):
    """Values of keyword arguments given by numpy's names, which leave `kw`."""
    return [kw.pop(alias, current) for alias, current in known]


Tensor = None
_namespace = {}


def ready(tensor_class):
    """Called once, when class Tensor exists."""
    global Tensor
    from . import _device
    Tensor = tensor_class
    _convert.Tensor = tensor_class
    KIND_OF[tensor_class] = 0
    _namespace.update(
        go=_bridge.go, go_value=_bridge.go_value, mail=_bridge.mail, packs=_bridge.packs, _texts=_bridge.texts, _NONE=_bridge.NONE,
        _W=_bridge.WHOLE, more=more, fail=fail, new=object.__new__, Tensor=tensor_class, several=several,
        raise_error=_bridge.raise_error, explain=explain, recall=recall, Missing=Missing, Wrong=_convert.Wrong, _M=MISSING, _K=KIND_OF.get, _kw=_aliases,
        _number=_convert.number, _scalar=_convert.scalar, _ints=_convert.ints, _sizes=_convert.sizes, _floats=_convert.floats,
        _scalars=_convert.scalars, _tensors=_convert.tensors, _maybe_tensors=_convert.optional_tensors, _int=_convert.integer, _float=_convert.floating,
        _bool=_convert.boolean, _str=_convert.string, _dtype=_convert.dtype_index, _require=_require, _fill=_out.fill,
        _dtype_for=_out.dtype_for, _again=lambda index, style, name: make(ops[index], style, name), _device=_device.check,
    )
    _convert.Missing = Missing


def _require(t):
    from ._construct import require
    require(t)


_made = {}


def make(op, style, name=None):
    """The Python function of an op."""
    name = name or op.name
    key = (op.index, style, name)
    found = _made.get(key)
    if found is None:
        if op.returns.startswith('('):
            _namespace.setdefault(f'_named_{op.index}', _named(op))
        scope = {}
        exec(compile(source(op, style, name), f'/lib/backstep/torch/<op {op.name}>', 'exec'), _namespace, scope)
        found = _made[key] = scope['f']
        found.__name__ = found.__qualname__ = name
        found.__module__ = 'torch'
    return found


def function(name):
    """The function of the op of this name, as torch has it: for Python code that composes ops."""
    return make(by_name[name], 'function')


def _face(face, op):
    namespace, _, name = face.partition(':')
    return namespace, name or op.name


def faces():
    """{namespace: {name: [ops]}} of every face of every op, in table order."""
    out = {}
    for op in ops:
        for face in op.faces:
            namespace, name = _face(face, op)
            out.setdefault(namespace, {}).setdefault(name, []).append(op)
    return out


def bind(found, style, name):
    """The function for a face name: of one op, or of the first of several that takes the arguments."""
    if len(found) == 1:
        return make(found[0], style, name)
    key = (tuple(op.index for op in found), style, name)
    if key not in _made:
        from ._overloads import overloaded
        _made[key] = overloaded(found, style, name)
    return _made[key]
