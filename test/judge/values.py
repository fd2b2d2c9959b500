"""Arguments and results of PyTorch calls as JSON. test/judge/driver.py reads them back."""
import base64
import functools
import math
import operator

import torch
from torch.utils._pytree import tree_flatten


MOST = 2 * 2 ** 20
# The dtype whose answer is taken for exact.
WIDE = {torch.float32: torch.float64, torch.float16: torch.float64, torch.bfloat16: torch.float64, torch.complex64: torch.complex128}


class Unwritable(Exception):
    """A value that no other torch could be given: a callable of the test's own, a sparse tensor."""


def dtype_name(d):
    return str(d).removeprefix('torch.')


def raw(t):
    """The elements in row-major order, as base64 of their bytes."""
    t = t.detach()
    if t.is_conj() or t.is_neg():
        t = t.resolve_conj().resolve_neg()
    if not t.numel():
        return ''
    flat = torch.empty(t.numel(), dtype=t.dtype).copy_(t.reshape(-1))
    return base64.b64encode(bytes(flat.view(torch.uint8).numpy())).decode()


class Table:
    """The tensors of a case. What is not contiguous is kept with its memory, strides and offset."""

    def __init__(self):
        self.rows = []
        self.bytes = 0
        # What PyTorch answers in float64 where it answers next in float32.
        self.exact = []
        self.of = {}
        self.alive = []
        self.owners = {}

    def count(self, t):
        self.bytes += t.numel() * t.element_size()
        if self.bytes > MOST:
            raise Unwritable('more than 2 MB of numbers')

    def memory(self, t):
        self.count(t)
        if type(t) not in (torch.Tensor, torch.nn.Parameter) or t.layout != torch.strided or t.device.type != 'cpu':
            raise Unwritable(f'a {type(t).__name__} of layout {t.layout} on {t.device}')
        dtype, shape = dtype_name(t.dtype), list(t.shape)
        whole = t.untyped_storage().nbytes() // t.element_size()
        if (t.is_contiguous() and whole == t.numel() and t.storage_offset() == 0) or t.is_conj() or t.is_neg():
            return [dtype, shape, raw(t)]
        if whole > 4 * t.numel() + 256:
            raise Unwritable('a small part of a big memory')
        flat = torch.empty(0, dtype=t.dtype).set_(t.untyped_storage(), 0, (whole,), (1,))
        return [dtype, shape, raw(flat), list(t.stride()), t.storage_offset()]

    def input(self, t):
        """A tensor as an argument gets it: with its memory, whether it requires a gradient, and the earlier argument that has the same memory."""
        if id(t) not in self.of:
            row = self.memory(t)
            at = self.of[id(t)] = len(self.rows)
            self.alive.append(t)
            self.rows.append([*row, *([None, 0] if len(row) == 3 else []), t.requires_grad])
            if not t.requires_grad and t.numel():
                owner = self.owners.setdefault((t.untyped_storage().data_ptr(), t.dtype), at)
                if owner != at:
                    self.rows[at].append(owner)
        return {'$': self.of[id(t)]}

    def expected(self, t):
        """A tensor as a result is compared: elements, dtype, shape and strides."""
        if t is None:
            return None
        if type(t) not in (torch.Tensor, torch.nn.Parameter) or t.layout != torch.strided:
            raise Unwritable(f'a {type(t).__name__} of layout {t.layout}')
        self.count(t)
        row = [dtype_name(t.dtype), list(t.shape), raw(t)]
        if not t.is_contiguous():
            row.append(list(t.stride()))
        self.rows.append(row)
        return {'$': len(self.rows) - 1}


    def wanted(self, v):
        """The next result. Where its dtype rounds much, its float64 answer goes along: an answer nearer to that is no worse."""
        exact = self.exact.pop(0) if self.exact else None
        if not isinstance(v, torch.Tensor):
            return write(v, None)
        found = self.expected(v)
        if isinstance(exact, torch.Tensor) and (WIDE.get(v.dtype), v.shape) == (exact.dtype, exact.shape):
            e, f = exact.detach(), v.detach().to(exact.dtype)
            if ((e - f).abs() > (5e-6 + 6e-7 * e.abs())).any():
                found['e'] = self.expected(e)['$']
        return found


def number(v):
    if isinstance(v, float) and not math.isfinite(v):
        return {'f': repr(v)}
    return v


def write(v, tensor):
    """`tensor` writes the tensors among them."""
    again = functools.partial(write, tensor=tensor)
    if v is None or isinstance(v, (bool, str)) or type(v) in (int, float):
        return number(v)
    if isinstance(v, torch.Tensor):
        return tensor(v)
    if isinstance(v, complex):
        return {'c': [number(v.real), number(v.imag)]}
    if isinstance(v, torch.Size):
        return {'size': list(v)}
    if isinstance(v, (list, tuple)):
        items = [again(x) for x in v]
        return items if type(v) is list else {'tuple': items}
    if isinstance(v, dict):
        return {'dict': [[again(k), again(x)] for k, x in v.items()]}
    if isinstance(v, slice):
        return {'slice': [again(v.start), again(v.stop), again(v.step)]}
    if v is Ellipsis:
        return {'ellipsis': 1}
    if isinstance(v, (torch.dtype, torch.layout, torch.memory_format)):
        return {'name': str(v)}
    if isinstance(v, torch.device):
        return {'device': str(v)}
    if isinstance(v, range):
        return {'range': [v.start, v.stop, v.step]}
    if type(v).__module__ == 'numpy' and hasattr(v, 'item') and getattr(v, 'ndim', 1) == 0:
        return again(v.item())
    if isinstance(v, torch.nn.Module):
        if not hasattr(v, '_made_by'):
            raise Unwritable('a module made by the test')
        args, kwargs = v._made_by
        return {'module': [name_of(type(v)), again(list(args)), again(kwargs)['dict']]}
    if callable(v):
        return {'name': name_of(v)}
    if isinstance(v, (int, float)):
        return again(int(v) if isinstance(v, int) else float(v))
    raise Unwritable(f'a {type(v).__name__}')


@functools.cache
def public():
    """{id of a public callable: its name}."""
    out = {}
    spaces = {'torch': torch, 'torch.nn.functional': torch.nn.functional, 'torch.linalg': torch.linalg, 'torch.special': torch.special,
              'torch.fft': torch.fft, 'torch.masked': torch.masked, 'torch.nn': torch.nn, 'torch.Tensor': torch.Tensor, 'operator': operator,
              'torch.ops.aten': None}
    for space, owner in spaces.items():
        for name in dir(owner) if owner is not None else ():
            if not name.startswith('_') or space == 'torch.Tensor':
                v = getattr(owner, name, None)
                if callable(v):
                    out.setdefault(id(v), f'{space}.{name}')
    return out


def name_of(f):
    """The public dotted name of a callable."""
    name = public().get(id(f))
    if name is None:
        overridable = torch.overrides._get_overridable_functions()[1]
        try:
            name = overridable.get(f)
        except TypeError:
            pass
    if name is None and type(f).__name__ in ('OpOverload', 'OpOverloadPacket'):
        name = 'torch.ops.' + str(f).replace('::', '.')
    if name is None and f in (int, float, bool, abs, min, max, sum, round):
        name = f'builtins.{f.__name__}'
    if name is None and getattr(f, '__module__', '').startswith('torch.') and '<' not in getattr(f, '__qualname__', '<'):
        name = f'{f.__module__}.{f.__qualname__}'
    if name is None:
        raise Unwritable(f'the callable {getattr(f, "__qualname__", f)}')
    return name


def _new(cls, *args, **kwargs):
    module = object.__new__(cls)
    module.__dict__['_made_by'] = (args, kwargs)
    return module


# A module as an argument is written as the call that made it.
torch.nn.Module.__new__ = _new


def leaves(v):
    return tree_flatten(v)[0]
