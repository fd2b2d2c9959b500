/** Where CPython lays what the line tracer reads out of its memory, held against what Python itself says. */
import { loadPyodide, type PyodideAPI } from 'pyodide';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CPython,
  entriesOf,
  extraOf,
  intOf,
  localAt,
  localsOf,
  nativeFunction,
  refers,
  textOf,
  tupleItem,
  tupleSize,
  typeOf,
  Words,
} from '../../src/python/objects';
import { floatText } from '../../src/recorder/format';

let python: PyodideAPI;
let c: CPython;
/** Runs a program that calls `look` with numbers; what it was called with. */
let looked: number[][];
let seen: (...args: number[]) => unknown;

beforeAll(async () => {
  python = await loadPyodide();
  c = (python as unknown as { _module: CPython })._module;
  python.registerJsModule('looking', {
    look: (...args: number[]) => {
      looked.push(args);
      return seen(...args);
    },
  });
});

function run(source: string, see: (...args: number[]) => unknown = () => 0): number[][] {
  looked = [];
  seen = see;
  python.runPython(`import sys, collections, weakref\nfrom looking import look\n${source}`);
  return looked;
}

describe('plain values', () => {
  it('are read as Python has them', () => {
    const values: unknown[] = [];
    run('for v in (0, 1, -1, 77, -(2**30) + 1, 2**30 - 1, 2**30, -(2**40)): look(id(v))', (v) =>
      values.push(intOf(c.HEAPU32, v)),
    );
    expect(values).toEqual([0, 1, -1, 77, -(2 ** 30) + 1, 2 ** 30 - 1, null, null]);
    run('for v in (1, 1.5, True, None, "x"): look(id(v), id(type(v)))', (v, type) => {
      expect(typeOf(c.HEAPU32, v)).toBe(type);
      return 0;
    });
    const texts: unknown[] = [];
    run('for v in ("", "ab", "aé🙂"): look(id(v))', (v) => texts.push(textOf(c, v)));
    expect(texts).toEqual(['', 'ab', 'aé🙂']);
    run('t = ("a", "b")\nlook(id(t), id(t[0]), id(t[1]))', (t, a, b) => {
      expect([tupleSize(c.HEAPU32, t), tupleItem(c.HEAPU32, t, 0), tupleItem(c.HEAPU32, t, 1)]).toEqual([2, a, b]);
      return 0;
    });
  });

  it('floats have the text of their repr', () => {
    const values = [
      0, -0, 1, -1, 0.1, 1e15, 1e16, 123456789012345680, 1e-4, 9.9e-5, 1.5e-7, 1e22, 1e100, -2.5e-300, 5e-324,
    ];
    values.push(1 / 3, 1234.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    for (const v of values) {
      const own = v === 0 && Object.is(v, -0) ? '-0.0' : python.runPython(`repr(float('${v}'))`);
      expect(floatText(v)).toBe(own);
    }
    run('v = 2.5\nlook(id(v))', (v) => {
      expect(c.HEAPF64[(v + 8) >>> 3]).toBe(2.5);
      return 0;
    });
  });
});

it('fast locals, free variables, and names that a debugger added', () => {
  const found: unknown[] = [];
  run(
    `
def f(a):
    b = object()
    c = object()
    d = object()
    del d
    def g(): return c
    # Fast locals: a, b, d, g; then c, in a cell.
    look(id(sys._getframe()), id(a), id(b), id(g), id(c))
    sys._getframe().f_locals['more'] = 1
    look(id(sys._getframe()), id(a), id(b), id(g), id(c))
f(object())
`,
    (frame, a, b, g, cell) => {
      const h = c.HEAPU32;
      const at = (i: number) => localAt(h, localsOf(h, frame) + 4 * i, i === 4 ? c._PyCell_Type : 0);
      expect([0, 1, 2, 3, 4].map(at)).toEqual([a, b, 0, g, cell]);
      const extra = extraOf(h, frame);
      found.push(extra ? [...entriesOf(c, extra)].map(([name]) => name) : null);
      return 0;
    },
  );
  expect(found).toEqual([null, ['more']]);
});

it('dicts of every kind, with where their values lie', () => {
  const names: string[][] = [];
  run(
    `
class C: pass
o = C()
o.x, o.y = object(), object()
gone = {'u': 1, 'x': o.x, 'y': o.y}
del gone['u']
for d in ({'x': o.x, 'y': o.y}, {1: 2, 'x': o.x, 'y': o.y}, o.__dict__, gone): look(id(d), id(o.x), id(o.y))
`,
    (d, x, y) => {
      const entries = [...entriesOf(c, d)];
      names.push(entries.map(([name]) => name));
      expect(entries.map(([, address]) => c.HEAPU32[address >>> 2])).toEqual([x, y]);
      return 0;
    },
  );
  expect(names).toEqual([
    ['x', 'y'],
    ['x', 'y'],
    ['x', 'y'],
    ['x', 'y'],
  ]);
});

/** What is done to a value `v` that Words are of; and whether they tell. */
const CHANGES: [value: string, change: string, told: boolean][] = [
  ['[1, 2]', 'pass', false],
  ['[1, 2]', 'v.append(3)', true],
  ['[1, 2]', 'v[0] = 3', true],
  ['list(range(30))', 'v[29] = None', true],
  ['{}', "v['a'] = 1", true],
  ["{'a': 1}", "v['a'] = 2", true],
  ["{'a': 1}", "v['a'] = 1", false],
  ["{'a': 1, 'b': 2}", "del v['a']", true],
  ["{'a': 1, 'b': 2}", "v.popitem(); v['c'] = 2", true],
  ['{(1, 2): 1}', 'v[1, 2] = 2', true],
  ['vars(type("C", (), {})())', "v['a'] = 1", true],
  ['collections.OrderedDict(a=1, b=2)', "v.move_to_end('a')", true],
  ['collections.defaultdict(list)', "v['a']", true],
  ['{1, 2}', 'v.add(3)', true],
  ['{1, 2}', 'v.add(2)', false],
  ['collections.deque([1, 2])', 'v.append(3)', true],
  ['collections.deque([1, 2])', 'v[1] = 3', true],
  ['collections.deque(range(100))', 'v.rotate(1)', true],
  ['collections.deque([1, 2], maxlen=2)', 'v.append(1)', true],
  ['collections.deque([1, 2])', 'v[1] = 2', false],
];

it.each(CHANGES)('of %s, words tell of `%s`: %s', (value, change, told) => {
  let words: Words;
  const answers: boolean[] = [];
  run(`v = ${value}\nparts = (v,)\nlook(id(parts))\n${change}\nlook(0)`, (parts) => {
    if (parts) words = Words.of(c, parts);
    else answers.push(!words.unchanged(c.HEAPU32));
    return 0;
  });
  expect(answers).toEqual([told]);
});

it('words of one attribute tell of that alone, and of its coming', () => {
  const answers: boolean[] = [];
  let words: Words;
  run(
    `
class C: pass
o = C()
o.other = 1
parts = ((o.__dict__, 'training'),)
look(id(parts))
o.training = True
look(0)
look(id(parts))
o.other = 2
look(0)
o.training = False
look(0)
`,
    (parts) => {
      if (parts) words = Words.of(c, parts);
      else answers.push(!words.unchanged(c.HEAPU32));
      return 0;
    },
  );
  expect(answers).toEqual([true, false, true]);
});

it('weak references tell whether their object is there', () => {
  const answers: boolean[] = [];
  run('class C: pass\no = C()\nr = weakref.ref(o)\na = id(o)\nlook(id(r), a)\ndel o\nlook(id(r), a)', (r, o) =>
    answers.push(refers(c.HEAPU32, r, o)),
  );
  expect(answers).toEqual([true, false]);
});

it('a native function is called with what it is given, and its failure is an exception', () => {
  const sums: number[] = [];
  const f = nativeFunction(c, 'f', (args, count) => {
    if (count === 0) throw new Error('with nothing');
    const h = c.HEAPU32;
    sums.push(intOf(h, h[args >>> 2])! + intOf(h, h[(args + 4) >>> 2])!);
    return c.__Py_NoneStruct;
  });
  run('class Place: pass\nlook(id(Place))', (place) => c._PyObject_SetAttrString(place, c.stringToNewUTF8('f'), f));
  expect(python.runPython('Place.f(2, 3)')).toBeUndefined();
  expect(sums).toEqual([5]);
  expect(python.runPython('try:\n    Place.f()\nexcept RuntimeError as e:\n    said = str(e)\nsaid')).toBe(
    'with nothing',
  );
});
