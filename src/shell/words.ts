/** How the shell words what a session says. */

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** The text that a Python string's repr stands for; null where it is none, or was shortened. */
export function unquoted(repr: string): string | null {
  const quote = repr[0];
  if ((quote !== "'" && quote !== '"') || repr.length < 2 || repr.at(-1) !== quote) return null;
  return repr
    .slice(1, -1)
    .replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/g, (all, x, u, long, one) =>
      one === undefined ? String.fromCodePoint(Number.parseInt(x ?? u ?? long, 16)) : (ESCAPES[one] ?? all),
    );
}

export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** A whole number from 1 on, or null. */
export const positive = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

/** Text for a terminal: what a stranger's recording says must not move its cursor or speak to it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const harmless = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\u{fffd}');

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** `1433 ticks, 27 iterations, 916 kB` */
export function factsOf({ ticks, iterations }: { ticks: number; iterations: number }, bytes: number): string {
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return `${count(ticks, 'tick')}, ${count(iterations, 'iteration')}, ${size}`;
}
