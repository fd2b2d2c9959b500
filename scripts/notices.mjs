// Writes THIRD_PARTY_NOTICES.md: the licences of what the last build really put into dist/ (.vscode-test/bundled.json).
// It is generated so that a new dependency cannot be forgotten, and committed so that a reader finds it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keep, main, root, UserError } from './lib/process.mjs';

const notices = (name) => readFileSync(join(root, 'scripts/notices', name), 'utf8').trim();
const quote = (text) => `\`\`\`text\n${text.trim().replaceAll('\r\n', '\n')}\n\`\`\``;

function licenceText(name) {
  // These npm packages carry no licence file.
  if (name === 'pyodide' || name === '@resvg/resvg-wasm') return notices('MPL-2.0.txt');
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
  if (!file) throw new UserError(`${name} is bundled but has no licence file: add its text to scripts/notices/.`);
  return readFileSync(join(folder, file), 'utf8');
}

/** What a licence asks for beyond its text: where the source is. */
const REMARKS = {
  pyodide: (version) =>
    `The files in \`dist/pyodide/\` are those of the npm package, unchanged. Their source is at ` +
    `https://github.com/pyodide/pyodide, release ${version}.`,
  '@resvg/resvg-wasm': (version) =>
    `\`dist/png/resvg.wasm\` is the npm package's file, unchanged. Its source is at ` +
    `https://github.com/yisibl/resvg-js, release ${version}, and https://github.com/RazrFalcon/resvg.`,
  'dejavu-fonts-ttf': () => '`dist/png/DejaVuSans.ttf` is the font file of the npm package, unchanged.',
  elkjs: (version) =>
    `\`dist/elk-worker.min.js\` is the npm package's file, unchanged. Its source is at ` +
    `https://github.com/kieler/elkjs, release ${version}, and https://github.com/eclipse/elk.`,
};

function entry(name) {
  const { version, license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return { name, version, license, text: licenceText(name) };
}

/** Several packages with one text (d3's modules) share it. */
function byText(entries) {
  const groups = new Map();
  for (const item of entries) {
    const key = item.text.replace(/\s+/g, ' ').trim();
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

export function writeNotices() {
  const bundled = join(keep, 'bundled.json');
  if (!existsSync(bundled)) throw new UserError('Nothing is built yet: run `npm run build` first.');
  const groups = byText(JSON.parse(readFileSync(bundled, 'utf8')).map(entry));
  const sections = groups.map((group) => {
    const title = group.map(({ name, version }) => `${name} ${version}`).join(', ');
    const remarks = group.map(({ name, version }) => REMARKS[name]?.(version)).filter(Boolean);
    return [`## ${title}`, `Licence: ${group[0].license}`, ...remarks, quote(group[0].text)].join('\n\n');
  });
  const text = [
    '# Third-party notices',
    'Backstep is MIT-licensed (LICENSE). The packaged extension contains the works below, each under its own licence.',
    'This file is written by `scripts/notices.mjs`.',
    ...sections,
    '## CPython 3.14, as part of pyodide',
    'Licence: Python-2.0 (PSF). The interpreter is in `pyodide.asm.wasm`, its standard library in `python_stdlib.zip`.',
    quote(notices('CPython.txt')),
    '## numpy: the tables of its ziggurat draws, in src/engine/numpy/random/ziggurat.ts',
    'Licence: BSD-3-Clause',
    quote(notices('numpy.txt')),
    '## Data sets and colours',
    notices('data.md'),
    '## Libraries within pyodide',
    notices('libraries.md'),
  ].join('\n\n');
  const file = join(root, 'THIRD_PARTY_NOTICES.md');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== `${text}\n`) writeFileSync(file, `${text}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(() => writeNotices());
