/**
 * The line tracer's hot half: sys.monitoring calls it at every line of the user's files. It finds the names that changed by reading Python's
 * memory (objects.ts) and asks Python (lib/_backstep/encode.py) only to write down what is not plain.
 */
import { floatText } from '../recorder/format';
import type { TraceSink } from '../recorder/sink';
import {
  type CPython,
  entriesOf,
  extraOf,
  handleOf,
  intOf,
  localAt,
  localsOf,
  nativeFunction,
  refers,
  shapeOf,
  textOf,
  tupleItem,
  typeOf,
  Words,
} from './objects';

/** Names of a kind of code: those of its fast locals, of which the last `cells` and those in `boxed` may lie in cells. */
interface Code {
  name: string;
  path: string;
  line: number;
  names: readonly string[];
  /** Of each: may it lie in a cell? */
  boxed: readonly boolean[];
  /** What a frame of it began with the last time, and the JSON of all of that. */
  first: readonly string[];
  text: string;
}

/** A value written down. */
interface Description {
  /** Null for what is not listed. */
  text: string | null;
  /** Null where nothing inside can change, 'ask' where only Python can tell. */
  watch: Words | 'ask' | null;
  /** A Python object that must not go while the words are compared, or 0; who is given a description lets go of it. */
  held: number;
}

/** The same kept for the next frame. */
interface Known extends Description {
  reference: number;
  deep: Words;
}

/** A name of a frame, as it was last written down. */
interface Place {
  key: string;
  hidden: boolean;
  /** The object, which is held: another cannot come to lie there. */
  object: number;
  text: string | null;
  watch: Words | 'ask' | null;
  held: number;
}

/** A frame of the user's code. */
class Frame {
  /** Where the names lie of a module's or a class's code, or those that a debugger added. */
  dict = 0;
  shape: Words | null = null;
  /** Addresses of the values of those. */
  at: number[] = [];
  readonly places: Place[];
  begun = false;

  constructor(
    readonly id: number,
    public address: number,
    public code: Code,
    /** Fixed for a module or a class; null for a function. */
    readonly namespace: number | null,
  ) {
    this.places = code.names.map(placeOf);
  }
}

const placeOf = (name: string): Place => ({
  key: JSON.stringify(name),
  hidden: name.startsWith('__'),
  object: 0,
  text: null,
  watch: null,
  held: 0,
});

/**
 * What Python says of itself at the start, addresses all: of its tracer's module, of encode.py's `described`, of a function that hands over
 * what streams hold back, of a word that is 1 while they do, of torch.Tensor and nn.Parameter.
 */
export type StartOfLines = [
  module: number,
  described: number,
  flush: number,
  waiting: number,
  tensor: number,
  parameter: number,
];

const PLAIN: Omit<Description, 'text'> = { watch: null, held: 0 };
const KNOWN = 1000;

export class Lines {
  private readonly codes: Code[] = [];
  private readonly frames = new Map<number, Frame>();
  private readonly byId = new Map<number, Frame>();
  private known = new Map<number, Known>();
  private c!: CPython;
  private describe = 0;
  private flush = 0;
  private waiting = 0;
  private tensor = 0;
  private parameter = 0;
  private readonly prim: (type: string, repr: string | number | boolean) => Description;
  private readonly none: Description;

  constructor(
    private readonly python: () => object,
    private readonly sink: () => TraceSink | null,
    private readonly tensorId: (handle: number) => number,
  ) {
    this.prim = (type, repr) => ({ ...PLAIN, text: `{"k":"prim","type":"${type}","repr":"${repr}"}` });
    this.none = this.prim('NoneType', 'None');
  }

  /** Makes functions of Python's tracer: `on_line`, `enter_frame`, `leave_frame`. */
  start(...[module, described, flush, waiting, tensor, parameter]: StartOfLines): void {
    this.c = (this.python() as { _module: CPython })._module;
    Object.assign(this, { describe: described, flush, waiting, tensor, parameter });
    this.define(module, 'on_line', (args) => this.line(args));
    this.define(module, 'enter_frame', (args) => this.enter(args));
    this.define(module, 'leave_frame', (args) => this.leave(args));
  }

  private define(module: number, name: string, body: (args: number) => number): void {
    const { c } = this;
    c._PyObject_SetAttrString(module, c.stringToNewUTF8(name), nativeFunction(c, name, body));
  }

  /** A number for code, with the names of its fast locals. */
  code(code: Omit<Code, 'first' | 'text'>): number {
    return this.codes.push({ ...code, first: [], text: '' }) - 1;
  }

  /** args: the frame's number, its parent's or -1, its object, its code's number, the dict of its names or 0. */
  private enter(args: number): number {
    const { HEAPU32: h, __Py_NoneStruct } = this.c;
    const arg = (i: number) => h[(args >>> 2) + i];
    const [id, parent, number] = [intOf(h, arg(0))!, intOf(h, arg(1))!, intOf(h, arg(3))!];
    const namespace = arg(4);
    const code = this.codes[number];
    const isDict = typeOf(h, namespace) !== this.c._PyLong_Type;
    const frame = new Frame(id, arg(2), code, isDict ? namespace : null);
    this.frames.set(frame.address, frame);
    this.byId.set(id, frame);
    this.sink()?.enterFrame(id, parent < 0 ? null : parent, code.name, code.path, code.line);
    return __Py_NoneStruct;
  }

  /** The frame goes on as another object, with other code, by its number: a notebook's next cell. */
  move(id: number, address: number, code: number): void {
    const frame = this.byId.get(id);
    if (!frame) return;
    this.frames.delete(frame.address);
    frame.address = address;
    frame.code = this.codes[code];
    this.frames.set(address, frame);
  }

  /** args: the frame's number, and whether it will not go on. */
  private leave(args: number): number {
    const { HEAPU32: h, __Py_NoneStruct } = this.c;
    const id = intOf(h, h[args >>> 2])!;
    const frame = this.byId.get(id);
    if (frame && intOf(h, h[(args + 4) >>> 2])) {
      this.byId.delete(id);
      this.frames.delete(frame.address);
      for (const place of frame.places) this.release(place);
    }
    this.sink()?.leaveFrame(id);
    return __Py_NoneStruct;
  }

  /** JSON of the names that changed since a frame's last line; null if none did. */
  changesOf(id: number): string | null {
    const frame = this.byId.get(id);
    return frame ? this.changes(frame) : null;
  }

  /** args: the code, the line. A Python exception that passes through is answered with 0. */
  private line(args: number): number {
    const { c } = this;
    const frame = this.frames.get(c._PyEval_GetFrame() >>> 0);
    if (!frame) return c.__Py_NoneStruct;
    const number = intOf(c.HEAPU32, c.HEAPU32[(args + 4) >>> 2])!;
    try {
      if (c.HEAPU32[this.waiting >>> 2]) {
        this.call(c._PyObject_CallNoArgs(this.flush));
      }
      this.sink()?.line(frame.id, frame.code.path, number, this.changes(frame));
    } catch (error) {
      if (error === RAISED) return 0;
      throw error;
    }
    return c.__Py_NoneStruct;
  }

  private changes(frame: Frame): string | null {
    let texts: string[] | null = null;
    const { c } = this;
    const { places, code } = frame;
    let h = c.HEAPU32;
    const dict = frame.namespace ?? extraOf(h, frame.address);
    if (dict !== frame.dict || (frame.shape && !frame.shape.unchanged(h))) {
      texts = this.rename(frame, dict);
      h = c.HEAPU32;
    }
    // All are found before Python runs, which may move them.
    const fixed = code.names.length;
    const locals = fixed > 0 ? localsOf(h, frame.address) : 0;
    let found: number[] | null = null;
    for (let i = 0; i < places.length; i++) {
      const place = places[i];
      const now =
        i < fixed ? localAt(h, locals + 4 * i, code.boxed[i] ? c._PyCell_Type : 0) : h[frame.at[i - fixed] >>> 2];
      const { watch } = place;
      if (now === place.object && (watch === null || (watch !== 'ask' && watch.unchanged(h)))) continue;
      found ??= [];
      found.push(i, now);
      if (now) c._Py_IncRef(now);
    }
    if (found) {
      texts ??= [];
      for (let i = 0; i < found.length; i += 2) this.change(places[found[i]], found[i + 1], texts);
    }
    if (!texts?.length) {
      frame.begun = true;
      return null;
    }
    if (frame.begun) return `{${texts.join()}}`;
    frame.begun = true;
    // Frames of one code mostly begin with the same: one string is one for who keeps it.
    if (texts.length !== code.first.length || texts.some((text, i) => text !== code.first[i])) {
      code.first = texts;
      code.text = `{${texts.join()}}`;
    }
    return code.text;
  }

  /** A name stands for `object`, which is held for it, or has changed inside. */
  private change(place: Place, object: number, texts: string[]): void {
    const { c } = this;
    const same = object === place.object;
    let next: Description = { ...PLAIN, text: null };
    if (object && !place.hidden) {
      try {
        next = this.described(object, !same);
      } catch (error) {
        c._Py_DecRef(object);
        throw error;
      }
    }
    const { object: before, held, text } = place;
    place.object = object;
    place.watch = next.watch;
    place.held = next.held;
    place.text = next.text;
    if (next.text === null) {
      if (text !== null) texts.push(`${place.key}:null`);
    } else if (!same || next.text !== text) texts.push(`${place.key}:${next.text}`);
    if (before) c._Py_DecRef(before);
    if (held) c._Py_DecRef(held);
  }

  private release(place: Place): void {
    const { object, held } = place;
    place.object = place.held = 0;
    place.watch = place.text = null;
    if (object) this.c._Py_DecRef(object);
    if (held) this.c._Py_DecRef(held);
  }

  /** Other names than at the last line; the texts of those that are gone. */
  private rename(frame: Frame, dict: number): string[] {
    const { c } = this;
    const { places, code } = frame;
    const gone = new Map(places.splice(code.names.length).map((place) => [place.key, place]));
    frame.dict = dict;
    frame.at = [];
    frame.shape = null;
    if (dict) {
      const shape: number[] = [];
      shapeOf(c.HEAPU32, c.HEAPU8, dict, shape);
      frame.shape = Words.at(c.HEAPU32, shape);
      for (const [name, address] of entriesOf(c, dict)) {
        const key = JSON.stringify(name);
        places.push(gone.get(key) ?? placeOf(name));
        gone.delete(key);
        frame.at.push(address);
      }
    }
    const texts: string[] = [];
    for (const place of gone.values()) {
      if (place.text !== null) texts.push(`${place.key}:null`);
      this.release(place);
    }
    return texts;
  }

  /** `known`: may what an earlier frame was told be told again? */
  private described(object: number, known: boolean): Description {
    const { c } = this;
    const h = c.HEAPU32;
    const type = typeOf(h, object);
    if (type === this.tensor || type === this.parameter) {
      const handle = handleOf(h, object);
      const name = type === this.tensor ? 'Tensor' : 'Parameter';
      if (handle) return { ...PLAIN, text: `{"k":"tensor","id":${this.tensorId(intOf(h, handle)!)},"type":"${name}"}` };
    }
    if (object === c.__Py_NoneStruct) return this.none;
    if (type === c._PyLong_Type) {
      const int = intOf(h, object);
      if (int !== null) return this.prim('int', int);
    }
    if (type === c._PyFloat_Type) return this.prim('float', floatText(c.HEAPF64[(object + 8) >>> 3]));
    if (type === c._PyBool_Type) return this.prim('bool', intOf(h, object) ? 'True' : 'False');
    const before = this.known.get(object);
    if (before) {
      if (known && refers(h, before.reference, object) && before.deep.unchanged(h)) {
        if (before.held) c._Py_IncRef(before.held);
        return before;
      }
      this.forget(object, before);
    }
    return this.asked(object);
  }

  private forget(object: number, known: Known): void {
    this.known.delete(object);
    this.c._Py_DecRef(known.reference);
    if (known.held) this.c._Py_DecRef(known.held);
  }

  /** What Python says: None, the text alone, or (text, containers or None, held, a weak reference or None, containers of the deeper look). */
  private asked(object: number): Description {
    const { c } = this;
    const answer = this.call(c._PyObject_CallOneArg(this.describe, object));
    const h = c.HEAPU32;
    if (answer === c.__Py_NoneStruct) return { ...PLAIN, text: null };
    try {
      if (typeOf(h, answer) === c._PyUnicode_Type) return { ...PLAIN, text: textOf(c, answer) };
      const [said, inside, held, reference, deep] = [0, 1, 2, 3, 4].map((i) => tupleItem(h, answer, i));
      const description: Description = {
        text: said === c.__Py_NoneStruct ? null : textOf(c, said),
        watch: inside === c.__Py_NoneStruct ? 'ask' : Words.of(c, inside),
        held,
      };
      c._Py_IncRef(held);
      if (reference !== c.__Py_NoneStruct) {
        if (this.known.size >= KNOWN) for (const [key, known] of this.known) this.forget(key, known);
        c._Py_IncRef(reference);
        c._Py_IncRef(held);
        this.known.set(object, { ...description, reference, deep: Words.of(c, deep) });
      }
      return description;
    } finally {
      c._Py_DecRef(answer);
    }
  }

  private call(answer: number): number {
    if (!answer) throw RAISED;
    return answer;
  }
}

/** A Python exception is on its way. */
const RAISED = new Error();
