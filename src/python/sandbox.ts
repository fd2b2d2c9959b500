/**
 * Keeps a script inside Python: what it may see of the machine is its folder, and nothing of Node's. A wall against accidents and
 * curiosity, not against an attacker who knows pyodide's memory: an untrusted workspace runs nothing at all.
 */
import type { PyodideAPI } from 'pyodide';

/** No code from text in this thread: any JavaScript function that a script holds would lead to the machine by its constructor. */
export function lockRealm(): void {
  const refuse = (): never => {
    throw new Error('scripts cannot run JavaScript');
  };
  const functions = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const f of functions)
    for (let p = Object.getPrototypeOf(f); p && p !== Object.prototype; p = Object.getPrototypeOf(p))
      if (Object.hasOwn(p, 'constructor'))
        Object.defineProperty(p, 'constructor', { value: refuse, writable: false, configurable: false });
}

/** Python's modules `js` and `pyodide_js`, which would mount folders and reach Node, cannot be imported any more. */
export function hideJavaScript(python: PyodideAPI): void {
  python.runPython(`
import sys
from _pyodide._importhook import jsfinder
for name in [n for n in sys.modules if n.partition('.')[0] in ('pyodide_js', 'js')]:
    del sys.modules[name]
for name in ('pyodide_js', 'js'):
    jsfinder.jsproxies.pop(name, None)
    sys.modules[name] = None
del jsfinder, name
`);
}
