"""A notebook as a script: its code cells in order, what of them is not Python left out, and a cell's last value shown as IPython does."""
import ast
import builtins
import json
import re
import sys

# Begins a cell's text in the script.
_MARK = '# %% In [{}]'
_MARKED = re.compile(r'^# %% In \[(\d+)\]$')
_ASSIGNED = re.compile(r'^\s*[\w., ]+=\s*[!%]')
# Cell magics whose cell is run all the same.
_RUN = ('time', 'timeit', 'capture', 'prun', 'matplotlib')


def script(path):
    """The script's text. What is skipped stands in it as a comment."""
    with open(path, encoding='utf-8') as file:
        book = json.load(file)
    cells = book['cells'] if 'cells' in book else [c for sheet in book.get('worksheets', ()) for c in sheet['cells']]
    texts, count = [], 0
    for cell in cells:
        if cell.get('cell_type') != 'code':
            continue
        count += 1
        source = cell.get('source', cell.get('input', ''))
        texts.append(_MARK.format(count) + '\n' + _python(''.join(source)).rstrip('\n') + '\n')
    return '\n'.join(texts)


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
                lines[skipped] = indent + body.split(None, 1)[1]
            else:
                lines[skipped] = f'{indent}pass  # {body}'
    return '\n'.join(lines)


def _is_magic(line):
    text = line.strip()
    return text[:1] in ('%', '!', '?') or text.endswith('?') or _ASSIGNED.match(line) is not None


def compiled(text, path):
    """The code of a script's text: each cell ends with the value of its last expression shown, and its figures."""
    tree = ast.parse(text, path)
    lines = text.split('\n')
    starts = [i for i, line in enumerate(lines, 1) if _MARKED.match(line)] + [len(lines) + 1]
    body, at = [], 0
    for start, end in zip(starts, starts[1:]):
        own = []
        while at < len(tree.body) and tree.body[at].lineno < end:
            own.append(tree.body[at])
            at += 1
        if own and isinstance(own[-1], ast.Expr) and not _is_silent(own[-1], lines):
            last = own[-1]
            call = ast.Call(ast.Name('__backstep_show__', ast.Load()), [last.value], [])
            own[-1] = ast.copy_location(ast.Expr(ast.copy_location(call, last.value)), last)
        if own:
            done = ast.Expr(ast.Call(ast.Name('__backstep_cell__', ast.Load()), [], []))
            place = own[-1].lineno
            for node in ast.walk(done):
                node.lineno = node.end_lineno = place
                node.col_offset = node.end_col_offset = 0
            own.append(done)
        body += own
    tree.body = body
    ast.fix_missing_locations(tree)
    builtins.__backstep_show__ = _show
    builtins.__backstep_cell__ = _end_of_cell
    builtins.get_ipython = _shell
    from IPython.display import display
    builtins.display = display
    _tell_skipped(text)
    return compile(tree, path, 'exec')


def program(path):
    return compiled(script(path), path)


def _is_silent(last, lines):
    """Does a semicolon follow the expression?"""
    # Offsets count bytes.
    rest = lines[last.end_lineno - 1].encode()[last.end_col_offset:].decode()
    return rest.lstrip(') ').startswith(';')


def _tell_skipped(text):
    told = set()
    for line in text.split('\n'):
        found = re.match(r'^\s*pass  # (.*)$', line) or re.match(r'^# (%%.*)$', line)
        # Where pictures go is no loss.
        if found and not _MARKED.match(line) and 'matplotlib' not in found[1] and not found[1].startswith('%%time') and found[1] not in told:
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
