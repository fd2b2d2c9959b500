"""What real PyTorch answers to its own operator database, as cases that our torch is asked too.

    python3 test/judge/export.py [OP ...] [--dtype DTYPE]
        makes the files of these ops (of all) where they are not made yet; prints where they are

One file of JSON lines an op of `op_db` or module of `module_db`, in a folder of the temporary one (BACKSTEP_JUDGE, if set).
A case is a little program: `steps` of public calls, whose arguments are tensors of the case ({"$": n}) or results of earlier
steps ({"r": [step, leaf]}). The calls that PyTorch's own tests make through lambdas (seeding, choosing an output, making an input
hermitian) are written down as they run. See README.md.
"""
import argparse
import hashlib
import importlib.metadata
import json
import os
import pathlib
import sys
import tempfile

NO_SUCH_NAME = 3
HERE = pathlib.Path(__file__).parent


def folder():
    """Where this version of the scripts keeps the answers of this version of PyTorch."""
    sources = b''.join((HERE / name).read_bytes() for name in ('cases.py', 'program.py', 'undefined.py', 'values.py'))
    key = hashlib.sha1(sources + importlib.metadata.version('torch').encode()).hexdigest()[:12]
    root = pathlib.Path(os.environ.get('BACKSTEP_JUDGE') or pathlib.Path(tempfile.gettempdir()) / 'backstep-judge')
    return root / key


def file_of(name):
    return f'{name}.jsonl'


def names_of(found):
    """All names that the database has, in its order."""
    index = found / 'index.json'
    if not index.exists():
        import cases
        found.mkdir(parents=True, exist_ok=True)
        write(index, json.dumps(cases.all_names()))
    return json.loads(index.read_text())


def write(path, text):
    """Whole or not at all: several of these may run at once."""
    part = path.with_name(f'{path.name}.{os.getpid()}')
    part.write_text(text)
    part.replace(path)


def asked(wanted, names):
    """The names that a user means: `add`, `relu` for nn.functional.relu, `linalg.` for all of linalg, `Linear` for torch.nn.Linear."""
    chosen = []
    for w in wanted:
        w = w if w in names else w.removeprefix('torch.')
        found = [n for n in names if n == w or n.startswith(f'{w}@') or n == f'nn.{w}']
        if w.endswith('.'):
            found = [n for n in names if n.startswith(w)]
        found = found or [n for n in names if n.partition('@')[0].rpartition('.')[2] == w]
        if not found:
            from difflib import get_close_matches
            near = get_close_matches(w, names, 3, 0.6)
            print(f"PyTorch's database has no {w}." + (f' Close to it: {", ".join(near)}' if near else ''), file=sys.stderr)
            sys.exit(NO_SUCH_NAME)
        chosen += [n for n in found if n not in chosen]
    return chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('ops', nargs='*')
    parser.add_argument('--dtype')
    wanted = parser.parse_args()
    found = folder()
    names = names_of(found)
    chosen = asked(wanted.ops, names) if wanted.ops else names
    dtype = None
    if wanted.dtype:
        import torch
        dtype = getattr(torch, wanted.dtype, None)
        if not isinstance(dtype, torch.dtype):
            print(f'PyTorch has no dtype {wanted.dtype}.', file=sys.stderr)
            sys.exit(NO_SUCH_NAME)
        found /= wanted.dtype
        found.mkdir(exist_ok=True)
    missing = [n for n in chosen if not (found / file_of(n)).exists()]
    if missing:
        import cases
        for i, name in enumerate(missing):
            if len(missing) > 3:
                print(f'\rPyTorch answers: {i + 1} of {len(missing)}  {name:50}', end='', file=sys.stderr, flush=True)
            write(found / file_of(name), '\n'.join(json.dumps(line, separators=(',', ':')) for line in cases.of(name, dtype)) + '\n')
        print(file=sys.stderr)
    print(json.dumps({'folder': str(found), 'names': chosen}))


if __name__ == '__main__':
    main()
