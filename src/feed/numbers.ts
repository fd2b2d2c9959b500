/** Numbers that a script printed: lines of one pattern (`epoch 3 acc 0.91`) are points of one curve for each number in them. */
import type { PrintedLine } from '../protocol/views';
import type { PrintedCurve } from '../protocol/webview';

/** A number on its own: not a part of a name (`fc1`), of a version (`1.2.3`) or of a date. */
const NUMBER = /(?<![\w.])[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf(?:inity)?)(?![\w.]*[\w])/gi;
/** What stands before a number and names it: `acc`, `val/loss`, `train loss:`. */
const NAME = /([A-Za-z_][\w/.-]*(?: [A-Za-z_][\w/.-]*)?)\s*(?:\([^)]*\))?\s*[:=|]?\s*(?:tensor\()?\s*$/;
/** Patterns that are followed: a script that prints tables of its own has more than anybody plots. */
const PATTERNS = 200;
/** Words that count and do not measure. */
const COUNTS = /^(?:epochs?|steps?|iter(?:ation)?s?|batch(?:es)?|i|it|t|n|of|samples?|trial)$/i;

interface Pattern {
  names: (string | null)[];
  points: { tick: number; iteration: number; numbers: number[] }[];
}

/** Follows the lines as they come. */
export class PrintedNumbers {
  private readonly patterns = new Map<string, Pattern>();
  private read = 0;

  /** Takes the lines that are new and whole; true if there was a number in one of them. */
  add(lines: readonly PrintedLine[]): boolean {
    let news = false;
    for (; this.read < lines.length && lines[this.read]!.ended; this.read++) {
      const line = lines[this.read]!;
      if (line.category === 'stdout' && this.line(line)) news = true;
    }
    return news;
  }

  private line({ text, tick, iteration, place }: PrintedLine): boolean {
    const found = [...text.matchAll(NUMBER)];
    if (found.length === 0) return false;
    // Lines of one pattern are printed by one line of the script, and differ in their numbers only.
    const key = `${place?.path}:${place?.line}:${text.replace(NUMBER, '#').replace(/\s+/g, ' ')}`;
    let pattern = this.patterns.get(key);
    if (!pattern) {
      if (this.patterns.size >= PATTERNS) return false;
      const names = found.map((match, i) => {
        const before = i === 0 ? 0 : found[i - 1]!.index + found[i - 1]![0].length;
        return nameIn(text.slice(before, match.index));
      });
      this.patterns.set(key, (pattern = { names, points: [] }));
    }
    pattern.points.push({ tick, iteration, numbers: found.map(([digits]) => numberOf(digits)) });
    return true;
  }

  /** A curve for each number with a name that was printed more than once; counters are none. */
  curves(): PrintedCurve[] {
    const curves: PrintedCurve[] = [];
    for (const [key, { names, points }] of this.patterns) {
      if (points.length < 2) continue;
      for (const [column, name] of names.entries()) {
        if (name === null || isCounter(name, points, column)) continue;
        const same = curves.filter((c) => c.name === name || c.name.startsWith(`${name} (`)).length;
        curves.push({
          key: `printed:${column}:${key}`,
          name: same > 0 ? `${name} (${same + 1})` : name,
          iterations: points.map((p) => p.iteration),
          ticks: points.map((p) => p.tick),
          values: points.map((p) => wire(p.numbers[column]!)),
        });
      }
    }
    return curves;
  }
}

/** The last word or two before a number; null where none is. Of two words, only what follows a comma, a bar or a bracket. */
function nameIn(before: string): string | null {
  const part = before.slice(
    Math.max(...[',', '|', ';', ']', ')'].map((c) => before.lastIndexOf(c, before.length - 2))) + 1,
  );
  const found = NAME.exec(part) ?? NAME.exec(before);
  return found ? found[1]!.trim() : null;
}

function numberOf(digits: string): number {
  const text = digits.toLowerCase().replace(/^\+/, '');
  if (text.endsWith('nan')) return Number.NaN;
  if (text.includes('inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

const wire = (v: number): number | string =>
  Number.isNaN(v) ? 'nan' : Number.isFinite(v) ? v : v > 0 ? 'inf' : '-inf';

/** Goes up by the same whole number each time, or is called a counter. */
function isCounter(name: string, points: Pattern['points'], column: number): boolean {
  const last = name.slice(name.lastIndexOf(' ') + 1);
  if (COUNTS.test(last)) return true;
  const step = points[1]!.numbers[column]! - points[0]!.numbers[column]!;
  if (!Number.isInteger(step) || points.length < 4) return false;
  return points.every((p, i) => i === 0 || p.numbers[column]! - points[i - 1]!.numbers[column]! === step) && step > 0;
}
