/** How far two runs of one script agree: in what they print, and in the variables that they end with. */

/** Numbers that differ by less, relative to the larger, are the same. */
export const NEAR = 1e-3;

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

export type Agreement = 'same' | 'near' | 'differs';

export interface TextComparison {
  agreement: Agreement;
  /** Of the first that differs by more than `NEAR`, counted from 0; null where none does. */
  line: number | null;
  /** Do the texts differ in nothing but numbers? */
  numbersOnly: boolean;
  ours: string;
  theirs: string;
}

/** One unit of a printed number's last digit: 0.0001 for `1.0996`; an integer has none. */
function lastDigit(text: string): number {
  const [, fraction, exponent = '0'] = /^[-+]?\d*(?:\.(\d*))?(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  return fraction === undefined && !/e/i.test(text) ? 0 : 10 ** (Number(exponent) - (fraction ?? '').length);
}

function near(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  return a === b || Math.abs(x - y) <= Math.max(NEAR * Math.max(Math.abs(x), Math.abs(y)), 1.001 * lastDigit(b), 1e-6);
}

const words = (line: string) => line.replace(NUMBER, '#').replace(/\s+/g, ' ').replace(/- ?#/g, '#').trim();
const numbers = (line: string) => line.match(NUMBER) ?? [];

function linesAgree(a: string, b: string): boolean {
  if (words(a) !== words(b)) return false;
  const [p, q] = [numbers(a), numbers(b)];
  return p.length === q.length && p.every((n, i) => near(n, q[i]));
}

/** Trailing blanks are nobody's, and where an object lies in memory is chance. */
const linesOf = (text: string) =>
  text
    .replace(/\r\n/g, '\n')
    .replace(/\b0x[0-9a-f]+\b/gi, '0x…')
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

export function compareTexts(ours: string, theirs: string): TextComparison {
  const [a, b] = [linesOf(ours), linesOf(theirs)];
  const numbersOnly = words(a.join('\n')) === words(b.join('\n'));
  if (a.join('\n') === b.join('\n')) return { agreement: 'same', line: null, numbersOnly, ours: '', theirs: '' };
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== undefined && b[i] !== undefined && linesAgree(a[i], b[i])) continue;
    return { agreement: 'differs', line: i, numbersOnly, ours: a[i] ?? '<nothing>', theirs: b[i] ?? '<nothing>' };
  }
  return { agreement: 'near', line: null, numbersOnly, ours: '', theirs: '' };
}

/** What driver.py writes of a variable. */
export type Value =
  | null
  | boolean
  | string
  | { number: string }
  | { type: string }
  | { module: string; state: Record<string, Value> }
  | { tensor: string; shape: number[]; values: string[] }
  | { array: string; shape: number[]; values: string[] }
  | { sequence: string; length: number; values: Value[] }
  | { dict: string; length: number; values: Record<string, Value> };

const toNumber = (text: string) => Number(text.replace(/^(-?)inf$/, '$1Infinity'));

function numbersNear(a: string[], b: string[]): boolean {
  const [p, q] = [a.map(toNumber), b.map(toNumber)];
  // Elements of one tensor may nearly cancel: the largest says what is small.
  const largest = Math.max(0, ...q.filter(Number.isFinite).map(Math.abs));
  return (
    p.length === q.length &&
    p.every((x, i) => Object.is(x, q[i]) || x === q[i] || Math.abs(x - q[i]) <= NEAR * largest + 1e-6)
  );
}

/** Do two values agree, numbers within `NEAR`? */
export function valuesAgree(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  if ('number' in a && 'number' in b) return a.number === b.number || numbersNear([a.number], [b.number]);
  const { values: p, state: s, ...x } = a as Record<string, unknown>;
  const { values: q, state: r, ...y } = b as Record<string, unknown>;
  if (JSON.stringify(x) !== JSON.stringify(y)) return false;
  if (s && r) return recordsAgree(s as Record<string, Value>, r as Record<string, Value>);
  if ('tensor' in a || 'array' in a) return numbersNear(p as string[], q as string[]);
  if (Array.isArray(p) && Array.isArray(q)) return p.length === q.length && p.every((v, i) => valuesAgree(v, q[i]));
  return !p || recordsAgree(p as Record<string, Value>, q as Record<string, Value>);
}

const recordsAgree = (a: Record<string, Value>, b: Record<string, Value>) =>
  differing(a, b).length === 0 && Object.keys(a).length === Object.keys(b).length;

/** The names of `theirs` that ours has not, or has otherwise. */
export const differing = (ours: Record<string, Value>, theirs: Record<string, Value>): string[] =>
  Object.keys(theirs).filter((name) => !valuesAgree(ours[name], theirs[name]));
