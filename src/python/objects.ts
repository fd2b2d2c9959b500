/**
 * Python's objects where they lie in memory, as CPython 3.14 lays them in words of 32 bits: to read one costs a hundredth of asking Python
 * for it. test/python/objects.test.ts holds these places against Python's own answers. Addresses are numbers; 0 is none.
 */

/** What is used of Emscripten's module. */
export interface CPython {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  HEAPF64: Float64Array;
  addFunction(f: unknown, signature: string): number;
  UTF8ToString(address: number, bytes?: number): string;
  stringToNewUTF8(text: string): number;
  _malloc(bytes: number): number;
  _Py_IncRef(object: number): void;
  _Py_DecRef(object: number): void;
  _PyEval_GetFrame(): number;
  _PyObject_CallNoArgs(f: number): number;
  _PyObject_CallOneArg(f: number, value: number): number;
  _PyObject_SetAttrString(object: number, name: number, value: number): number;
  _PyCMethod_New(definition: number, self: number, module: number, type: number): number;
  _PyUnicode_AsUTF8AndSize(text: number, size: number): number;
  _PyType_GetFlags(type: number): number;
  _PyType_IsSubtype(type: number, base: number): number;
  _PyErr_SetString(type: number, message: number): void;
  __Py_NoneStruct: number;
  _PyLong_Type: number;
  _PyFloat_Type: number;
  _PyBool_Type: number;
  _PyUnicode_Type: number;
  _PyODict_Type: number;
  _PySet_Type: number;
  _PyCell_Type: number;
  _PyExc_RuntimeError: number;
}

export const typeOf = (h: Uint32Array, object: number): number => h[(object + 4) >>> 2];

/** An int that one digit holds; null where it is longer. */
export function intOf(h: Uint32Array, object: number): number | null {
  const tag = h[(object + 8) >>> 2];
  if (tag >>> 3 > 1) return null;
  const digit = h[(object + 12) >>> 2];
  return (tag & 3) === 2 ? -digit : (tag & 3) === 1 ? 0 : digit;
}

/** The text of a str; throws for one that UTF-8 cannot hold. */
export function textOf(c: CPython, object: number): string {
  size ||= c._malloc(4);
  const bytes = c._PyUnicode_AsUTF8AndSize(object, size);
  return c.UTF8ToString(bytes, c.HEAPU32[size >>> 2]);
}
let size = 0;

/** Items of a tuple. */
export const tupleItem = (h: Uint32Array, tuple: number, i: number): number => h[(tuple + 16 + 4 * i) >>> 2];
export const tupleSize = (h: Uint32Array, tuple: number): number => h[(tuple + 8) >>> 2];

/** Where a running frame's fast locals begin; `frame` is its frame object. */
export const localsOf = (h: Uint32Array, frame: number): number => h[(frame + 12) >>> 2] + 40;

/** A tensor's handle, an int of Python's; 0 where it has none yet. */
export const handleOf = (h: Uint32Array, tensor: number): number => h[(tensor + 12) >>> 2];

/** Names that a debugger added to a frame: a dict. */
export const extraOf = (h: Uint32Array, frame: number): number => h[(frame + 28) >>> 2];

/** What lies in a fast local; 0 where it is unbound. Two bits are Python's own. */
export function localAt(h: Uint32Array, address: number, cell: number): number {
  const value = (h[address >>> 2] & ~3) >>> 0;
  return cell && value && typeOf(h, value) === cell ? h[(value + 8) >>> 2] : value;
}

/** Is what a weak reference is to still there? */
export const refers = (h: Uint32Array, reference: number, object: number): boolean =>
  h[(reference + 8) >>> 2] === object;

/** A dict's table. */
function tableOf(h: Uint32Array, bytes: Uint8Array, dict: number) {
  const keys = h[(dict + 24) >>> 2];
  const values = h[(dict + 28) >>> 2];
  const entries = keys + 20 + 2 ** bytes[keys + 5];
  // A general entry begins with its hash.
  const wide = bytes[keys + 6] === 0;
  const stride = wide ? 12 : 8;
  return {
    keys,
    values,
    count: h[(keys + 16) >>> 2],
    keyAt: (i: number) => entries + i * stride + (wide ? 4 : 0),
    valueAt: (i: number) => (values ? values + 4 + 4 * i : entries + i * stride + (wide ? 8 : 4)),
  };
}

/** Each key of a dict that is a text, with the address of the word that holds its value. */
export function* entriesOf(c: CPython, dict: number): Generator<[name: string, address: number]> {
  const table = tableOf(c.HEAPU32, c.HEAPU8, dict);
  for (let i = 0; i < table.count; i++) {
    const h = c.HEAPU32;
    const key = h[table.keyAt(i) >>> 2];
    if (!key || !h[table.valueAt(i) >>> 2] || typeOf(h, key) !== c._PyUnicode_Type) continue;
    yield [textOf(c, key), table.valueAt(i)];
  }
}

/** Words that change when a dict gets a key, loses one, or moves. */
export function shapeOf(h: Uint32Array, bytes: Uint8Array, dict: number, into: number[]): void {
  const { keys, values } = tableOf(h, bytes, dict);
  into.push(dict + 8, dict + 24, dict + 28, values || keys + 16);
}

const LIST = 1 << 25;
const DICT = 1 << 29;
/** As many items are looked at as encode.py writes down. */
const ITEMS = 20;
/** Of a deque's block. */
const BLOCK = 64;

/** Words of memory, and what they held: nothing of what they belong to has changed while they hold it. */
export class Words {
  private constructor(
    private readonly places: Uint32Array,
    private readonly held: Uint32Array,
  ) {}

  unchanged(h: Uint32Array): boolean {
    const { places, held } = this;
    for (let i = 0; i < places.length; i++) if (h[places[i]] !== held[i]) return false;
    return true;
  }

  static at(h: Uint32Array, addresses: number[]): Words {
    const places = Uint32Array.from(addresses, (a) => a >>> 2);
    return new Words(
      places,
      places.map((p) => h[p]),
    );
  }

  /** Of the containers in a tuple: dicts, lists, sets, deques; or a dict and one of its keys. */
  static of(c: CPython, containers: number): Words {
    const { HEAPU32: h, HEAPU8: bytes } = c;
    const found: number[] = [];
    for (let i = 0; i < tupleSize(h, containers); i++) {
      const container = tupleItem(h, containers, i);
      const type = typeOf(h, container);
      const flags = c._PyType_GetFlags(type);
      if (flags & LIST) listWords(h, container, found);
      else if (flags & DICT) {
        dictWords(h, bytes, container, found);
        if (c._PyType_IsSubtype(type, c._PyODict_Type)) found.push(container + 32, container + 36);
      } else if (flags & TUPLE) attributeWord(h, bytes, container, found);
      else if (c._PyType_IsSubtype(type, c._PySet_Type)) found.push(container + 12);
      else dequeWords(h, container, found);
    }
    return Words.at(h, found);
  }
}

const TUPLE = 1 << 26;

function listWords(h: Uint32Array, list: number, into: number[]): void {
  const length = h[(list + 8) >>> 2];
  const items = h[(list + 12) >>> 2];
  into.push(list + 8, list + 12);
  for (let i = 0; i < Math.min(length, ITEMS); i++) into.push(items + 4 * i);
  if (length > ITEMS) into.push(items + 4 * (length - 1));
}

function dictWords(h: Uint32Array, bytes: Uint8Array, dict: number, into: number[]): void {
  shapeOf(h, bytes, dict, into);
  const { count, keyAt, valueAt, values } = tableOf(h, bytes, dict);
  let looked = 0;
  for (let i = 0; i < count && looked < ITEMS; i++) {
    if (!h[valueAt(i) >>> 2]) continue;
    into.push(valueAt(i));
    looked++;
  }
  if (count > 0 && !values) into.push(keyAt(count - 1), valueAt(count - 1));
}

/** `(dict, key)`: the key is the very object in the dict. */
function attributeWord(h: Uint32Array, bytes: Uint8Array, pair: number, into: number[]): void {
  const dict = tupleItem(h, pair, 0);
  const { count, keyAt, valueAt } = tableOf(h, bytes, dict);
  into.push(dict + 24, dict + 28);
  for (let i = 0; i < count; i++) {
    if (h[keyAt(i) >>> 2] !== tupleItem(h, pair, 1)) continue;
    into.push(valueAt(i));
    return;
  }
  // It may come.
  dictWords(h, bytes, dict, into);
}

function dequeWords(h: Uint32Array, deque: number, into: number[]): void {
  into.push(deque + 8, deque + 12, deque + 16, deque + 20, deque + 24);
  let block = h[(deque + 12) >>> 2];
  let at = h[(deque + 20) >>> 2];
  for (let i = 0; i < Math.min(h[(deque + 8) >>> 2], ITEMS); i++) {
    into.push(block + 4 + 4 * at);
    if (++at < BLOCK) continue;
    at = 0;
    block = h[(block + 4 + 4 * BLOCK) >>> 2];
  }
}

/** METH_FASTCALL. */
const FAST = 0x80;

/** A Python function (METH_FASTCALL) that is one of ours: to call it costs a fifth of calling a JavaScript function through Pyodide. */
export function nativeFunction(c: CPython, name: string, body: (args: number, count: number) => number): number {
  const fail = (error: unknown) => {
    const message = c.stringToNewUTF8(error instanceof Error ? error.message : String(error));
    c._PyErr_SetString(c.HEAPU32[c._PyExc_RuntimeError >>> 2], message);
    return 0;
  };
  const call = (_: number, args: number, count: number) => {
    try {
      return body(args, count);
    } catch (error) {
      return fail(error);
    }
  };
  const definition = c._malloc(16);
  c.HEAPU32.set([c.stringToNewUTF8(name), c.addFunction(call, 'iiii'), FAST, 0], definition >>> 2);
  return c._PyCMethod_New(definition, 0, 0, 0);
}
