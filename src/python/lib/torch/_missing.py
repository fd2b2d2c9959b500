"""Words for what PyTorch has and Backstep has not yet. Names that PyTorch does not have either get PyTorch's own errors."""
import dis
import json
import sys

from ._bridge import _js, user_place

_coverage_page = _js.coveragePage

_here = __file__.rpartition('/')[0]
_names = _listed = None


def names():
    """{namespace: public names of real PyTorch}, from _names.json (made by test/golden/names.py)."""
    global _names
    if _names is None:
        with open(_here + '/_names.json') as f:
            found = json.load(f)
        _names = {space: frozenset((text + ' ' + found.get(space + ' undocumented', '')).split()) for space, text in found.items()}
    return _names


def listed(space):
    """What dir() gives under real PyTorch, from _dir.json (made by test/golden/names.py); None where that does not know the space."""
    global _listed
    if _listed is None:
        with open(_here + '/_dir.json') as f:
            _listed = json.load(f)
    return _listed[space].split() if space in _listed else None


def not_yet(what, kind=AttributeError, near=()):
    """The exception for something that PyTorch has and Backstep has not: names the line, what is near, and the coverage page."""
    place = user_place()
    text = f'{what} is not in Backstep yet' + (f' ({place})' if place else '')
    if near:
        text += f'. Close to it: {", ".join(near)}'
    return kind(f'{text}. What is there: {_coverage_page()}')


def _close(name, there):
    from difflib import get_close_matches
    return get_close_matches(name, [n for n in there if not n.startswith('_')], 2, 0.75)


def _importing(frame):
    """Is this frame in the middle of `from torch import name`? Python swallows an AttributeError there."""
    code = frame.f_code.co_code
    at = frame.f_lasti
    return 0 <= at < len(code) and dis.opname[code[at]] == 'IMPORT_FROM'


def attribute_error(space, name, there):
    """What `torch.foo` raises: not yet, or not in PyTorch at all (None)."""
    if name in names().get(space, ()):
        near = [f'{space}.{n}' for n in _close(name, there)]
        return not_yet(f'{space}.{name}', AttributeError, near)
    return None


def module_getattr(space, globals_):
    """A module's __getattr__."""
    def __getattr__(name):
        if name.startswith('__'):
            raise AttributeError(f"module '{space}' has no attribute '{name}'")
        error = attribute_error(space, name, globals_)
        if error is None:
            raise AttributeError(f"module '{space}' has no attribute '{name}'", name=name, obj=sys.modules.get(space))
        if _importing(sys._getframe(1)):
            raise ImportError(str(error), name=space)
        raise error

    return __getattr__


# Modules of PyTorch that are not here.
_MODULES = frozenset('''
hub onnx export _dynamo _inductor ao quantization sparse nested masked signal package futures monitor overrides library
utils.model_zoo utils.cpp_extension utils.bottleneck utils.mobile_optimizer utils.dlpack utils.data.distributed
utils.data.datapipes utils.flop_counter utils.weak utils.mkldnn utils.show_pickle distributed.fsdp distributed.optim distributed.nn
nn.intrinsic nn.qat nn.quantized nn.quantizable cuda.comm cuda.graphs
'''.split())


class _Finder:
    """Says of a module that PyTorch has and Backstep has not that it is not here yet."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith('torch.') and name[6:] in _MODULES:
            raise not_yet(name, ModuleNotFoundError)
        return None

    @staticmethod
    def find_distributions(context):
        """What `importlib.metadata.version('torch')` asks: torch and its companions are here without files that say so."""
        from ._installed import found
        return found(context.name)


def install():
    """Imports of PyTorch's other modules get words of their own."""
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)
