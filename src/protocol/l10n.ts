/**
 * The words that a user reads, in the display language. English is the key, as in vscode.l10n; what has no translation stays English.
 * Every thread and page is handed its words at start: VS Code picks the bundle (l10n/bundle.l10n.LANGUAGE.json).
 */

export type Words = Readonly<Record<string, string>>;
type Value = string | number | boolean;

let words: Words = {};

/** What this thread or page says from now on. Called before the first `t`; anything but strings is left out. */
export function setWords(given: unknown): void {
  words = Object.fromEntries(Object.entries(given ?? {}).filter(([, text]) => typeof text === 'string'));
}

/** What this thread was handed, to be handed on. */
export const currentWords = (): Words => words;

/** The text in the display language, with `{0}`, `{1}` … replaced by the values. */
export function t(text: string, ...values: Value[]): string {
  const said = Object.hasOwn(words, text) ? words[text]! : text;
  return values.length === 0
    ? said
    : said.replace(/\{(\d+)\}/g, (whole, at) => (at in values ? String(values[Number(at)]) : whole));
}

/** `one` for a count of 1 and `many` for every other; `{0}` is the count, `shown` how it is written, and what follows goes into `{1}`, `{2}` … */
export const plural = (count: number, one: string, many: string, shown: Value = count, ...values: Value[]): string =>
  t(count === 1 ? one : many, shown, ...values);
