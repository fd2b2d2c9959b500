/** Texts of a page: names and prints that differ only in their numbers are one text with other numbers. */
import { PLAIN, type Sink, type Source, TENSOR } from './stream';

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

/** How a number is written: as JavaScript does, with `.0` behind, with a fixed number of decimals, or otherwise. */
const PLAINLY = 0;
const POINT = 1;
const OTHER = 2;
const FIXED = 3;

export class Texts {
  readonly patterns = new Words();

  write(sink: Sink, literals: string[], text: string): void {
    const holes: { id: boolean; text: string }[] = [];
    const pattern =
      text.length > 20_000 || text.includes(ID) || text.includes(HOLE)
        ? null
        : text.replace(NUMBER, (found, at: number) => {
            const id = text.slice(at - 5, at) === '"id":';
            holes.push({ id, text: found });
            return id ? ID : HOLE;
          });
    if (pattern === null || holes.length > MOST || this.patterns.size >= PATTERNS || this.patterns.bytes >= BYTES) {
      sink.part(-1);
      sink.put(PLAIN, literals.push(text) - 1);
      return;
    }
    sink.part(this.patterns.of(pattern));
    for (const hole of holes)
      if (hole.id) sink.put(TENSOR, Number(hole.text));
      else writeNumber(sink, literals, hole.text);
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

function writeNumber(sink: Sink, literals: string[], text: string): void {
  const v = Number(text);
  const form = formOf(text, v);
  sink.put(PLAIN, form);
  if (form === OTHER) {
    sink.put(PLAIN, literals.push(text) - 1);
    sink.put(PLAIN, 0);
  } else sink.float(v);
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
  form === PLAINLY ? String(v) : form === POINT ? `${v}.0` : v.toFixed(form - FIXED);

/** An item that a page names. A page that names one that is not there is damaged. */
export function known<T>(items: readonly T[], at: number): T {
  const item = items[at];
  if (item === undefined) throw new Error('a page names what is not there');
  return item;
}

function formOf(text: string, v: number): number {
  const point = text.indexOf('.');
  const forms = [PLAINLY, POINT, ...(point > 0 ? [FIXED + Math.min(20, text.length - point - 1)] : [])];
  return forms.find((form) => written(v, form) === text) ?? OTHER;
}
