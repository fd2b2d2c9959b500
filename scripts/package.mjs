// Builds, and packs backstep.vsix: the extension as a user installs it. Skips both when nothing changed since.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageHash, stamp, stamped } from './lib/inputs.mjs';
import { ensureNodeModules } from './lib/install.mjs';
import { main, root, run, timed, UserError } from './lib/process.mjs';

export const vsix = join(root, 'backstep.vsix');

/** Most of it is CPython, and its memory after it has started. A user on a slow line downloads this. */
const BUDGET = 24 * 1024 * 1024;

/** Makes backstep.vsix current and returns its path. */
export async function ensurePackage() {
  const hash = packageHash();
  if (existsSync(vsix) && stamped('package') === hash) {
    console.log('backstep.vsix is up to date');
    return vsix;
  }
  await timed('Building', async () => {
    await run(process.execPath, ['esbuild.mjs', '--minify']);
    const { writeNotices } = await import('./notices.mjs');
    writeNotices();
  });
  await timed('Packaging', pack);
  stamp('package', hash);
  return vsix;
}

async function pack() {
  // --no-dependencies: esbuild has bundled them. The links are left as they are because vsce would need to know our host.
  await run(process.execPath, [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--no-rewrite-relative-links',
    '--allow-missing-repository',
    '--out',
    vsix,
  ]);
  const { size } = statSync(vsix);
  const mega = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (size > BUDGET) {
    throw new UserError(
      `backstep.vsix is ${mega(size)}, over its budget of ${mega(BUDGET)}. See what is in it: npx vsce ls --tree --no-dependencies`,
    );
  }
  return `backstep.vsix, ${mega(size)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await ensureNodeModules();
    await ensurePackage();
  });
}
