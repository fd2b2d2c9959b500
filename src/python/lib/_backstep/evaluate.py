"""Expressions for the debugger: in a live frame, or over values rebuilt from the recording. Every answer is JSON: a value or an error."""
import ast
import json
import sys
import types

import torch

import _backstep_bridge as _bridge
import _backstep_host as _host

from . import sources, streams, tracer
from .encode import children, is_array, written
from .notes import message_of
from .past import rebuild


def _answer(body):
    """Runs body(), which answers JSON, unseen by the recorder; JSON of {value} or {error}."""
    events = tracer.pause()
    printed = streams.aside()
    _bridge.unobserve(True)
    try:
        return f'{{"value":{body()}}}'
    except BaseException as error:
        return json.dumps({'error': describe(error)})
    finally:
        _bridge.unobserve(False)
        tracer.resume(events)
        streams.back(printed)


def describe(error):
    """`NameError: name 'q' is not defined`; where in the expression a syntax error stands."""
    text = message_of(error)
    if isinstance(error, SyntaxError):
        text = error.msg
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def _compile(expression, statements):
    source = expression.strip()
    try:
        return compile(source, '<expression>', 'eval'), True
    except SyntaxError:
        if not statements:
            raise
        return compile(source, '<debug console>', 'exec'), False


def _frame(id):
    frame = tracer.frame_of(id)
    if frame is None:
        raise RuntimeError('this frame has ended')
    return frame


def _value_in(frame, code):
    # One namespace, so that lambdas and generators inside the expression see the frame's names.
    return eval(code, {**frame.f_globals, **frame.f_locals})


def _look(value):
    """JSON of a value to show; tensors that the recording does not know are handed over."""
    _hand_over(value)
    return written(value)


def _hand_over(value, depth=2):
    if isinstance(value, torch.Tensor):
        _host.looked(value._h)
    elif is_array(value):
        _host.looked(value._t._h)
    elif depth and isinstance(value, (list, tuple)):
        for item in value[:20]:
            _hand_over(item, depth - 1)
    elif depth and isinstance(value, dict):
        for item in list(value.values())[:20]:
            _hand_over(item, depth - 1)


def live(expression, frame, statements):
    def body():
        code, is_value = _compile(expression, statements)
        f = _frame(frame)
        if is_value:
            return _look(_value_in(f, code))
        exec(code, f.f_globals, f.f_locals)
        return 'null'
    return _answer(body)


def inside(expression, frame):
    def body():
        value = _value_in(_frame(frame), compile(expression, '<expression>', 'eval'))
        pairs = children(value)
        _hand_over(value)
        return pairs
    return _answer(body)


def names(frame):
    return _answer(lambda: tracer.locals_of(frame))


def set_value(frame, target, expression):
    """`target = expression` in the frame, with gradients off. `opt.lr` and the like are an optimizer's, in all of its groups."""
    def body():
        f = _frame(frame)
        found = _hyperparameter(f, target.strip())
        value = _value_in(f, compile(expression.strip(), '<value>', 'eval'))
        if found is not None:
            optimizer, key = found
            for group in optimizer.param_groups:
                group[key] = value
            return _look(value)
        target_code = compile(target.strip(), '<target>', 'eval')
        with torch.no_grad():
            _assign(f, target.strip(), target_code, value)
        return _look(_value_in(f, target_code))
    return _answer(body)


def edit(frames, target, expression):
    """set_value() in the innermost of the frames that knows the target's first name; `lr` alone is the one optimizer's, unless it is a name."""
    names = {n.id for n in ast.walk(ast.parse(target.strip(), mode='eval')) if isinstance(n, ast.Name)}
    for frame in frames:
        f = tracer.frame_of(frame)
        if f is not None and all(n in f.f_locals or n in f.f_globals for n in names):
            if target.strip() in names:
                others = [n for n in _optimizers(f, target.strip())]
                if others:
                    return _error(f"{target} is a variable here and also a hyperparameter of {others[0]}: "
                                  f"write {others[0]}.{target} for that, or globals()['{target}'] for the variable")
            return set_value(frame, target, expression)
    if target.strip().isidentifier():
        for frame in frames:
            f = tracer.frame_of(frame)
            found = _optimizers(f, target.strip()) if f is not None else {}
            if len({id(o) for o in found.values()}) == 1:
                return set_value(frame, f'{next(iter(found))}.{target.strip()}', expression)
            if found:
                return _error(f"several optimizers have {target}: write one of {', '.join(f'{n}.{target}' for n in found)}")
    # Its own words say what is missing.
    return set_value(frames[0], target, expression)


def _error(text):
    return json.dumps({'error': text})


def _optimizers(frame, key):
    """{name: optimizer} of those in sight that have this hyperparameter."""
    return {n: v for n, v in {**frame.f_globals, **frame.f_locals}.items()
            if isinstance(v, torch.optim.Optimizer) and key in v.param_groups[0] and key != 'params'}


def _hyperparameter(frame, target):
    """(optimizer, key) where the target is `opt.lr`; None for anything else."""
    owner, dot, key = target.rpartition('.')
    if not dot or not key.isidentifier():
        return None
    try:
        found = _value_in(frame, compile(owner, '<target>', 'eval'))
    except Exception:
        return None
    is_one = isinstance(found, torch.optim.Optimizer) and key in found.param_groups[0] and key != 'params'
    return (found, key) if is_one else None


def _assign(f, target, target_code, value):
    old = _value_in(f, target_code) if not target.isidentifier() else f.f_locals.get(target, f.f_globals.get(target))
    trained = isinstance(old, torch.Tensor) and old.requires_grad and old.is_leaf
    if target.isidentifier() and not (trained and isinstance(value, (torch.Tensor, float, int))):
        (f.f_locals if target in f.f_locals else f.f_globals)[target] = value
        return
    if isinstance(old, torch.Tensor) and value is not None and not target.endswith(']'):
        # A weight keeps its identity, for the optimizer holds it: its elements are replaced.
        old.copy_(value if isinstance(value, torch.Tensor) else torch.as_tensor(value, dtype=old.dtype))
        return
    exec(compile(f'{target} = __value', '<target>', 'exec'), {**f.f_globals, **f.f_locals, '__value': value})


def past(expression, recorded):
    """Over the recorded names, given as JSON."""
    def body():
        code, is_value = _compile(expression, True)
        if not is_value:
            raise RuntimeError('the past takes expressions, not statements: nothing of it can be changed. Branch from here to run this')
        # Looking changes nothing: what it draws, the run draws again.
        random = sys.modules.get('random')
        state = random and random.getstate()
        draws = sys.modules.get('numpy.random')
        drawn = draws and draws._global and draws.get_state()
        try:
            return _look(eval(code, rebuild(code, json.loads(recorded), _modules())))
        finally:
            if state:
                random.setstate(state)
            if drawn:
                draws.set_state(drawn)
    return _answer(body)


def _modules():
    """Imports of the script: modules have no past of their own."""
    main = sys.modules.get('__main__')
    found = {'torch': torch}
    for name, value in vars(main).items() if main else ():
        if isinstance(value, types.ModuleType):
            found[name] = value
    return found


def completions(text, column, frame):
    """Names and attributes that begin with what stands before the cursor."""
    def body():
        f = _frame(frame)
        before = text[:column]
        start = len(before)
        while start and (before[start - 1].isidentifier() or before[start - 1].isdigit() or before[start - 1] in '._]['):
            start -= 1
        owner, dot, prefix = before[start:].rpartition('.')
        if dot:
            try:
                found = dir(_value_in(f, compile(owner, '<completion>', 'eval')))
            except Exception:
                # A name that is not there yet, or half a word: nothing to offer.
                found = ()
        else:
            found = {*f.f_locals, *f.f_globals, *dir(__builtins__)}
        shown = sorted(n for n in found if n.startswith(prefix) and (prefix.startswith('_') or not n.startswith('_')))
        return json.dumps([{'label': n} for n in shown[:200]])
    return _answer(body)


def lines(path):
    """Line numbers with code, ascending."""
    def body():
        code = compile(sources.read(path), path, 'exec')
        found = set()
        waiting = [code]
        while waiting:
            c = waiting.pop()
            own = {line for _, _, line in c.co_lines() if line}
            # A function's first line is its def, which its owner runs; RESUME stands there too.
            found |= own - ({c.co_firstlineno} if c.co_name != '<module>' else set())
            waiting += [k for k in c.co_consts if isinstance(k, types.CodeType)]
        return json.dumps(sorted(found))
    return _answer(body)
