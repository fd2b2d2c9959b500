// Takes pictures of Backstep in VS Code:
//   node scripts/screenshot.mjs [--theme dark|light|hc-dark|hc-light|"Any Theme"] [--size 1440x900] [--scale 2] [--out FOLDER] SCENARIO…
// A scenario is a file in test/vscode/scenarios/ (name without .mjs) that exports
//   export default async (code, shot) => { await code.open('…'); await shot('name'); }
// and may export `options` for openVSCode. Without a scenario, lists them.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureNodeModules } from './lib/install.mjs';
import { main, root, timed, UserError } from './lib/process.mjs';
import { ensurePackage } from './package.mjs';

const folder = join(root, 'test/vscode/scenarios');
/** Short names of VS Code's own themes. */
const THEMES = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'hc-light': 'Default High Contrast Light',
  'hc-dark': 'Default High Contrast',
};

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      theme: { type: 'string', default: 'Default Dark Modern' },
      size: { type: 'string', default: '1440x900' },
      scale: { type: 'string', default: '1' },
      out: { type: 'string', default: 'test-results' },
    },
  });
  const known = readdirSync(folder).map((name) => name.replace(/\.mjs$/, ''));
  const unknown = positionals.filter((name) => !known.includes(name));
  if (positionals.length === 0 || unknown.length > 0) {
    throw new UserError(
      `${unknown.length > 0 ? `No scenario ${unknown.join(', ')}. ` : ''}Scenarios: ${known.join(', ')}`,
    );
  }
  const [width, height] = values.size.split('x').map(Number);
  if (!width || !height) throw new UserError(`--size takes WIDTHxHEIGHT, such as 1440x900, not "${values.size}".`);
  await ensureNodeModules();
  await ensureChromium();
  await ensurePackage();
  const { openVSCode } = await import('../test/vscode/driver.mjs');
  mkdirSync(values.out, { recursive: true });
  for (const name of positionals) {
    const scenario = await import(pathToFileURL(join(folder, `${name}.mjs`)).href);
    await timed(name, async () => {
      const size = {
        viewport: { width, height },
        scale: Number(values.scale),
        theme: THEMES[values.theme] ?? values.theme,
      };
      const code = await openVSCode({ ...size, ...scenario.options });
      try {
        await scenario.default(code, (shot) => code.screenshot(resolve(values.out, `${shot}.png`)));
      } catch (error) {
        await code.screenshot(resolve(values.out, `${name}-failed.png`));
        throw error;
      } finally {
        await code.close();
      }
    });
  }
  console.log(`The pictures are in ${resolve(values.out)}`);
  process.exit();
});
