"""A notebook's code cells: each is a file of its own, `train.ipynb[3]`, what of it is not Python left out, its last value shown as IPython does."""
import ast
import builtins
import json
import re
import sys

from . import sources

_ASSIGNED = re.compile(r'^\s*[\w., ]+=\s*[!%]')
# Cell magics whose cell is run all the same.
_RUN = ('time', 'timeit', 'capture', 'prun', 'matplotlib')


def path_of(notebook, number):
    """The path that stands for a code cell; the first has number 1."""
    return f'{notebook}[{number}]'


def cells(path):
    """[[path, text]] of the code cells, in their order. What is skipped stands there as a comment."""
    with open(path, encoding='utf-8') as file:
        book = json.load(file)
    every = book['cells'] if 'cells' in book else [c for sheet in book.get('worksheets', ()) for c in sheet['cells']]
    texts = [''.join(c.get('source', c.get('input', ''))) for c in every if c.get('cell_type') == 'code']
    return [[path_of(path, number), _python(text)] for number, text in enumerate(texts, 1)]


def _python(text):
    """A cell's text with what is not Python as comments; as many lines as before."""
    lines = text.split('\n')
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith('%%'):
        words = lines[first][2:].split()
        name = words[0] if words else ''
        if name == 'writefile' and len(words) > 1:
            mode = 'a' if '-a' in words else 'w'
            return f"with open({words[-1]!r}, {mode!r}) as _file: _file.write({chr(10).join(lines[first + 1:]) + chr(10)!r})" + '\n' * (len(lines) - 1)
        lines[first] = '# ' + lines[first]
        if name not in _RUN:
            return '\n'.join(line if i == first else '# ' + line for i, line in enumerate(lines))
    for _ in lines:
        try:
            ast.parse('\n'.join(lines))
            break
        except SyntaxError as error:
            at = (error.lineno or 1) - 1
            # An empty body is found behind it.
            skipped = next((i for i in (at, at - 1) if 0 <= i < len(lines) and _is_magic(lines[i])), None)
            if skipped is None:
                break
            line = lines[skipped]
            body = line.strip()
            indent = line[:len(line) - len(line.lstrip())]
            if re.match(r'%(time|timeit|prun)\s+[^-\s]', body):
                # Of %time the value is shown, of the others it is not.
                lines[skipped] = indent + body.split(None, 1)[1] + ('' if body.startswith('%time ') else ';')
            else:
                lines[skipped] = f'{indent}pass  # {body}'
    return '\n'.join(lines)


def _is_magic(line):
    text = line.strip()
    return text[:1] in ('%', '!', '?') or text.endswith('?') or _ASSIGNED.match(line) is not None


def program(path, texts=None):
    """The cells' code, in their order: each ends with the value of its last expression shown, and its figures. `texts`: of the cells."""
    found = cells(path) if texts is None else texts
    sources.install(dict(found))
    codes = [_compiled(text, own) for own, text in found]
    builtins.__backstep_show__ = _show
    builtins.__backstep_cell__ = _end_of_cell
    builtins.get_ipython = _shell
    from IPython.display import display
    builtins.display = display
    _tell_skipped([text for _, text in found])
    return codes


def _compiled(text, path):
    tree = ast.parse(text, path)
    body = tree.body
    if body and isinstance(body[-1], ast.Expr) and not _is_silent(body[-1], text.split('\n')):
        last = body[-1]
        call = ast.Call(ast.Name('__backstep_show__', ast.Load()), [last.value], [])
        body[-1] = ast.copy_location(ast.Expr(ast.copy_location(call, last.value)), last)
    if body:
        done = ast.Expr(ast.Call(ast.Name('__backstep_cell__', ast.Load()), [], []))
        for node in ast.walk(done):
            node.lineno = node.end_lineno = body[-1].lineno
            node.col_offset = node.end_col_offset = 0
        body.append(done)
    ast.fix_missing_locations(tree)
    return compile(tree, path, 'exec')


def _is_silent(last, lines):
    """Does a semicolon follow the expression?"""
    # Offsets count bytes.
    rest = lines[last.end_lineno - 1].encode()[last.end_col_offset:].decode()
    return rest.lstrip(') ').startswith(';')


def _tell_skipped(texts):
    told = set()
    for line in '\n'.join(texts).split('\n'):
        found = re.match(r'^\s*pass  # (.*)$', line) or re.match(r'^# (%%.*)$', line)
        # Where pictures go is no loss.
        if found and 'matplotlib' not in found[1] and not found[1].startswith('%%time') and found[1] not in told:
            told.add(found[1])
            print(f'Backstep: skipped in the notebook: {found[1]}', file=sys.stderr)


def _show(value):
    if value is not None:
        from IPython.lib.pretty import pretty
        print(pretty(value))
        builtins._ = value


def _end_of_cell():
    """A notebook shows the figures of a cell below it."""
    pyplot = sys.modules.get('matplotlib.pyplot')
    if pyplot is not None:
        pyplot.show()


class _Shell:
    """get_ipython(): takes any magic."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def _shell():
    return _Shell()
