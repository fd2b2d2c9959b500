/** Every word that a user reads has its translation, and every translation is somebody's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/extension/watchTemplates';
import { plural, setWords, t } from '../../src/protocol/l10n';

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const LITERAL = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
const CALL = new RegExp(String.raw`(?<![\w$])t\(\s*${LITERAL}`, 'g');
const PLURAL = new RegExp(String.raw`(?<![\w$])plural\(\s*[^'"\`;]*?,\s*${LITERAL},\s*${LITERAL}`, 'g');
const TEMPLATE = /(?<![\w$])(?:t|plural)\([^'")]*`[^`]*\$\{/;

/** The English of all `t('…')` and `plural(n, '…', '…')`. */
function spoken(): Set<string> {
  const found = new Set<string>();
  for (const room of ['src', 'webview']) {
    for (const name of readdirSync(room, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const text = readFileSync(join(room, name), 'utf8');
      // A text put together at run time is no key.
      expect(TEMPLATE.exec(text)?.[0], join(room, name)).toBeUndefined();
      const literals = [...text.matchAll(CALL), ...text.matchAll(PLURAL)].flatMap(([, ...all]) => all);
      for (const literal of literals) found.add(unquoted(literal!));
    }
  }
  for (const { label, detail, asks } of TEMPLATES) {
    for (const words of [label, detail, ...asks.map(({ prompt }) => prompt)]) found.add(words);
  }
  return found;
}

const unquoted = (literal: string): string => literal.slice(1, -1).replace(/\\(.)/g, '$1');

const holes = (text: string) => [...new Set(text.match(/\{\d+\}/g))].sort();

const bundles = readdirSync('l10n').filter((name) => /^bundle\.l10n\..+\.json$/.test(name));

test('there is a bundle of Simplified Chinese', () => {
  expect(bundles).toContain('bundle.l10n.zh-cn.json');
});

test.each(bundles)('%s says everything that is said, with the same values in it, and nothing else', (name) => {
  const bundle: Record<string, string> = json(join('l10n', name));
  const keys = spoken();
  expect([...keys].filter((key) => !bundle[key]?.trim())).toEqual([]);
  expect(Object.keys(bundle).filter((key) => !keys.has(key))).toEqual([]);
  for (const [key, text] of Object.entries(bundle))
    expect({ key, holes: holes(text) }).toEqual({ key, holes: holes(key) });
});

test('every text of package.json has a key, and each key its words in both languages', () => {
  const plain: string[] = [];
  const keys = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      const key = /^%(.+)%$/.exec(value)?.[1];
      if (key) keys.add(key);
      else if (/\.(title|description|label|markdownDescription|enumDescriptions\.\d+|altText|contents)$/.test(path))
        plain.push(`${path}: ${value}`);
    } else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, `${path}.${name}`);
  };
  const manifest = json('package.json');
  walk(
    { description: manifest.description, capabilities: manifest.capabilities, contributes: manifest.contributes },
    '',
  );
  // The product's own name is the same everywhere.
  expect(plain.filter((line) => !line.endsWith(': Backstep'))).toEqual([]);
  const english = json('package.nls.json');
  const chinese = json('package.nls.zh-cn.json');
  expect(Object.keys(english).sort()).toEqual([...keys].sort());
  expect(Object.keys(chinese).sort()).toEqual([...keys].sort());
  const links = (text: string) => text.match(/\]\([^)]*\)/g);
  for (const key of keys) expect({ key, links: links(chinese[key]) }).toEqual({ key, links: links(english[key]) });
});

afterEach(() => setWords({}));

test('a text is said in the language that was handed over, and in English where it is not in it', () => {
  setWords({ 'iteration {0}': '第 {0} 次迭代', '{0} of {1}': '{1} 之 {0}', broken: 3 });
  expect(t('iteration {0}', 3)).toBe('第 3 次迭代');
  expect(t('{0} of {1}', 'a', 'b')).toBe('b 之 a');
  expect(t('{0} is {1}', 'this', '{0}')).toBe('this is {0}');
  expect(t('broken')).toBe('broken');
  expect(t('toString')).toBe('toString');
  expect(t('{5}', 1)).toBe('{5}');
});

test('one and many are two texts', () => {
  expect([1, 2, 0].map((n) => plural(n, '{0} tick', '{0} ticks'))).toEqual(['1 tick', '2 ticks', '0 ticks']);
  expect(plural(1200, '{0} tick', '{0} ticks', '1,200')).toBe('1,200 ticks');
});
