"""A value as IPython shows it: in one line where it fits into 79 columns, else each item of the outermost on a line of its own."""
import types

WIDTH = 79
# Of a longer sequence the rest is left out.
MOST = 1000


def pretty(obj, verbose=False, max_width=WIDTH, newline='\n', max_seq_length=MOST):
    return _text(obj, 0, 0, set())


def pprint(obj, *args, **more):
    print(pretty(obj))


def _text(obj, indent, behind, above):
    """`indent`: the column that it begins in; `behind`: how many characters follow it at once."""
    kind = type(obj)
    if id(obj) in above:
        return {'list': '[...]', 'tuple': '(...)', 'dict': '{...}'}.get(kind.__name__, '...')
    above = above | {id(obj)}
    if kind.__repr__ is list.__repr__:
        return _items('[', obj, ']', indent, behind, above)
    if kind.__repr__ is tuple.__repr__:
        return _items('(', obj, ',)' if len(obj) == 1 else ')', indent, behind, above)
    if kind.__repr__ in (set.__repr__, frozenset.__repr__):
        if not obj:
            return f'{kind.__name__}()'
        try:
            obj = sorted(obj) if len(obj) <= MOST else obj
        except Exception:
            pass
        name = '' if kind is set else f'{kind.__name__}('
        return _items(name + '{', obj, '}' + (')' if name else ''), indent, behind, above)
    if kind.__repr__ is dict.__repr__ or kind.__name__ in ('defaultdict', 'OrderedDict', 'Counter') and isinstance(obj, dict):
        return _dict(obj, indent, behind, above)
    if isinstance(obj, type):
        name = getattr(obj, '__qualname__', obj.__name__)
        module = obj.__module__
        return name if module in (None, 'builtins', 'exceptions') else f'{module}.{name}'
    if isinstance(obj, types.FunctionType):
        return _function(obj)
    if kind.__repr__ is object.__repr__:
        return f'<{kind.__module__}.{kind.__qualname__} at {id(obj):#x}>'
    return repr(obj).replace('\n', '\n' + ' ' * indent)


def _function(obj):
    import inspect
    try:
        return f'<function {obj.__module__}.{obj.__qualname__}{inspect.signature(obj)}>'
    except (TypeError, ValueError):
        return repr(obj)


def _fits(text, indent, behind):
    lines = text.split('\n')
    return indent + len(lines[0]) + (behind if len(lines) == 1 else 0) <= WIDTH and all(len(line) <= WIDTH for line in lines[1:])


def _joined(begin, texts, end, indent, behind):
    """All in one line where that fits, else one below the other. `texts`: made for a column, which in one line only the first has."""
    step = len(begin)
    flat = begin + ', '.join(make(indent + step, 0) for make in texts) + end
    if _fits(flat, indent, behind):
        return flat
    last = len(texts) - 1
    column = indent + step
    lines = [make(column, len(end) + behind if i == last else 1) for i, make in enumerate(texts)]
    return begin + (',\n' + ' ' * column).join(lines) + end


def _items(begin, obj, end, indent, behind, above):
    values = list(obj)[:MOST]
    texts = [lambda at, after, v=v: _text(v, at, after, above) for v in values]
    if len(obj) > MOST:
        texts.append(lambda at, after: '...')
    return _joined(begin, texts, end, indent, behind)


def _dict(obj, indent, behind, above):
    def entry(key, value):
        def make(at, after):
            name = _text(key, at, 2, above) + ': '
            return name + _text(value, at + len(name), after, above)
        return make

    kind = type(obj).__name__
    begin, end = '{', '}'
    items = list(obj.items())[:MOST]
    if kind == 'defaultdict':
        inner = indent + len('defaultdict(')
        factory = _text(obj.default_factory, inner, 1, above)
        body = _joined('{', [entry(k, v) for k, v in items], '}', inner, behind + 1)
        one = f'defaultdict({factory}, {body})'
        return one if _fits(one, indent, behind) else f'defaultdict({factory},\n{" " * inner}{body})'
    if kind in ('OrderedDict', 'Counter'):
        if not obj:
            return f'{kind}()'
        items = obj.most_common() if kind == 'Counter' else items
        begin, end = f'{kind}(' + '{', '})'
    return _joined(begin, [entry(k, v) for k, v in items] + ([lambda at, after: '...'] if len(obj) > MOST else []), end, indent, behind)
