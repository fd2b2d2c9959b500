"""The cases of one op or module (see export.py)."""
import copy
import random
import traceback
import warnings

import numpy as np
import torch
from torch.testing._comparison import default_tolerances
from torch.testing._internal.common_device_type import precisionOverride, toleranceOverride
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

from torch.utils._pytree import tree_map

import undefined
from program import Program, quiet, run
from values import WIDE, Table, Unwritable, dtype_name, leaves, public, write

FLOATS = [torch.float32, torch.float64]
OTHERS = [torch.int64, torch.bool]


def op_name(op):
    return op.name + (f'@{op.variant_test_name}' if op.variant_test_name else '')


def all_names():
    return [op_name(op) for op in op_db if op.name not in undefined.SKIPPED] + [info.name for info in module_db]


def of(name, dtype=None):
    """The lines of an op's file: a head, then its cases. `dtype`: those of this dtype only, without errors."""
    op = next((op for op in op_db if op_name(op) == name), None)
    info = op or next(info for info in module_db if info.name == name)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield {'op': name, 'tolerances': tolerances(info)}
        yield from (op_cases(op, dtype) if op else module_cases(info, dtype))


def tolerances(info):
    """{dtype: [rtol, atol]}: torch.testing's own, or what the database's decorators allow on a CPU."""
    out = {}
    for dtype in (*FLOATS, torch.float16, torch.bfloat16, torch.complex64, torch.complex128):
        rtol, atol = default_tolerances(dtype)
        for d in info.decorators:
            where = getattr(d, 'device_type', None)
            if where not in (None, 'cpu'):
                continue
            for inner in getattr(d, 'decorators', [d]):
                inner = getattr(inner, 'd', None) if isinstance(inner, (toleranceOverride, precisionOverride)) else None
                given = (inner or {}).get(dtype)
                if given is not None:
                    rtol = max(rtol, getattr(given, 'rtol', 0))
                    atol = max(atol, given.atol if hasattr(given, 'atol') else given)
        out[dtype_name(dtype)] = [rtol, atol]
    return out


def seed():
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)


def cotangent(t, k):
    """A fixed gradient for the k-th output: simple, exact numbers. driver.py makes the same."""
    n = torch.arange(t.numel(), dtype=torch.float64)
    return (((n * 37 + k * 11) % 16 - 7.5) / 8).to(t.dtype).reshape(t.shape)


# ---- ops ------------------------------------------------------------------------------------------------------------

def dtypes_of(op, dtype):
    if dtype:
        return [dtype] if dtype in op.dtypes else []
    found = [d for d in FLOATS if d in op.dtypes]
    return found or [d for d in OTHERS if d in op.dtypes] or sorted(op.dtypes, key=str)[:1]


def public_name(op):
    """The public name that this op's function has, or None: then what it calls is written down."""
    found = torch
    for part in op.name.split('.'):
        found = getattr(found, part, None)
    return f'torch.{op.name}' if found is op.op else public().get(id(op.op))


def op_cases(op, only):
    name = public_name(op)
    for dtype in dtypes_of(op, only):
        differentiable = op.supports_autograd and dtype in op.supported_backward_dtypes('cpu')
        seed()
        with quiet():
            samples = list(op.sample_inputs('cpu', dtype, requires_grad=differentiable))
        for i, sample in enumerate(samples):
            yield guarded(f'{dtype_name(dtype)}/{i}', lambda case, s=sample, d=differentiable: op_case(case, op, name, s, d))
    if op.error_inputs_func is None or only:
        return
    seed()
    with quiet():
        errors = list(op.error_inputs('cpu'))
    for i, error in enumerate(errors):
        s = error.sample_input
        yield guarded(f'error/{i}', lambda case, s=s: error_case(case, op.op, name, (s.input, *s.args), s.kwargs))


def guarded(id, fill):
    """A case, or why there is none."""
    case = {'id': id}
    try:
        fill(case)
    except Unwritable as error:
        return {'id': id, 'unwritable': str(error)}
    except Exception as error:
        return {'id': id, 'unwritable': f'{type(error).__name__} in the script: {error}', 'broken': traceback.format_exc()}
    return case


def error_case(case, f, name, args, kwargs):
    table = Table()
    program, out = run(table, f, args, kwargs, name)
    if not isinstance(out, Exception):
        raise Unwritable('a call that PyTorch does not refuse')
    if not program.steps:
        raise Unwritable('an error of the test itself')
    case.update(steps=program.steps, error=spell(out), t=table.rows)


def spell(error):
    return [type(error).__name__, str(error)]


def op_case(case, op, name, sample, differentiable):
    table = Table()
    args, kwargs = (sample.input, *sample.args), sample.kwargs
    inputs = [t for t in leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
    for t in inputs:
        table.input(t)
    program, out = run(table, op.op, args, kwargs, name)
    if isinstance(out, Exception):
        case.update(steps=program.steps, error=spell(out), t=table.rows)
        return
    process, wrapped = sample.output_process_fn_grad, op.gradcheck_wrapper
    plain = process_is_plain(process, out) and getattr(wrapped, '__name__', '') == '<lambda>'
    if not plain:
        other, processed = run(table, lambda *a, **k: process(wrapped(op.op, *a, **k)), args, kwargs)
        if isinstance(processed, Exception):
            raise Unwritable(f'what the test makes of the result fails: {processed}')
    else:
        other, processed = program, out
    if op.name in undefined.PROCESSED:
        program, out = other, processed
        plain = True
    exact = float64_answers(op, sample, differentiable)
    table.exact = [*exact.get('out', ())]
    case.update(steps=program.steps, result=program.result(out), want=[*map(table.wanted, leaves(out))])
    if op.name in undefined.SHAPE_ONLY:
        case['shapeOnly'] = True
    grads = gradients(table, inputs, leaves(processed), op.supports_gradgrad, exact) if differentiable else None
    if grads:
        if not plain:
            grads.update(steps=other.steps, result=other.result(processed))
        case['grad'] = grads
    case['noncontiguous'] = noncontiguous_same(op, sample, out)
    case['variants'] = [] if op.name in undefined.PROCESSED else list(variants(op, table, args, kwargs, out))
    case['t'] = table.rows


def process_is_plain(process, out):
    """Does the sample's function on the output only hand on (some of) it?"""
    try:
        processed = process(out)
    except Exception:
        return True
    return [id(t) for t in leaves(processed)] == [id(t) for t in leaves(out)]


def widened(t):
    return t.detach().to(WIDE[t.dtype]).requires_grad_(t.requires_grad) if t.dtype in WIDE else t


def float64_answers(op, sample, differentiable):
    """What PyTorch answers for the same numbers in float64 (complex128): {'out', 'first', 'second'}: tensors, as far as it gets."""
    found = {}
    try:
        made = {}
        again = sample.transform(lambda t: made.setdefault(id(t), widened(t)) if isinstance(t, torch.Tensor) else WIDE.get(t, t))
        inputs = [t for t in leaves(((again.input, *again.args), again.kwargs)) if isinstance(t, torch.Tensor)]
        if not any(t.dtype in WIDE.values() for t in inputs):
            return found
        torch.manual_seed(0)
        with quiet():
            out = op.op(again.input, *again.args, **again.kwargs)
            found['out'] = leaves(out)
            if differentiable or op.name in undefined.PROCESSED:
                processed = again.output_process_fn_grad(op.gradcheck_wrapper(op.op, again.input, *again.args, **again.kwargs))
                if op.name in undefined.PROCESSED:
                    found['out'] = leaves(processed)
            if differentiable:
                gradients(Table(), inputs, leaves(processed), op.supports_gradgrad, found, keep=True)
    except Exception:
        pass
    return found


def gradients(table, inputs, out, twice, exact, keep=False):
    """What autograd answers for fixed gradients of the outputs, and for fixed gradients of those. `keep` puts the answers into `exact`."""
    wrt = list({id(t): t for t in inputs if t.requires_grad}.values())
    outs = [t for t in out if isinstance(t, torch.Tensor) and t.requires_grad]
    if not wrt or not outs:
        return None
    cots = [cotangent(t, k).requires_grad_(twice) for k, t in enumerate(outs)]
    with quiet():
        try:
            first = torch.autograd.grad(outs, wrt, cots, create_graph=twice, allow_unused=True)
        except Exception as error:
            return {'wrt': [table.input(t)['$'] for t in wrt], 'twice': False, 'error': spell(error)}
        if keep:
            exact['first'] = first
        table.exact = [*exact.get('first', ())]
        case = {'wrt': [table.input(t)['$'] for t in wrt], 'twice': twice, 'want': [table.wanted(t) for t in first]}
        again = [i for i, g in enumerate(first) if g is not None and g.requires_grad]
        if not twice or not again:
            return case
        try:
            second = torch.autograd.grad([first[i] for i in again], [*wrt, *cots], [cotangent(first[i], k + 5) for k, i in enumerate(again)],
                                         allow_unused=True)
        except (RuntimeError, NotImplementedError):
            return {**case, 'twice': False}
    if keep:
        exact['second'] = second
    table.exact = [*exact.get('second', ())]
    return {**case, 'second': {'of': again, 'want': [table.wanted(t) for t in second]}}


def same(a, b):
    a, b = leaves(a), leaves(b)
    return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))


def equal(x, y):
    if not isinstance(x, torch.Tensor):
        return type(x) is type(y) and (x == y or x != x)
    if not isinstance(y, torch.Tensor) or x.shape != y.shape or x.dtype != y.dtype or x.layout != y.layout:
        return False
    try:
        torch.testing.assert_close(x.detach(), y.detach(), equal_nan=True, check_stride=False)
    except AssertionError:
        return False
    return True


def noncontiguous_same(op, sample, out):
    """May the sample be given with every tensor spread in memory?"""
    try:
        other = sample.noncontiguous()
        torch.manual_seed(0)
        with quiet():
            return same(op.op(other.input, *other.args, **other.kwargs), out)
    except Exception:
        return False


def variants(op, table, args, kwargs, out):
    """The same through the other names that the database knows: methods, in-place twins, operators, aliases."""
    seen = {id(op.op)}
    plain = [op.method_variant, op.operator_variant] + [v for a in op.aliases for v in (a.op, a.method_variant)]
    inplace = [op.inplace_variant, op.inplace_operator_variant] + [a.inplace_variant for a in op.aliases]
    for f, writes in [*((f, False) for f in plain), *((f, True) for f in inplace)]:
        if not callable(f) or id(f) in seen or not isinstance(args[0], torch.Tensor):
            continue
        seen.add(id(f))
        if f in (op.operator_variant, op.inplace_operator_variant) and kwargs:
            continue
        try:
            yield variant(f, writes, table, args, kwargs, out)
        except Unwritable:
            continue


def variant(f, writes, table, args, kwargs, out):
    name = public().get(id(f))
    call = (lambda x, *a, **k: f(x.clone(), *a, **k)) if writes else f
    program, result = run(table, call, args, kwargs, None if writes else name)
    case = {'name': name or getattr(f, '__name__', 'a variant'), 'steps': program.steps}
    if isinstance(result, Exception):
        return {**case, 'error': spell(result)}
    case['result'] = program.result(result)
    if not same(result, out):
        case['want'] = write(list(leaves(result)), table.expected)
    return case


# ---- modules --------------------------------------------------------------------------------------------------------

def module_cases(info, only):
    for dtype in ([only] if only in info.dtypes else []) if only else FLOATS:
        for training in (True, False):
            mode = 'train' if training else 'eval'
            for i, m in enumerate(module_inputs(info.module_inputs_func, info, dtype, training)):
                yield guarded(f'{dtype_name(dtype)}/{mode}/{i}', lambda case, m=m: module_case(case, info, m, dtype, training))
    if info.module_error_inputs_func is None or only:
        return
    for i, e in enumerate(module_inputs(info.module_error_inputs_func, info, torch.float64, True)):
        yield guarded(f'error/{i}', lambda case, e=e: module_error(case, info, e))


def module_inputs(f, info, dtype, training):
    seed()
    with quiet():
        return list(f(info, device='cpu', dtype=dtype, requires_grad=True, training=training))


def constructed(info, table, args, kwargs):
    program = Program(table)
    torch.manual_seed(0)
    with quiet():
        module = info.module_cls(*args, **kwargs)
    return module, {'class': f'torch.nn.{info.module_cls.__name__}', 'args': write(list(args), program.refer),
                    'kwargs': write(dict(kwargs), program.refer)['dict']}


def module_case(case, info, m, dtype, training):
    table = Table()
    module, made = constructed(info, table, m.constructor_input.args, m.constructor_input.kwargs)
    module.to(dtype).train(training)
    args, kwargs = (m.forward_input.args, m.forward_input.kwargs) if m.forward_input else ((), {})
    inputs = [t for t in leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
    program = Program(table)
    forward = {'args': write(list(args), program.refer), 'kwargs': write(dict(kwargs), program.refer)['dict']}
    if info.is_lazy:  # its parameters are there only after a run
        with quiet():
            module(*args, **kwargs)
    state = [[key, table.expected(value)] for key, value in module.state_dict().items()]
    exact = float64_module(module, args, kwargs) if dtype in WIDE else {}
    torch.manual_seed(0)
    with quiet():
        try:
            out = module(*args, **kwargs)
        except Exception as error:
            case.update(module=made, dtype=dtype_name(dtype), training=training, state=state, forward=forward, error=spell(error), t=table.rows)
            return
    table.exact = [*exact.get('out', ())]
    want = [*map(table.wanted, leaves(out))]
    after = [[key, table.expected(value)] for key, value in module.named_buffers()]
    parameters = dict(module.named_parameters())
    wrt = [t for t in {id(t): t for t in inputs}.values() if t.requires_grad]
    outs = [t for t in leaves(out) if isinstance(t, torch.Tensor) and t.requires_grad]
    case.update(module=made, dtype=dtype_name(dtype), training=training, state=state, forward=forward, want=want, after=after)
    if outs and (wrt or parameters):
        with quiet():
            found = module_gradients(outs, [*wrt, *parameters.values()])
        table.exact = [*exact.get('first', ())]
        case['grad'] = {'wrt': [table.input(t)['$'] for t in wrt], 'parameters': list(parameters), 'want': [table.wanted(t) for t in found]}
    case['t'] = table.rows


def module_gradients(outs, wrt):
    return torch.autograd.grad(outs, wrt, [cotangent(t, k) for k, t in enumerate(outs)], allow_unused=True)


def float64_module(module, args, kwargs):
    """What the same module answers in float64, as float64_answers()."""
    found = {}
    try:
        made = {}
        wide = tree_map(lambda v: made.setdefault(id(v), widened(v)) if isinstance(v, torch.Tensor) else v, (args, kwargs))
        other = copy.deepcopy(module).double()
        torch.manual_seed(0)
        with quiet():
            out = leaves(other(*wide[0], **wide[1]))
            found['out'] = out
            wrt = [t for t in {id(t): t for t in leaves(wide) if isinstance(t, torch.Tensor)}.values() if t.requires_grad]
            found['first'] = module_gradients([t for t in out if isinstance(t, torch.Tensor) and t.requires_grad], [*wrt, *other.parameters()])
    except Exception:
        pass
    return found


def module_error(case, info, e):
    table = Table()
    m = e.module_error_input
    program = Program(table)
    if e.error_on == ModuleErrorEnum.CONSTRUCTION_ERROR:
        made = {'class': f'torch.nn.{info.module_cls.__name__}', 'args': write(list(m.constructor_input.args), program.refer),
                'kwargs': write(dict(m.constructor_input.kwargs), program.refer)['dict']}
        forward, state = None, []
        try:
            info.module_cls(*m.constructor_input.args, **m.constructor_input.kwargs)
        except Exception as error:
            found = error
    else:
        module, made = constructed(info, table, m.constructor_input.args, m.constructor_input.kwargs)
        forward = {'args': write(list(m.forward_input.args), program.refer), 'kwargs': write(dict(m.forward_input.kwargs), program.refer)['dict']}
        state = [[key, table.expected(value)] for key, value in module.state_dict().items()]
        try:
            with quiet():
                module(*m.forward_input.args, **m.forward_input.kwargs)
        except Exception as error:
            found = error
    case.update(module=made, training=True, state=state, forward=forward, error=spell(found), t=table.rows)
