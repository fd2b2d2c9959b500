"""A value as IPython shows it: in one line where it fits into 79 columns, else broken from the outermost bracket inwards (Oppen's way to print)."""
import types
from collections import deque

WIDTH = 79
# Of a longer sequence the rest is left out.
MOST = 1000


def pretty(obj, verbose=False, max_width=WIDTH, newline='\n', max_seq_length=MOST):
    """The text of `obj`."""
    out = []
    printer = RepresentationPrinter(out.append, max_width, newline, max_seq_length)
    printer.pretty(obj)
    printer.flush()
    return ''.join(out)


def pprint(obj, verbose=False, max_width=WIDTH, newline='\n', max_seq_length=MOST):
    """Prints it."""
    print(pretty(obj, verbose, max_width, newline, max_seq_length))


class _Group:
    """A bracket's inside: its blanks become line breaks all together."""

    def __init__(self, depth):
        self.depth = depth
        self.blanks = deque()
        self.breaks = False


class _Blank:
    def __init__(self, group, text, indentation):
        self.group, self.text, self.indentation = group, text, indentation
        self.width = len(text)
        group.blanks.append(self)


class RepresentationPrinter:
    """What `_repr_pretty_(p, cycle)` is given. What may still have to be broken waits in `_waiting`."""

    verbose = False

    def __init__(self, write, max_width=WIDTH, newline='\n', max_seq_length=MOST):
        self._write = write
        self.max_width, self.newline, self.max_seq_length = max_width, newline, max_seq_length
        self.indentation = 0
        self.stack = []
        self._waiting = deque()
        self._waiting_width = self._column = 0
        outermost = _Group(0)
        self._groups = [outermost]
        # By depth; the outermost that has blanks is broken first.
        self._breakable = [[outermost]]

    def text(self, text):
        if self._waiting:
            self._waiting.append(text)
            self._waiting_width += len(text)
            self._break_outer()
        else:
            self._write(text)
            self._column += len(text)

    def breakable(self, sep=' '):
        group = self._groups[-1]
        if group.breaks:
            self.flush()
            self._new_line(self.indentation)
            self._waiting_width = 0
        else:
            self._waiting.append(_Blank(group, sep, self.indentation))
            self._waiting_width += len(sep)
            self._break_outer()

    def break_(self):
        """A line break, whatever fits."""
        group = self._next_to_break()
        if group:
            self._break(group)
        self.flush()
        self._new_line(self.indentation)
        self._waiting_width = 0

    def begin_group(self, indent=0, open=''):
        if open:
            self.text(open)
        group = _Group(self._groups[-1].depth + 1)
        self._groups.append(group)
        while group.depth >= len(self._breakable):
            self._breakable.append([])
        self._breakable[group.depth].append(group)
        self.indentation += indent

    def end_group(self, dedent=0, close=''):
        self.indentation -= dedent
        group = self._groups.pop()
        if not group.blanks:
            self._forget(group)
        if close:
            self.text(close)

    def group(self, indent=0, open='', close=''):
        return _Grouped(self, indent, open, close)

    def indent(self, indent):
        return _Indented(self, indent)

    def flush(self):
        for item in self._waiting:
            self._column += self._put(item)
        self._waiting.clear()
        self._waiting_width = 0

    def pretty(self, obj):
        cycle = id(obj) in self.stack
        self.stack.append(id(obj))
        self.begin_group()
        try:
            _printer_of(obj)(obj, self, cycle)
        finally:
            self.end_group()
            self.stack.pop()

    def items(self, values):
        """Numbered, the rest of a long sequence left out."""
        for i, value in enumerate(values):
            if self.max_seq_length and i >= self.max_seq_length:
                self.text(',')
                self.breakable()
                self.text('...')
                return
            yield i, value

    def _new_line(self, indentation):
        self._write(self.newline + ' ' * indentation)
        self._column = indentation

    def _put(self, item):
        """Writes what waited; the column behind it."""
        if isinstance(item, str):
            self._write(item)
            return self._column + len(item)
        item.group.blanks.popleft()
        if item.group.breaks:
            self._write(self.newline + ' ' * item.indentation)
            return item.indentation
        if not item.group.blanks:
            self._forget(item.group)
        self._write(item.text)
        return self._column + item.width

    def _break(self, group):
        while group.blanks:
            item = self._waiting.popleft()
            self._column = self._put(item)
            self._waiting_width -= len(item) if isinstance(item, str) else item.width
        while self._waiting and isinstance(self._waiting[0], str):
            item = self._waiting.popleft()
            self._column = self._put(item)
            self._waiting_width -= len(item)

    def _break_outer(self):
        while self.max_width < self._column + self._waiting_width:
            group = self._next_to_break()
            if not group:
                return
            self._break(group)

    def _next_to_break(self):
        for groups in self._breakable:
            for group in reversed(groups):
                if group.blanks:
                    groups.remove(group)
                    group.breaks = True
                    return group
            for group in groups:
                group.breaks = True
            groups.clear()
        return None

    def _forget(self, group):
        groups = self._breakable[group.depth]
        if group in groups:
            groups.remove(group)


class _Grouped:
    def __init__(self, printer, indent, open, close):
        self._printer, self._indent, self._open, self._close = printer, indent, open, close

    def __enter__(self):
        self._printer.begin_group(self._indent, self._open)

    def __exit__(self, *error):
        self._printer.end_group(self._indent, self._close)


class _Indented:
    def __init__(self, printer, indent):
        self._printer, self._indent = printer, indent

    def __enter__(self):
        self._printer.indentation += self._indent

    def __exit__(self, *error):
        self._printer.indentation -= self._indent


PrettyPrinter = RepresentationPrinter


def _sequence(begin, end):
    def show(obj, p, cycle):
        if cycle:
            return p.text(f'{begin}...{end}')
        if isinstance(obj, (set, frozenset)):
            if not obj:
                return p.text(f'{type(obj).__name__}()')
            obj = _in_order(obj, p.max_seq_length)
        p.begin_group(len(begin), begin)
        for i, value in p.items(obj):
            if i:
                p.text(',')
                p.breakable()
            p.pretty(value)
        if isinstance(obj, tuple) and len(obj) == 1:
            p.text(',')
        p.end_group(len(begin), end)
    return show


def _in_order(values, most):
    if most and len(values) >= most:
        return values
    try:
        return sorted(values)
    except Exception:
        try:
            return sorted(values, key=str)
        except Exception:
            return values


def _dict(obj, p, cycle):
    if cycle:
        return p.text('{...}')
    p.begin_group(1, '{')
    for i, key in p.items(obj.keys()):
        if i:
            p.text(',')
            p.breakable()
        p.pretty(key)
        p.text(': ')
        p.pretty(obj[key])
    p.end_group(1, '}')


def _call(p, name, args=(), named=()):
    """`name(arg, …, key=value)`."""
    p.begin_group(len(name) + 1, f'{name}(')
    for i, argument in enumerate([*args, *named]):
        if i:
            p.text(',')
            p.breakable()
        if i < len(args):
            p.pretty(argument)
        else:
            key, value = argument
            with p.group(len(key) + 1, f'{key}='):
                p.pretty(value)
    p.end_group(len(name) + 1, ')')


def _as_call(arguments):
    """Shows `type(obj)(*arguments(obj))`."""
    def show(obj, p, cycle):
        name = type(obj).__name__
        if cycle:
            p.text(f'{name}(...)')
        else:
            _call(p, name, *arguments(obj))
    return show


def _repr(obj, p, cycle):
    with p.group():
        for i, line in enumerate(repr(obj).splitlines()):
            if i:
                p.break_()
            p.text(line)


def _type(obj, p, cycle):
    if type(obj).__repr__ is not type.__repr__:
        return _repr(obj, p, cycle)
    p.text(_qualified(obj))


def _qualified(obj):
    name, module = getattr(obj, '__qualname__', obj.__name__), obj.__module__
    return f'{module}.{name}' if isinstance(module, str) and module not in ('builtins', 'exceptions') else name


def _function(obj, p, cycle):
    import inspect
    try:
        p.text(f'<function {_qualified(obj)}{inspect.signature(obj)}>')
    except (TypeError, ValueError):
        p.text(f'<function {_qualified(obj)}>')


def _exception(obj, p, cycle):
    name = _qualified(type(obj))
    if cycle:
        p.text(f'{name}(...)')
    else:
        _call(p, name, getattr(obj, 'args', ()))


def _plain(obj, p, cycle):
    """An object without a __repr__ of its own."""
    p.begin_group(1, '<')
    p.pretty(type(obj))
    p.text(f' at {id(obj):#x}{" ..." if cycle else ""}')
    p.end_group(1, '>')


_BY_TYPE = {
    list: _sequence('[', ']'),
    tuple: _sequence('(', ')'),
    set: _sequence('{', '}'),
    frozenset: _sequence('frozenset({', '})'),
    dict: _dict,
    type: _type,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    types.SimpleNamespace: lambda obj, p, cycle: p.text('namespace(...)') if cycle else _call(p, 'namespace', (), obj.__dict__.items()),
    BaseException: _exception,
}
_BY_NAME = {
    'defaultdict': _as_call(lambda obj: ((obj.default_factory, dict(obj)),)),
    'OrderedDict': _as_call(lambda obj: ((list(obj.items()),) if obj else (),)),
    'Counter': _as_call(lambda obj: ((dict(obj),) if obj else (),)),
    'deque': _as_call(lambda obj: ((list(obj),), [('maxlen', obj.maxlen)] if obj.maxlen is not None else [])),
}


def _printer_of(obj):
    for kind in type(obj).__mro__:
        known = _BY_TYPE.get(kind) or kind.__module__ == 'collections' and _BY_NAME.get(kind.__name__)
        if known:
            return known
        own = kind.__dict__.get('_repr_pretty_')
        if callable(own):
            return own
        if kind is not object and callable(kind.__dict__.get('__repr__')):
            return _repr
    return _plain
