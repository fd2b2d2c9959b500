"""The engine's functions for arrays. One that fails raises what numpy would."""
import json

from torch import _bridge as torch_bridge
from torch._bridge import _js, free, raise_error

flush = torch_bridge.flush


def failed():
    """Raises why the last call failed, as numpy's exception."""
    from torch._bridge import LinAlgError
    try:
        raise_error()
    except LinAlgError as error:
        from .linalg import LinAlgError as own
        raise own(str(error)) from None


def function(name):
    """A bridge function that raises numpy's exceptions."""
    return torch_bridge.function(name, failed)


_unary, _binary = json.loads(_js.npNames())
UNARY = {name: i for i, name in enumerate(_unary)}
BINARY = {name: i for i, name in enumerate(_binary)}
item = _js.item


def names(text):
    """Numbers that crossed as text."""
    return [int(n) for n in text.split(',')] if text else []
