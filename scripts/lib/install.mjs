// Makes node_modules what package-lock.json says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, timed, UserError } from './process.mjs';

const packagesIn = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/** npm writes what it installed into node_modules/.package-lock.json. */
function state() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'missing';
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    if (installed[path] ? installed[path].version !== version : !optional) return 'stale';
  }
  return 'fresh';
}

export async function ensureNodeModules() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new UserError(`Backstep is built with Node.js 20 or newer; this is ${process.version}.`);
  const found = state();
  if (found === 'fresh') return;
  // A stale folder is brought up to date in place, which takes seconds; `npm ci` would delete it first.
  const quiet = ['--no-audit', '--no-fund'];
  if (found === 'missing') {
    const strict = () => npm(['ci', ...quiet]).then(() => {});
    if (
      await timed('Installing node_modules (npm ci)', strict).then(
        () => true,
        () => false,
      )
    )
      return;
    console.log('package-lock.json does not suit this machine or its registry, so that npm chooses versions itself.');
  }
  await timed('Updating node_modules (npm install)', () => npm(['install', ...quiet]).then(() => {}));
}
