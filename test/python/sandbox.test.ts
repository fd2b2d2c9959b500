/** What a script can reach: its folder, the standard library, torch; nothing else of the machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'backstep-sandbox-'));
const PROBES = `
import os, asyncio
def probe(f):
    try:
        print(f.__name__, f())
    except BaseException as error:
        why = getattr(getattr(error, 'reason', error), 'strerror', None)
        print(' '.join(filter(None, [f.__name__, type(error).__name__, why])))
@probe
def data():
    return open('data.txt').read()
@probe
def write():
    open('made.txt', 'w').write('x')
    return os.path.exists('made.txt')
@probe
def passwords():
    return open('/etc/passwd').read()
@probe
def parent():
    return sorted(os.listdir('..'))
@probe
def link():
    return open('link').read()
@probe
def js():
    import js
@probe
def run_js():
    from pyodide.code import run_js
    return run_js('process.version')
@probe
def api():
    import pyodide_js
@probe
def constructor():
    import _backstep_bridge
    return _backstep_bridge.go.constructor('return process')()
@probe
def object_constructor():
    import _backstep_bridge
    return _backstep_bridge.constructor.constructor('return process')()
@probe
def process():
    import subprocess
    return subprocess.run(['ls'])
@probe
def shell():
    return os.system('touch shell-was-here')
@probe
def shell_from_c():
    import ctypes
    return ctypes.CDLL(None).system(b'touch shell-was-here') >> 8
@probe
def text_from_c():
    import ctypes
    code = b"process.getBuiltinModule('fs').writeFileSync('text-was-here', '')"
    return ctypes.CDLL(None).emscripten_run_script_int(code)
@probe
def download():
    from urllib.request import urlopen
    urlopen('http://127.0.0.1:9/')
@probe
def connection():
    import socket
    socket.create_connection(('127.0.0.1', 9))
@probe
def server():
    import socket
    socket.socket()
@probe
def coroutine():
    async def wait():
        await asyncio.sleep(0.001)
        return 5
    return asyncio.run(wait())
print('secret', os.environ.get('BACKSTEP_SECRET'))
`;
const NO_NETWORK = 'a script in Backstep has no network: put the files that it needs into its folder';
let printed: string[];
beforeAll(async () => {
  writeFileSync(join(folder, 'data.txt'), '1,2');
  writeFileSync(join(folder, 'train.py'), PROBES);
  const { symlinkSync } = await import('node:fs');
  symlinkSync('/etc/passwd', join(folder, 'link'));
  printed = execFileSync(process.execPath, [cli, 'run', join(folder, 'train.py')], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, BACKSTEP_SECRET: 'x' },
  })
    .trim()
    .split('\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['reads beside itself', 'data 1,2'],
  ['writes beside itself', 'write True'],
  ["does not see the machine's files", 'passwords FileNotFoundError No such file or directory'],
  ['does not see them through a link', 'link FileNotFoundError No such file or directory'],
  ["cannot import pyodide's js", 'js ModuleNotFoundError'],
  ["cannot import pyodide's run_js", 'run_js ModuleNotFoundError'],
  ["cannot import pyodide's own face", 'api ModuleNotFoundError'],
  ['cannot make JavaScript of text', 'constructor JsException'],
  ['cannot make it by an object either', 'object_constructor JsException'],
  ['starts no process', 'process OSError emscripten does not support processes.'],
  ['runs no shell', 'shell OSError a script in Backstep cannot start other programs'],
  ['runs no shell by C either', 'shell_from_c 127'],
  ['cannot make JavaScript by C', 'text_from_c 0'],
  ['downloads nothing', `download URLError ${NO_NETWORK}`],
  ['connects to nothing', `connection OSError ${NO_NETWORK}`],
  ['serves nothing', `server OSError ${NO_NETWORK}`],
  ['runs coroutines', 'coroutine 5'],
  ['sees nothing of the environment', 'secret None'],
])('a script %s', (_, line) => {
  expect(printed).toContain(line);
});

test('a script sees nothing beside its folder', () => {
  expect(printed.find((line) => line.startsWith('parent'))).toBe(`parent ['${folder.split('/').pop()}']`);
});

test('what a script asks a shell or JavaScript to write is not written', () => {
  expect(readdirSync(folder).sort()).toEqual(['data.txt', 'link', 'made.txt', 'train.py']);
});
