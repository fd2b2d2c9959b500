"""Runs a script as __main__ under fixed seeds, and writes its last variables down. PyTorch's Python runs this file, and so does Backstep.

    python __corpus__.py SCRIPT [ARG ...]       writes __corpus__.json
"""
import sys


def seed():
    """torch, random and numpy begin at 0, before the script's first line."""
    import random

    import torch
    random.seed(0)
    torch.manual_seed(0)
    try:
        import numpy
    except ImportError:
        pass
    else:
        numpy.random.seed(0)


def run_notebook(path, names):
    """Cells in order, as IPython does; of a cell's last expression only the value is shown."""
    try:
        from _backstep import notebook
    except ImportError:
        from IPython.core.interactiveshell import InteractiveShell
        import json
        shell = InteractiveShell.instance(user_ns=names)
        shell.colors = 'NoColor'
        hook = shell.displayhook
        hook.write_output_prompt = hook.log_output = hook.finish_displayhook = lambda *args: None
        hook.write_format_data = lambda found, *args: print(found['text/plain'])
        with open(path, encoding='utf-8') as file:
            book = json.load(file)
        shell.run_line_magic = shell.run_cell_magic = shell.system = lambda *args, **kwargs: None
        for cell in book['cells']:
            text = ''.join(cell['source'])
            if text.startswith('%%time'):
                text = text.partition('\n')[2]
            if cell['cell_type'] == 'code' and not text.startswith('%%'):
                # With its history: a semicolon is looked for there.
                shell.run_cell(text, store_history=True).raise_error()
        names.update(shell.user_ns)
        return
    for cell in notebook.program(path):
        exec(cell, names)


def values(found):
    """What of a variable can be compared; the name of its type where nothing can."""
    import torch

    # Calls itself as a local: this module's names are gone when the script has run.
    def tell(found, depth):
        kind = type(found).__name__
        if found is None or isinstance(found, (bool, str)):
            return found
        if isinstance(found, (int, float)):
            return {'number': repr(float(found))}
        if isinstance(found, torch.nn.Module):
            return {'module': kind, 'state': {k: tell(v, depth + 1) for k, v in found.state_dict().items()}}
        if isinstance(found, torch.Tensor):
            flat = found.detach().reshape(-1)[:1000]
            if flat.is_complex():
                flat = torch.view_as_real(flat).reshape(-1)
            return {'tensor': str(found.dtype), 'shape': list(found.shape), 'values': [repr(float(x)) for x in flat.tolist()]}
        if kind == 'ndarray' and found.dtype.kind in 'biuf':
            return {'array': str(found.dtype), 'shape': list(found.shape), 'values': [repr(float(x)) for x in found.reshape(-1)[:1000].tolist()]}
        if hasattr(found, 'item') and hasattr(found, 'dtype') and getattr(found, 'ndim', 1) == 0:
            return {'number': repr(found.item())}
        if depth < 3 and isinstance(found, (list, tuple)):
            return {'sequence': kind, 'length': len(found), 'values': [tell(x, depth + 1) for x in found[:200]]}
        if depth < 3 and isinstance(found, dict):
            return {'dict': kind, 'length': len(found), 'values': {str(k): tell(v, depth + 1) for k, v in list(found.items())[:200]}}
        return {'type': kind}
    return tell(found, 0)


def main():
    path = sys.argv[1]
    module = sys.modules['__main__']
    tell, book = values, run_notebook
    seed()
    sys.argv = sys.argv[1:]
    names = {'__name__': '__main__', '__file__': path, '__builtins__': __builtins__}
    module.__dict__.clear()
    module.__dict__.update(names)
    names = module.__dict__
    try:
        if path.endswith('.ipynb'):
            book(path, names)
        else:
            with open(path, 'rb') as file:
                exec(compile(file.read(), path, 'exec'), names)
    finally:
        import json
        import types
        last = {}
        for name, value in list(names.items()):
            hidden = name.startswith('_') or name in ('In', 'Out', 'exit', 'quit', 'get_ipython', 'open')
            # Functions, classes and modules; a net is called too, and has numbers.
            code = isinstance(value, types.ModuleType) or callable(value) and not hasattr(value, 'state_dict')
            if not hidden and not code:
                try:
                    last[name] = tell(value)
                except Exception as error:
                    last[name] = {'type': f'{type(value).__name__} ({error})'}
        with open('__corpus__.json', 'w') as file:
            json.dump(last, file)


main()
