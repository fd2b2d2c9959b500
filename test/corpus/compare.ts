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

const words = (line: string) =>
  line
    .replace(NUMBER, '#')
    .replace(/\s+/g, ' ')
    .replace(/- ?#/g, '#')
    .replace(/(?<=\[) | (?=\])/g, '')
    .trim();
const numbers = (line: string) => line.match(NUMBER) ?? [];

function linesAgree(a: string, b: string): boolean {
  if (words(a) !== words(b)) return false;
  const [p, q] = [numbers(a), numbers(b)];
  return p.length === q.length && p.every((n, i) => near(n, q[i]));
}

/** Python 3.12 writes OrderedDict({'a': 1}), older ones OrderedDict([('a', 1)]). */
const sinceTwelve = (text: string) =>
  text.includes('OrderedDict([(')
    ? text
        .replaceAll('OrderedDict([(', 'OrderedDict({(')
        .replace(/\)\]\)/g, '})')
        .replace(/\),(\s+)\(('[\w.]+'), /g, ',$1$2: ')
        .replace(/\{\(('[\w.]+'), /g, '{$1: ')
    : text;

/** Trailing blanks are nobody's, where an object lies in memory is chance, and a terminal's commands (IPython's clear_output) are no text. */
const linesOf = (text: string) =>
  sinceTwelve(text)
    .replace(/\r\n/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own.
    .replace(/\x1b\[[\d;]*[A-Za-z]\r?/g, '')
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

const apart = (x: number, y: number) => {
  if (Object.is(x, y) || x === y) return 0;
  const larger = Math.max(Math.abs(x), Math.abs(y));
  return Number.isFinite(larger) ? Math.abs(x - y) / larger : Number.POSITIVE_INFINITY;
};

/** By line, how far two texts have come apart up to there: the largest relative difference of two numbers that are not near. Infinity where words differ. */
function growth(a: string, b: string): number[] {
  const [p, q] = [linesOf(a), linesOf(b)];
  let most = 0;
  return Array.from({ length: Math.max(p.length, q.length) }, (_, i) => {
    const [m, n] = [numbers(p[i] ?? ''), numbers(q[i] ?? '')];
    const alike = p[i] !== undefined && q[i] !== undefined && words(p[i]) === words(q[i]) && m.length === n.length;
    if (!alike) most = Number.POSITIVE_INFINITY;
    else
      for (let k = 0; k < m.length; k++)
        if (!near(m[k], n[k])) most = Math.max(most, apart(Number(m[k]), Number(n[k])));
    return most;
  });
}

/** A run is one draw of how rounding grows, and so is each of PyTorch's: twice the distance that two of them have is not farther. */
const SLACK = 2;

const pairs = <T>(all: readonly T[]) => all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));

/** Is a text, line by line, no farther from one of PyTorch's than PyTorch's are from each other? Other words are infinitely far. */
function asFar(ours: string, theirs: readonly string[], words: boolean): boolean {
  const spread = pairs(theirs).map(([a, b]) => growth(a, b));
  return theirs.some((text) =>
    growth(ours, text).every(
      (distance, i) =>
        distance === 0 ||
        ((words || Number.isFinite(distance)) && distance <= SLACK * Math.max(0, ...spread.map((by) => by[i] ?? 0))),
    ),
  );
}

/** What PyTorch differs by at the end excuses nothing at the beginning. Words are the same everywhere. */
export const withinSpread = (ours: string, theirs: readonly string[]): boolean => asFar(ours, theirs, false);

/**
 * The same among runs of PyTorch that began with other roundings, and words may be others too (a net that writes), from the line on where
 * they are in those runs. What stands where is the same.
 */
export const withinChaos = (ours: string, theirs: readonly string[]): boolean =>
  theirs.some((text) => sameStructure(ours, text)) && asFar(ours, theirs, true);

/** Have two texts the same lines but for what words and numbers stand there? All that can be asked where the order of a set decides. */
export function sameStructure(ours: string, theirs: string): boolean {
  const shape = (text: string) =>
    linesOf(text)
      .map((line) => words(line).replace(/[\p{L}_]+/gu, 'w'))
      .join('\n');
  return shape(ours) === shape(theirs);
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

/** The largest difference, relative to the largest element: those of one tensor may nearly cancel. */
function numbersApart(a: string[], b: string[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const [p, q] = [a.map(toNumber), b.map(toNumber)];
  const largest = Math.max(0, ...q.filter(Number.isFinite).map(Math.abs));
  let most = 0;
  for (let i = 0; i < p.length; i++) {
    if (Object.is(p[i], q[i]) || p[i] === q[i] || Math.abs(p[i] - q[i]) <= 1e-6) continue;
    const by = Math.abs(p[i] - q[i]) / largest;
    most = Math.max(most, Number.isFinite(by) ? by : Number.POSITIVE_INFINITY);
  }
  return most;
}

const recordsApart = (a: Record<string, Value>, b: Record<string, Value>): number =>
  Object.keys(a).length === Object.keys(b).length
    ? Math.max(0, ...Object.keys(b).map((name) => valuesApart(a[name], b[name])))
    : Number.POSITIVE_INFINITY;

/** How far two values are from each other; Infinity where more than numbers differ. */
export function valuesApart(a: Value | undefined, b: Value | undefined): number {
  const whether = (same: boolean) => (same ? 0 : Number.POSITIVE_INFINITY);
  if (a === undefined || b === undefined) return Number.POSITIVE_INFINITY;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return whether(a === b);
  if ('number' in a && 'number' in b) return a.number === b.number ? 0 : numbersApart([a.number], [b.number]);
  const { values: p, state: s, ...x } = a as Record<string, unknown>;
  const { values: q, state: r, ...y } = b as Record<string, unknown>;
  if (JSON.stringify(x) !== JSON.stringify(y)) return Number.POSITIVE_INFINITY;
  if (s && r) return recordsApart(s as Record<string, Value>, r as Record<string, Value>);
  if ('tensor' in a || 'array' in a) return numbersApart(p as string[], q as string[]);
  if (Array.isArray(p) && Array.isArray(q))
    return Math.max(whether(p.length === q.length), ...p.map((v, i) => valuesApart(v, q[i])));
  return p ? recordsApart(p as Record<string, Value>, q as Record<string, Value>) : 0;
}

type Values = Record<string, Value>;

/** The names of PyTorch's variables that ours has not, or has farther from each of PyTorch's runs than those are from each other. */
export const differing = (ours: Values, theirs: readonly Values[]): string[] =>
  Object.keys(theirs[0]).filter((name) => {
    const spread = pairs(theirs).map(([a, b]) => valuesApart(a[name], b[name]));
    const most = Math.max(NEAR, SLACK * Math.max(0, ...spread));
    return theirs.every((run) => valuesApart(ours[name], run[name]) > most);
  });
