/** Every word that a user reads has its translation, and every translation is somebody's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/extension/watchTemplates';
import { plural, setWords, t } from '../../src/protocol/l10n';
import { filesOf, readSource } from './words';

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
/** The rooms that a user of VS Code reads from: not the engine's errors, which are PyTorch's own, not the command line, not Python's words, not the cause of a damaged byte. */
const ROOMS = filesOf(
  ['src', 'webview'],
  [
    'src/engine/',
    'src/python/bridge/',
    'src/recorder/store/',
    'src/shell/',
    'src/cli.ts',
    'src/page/node/',
    'src/page/python.ts',
    'src/extension/expressions.ts',
    'src/python/entropy.ts',
    'src/python/runtime.ts',
    'src/python/sandbox.ts',
    'src/python/scratch.ts',
    'src/python/snapshot.ts',
  ],
).map((path) => ({ path, ...readSource(path) }));

/** The English of all `t('…')` and `plural(n, '…', '…')`. */
function spoken(): Set<string> {
  const found = new Set(ROOMS.flatMap(({ keys }) => keys));
  for (const { label, detail, asks } of TEMPLATES) {
    for (const words of [label, detail, ...asks.map(({ prompt }) => prompt)]) found.add(words);
  }
  return found;
}

const holes = (text: string) => [...new Set(text.match(/\{\d+\}/g))].sort();

/** What is the same in every language: markup, styles, keys of a keyboard, names. */
const NO_WORDS =
  /^(<|linear-gradient|color-mix|var\(|repeat\(|\(prefers-|\{\}px |\d.*px|[\w ]+-src |(Alt|Shift|Ctrl|Mod)([+A-Z\d]|$)|Page(Up|Down)$|Esc$|Enter$|NaN$|None|True$|False$|Backstep|Tensor$|Parameter$|Module$|AccumulateGrad$|\$\(|\/\{\})/;

/** English that no user of VS Code reads, or that is no English: by file, with the reason. */
const ELSEWHERE: Record<string, readonly (string | RegExp)[]> = {
  'src/debugger/words.ts': ['data breakpoint'], // the protocol's
  'src/extension/adapters.ts': [/./], // the log
  'src/extension/branches.ts': ['/{} and {}'], // a name of a document
  'src/extension/panel.ts': ['A view sent a message of no known shape: {}'], // the log
  'src/extension/recentRuns.ts': [/./], // names of files, the log
  'src/extension/watchTemplates.ts': [/./], // said by those who ask
  'src/page/main.ts': [/^vscode-/], // classes
  'src/protocol/branch.ts': [/line \{\}/], // kept in recordings
  'src/protocol/health.ts': [/./], // expressions
  'src/recorder/branch.ts': [/ of \{\}$/], // kept in recordings
  'src/recorder/breakpoints.ts': ['def {}'],
  'src/recorder/file/check.ts': [/./], // what of a damaged file is wrong, as are the next four
  'src/recorder/file/calls.ts': [/./],
  'src/recorder/file/origin.ts': ['its origin'],
  'src/recorder/file/pack.ts': [/./],
  'src/recorder/file/restore.ts': [/./],
  'src/recorder/file/guard.ts': [/^an? \w+$/],
  'src/recorder/file/index.ts': ['a part of it'],
  'src/recorder/format.ts': [/./], // a tensor's repr
  'src/recorder/moves.ts': [/^(pass|frame) \{\}$/], // keys
  'src/recorder/recorder.ts': ['accumulate gradient'], // a name of an op
  'src/recorder/exceptions.ts': ['Infinity', 'Exception'],
  'src/recorder/tensorVariables.ts': ['norm {}  std {}'], // a tensor's repr
  'src/recorder/timeline.ts': ['start of recording'], // a reason
  'src/recorder/views/health.ts': ['no gradient', 'not updated'], // kinds
  'src/recorder/views/series.ts': ['step taken'], // a role
  'src/recorder/views/dimensions.ts': [/^kernel_/, 'q, k, v', 'gates · hidden_size'], // names of dimensions
  'src/recorder/views/text.ts': ['torch.tensor({}, dtype=torch.{})', 'dim {}'], // Python and CSV
  'src/recorder/views/update.ts': ['{} before', 'step taken', 'new weight'], // roles
  'src/recorder/views/unwell.ts': ['no gradient', 'not updated'], // kinds
  'src/recorder/watch/compile.ts': [/^relu /, 'backward ends', 'all gradient'], // names of ops, keys
  'src/recorder/watch/evaluate.ts': [/^norm mean /],
  'src/recorder/watch/moments.ts': [/./], // keys
  'src/recorder/watch/parse.ts': ['is not'],
  'src/recorder/watch/watchpoints.ts': ['[{}] norm {}'], // a tensor's repr
  'webview/check.ts': ['no gradient', 'not updated'], // kinds
  'webview/curves/panel.ts': ['norm(linear1.weight.grad)'], // an expression
  'webview/graph/draw.ts': ['link grad{}{}{}'], // classes
  'webview/graph/image.ts': ['the picture could not be made'], // the log
  'webview/graph/layout.ts': [/./], // the log
  'webview/graph/wrap.ts': ['{}|rows at {}'], // a key
  'webview/inspector/history.ts': ['tensor {}', 'node {}'], // keys
  'webview/optimizer/tables.ts': ['step taken', 'new weight'], // roles
  'webview/timeline/panel.ts': ['Back'], // of the names of moves
};

const isElsewhere = (path: string, text: string): boolean =>
  (ELSEWHERE[path] ?? []).some((one) => (typeof one === 'string' ? one === text : one.test(text)));

test('nothing is said in English alone', () => {
  const unsaid = ROOMS.flatMap(({ path, unsaid: all }) =>
    all.filter(({ text }) => !NO_WORDS.test(text) && !isElsewhere(path, text)),
  );
  expect(unsaid.map(({ at, text }) => `${at} ${text}`)).toEqual([]);
});

test('no key is put together at run time', () => {
  expect(ROOMS.flatMap(({ madeUp }) => madeUp)).toEqual([]);
});

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
