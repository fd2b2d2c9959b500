/** Which Python expression the mouse is over. Pure text: no vscode. */

const CHAIN = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:[^[\]'"]|'[^']*'|"[^"]*")*\])*/g;
const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/**
 * The dotted name at `column` up to the part pointed at: over `weight` in `net.linear1.weight.grad` it is
 * `net.linear1.weight`. Null over keywords, comments, strings and calls' results.
 */
export function expressionAt(line: string, column: number): { start: number; end: number } | null {
  const code = blankOut(line);
  for (const match of code.matchAll(CHAIN)) {
    const start = match.index;
    const end = start + match[0].length;
    if (column < start || column > end) continue;
    if (code[start - 1] === '.' || /\w/.test(code[start - 1] ?? '') || KEYWORDS.has(match[0])) return null;
    const rest = /^(?:\w+|(?=[.[\]]))/.exec(code.slice(column));
    const stop = column + (rest ? rest[0].length : 0);
    return { start, end: balanced(line, start, Math.min(stop, end)) };
  }
  return null;
}

/** Replaces comments and the insides of strings by spaces, so that columns stay the same. */
function blankOut(line: string): string {
  return line.replace(/(['"])(?:\\.|(?!\1).)*\1|#.*$/g, (found, quote: string | undefined) =>
    quote ? quote + ' '.repeat(found.length - 2) + quote : ' '.repeat(found.length),
  );
}

/** Inside `v['a']` the whole subscript is meant, not half of it. */
function balanced(line: string, start: number, end: number): number {
  let open = 0;
  for (let i = start; i < line.length; i++) {
    if (line[i] === '[') open++;
    if (line[i] === ']' && --open === 0 && i >= end) return i + 1;
    if (i >= end && open === 0) return end;
  }
  return end;
}
