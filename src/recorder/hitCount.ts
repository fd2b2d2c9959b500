/** `5`, `>= 5`, `% 10` … as VS Code's hit counts. Null where it makes no sense. */
export function hitCountHolds(text: string, hits: number): boolean | null {
  const match = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text);
  if (!match) return null;
  const n = Number(match[2]);
  switch (match[1]) {
    case '>=':
      return hits >= n;
    case '>':
      return hits > n;
    case '<=':
      return hits <= n;
    case '<':
      return hits < n;
    case '%':
      return n > 0 && hits % n === 0;
    case '==':
    case '=':
      return hits === n;
    default:
      // A bare number means "from the n-th time on" nowhere and "the n-th time" in VS Code's Python debugger.
      return hits === n;
  }
}
