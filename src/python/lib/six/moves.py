"""six.moves: what moved between Python 2 and 3, where it is now."""
import builtins
import collections
import configparser
import copyreg
import functools
import io
import itertools
import pickle as cPickle
import queue
import sys
import urllib.error
import urllib.parse
import urllib.request

input, map, filter, range, zip = builtins.input, builtins.map, builtins.filter, builtins.range, builtins.zip
xrange = range
reduce = functools.reduce
zip_longest, filterfalse = itertools.zip_longest, itertools.filterfalse
StringIO = cStringIO = io.StringIO
UserDict, UserList, UserString = collections.UserDict, collections.UserList, collections.UserString
intern = sys.intern
getcwd = __import__('os').getcwd
shlex_quote = __import__('shlex').quote
reload_module = __import__('importlib').reload
urllib = urllib
sys.modules.update({f'{__name__}.urllib': urllib, f'{__name__}.urllib.parse': urllib.parse, f'{__name__}.urllib.request': urllib.request,
                    f'{__name__}.urllib.error': urllib.error, f'{__name__}.cPickle': cPickle, f'{__name__}.queue': queue,
                    f'{__name__}.configparser': configparser, f'{__name__}.copyreg': copyreg})
