"""torch.func: modules as functions of their parameters."""
import contextlib

import torch


def _owner(module, path):
    """(the module that holds a parameter or buffer, which of its dicts, the name there); None where there is none."""
    *folders, name = path.split('.')
    for part in folders:
        if part not in module._modules:
            raise AttributeError(f'{type(module).__name__} has no attribute `{part}`')
        module = module._modules[part]
    for where in (module._parameters, module._buffers):
        if name in where:
            return where, name
    return None


def _groups(module):
    """Names of the parameters and buffers that are one and the same tensor."""
    by_tensor = {}
    for name, t in (*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)):
        by_tensor.setdefault(id(t), []).append(name)
    return by_tensor.values()


@contextlib.contextmanager
def reparametrized(module, values, tie_weights=True, strict=False):
    """Within it, the module has these tensors in place of its own."""
    values = dict(values)
    if tie_weights:
        for names in _groups(module):
            given = {n: values[n] for n in names if n in values}
            if len({id(v) for v in given.values()}) > 1:
                raise ValueError(f"functional_call got multiple values for keys {sorted(given)}, which are tied. Consider using "
                                 'tie_weights=False')
            if given:
                one = next(iter(given.values()))
                values.update({n: one for n in names})
    if strict:
        there = {n for names in _groups(module) for n in names}
        missing, unexpected = sorted(there - set(values)), sorted(set(values) - there)
        words = []
        if unexpected:
            words.append(f"Unexpected key(s): {', '.join(map(repr, unexpected))}.")
        if missing:
            words.append(f"Missing key(s): {', '.join(map(repr, missing))}.")
        if words:
            raise RuntimeError(f'Error(s) in reparametrizing for {type(module).__name__}:\n\t' + '\n\t'.join(words))
    before = []
    try:
        for name, value in values.items():
            found = _owner(module, name)
            if found is None:
                continue
            where, key = found
            before.append((where, key, where[key]))
            where[key] = value
        yield
    finally:
        for where, key, value in reversed(before):
            where[key] = value


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Calls a module with other parameters and buffers, by name, than its own."""
    if isinstance(parameter_and_buffer_dicts, dict):
        values = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, (list, tuple)):
        if not all(isinstance(d, dict) for d in parameter_and_buffer_dicts):
            raise ValueError('Expected all elements of parameter_and_buffer_dicts to be dictionaries')
        names = [name for d in parameter_and_buffer_dicts for name in d]
        repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if repeated:
            raise ValueError(f'{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous')
        values = {name: v for d in parameter_and_buffer_dicts for name, v in d.items()}
    else:
        raise ValueError('Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got '
                         f'{type(parameter_and_buffer_dicts)}')
    with reparametrized(module, values, tie_weights, strict):
        args = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*args, **(kwargs or {}))


def stack_module_state(models):
    """(parameters, buffers) of modules of one class, stacked by name; the parameters are new leaves."""
    if len(models) == 0:
        raise RuntimeError('stack_module_state: Expected at least one model, got 0.')
    if not (all(m.training for m in models) or all(not m.training for m in models)):
        raise RuntimeError('stack_module_state: Expected all models to have the same training/eval mode.')
    if not all(type(m) is type(models[0]) for m in models):
        raise RuntimeError('stack_module_state: Expected all models to be of the same class.')

    def stacked(columns):
        kinds = {t.requires_grad for t in columns}
        if len(kinds) > 1:
            raise RuntimeError(f'Expected {columns} to all have the same requires_grad')
        made = torch.stack([t.detach() for t in columns])
        return made.requires_grad_(kinds.pop())

    parameters = {name: stacked([dict(m.named_parameters())[name] for m in models]) for name, _ in models[0].named_parameters()}
    buffers = {name: stacked([dict(m.named_buffers())[name] for m in models]) for name, _ in models[0].named_buffers()}
    return parameters, buffers


def replace_all_batch_norm_modules_(root):
    """Batch normalizations without running statistics, which vmap could not write; the module itself."""
    from ..nn.modules.batchnorm import _BatchNorm
    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
