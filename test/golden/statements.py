"""Runs a program statement by statement and writes down what each prints, gives or raises.

python3 test/golden/statements.py        runs test/golden/face/*.py under real PyTorch, writes test/golden/face/*.json

The tests run the same programs under Backstep's torch, through `run` below, and compare statement by statement.
"""
import ast
import contextlib
import io
import json
import re
import warnings

ADDRESS = re.compile(r'0x[0-9a-f]+')


def run(source):
    """[[statement, text]] of a program. An expression's value is shown by repr, an exception by its type and message."""
    scope = {'__name__': '__main__'}
    out = []
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node)
        if getattr(node, 'decorator_list', None):
            text = '\n'.join(source.splitlines()[node.decorator_list[0].lineno - 1:node.end_lineno])
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            try:
                if isinstance(node, ast.Expr):
                    value = eval(compile(text, '/work/train.py', 'eval'), scope)
                    if value is not None:
                        print(repr(value))
                else:
                    exec(compile(text, '/work/train.py', 'exec'), scope)
            except Exception as error:
                print(f'{type(error).__name__}: {error}')
        out.append([text, ADDRESS.sub('0x…', stream.getvalue())])
    return out


def main():
    import pathlib
    import sys
    here = pathlib.Path(__file__).parent / 'face'
    only = sys.argv[1:]
    for path in sorted(here.glob('*.py')):
        if only and path.stem not in only:
            continue
        rows = run(path.read_text())
        lines = ',\n'.join(json.dumps(r, ensure_ascii=False) for r in rows)
        path.with_suffix('.json').write_text(f'[\n{lines}\n]\n')


if __name__ == '__main__':
    main()
