// Has anything changed since? Answers from contents, not from dates: a fresh clone and a switched branch have new dates.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keep, root } from './process.mjs';

/** Everything that decides what is in the .vsix. */
const INPUTS = [
  'src',
  'webview',
  'media',
  'l10n',
  'package.nls.json',
  'package.nls.zh-cn.json',
  'examples',
  'scripts/coverage.mjs',
  'scripts/notices',
  'scripts/notices.mjs',
  'scripts/package.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'esbuild.mjs',
  '.vscodeignore',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

function addTo(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      if (name !== '__pycache__' && name !== 'node_modules') addTo(hash, join(path, name));
    }
  } else {
    hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path));
  }
}

export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addTo(hash, join(root, path));
  return hash.digest('hex').slice(0, 16);
}

export const packageHash = () => hashOf(INPUTS);

const stampFile = (name) => join(keep, 'stamps', name);

/** What was written by `stamp` under this name, or undefined. */
export function stamped(name) {
  return existsSync(stampFile(name)) ? readFileSync(stampFile(name), 'utf8') : undefined;
}

export function stamp(name, value) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), value);
}
