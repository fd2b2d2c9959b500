"""`out=`: what an op gives is written into tensors that the caller has, which are resized where they do not fit.

Source: PyTorch's developer notes on `out=`, and what its CPU kernels say of results of another dtype.
"""
import json

from . import _bridge, _convert

_clash = _bridge.function('writeClash')
_resize = _bridge.function('resize')
# dtypes as C++ names them, as some messages do.
_C_NAME = {'int64': 'long int', 'int32': 'int', 'int16': 'short int', 'int8': 'signed char', 'uint8': 'unsigned char',
           'float32': 'float', 'float64': 'double', 'bool': 'bool', 'float16': 'c10::Half', 'bfloat16': 'c10::BFloat16',
           'complex64': 'c10::complex<float>', 'complex128': 'c10::complex<double>'}
# Ops whose result must have exactly the dtype that they compute.
_STRICT = frozenset('''
addbmm addmm addmv addr aminmax argmax argmin argsort baddbmm bmm cross diag_embed gather index_add index_copy index_reduce inner
linalg_vector_norm log_softmax logcumsumexp matmul max_dim min_dim mm mv norm renorm scatter scatter_add scatter_reduce scatter_value
softmax sort topk tril triu max min
'''.split())
# Ops that write into a result of any dtype.
_ANY = frozenset('''
zeros ones full empty eye arange arange_from linspace logspace rand randn randint randperm cumsum cumprod sum nansum prod logsumexp
std var outer ger kron
'''.split())
# Ops of which no input may share memory with the result, not even all of it.
_APART = frozenset('gather scatter scatter_add index_select masked_select take kthvalue mode cat stack index_add mm bmm'.split())

_names = None


def dtype_for(op, fn, out, dtype):
    """The dtype that an op computes in which takes one: the result's, where it writes into a result of any dtype."""
    if op not in _ANY or not hasattr(out, 'dtype'):
        return dtype
    from ._dtype import by_index, index_of
    if dtype is not None and by_index[index_of(dtype)] is not out.dtype:
        if op in ('sum', 'prod', 'nansum', 'cumsum', 'cumprod'):
            return dtype
        raise RuntimeError(f'dtype {_label(by_index[index_of(dtype)])} does not match dtype of out parameter ({_label(out.dtype)})')
    return out.dtype


def takes_out(name):
    """Has PyTorch's function of this name an argument `out`?"""
    global _names
    if _names is None:
        from ._missing import _here
        with open(_here + '/_names.json') as f:
            _names = frozenset(json.load(f)['functions with out'].split())
    return name in _names


def _label(dtype):
    from ._tensor import _LEGACY
    return _LEGACY.get(dtype.name, dtype.name)


def _tensors(values):
    from ._tensor import Tensor
    for v in values:
        if isinstance(v, Tensor):
            yield v
        elif isinstance(v, (list, tuple)):
            yield from _tensors(v)


def _check_kind(fn, out, many):
    from ._tensor import Tensor
    if many:
        if not isinstance(out, (list, tuple)):
            raise _convert.Wrong(f"{fn}(): argument 'out' must be tuple of Tensors, not {_convert.type_name(out)}")
        if len(out) != many:
            raise TypeError(f'{fn}() received an invalid combination of arguments')
    for t in out if many else (out,):
        if not isinstance(t, Tensor):
            raise _convert.Wrong(f"{fn}(): argument 'out' must be Tensor, not {_convert.type_name(t)}")


def _check_dtype(op, fn, out, result, inputs):
    """Refuses an out that cannot hold the result, in the words of the op's kernel."""
    if out.dtype is result.dtype:
        return
    if op in ('sum', 'prod', 'nansum', 'cumsum', 'cumprod'):
        raise RuntimeError(f'Expected out tensor to have dtype {_C_NAME[result.dtype.name]}, but got {_C_NAME[out.dtype.name]} instead')
    if op in _ANY:
        return
    from ._functions import can_cast
    have, want = _label(out.dtype), _label(result.dtype)
    if op in ('cat', 'stack', 'hstack', 'vstack', 'dstack', 'column_stack'):
        if not can_cast(result.dtype, out.dtype):
            raise TypeError(f"torch.cat(): input types can't be cast to the desired output type {have}")
    elif op in ('amax', 'amin'):
        raise RuntimeError(f"Expected the dtype for input and out to match, but got {want} for input's dtype and {have} for out's dtype.")
    elif op in ('index_select', 'masked_select'):
        raise RuntimeError(f'{op}(): self and result must have the same scalar type')
    elif op == 'nonzero':
        raise RuntimeError(f'nonzero: Expected out tensor to have scalar type {want} but got scalar type{have}')
    elif op == 'dot':
        raise RuntimeError(f'result dtype {have} does not match input dtype {want}')
    elif op == 'complex':
        raise RuntimeError(f"Expected object of scalar type {want} but got scalar type {have} for argument 'out'")
    elif op == 'multinomial':
        raise RuntimeError(f'multinomial expects Long tensor out, got: {have}')
    elif op == 'take':
        raise RuntimeError(f'take(): self and out expected to have the same dtype, but got self.dtype = {want} and out.dtype = {have}')
    elif op in ('any', 'all', 'any_dim', 'all_dim', 'any_dims', 'all_dims'):
        if out.dtype.name != 'uint8':
            raise RuntimeError(f'{op[:3]} only supports bool tensor for result, got: {have}')
    elif op in ('kthvalue', 'mode'):
        raise RuntimeError('output values must be of same type as input' if result.dtype is inputs[0].dtype else
                           'output indices must be of scalar type Long')
    elif op in ('median_dim', 'nanmedian_dim'):
        name, nr = ('values', 2) if result.dtype is inputs[0].dtype else ('indices', 1)
        raise RuntimeError(f"Expected tensor for '{name}' to have the same type as tensor for argument #{nr} 'self'; but type "
                           f'torch.{have}Tensor does not equal torch.{want}Tensor (while checking arguments for median)')
    elif op == 'histc':
        raise RuntimeError('torch.histogram: input tensor and hist tensor should have the same dtype, but got input '
                           f'{_C_NAME[result.dtype.name]} and hist {_C_NAME[out.dtype.name]}')
    elif op in ('cummax', 'cummin'):
        raise RuntimeError(f'expected scalar_type {want} but found {have}')
    elif op.startswith(('quantile', 'nanquantile')):
        raise RuntimeError('quantile() out tensor must be same dtype as the input tensor')
    elif op == 'where':
        raise RuntimeError(f'Expected out type to be {want} but got {have}')
    elif op in ('clamp', 'clip') and not can_cast(result.dtype, out.dtype):
        raise RuntimeError(f'Found dtype {have} but expected {want}')
    elif op in _STRICT or op.startswith('linalg_'):
        raise RuntimeError(f'Expected out tensor to have dtype {_C_NAME[result.dtype.name]}, but got {_C_NAME[out.dtype.name]} instead')
    elif not can_cast(result.dtype, out.dtype):
        raise RuntimeError(f"result type {want} can't be cast to the desired output type {have}")


def _fit(out, shape):
    if tuple(out.shape) == tuple(shape):
        return
    if out.numel():
        import warnings
        warnings.warn(
            f'An output with one or more elements was resized since it had shape {list(out.shape)}, which does not match the required '
            f'output shape {list(shape)}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless '
            'they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with '
            't.resize_(0). (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Resize.cpp:30.)', stacklevel=5)
    _resize(out._h, *shape)


def fill(op, fn, out, compute, arguments):
    """Computes, checks `out`, resizes it, writes the results into it, and gives it back.

    op: the engine's op, whose kernel's words are used; fn: the function as the user knows it; out: a tensor, or as many as the op has
    results; compute: gives the results; arguments: those of the call.
    Raises PyTorch's RuntimeErrors for dtypes, memory and gradients that do not fit, TypeError for no tensor.
    """
    from ._functions import is_grad_enabled
    from ._return_types import result_count, written
    from .autograd.grad_mode import no_grad
    many = result_count(op)
    _check_kind(fn, out, many)
    outs = tuple(out) if many else (out,)
    inputs = list(_tensors(arguments))
    if is_grad_enabled() and any(t.requires_grad for t in (*inputs, *outs)):
        where = fn if inputs else f'aten::{fn}'
        raise RuntimeError(f"{where}(): functions with out=... arguments don't support automatic differentiation, but one of the "
                           'arguments requires grad.')
    with no_grad():
        given = compute()
        results = tuple(given) if many else (given,)
        for o, r in zip(outs, results):
            _check_dtype(op, fn, o, r, inputs)
        if op == 'index_select':  # looks before it resizes
            _clash(out._h, False)
        for o, r in zip(outs, results):
            _fit(o, r.shape)
            _clash(o._h, op in _APART, *(t._h for t in inputs))
        for o, r in zip(outs, results):
            o.copy_(r)
    return written(type(given), outs) if many else out
