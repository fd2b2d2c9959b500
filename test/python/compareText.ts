/** Compares printed text with PyTorch's: token by token, numbers within a tolerance or one unit of their last printed digit. */

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

export interface Tolerance {
  /** Largest relative difference of two numbers. */
  relative: number;
  /** Accept one unit of the last printed digit. */
  lastDigit: boolean;
  /** Relative to the line's largest number: for the elements of one tensor, of which some nearly cancel. */
  toLargest?: boolean;
}

/** One unit of a printed number's last digit: 0.0001 for `1.0996`. */
function lastDigit(text: string): number {
  const [, fraction = '', exponent = '0'] = /^[-+]?\d*\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  return 10 ** (Number(exponent) - fraction.length);
}

function numbersAgree(a: string, b: string, tolerance: Tolerance, scale: number): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  const off = Math.abs(x - y);
  if (off <= tolerance.relative * (tolerance.toLargest ? scale : Math.max(Math.abs(x), Math.abs(y)))) return true;
  // An integer has no last digit to round.
  return tolerance.lastDigit && /[.e]/i.test(a) && off <= 1.001 * Math.max(lastDigit(a), lastDigit(b));
}

/** The first lines that differ, as a sentence; null where the texts agree. */
export function firstDifference(ours: string, theirs: string, toleranceOf: (line: string) => Tolerance): string | null {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? '<nothing>', b[i] ?? '<nothing>'];
    const tolerance = toleranceOf(y);
    const words = (line: string) => line.replace(NUMBER, '#').replace(/\s+/g, ' ');
    const [p, q] = [x.match(NUMBER) ?? [], y.match(NUMBER) ?? []];
    // The first number is the line's own: a step.
    const scale = Math.max(...q.slice(1).map((n) => Math.abs(Number(n))));
    const same =
      words(x) === words(y) && p.length === q.length && p.every((n, k) => numbersAgree(n, q[k], tolerance, scale));
    if (!same) return `line ${i + 1}:\n  Backstep: ${x}\n  PyTorch:  ${y}`;
  }
  return null;
}
