"""The signatures that real PyTorch lists in "received an invalid combination of arguments".

python3 test/golden/signatures.py     writes src/python/lib/torch/_signatures.json (then `npm run fix` formats it)

Names of which PyTorch has one signature are left out: their errors name the argument.
"""
import json
import pathlib
import types
import warnings

import torch
import torch.nn.functional as F

LIST = 'received an invalid combination of arguments'


class Odd:
    """No op takes this."""


def signatures(call):
    for args in ((Odd(),), (), (Odd(),) * 2, (Odd(),) * 3, (Odd(),) * 9):
        try:
            call(*args)
        except Exception as error:
            text = str(error)
            if LIST in text:
                if 'expected one of:' in text:
                    return [line[3:] for line in text.splitlines() if line.startswith(' * ')]
                return [text[text.index('but expected (') + len('but expected '):].splitlines()[0]]
    return None


def main():
    out = {'function': {}, 'method': {}}
    warnings.simplefilter('ignore')
    for name in dir(torch):
        f = getattr(torch, name)
        if isinstance(f, types.BuiltinFunctionType) and not name.startswith('_') and f.__module__ == 'torch':
            found = signatures(f)
            if found:
                out['function'][name] = found
    for name in dir(F):
        f = getattr(F, name)
        if isinstance(f, types.BuiltinFunctionType) and not name.startswith('_') and name not in out['function']:
            found = signatures(f)
            if found:
                out['function'][name] = found
    for space in (torch.special, torch.linalg, torch.fft):
        for f in vars(space).values():
            # Their errors say special_zeta, linalg_norm.
            if isinstance(f, types.BuiltinFunctionType) and f.__name__.startswith(('special_', 'linalg_', 'fft_')):
                found = signatures(f)
                if found:
                    out['function'][f.__name__] = found
    for name in dir(torch.Tensor):
        if name.startswith('_') or not callable(getattr(torch.Tensor, name)):
            continue
        if name in ('set_', 'resize_', 'share_memory_', 'module_load'):
            continue
        found = signatures(lambda *args: getattr(torch.ones(2, 2), name)(*args))
        if found:
            out['method'][name] = found
    path = pathlib.Path(__file__).parents[2] / 'src/python/lib/torch/_signatures.json'
    lines = [f'{json.dumps(kind)}: {{\n' + ',\n'.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in sorted(names.items())) + '\n}'
             for kind, names in out.items()]
    path.write_text('{\n' + ',\n'.join(lines) + '\n}\n')


main()
