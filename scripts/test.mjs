// `npm test`: everything. `npm test -- unit [vitest's arguments]` and the like run one part:
//   check   types and lint
//   unit    vitest: engine, recorder, Python, debugger, views
//   vscode  the packaged extension inside a real VS Code, by its API
//   ui      the same by mouse and keyboard
// Installs what is missing first. The last line counts the tests of all parts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNodeModules } from './lib/install.mjs';
import { main, run, UserError } from './lib/process.mjs';
import { ensurePackage } from './package.mjs';

const none = { passed: 0, failed: 0, skipped: 0 };

/** A command that is one test. */
async function one(name, work) {
  try {
    await work();
    console.log(`  ✓ ${name}`);
    return { ...none, passed: 1 };
  } catch (error) {
    console.log(`  ✗ ${name}\n${error.message.replace(/^/gm, '    ')}`);
    return { ...none, failed: 1 };
  }
}

const sum = (counts) =>
  counts.reduce(
    (all, { passed, failed, skipped }) => ({
      passed: all.passed + passed,
      failed: all.failed + failed,
      skipped: all.skipped + skipped,
    }),
    none,
  );

async function vitest(args) {
  const { temporaryFolder } = await import('./lib/vscode.mjs');
  const counted = join(temporaryFolder('vitest'), 'count.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/lib/vitest-reporter.mjs'];
  const env = { ...process.env, BACKSTEP_TEST_COUNT: counted };
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...reporters, ...args];
  const crashed = await run(process.execPath, command, { env, show: true }).then(
    () => false,
    () => true,
  );
  const count = existsSync(counted) ? JSON.parse(readFileSync(counted, 'utf8')) : none;
  return crashed && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/**
 * Mouse and keyboard, in a window that others' load can make miss a key: a file that failed is run again in a new window, and says so.
 * What fails three times has failed.
 */
async function ui(args) {
  const config = ['--config', 'test/vscode/ui/vitest.config.mts'];
  let count = await vitest([...config, ...args]);
  for (let tries = 1; tries < 3 && count.failedFiles?.length; tries++) {
    const again = count.failedFiles;
    console.log(`Once more, in a new window: ${again.map(({ path }) => path).join(', ')}`);
    const next = await vitest([...config, ...again.map(({ path }) => path)]);
    const total = (key) => again.reduce((n, file) => n + file[key], 0);
    count = {
      passed: count.passed - total('passed') + next.passed,
      failed: count.failed - total('failed') + next.failed,
      skipped: count.skipped,
      failedFiles: next.failedFiles,
    };
  }
  return count;
}

const PARTS = {
  check: async () =>
    sum([
      await one('types', () => run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'])),
      await one('lint', () =>
        run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--max-diagnostics=50', '.']),
      ),
    ]),
  unit: (args) => vitest(args),
  vscode: async ([grep]) => {
    const { runHost } = await import('../test/vscode/run-host.mjs');
    const first = await runHost({ grep });
    if (first.failed === 0) return first;
    console.log('Once more, in a new window: what fails twice has failed.');
    return runHost({ grep });
  },
  ui: async (args) => {
    const { findChromium, HOW_TO_GET_CHROMIUM } = await import('./lib/chromium.mjs');
    if (!findChromium() || process.platform === 'win32') {
      const reason = findChromium() ? 'code-server does not run on Windows' : HOW_TO_GET_CHROMIUM;
      console.log(`  - the tests by mouse and keyboard: skipped, ${reason}`);
      return { ...none, skipped: 1 };
    }
    return ui(args);
  },
};

/** What the parts stand on. A package that cannot be built is a failure, and the rest still runs where it can. */
async function prepare(parts) {
  if (parts.includes('vscode') || parts.includes('ui')) {
    const { ensureChromium } = await import('./lib/chromium.mjs');
    await ensureChromium();
    const { ensureCodeServer } = await import('./lib/vscode.mjs');
    if (process.platform !== 'win32') await ensureCodeServer();
  }
  return ensurePackage();
}

await main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first && !(first in PARTS)) {
    throw new UserError(
      `There is no part "${first}". The parts: ${Object.keys(PARTS).join(', ')}. Without one, all run.`,
    );
  }
  await ensureNodeModules();
  const parts = first ? [first] : Object.keys(PARTS);
  const counts = [];
  if (first !== 'check') counts.push(await one('build and package', () => prepare(parts)));
  const broken = counts[0]?.failed > 0;
  for (const part of parts) {
    console.log(`\n${part}`);
    const began = performance.now();
    if (broken && (part === 'vscode' || part === 'ui')) {
      console.log('  - skipped, there is no package to test');
      counts.push({ ...none, skipped: 1 });
      continue;
    }
    counts.push(await PARTS[part](rest));
    console.log(`${part}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  const { passed, failed, skipped } = sum(counts);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed ? 1 : 0);
});
