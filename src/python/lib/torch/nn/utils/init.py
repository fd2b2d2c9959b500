"""Modules without their initial draws."""
import inspect


def skip_init(module_cls, *args, **kwargs):
    """A module whose parameters are not drawn: the generator stays as it is, and the weights' memory is not filled (here: zeros)."""
    import torch
    if not issubclass(module_cls, torch.nn.Module):
        raise RuntimeError(f'Expected a Module; got {module_cls}')
    if 'device' not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    kwargs.setdefault('device', 'cpu')
    before = torch.get_rng_state()
    module = module_cls(*args, **kwargs)
    torch.set_rng_state(before)
    with torch.no_grad():
        for t in (*module.parameters(), *module.buffers()):
            t.zero_()
    return module
