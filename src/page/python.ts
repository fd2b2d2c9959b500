/** Colours for Python's text. */
export type Kind = 'word' | 'name' | 'text' | 'number' | 'comment' | '';
export type Piece = [kind: Kind, text: string];

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import ' +
    'in is lambda nonlocal not or pass raise return try while with yield match case'
  ).split(' '),
);
const TOKEN =
  /(#[^\n]*)|((?:\b[rbfuRBFU]{1,2})?(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?))|(\b\d[\w.]*)|([^\W\d]\w*)/gu;

/** The text's lines, each in coloured pieces. */
export function colour(source: string): Piece[][] {
  const lines: Piece[][] = [[]];
  const put = (kind: Kind, text: string) => {
    for (const [i, part] of text.split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines[lines.length - 1].push([kind, part]);
    }
  };
  let at = 0;
  for (const found of source.matchAll(TOKEN)) {
    const [text, comment, string, number] = found;
    put('', source.slice(at, found.index));
    const called = source[found.index + text.length] === '(';
    const kind = comment
      ? 'comment'
      : string
        ? 'text'
        : number
          ? 'number'
          : KEYWORDS.has(text)
            ? 'word'
            : called
              ? 'name'
              : '';
    put(kind, text);
    at = found.index + text.length;
  }
  put('', source.slice(at));
  return lines;
}
