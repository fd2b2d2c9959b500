"""Asks our torch a case of the judge (see README.md), inside Python on our engine. Reads what values.py wrote."""
import importlib
import json
import operator
import warnings

import _judge
import torch
from torch._tensor import wrap

warnings.simplefilter('ignore')


class Missing(Exception):
    """A name that is not there."""


class Wrong(Exception):
    """An answer that is not PyTorch's, in words."""


ROOTS = {'torch': torch, 'operator': operator, 'builtins': importlib.import_module('builtins')}
named = {}


def resolve(name):
    """What a dotted name means here."""
    if name not in named:
        if name.endswith('.__get__'):
            owner, _, attribute = name.removesuffix('.__get__').rpartition('.')
            resolve(f'{owner}.{attribute}')
            named[name] = lambda t: getattr(t, attribute)
        else:
            first, *rest = name.split('.')
            found = ROOTS[first]
            for part in rest:
                try:
                    found = getattr(found, part)
                except (AttributeError, NotImplementedError):
                    raise Missing(name) from None
            named[name] = found
    return named[name]


class Case:
    """The tensors of one case: made once a run, so that two mentions are one tensor."""

    def __init__(self, noncontiguous=False):
        self.inputs = {}
        self.results = []
        self.noncontiguous = noncontiguous

    def tensor(self, k):
        if k not in self.inputs:
            owner = -1 if self.noncontiguous else _judge.owner(k)
            handle = _judge.input(k, self.noncontiguous) if owner < 0 else _judge.part(k, self.tensor(owner)._h)
            if isinstance(handle, str):
                raise NotImplementedError(handle)
            t = wrap(handle)
            if _judge.requiresGrad(k):
                t.requires_grad_()
            self.inputs[k] = t
        return self.inputs[k]

    def read(self, v):
        if isinstance(v, list):
            return [self.read(x) for x in v]
        if not isinstance(v, dict):
            return v
        (kind, x), = v.items()
        if kind == '$':
            return self.tensor(x)
        if kind == 'r':
            return self.results[x[0]][x[1]]
        return READ[kind](self, x)

    def run(self, steps):
        """The results' leaves of every step; the last step's exception goes to the caller."""
        self.results = []
        for name, args, kwargs in steps:
            f = resolve(name)
            args = [self.read(a) for a in args]
            kwargs = {k: self.read(v) for k, v in kwargs}
            self.results.append(leaves(f(*args, **kwargs)))


READ = {
    'f': lambda c, x: float(x),
    'c': lambda c, x: complex(c.read(x[0]), c.read(x[1])),
    'size': lambda c, x: torch.Size(x),
    'tuple': lambda c, x: tuple(c.read(x)),
    'dict': lambda c, x: {c.read(k): c.read(v) for k, v in x},
    'slice': lambda c, x: slice(*c.read(x)),
    'ellipsis': lambda c, x: Ellipsis,
    'name': lambda c, x: resolve(x),
    'device': lambda c, x: torch.device(x),
    'range': lambda c, x: range(*x),
    'module': lambda c, x: resolve(x[0])(*c.read(x[1]), **{k: c.read(v) for k, v in x[2]}),
}


def leaves(v):
    if isinstance(v, dict):
        return [leaf for x in v.values() for leaf in leaves(x)]
    if isinstance(v, (tuple, list)) and type(v).__name__ != 'Size':
        return [leaf for x in v for leaf in leaves(x)]
    if type(v).__name__ == 'Size':
        return list(v)
    return [v]


def show(v):
    """An argument as a reader would write it."""
    if isinstance(v, list):
        return f'[{", ".join(map(show, v))}]'
    if not isinstance(v, dict):
        return repr(v)
    (kind, x), = v.items()
    if kind == '$':
        return _judge.describe(x)
    if kind == 'r':
        return f'result {x[0] + 1}' + (f'.{x[1]}' if x[1] else '')
    if kind in ('name', 'device', 'f'):
        return str(x)
    if kind == 'tuple':
        return f'({", ".join(map(show, x))}{"," if len(x) == 1 else ""})'
    if kind == 'slice':
        return ':'.join('' if s is None else show(s) for s in (x if x[2] is not None else x[:2]))
    if kind == 'ellipsis':
        return '...'
    if kind == 'module':
        return show_call(*x)
    if kind == 'dict':
        return f'{{{", ".join(f"{show(k)}: {show(v)}" for k, v in x)}}}'
    return f'{kind}({", ".join(map(show, x))})'


def show_call(name, args, kwargs):
    parts = [show(a) for a in args] + [f'{k}={show(v)}' for k, v in kwargs]
    return f'{name}({", ".join(parts)})'


def show_steps(steps):
    return '; '.join(show_call(*s) for s in steps if s[0] != 'torch.manual_seed')


# ---- checks ---------------------------------------------------------------------------------------------------------

def compare(want, got, what, shape_only=False, nothing=False):
    """Raises Wrong where `got` is not the expected value. `nothing`: None is the same as zeros, as PyTorch's gradgradcheck takes it."""
    if isinstance(want, dict) and '$' in want:
        if got is None and nothing and _judge.wantsZero(want['$']):
            return
        if not isinstance(got, torch.Tensor):
            raise Wrong(f'{what} is {got!r:.80}, in PyTorch it is {_judge.describe(want["$"])}')
        difference = _judge.compare(want['$'], want.get('e', -1), got._h, shape_only)
        if difference:
            raise Wrong(f'{what} {difference}')
        return
    if want is None:
        if got is not None and not (nothing and isinstance(got, torch.Tensor) and _judge.zero(got._h)):
            raise Wrong(f'{what} is {got!r:.80}, in PyTorch it is None')
        return
    want = Case().read(want)
    if isinstance(want, float) and type(got) is float:
        if got != want and not (got != got and want != want) and not abs(got - want) <= 1e-5 + 1.3e-6 * abs(want):
            raise Wrong(f'{what} is {got!r}, in PyTorch it is {want!r}')
        return
    if type(want) is not type(got) or want != got:
        raise Wrong(f'{what} is {got!r:.80} ({type(got).__name__}), in PyTorch it is {want!r:.80} ({type(want).__name__})')


def compare_all(wanted, got, what, shape_only=False, nothing=False):
    if len(wanted) != len(got):
        raise Wrong(f'there are {len(got)} of the {what}, in PyTorch {len(wanted)}')
    for i, (w, g) in enumerate(zip(wanted, got)):
        compare(w, g, what if len(wanted) == 1 else f'{what} {i}', shape_only, nothing)


def compare_error(want, body):
    """Does `body` raise what PyTorch raises?"""
    kind, text = want
    try:
        body()
    except (Missing, Wrong):
        raise
    except Exception as error:
        got = [type(error).__name__, str(error)]
        if got != want:
            if got[1] == text:
                raise Wrong(f'raises {got[0]}, in PyTorch {kind}: {short(text)}') from None
            raise Wrong(f'raises {got[0]}: {short(got[1])}\n      in PyTorch {kind}: {short(text)}') from None
        return
    raise Wrong(f'raises nothing, in PyTorch {kind}: {short(text)}')


def short(text):
    return text if len(text) < 400 else f'{text[:400]}…'


def cotangent(t, k):
    return wrap(_judge.cotangent(t._h, k))


def first_grads(case, grad, out, twice):
    outs = [t for t in out if isinstance(t, torch.Tensor) and t.requires_grad]
    wrt = [case.tensor(k) for k in grad['wrt']]
    cots = [cotangent(t, k) for k, t in enumerate(outs)]
    if not outs:
        raise Wrong('the result does not require a gradient')
    if twice:
        for c in cots:
            c.requires_grad_()
    return torch.autograd.grad(outs, wrt, cots, create_graph=twice, allow_unused=True), wrt, cots


class Checks:
    """What became of a case: [kind, what was run, None (right), or why not, and whether a name is missing]."""

    def __init__(self):
        self.rows = []

    def check(self, kind, steps, body, call=None):
        try:
            body()
        except Missing as missing:
            self.add(kind, steps, call, f'{missing} is not there', True)
        except Wrong as wrong:
            self.add(kind, steps, call, str(wrong))
        except Exception as error:
            self.add(kind, steps, call, f'raises {type(error).__name__}: {short(str(error))}')
        else:
            self.rows.append([kind, None, None, False])
            return True
        return False

    def add(self, kind, steps, call, why, missing=False):
        self.rows.append([kind, call or show_steps(steps), why, missing])


def seeded(case, steps):
    torch.manual_seed(0)
    case.run(steps)


def judge(text):
    """The checks of a case, as JSON."""
    c = json.loads(text)
    found = Checks()
    if 'module' in c:
        judge_module(c, found)
    elif 'error' in c:
        found.check('errors' if c['id'].startswith('error') else 'forward', c['steps'],
                    lambda: compare_error(c['error'], lambda: seeded(Case(), c['steps'])))
    else:
        judge_op(c, found)
    return json.dumps(found.rows)


def judge_op(c, found):
    steps, only = c['steps'], c.get('shapeOnly', False)
    case = Case()

    def forward(case):
        seeded(case, steps)
        compare_all(c['want'], case.read(c['result']), 'result', only)

    there = found.check('forward', steps, lambda: forward(case))
    if not there and found.rows[-1][3]:
        return
    grad = c.get('grad')
    if grad:
        judge_gradients(c, grad, case, found)
    if c['noncontiguous']:
        def spread():
            case = Case(True)
            forward(case)
            if grad and 'want' in grad and 'steps' not in grad:
                compare_all(grad['want'], first_grads(case, grad, case.read(c['result']), False)[0], 'gradient of input')
        found.check('non-contiguous', steps, spread)
    for v in c['variants']:
        judge_variant(c, v, grad, found)


def judge_gradients(c, grad, case, found):
    steps, result = grad.get('steps', c['steps']), grad.get('result', c.get('result'))
    kept = []

    def backward():
        if 'steps' in grad or len(case.results) < len(steps):
            seeded(case, steps)
        if 'error' in grad:
            compare_error(grad['error'], lambda: first_grads(case, grad, case.read(result), grad['twice']))
            return
        kept.extend(first_grads(case, grad, case.read(result), grad['twice']))
        compare_all(grad['want'], kept[0], 'gradient of input')

    found.check('backward', steps, backward)
    if 'second' not in grad:
        return

    def second():
        if not kept:
            seeded(case, steps)
            kept.extend(first_grads(case, grad, case.read(result), True))
        first, wrt, cots = kept
        of = grad['second']['of']
        for i in of:
            if first[i] is None or not first[i].requires_grad:
                raise Wrong(f'the gradient of input {i} does not require a gradient')
        got = torch.autograd.grad([first[i] for i in of], [*wrt, *cots], [cotangent(first[i], k + 5) for k, i in enumerate(of)], allow_unused=True)
        compare_all(grad['second']['want'], got, 'second gradient', nothing=True)

    found.check('double backward', steps, second)


# PyTorch has no gradient of these in-place twins.
NO_GRADIENT = {f'torch.Tensor.{name}_': f"the derivative for 'inplace version of {name.replace('arc', 'a')}' is not implemented."
               for name in ('acosh', 'arccosh', 'asinh', 'arcsinh', 'atanh', 'arctanh')}


def judge_variant(c, v, grad, found):
    refused = NO_GRADIENT.get(v['steps'][-1][0])

    def run():
        case = Case()
        if 'error' in v:
            compare_error(v['error'], lambda: seeded(case, v['steps']))
            return
        seeded(case, v['steps'])
        compare_all(v.get('want', c['want']), case.read(v['result']), 'result', c.get('shapeOnly', False))
        if not grad or 'want' not in grad or 'want' in v or 'steps' in grad:
            return
        if refused:
            compare_error(['NotImplementedError', refused], lambda: first_grads(case, grad, case.read(v['result']), False))
            return
        compare_all(grad['want'], first_grads(case, grad, case.read(v['result']), False)[0], 'gradient of input')
    found.check('variants', v['steps'], run)


def judge_module(c, found):
    made, forward = c['module'], c['forward']
    call = show_call(made['class'], made['args'], made['kwargs'])
    if forward is not None:
        call += show_call('', forward['args'], forward['kwargs']) + ('' if c['training'] else ' in eval mode')
    case = Case()

    def construct():
        cls = resolve(made['class'])
        torch.manual_seed(0)
        module = cls(*case.read(made['args']), **{k: case.read(v) for k, v in made['kwargs']})
        if forward is None:
            return module
        if 'dtype' in c:
            module.to(getattr(torch, c['dtype']))
        module.train(c['training'])
        module.load_state_dict({k: wrap(_judge.input(v['$'], False)) for k, v in c['state']})
        return module

    def run(module):
        torch.manual_seed(0)
        return module(*case.read(forward['args']), **{k: case.read(v) for k, v in forward['kwargs']})

    if 'error' in c:
        kind = 'errors' if c['id'].startswith('error') else 'forward'
        found.check(kind, [], lambda: compare_error(c['error'], lambda: construct() if forward is None else run(construct())), call)
        return
    kept = []

    def check_forward():
        module = construct()
        out = run(module)
        kept.extend([module, leaves(out)])
        compare_all(c['want'], leaves(out), 'result')
        buffers = dict(module.named_buffers())
        for name, want in c['after']:
            compare(want, buffers.get(name), f'buffer {name}')

    found.check('forward', [], check_forward, call)
    grad = c.get('grad')
    if grad and not found.rows[-1][3]:
        def check_backward():
            if not kept:
                raise Wrong('there is no result')
            module, out = kept
            parameters = dict(module.named_parameters())
            if list(parameters) != grad['parameters']:
                raise Wrong(f'the parameters are {list(parameters)}, in PyTorch {grad["parameters"]}')
            outs = [t for t in out if isinstance(t, torch.Tensor) and t.requires_grad]
            names = [f'gradient of input {i}' for i in range(len(grad['wrt']))] + [f'gradient of {n}' for n in parameters]
            got = torch.autograd.grad(outs, [*(case.tensor(k) for k in grad['wrt']), *parameters.values()],
                                      [cotangent(t, k) for k, t in enumerate(outs)], allow_unused=True)
            for name, want, g in zip(names, grad['want'], got):
                compare(want, g, name)
        found.check('backward', [], check_backward, call)
