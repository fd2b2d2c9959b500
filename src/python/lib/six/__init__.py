"""six: names that Python 2 and 3 have in different places, for Python 3."""
import builtins
import functools
import io
import operator
import sys
import types

from . import moves

__version__ = '1.17.0'
PY2, PY3, PY34 = False, True, True
string_types = (str,)
integer_types = (int,)
class_types = (type,)
text_type, binary_type = str, bytes
MAXSIZE = sys.maxsize
StringIO, BytesIO = io.StringIO, io.BytesIO
unichr, int2byte = chr, operator.methodcaller('to_bytes', 1, 'big')
byte2int, indexbytes, iterbytes = operator.itemgetter(0), operator.getitem, iter
next = advance_iterator = builtins.next
callable = builtins.callable
print_ = builtins.print
exec_ = builtins.exec
wraps = functools.wraps
get_unbound_function = lambda unbound: unbound
get_method_function, get_method_self = operator.attrgetter('__func__'), operator.attrgetter('__self__')
get_function_code, get_function_defaults = operator.attrgetter('__code__'), operator.attrgetter('__defaults__')
create_bound_method = types.MethodType
Iterator = object


def iterkeys(d, **kw):
    return iter(d.keys(**kw))


def itervalues(d, **kw):
    return iter(d.values(**kw))


def iteritems(d, **kw):
    return iter(d.items(**kw))


viewkeys, viewvalues, viewitems = (operator.methodcaller(name) for name in ('keys', 'values', 'items'))


def b(s):
    return s.encode('latin-1')


def u(s):
    return s


def ensure_str(s, encoding='utf-8', errors='strict'):
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def ensure_binary(s, encoding='utf-8', errors='strict'):
    return s.encode(encoding, errors) if isinstance(s, str) else s


def reraise(tp, value, tb=None):
    raise (tp() if value is None else value).with_traceback(tb)


def raise_from(value, from_value):
    raise value from from_value


def with_metaclass(meta, *bases):
    """A base class with a metaclass."""
    class Temporary(type):
        def __new__(cls, name, _, namespace):
            return meta(name, bases, namespace)

        @classmethod
        def __prepare__(cls, name, _):
            return meta.__prepare__(name, bases)
    return type.__new__(Temporary, 'temporary_class', (), {})


def add_metaclass(metaclass):
    """A decorator that makes a class anew with a metaclass."""
    def wrapper(cls):
        names = {k: v for k, v in cls.__dict__.items() if k not in ('__dict__', '__weakref__')}
        return metaclass(cls.__name__, cls.__bases__, names)
    return wrapper


def python_2_unicode_compatible(cls):
    return cls
