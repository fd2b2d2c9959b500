/** Texts of a page: names and prints that differ only in their numbers are one text with other numbers. */
import { floatText } from '../format';
import type { Journal } from './journal';
import { CELL, PLAIN, type Sink, type Source, TENSOR } from './stream';

/** Texts, or what they have in common, each kept once and referred to by number. */
export class Words {
  readonly list: string[] = [];
  private readonly index = new Map<string, number>();
  bytes = 0;

  of(text: string): number {
    let at = this.index.get(text);
    if (at === undefined) {
      this.index.set(text, (at = this.list.push(text) - 1));
      this.bytes += 2 * text.length + 80;
    }
    return at;
  }

  get size(): number {
    return this.list.length;
  }
}

const NUMBER = /(?<="id":)\d{1,15}\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;
const ID = '\ue000';
const HOLE = '\ue001';
/** Patterns in all, and numbers in a text: beyond, a text is kept as it is. */
export const PATTERNS = 5000;
const BYTES = 8 * 1024 * 1024;
const MOST = 400;

/** How a number is written: as JavaScript does, with `.0` behind, with a fixed number of decimals, as Python does, or otherwise. */
const PLAINLY = 0;
const POINT = 1;
const OTHER = 2;
const FIXED = 3;
const DECIMALS = 20;
const PYTHONS = FIXED + DECIMALS + 1;

/** A number in a text: an id, or how it is written. */
interface Hole {
  id: boolean;
  text: string;
  v: number;
  form: number;
}

/** What is left of a text without its numbers, and these. */
interface Parsed {
  pattern: string;
  holes: Hole[];
}

/** Lines of so many characters are likely to come again: what the line tracer says of an object has a line of its own. */
const LONG_LINE = 200;
/** Long lines, and texts, that are remembered. */
const REMEMBERED = 64;

export class Texts {
  readonly patterns = new Words();
  private readonly lines = new Map<string, Parsed>();
  private readonly texts = new Map<string, Parsed>();

  write(sink: Sink, literals: string[], text: string): void {
    const parsed = this.parsed(text);
    if (!parsed) {
      sink.part(-1);
      sink.put(PLAIN, literals.push(text) - 1);
      return;
    }
    sink.part(this.patterns.of(parsed.pattern));
    for (const hole of parsed.holes)
      if (hole.id) sink.put(TENSOR, hole.v);
      else writeNumber(sink, literals, hole);
  }

  /** Adds what can be different of a text in a page like this one; false where it is like no other. */
  add(to: Journal, text: string): boolean {
    const parsed = this.parsed(text);
    if (!parsed) return false;
    to.put(this.patterns.of(parsed.pattern));
    for (const { id, v, form } of parsed.holes) {
      if (form === OTHER) return false;
      to.put(id ? v : form);
      if (!id) to.cells.push(v);
    }
    return true;
  }

  /** What a text has in common with others, and its numbers; null where it is kept as it is. */
  private parsed(text: string): Parsed | null {
    const known = this.texts.get(text);
    if (known) return known;
    if (text.length > 20_000 || text.includes(ID) || text.includes(HOLE)) return null;
    const lines = (text.length < LONG_LINE ? [text] : text.split('\n')).map((line) => this.parse(line));
    const found =
      lines.length === 1
        ? lines[0]
        : { pattern: lines.map(({ pattern }) => pattern).join('\n'), holes: lines.flatMap(({ holes }) => holes) };
    if (found.holes.length > MOST || this.patterns.size >= PATTERNS || this.patterns.bytes >= BYTES) return null;
    if (this.texts.size >= REMEMBERED) this.texts.clear();
    this.texts.set(text, found);
    return found;
  }

  /** A line's numbers; those of a long one are looked for once. */
  private parse(line: string): Parsed {
    const known = line.length < LONG_LINE ? undefined : this.lines.get(line);
    if (known) return known;
    const holes: Hole[] = [];
    const pattern = line.replace(NUMBER, (text, at: number) => {
      const id = line.slice(at - 5, at) === '"id":';
      const v = Number(text);
      holes.push({ id, text, v, form: id ? PLAINLY : formOf(text, v) });
      return id ? ID : HOLE;
    });
    const parsed = { pattern, holes };
    if (line.length >= LONG_LINE) {
      if (this.lines.size >= REMEMBERED) this.lines.clear();
      this.lines.set(line, parsed);
    }
    return parsed;
  }

  read(from: Source): string {
    const pattern = from.next();
    if (pattern < 0) return known(from.texts, from.next());
    return from.made(
      known(this.patterns.list, pattern).replace(/[\ue000\ue001]/g, (hole) =>
        hole === ID ? String(from.next()) : readNumber(from),
      ),
    );
  }
}

function writeNumber(sink: Sink, literals: string[], { text, v, form }: Hole): void {
  sink.put(PLAIN, form);
  if (form === OTHER) {
    sink.put(PLAIN, literals.push(text) - 1);
    sink.put(PLAIN, 0);
  } else {
    sink.cell(CELL.FLOAT);
    sink.float(v);
  }
}

function readNumber(from: Source): string {
  const form = from.next();
  if (form === OTHER) {
    const text = known(from.texts, from.next());
    from.next();
    return text;
  }
  return written(from.float(), form);
}

const written = (v: number, form: number): string =>
  form === PLAINLY ? String(v) : form === POINT ? `${v}.0` : form === PYTHONS ? floatText(v) : v.toFixed(form - FIXED);

/** An item that a page names. A page that names one that is not there is damaged. */
export function known<T>(items: readonly T[], at: number): T {
  const item = items[at];
  if (item === undefined) throw new Error('a page names what is not there');
  return item;
}

function formOf(text: string, v: number): number {
  const point = text.indexOf('.');
  if (written(v, PLAINLY) === text) return PLAINLY;
  if (written(v, POINT) === text) return POINT;
  const fixed = FIXED + Math.min(DECIMALS, text.length - point - 1);
  if (point > 0 && written(v, fixed) === text) return fixed;
  return written(v, PYTHONS) === text ? PYTHONS : OTHER;
}
