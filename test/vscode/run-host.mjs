// Runs the tests in host/ inside a real extension host, against the packaged .vsix. They are written once;
// VS Code is the desktop program where there is one, and code-server with a headless Chromium where there is not.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from '../../scripts/lib/chromium.mjs';
import { keep, root, run } from '../../scripts/lib/process.mjs';
import { desktopVSCode, temporaryFolder, writeSettings } from '../../scripts/lib/vscode.mjs';
import { copyOfExamples, startServer } from './driver.mjs';

const HOST = 'test/vscode/host';
const LIMIT = 10 * 60_000;

/** The tests as an extension of their own: VS Code loads tests from nothing else. */
async function buildTests(source) {
  const esbuild = await import('esbuild');
  const out = join(keep, `host-tests-${process.pid}`); // of its own: two runs may overlap
  mkdirSync(out, { recursive: true });
  process.on('exit', () => rmSync(out, { recursive: true, force: true }));
  const files = (await readdir(source)).filter((name) => name.endsWith('.test.ts'));
  await esbuild.build({
    entryPoints: {
      index: join(root, HOST, 'index.ts'),
      ...Object.fromEntries(files.map((name) => [name.slice(0, -3), join(source, name)])),
    },
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'], // mocha is found in the repository's node_modules, two folders up
    logLevel: 'warning',
  });
  const manifest = { name: 'backstep-tests', publisher: 'backstep', version: '0.0.0', engines: { vscode: '*' } };
  writeFileSync(join(out, 'package.json'), JSON.stringify(manifest));
  return out;
}

/** Prints results as they come, and counts them. */
class Results {
  passed = 0;
  failed = 0;
  skipped = 0;
  ended = false;
  #read = 0;

  constructor(file) {
    this.file = file;
  }

  take() {
    if (!existsSync(this.file)) return;
    const text = readFileSync(this.file, 'utf8');
    const upTo = text.lastIndexOf('\n') + 1;
    const fresh = text.slice(this.#read, upTo);
    this.#read = upTo;
    for (const line of fresh.split('\n').filter(Boolean)) this.#show(JSON.parse(line));
  }

  #show({ kind, title, ms, error, reason }) {
    if (kind === 'end') this.ended = true;
    if (kind === 'pass') {
      this.passed++;
      console.log(`  ✓ ${title} ${ms} ms`);
    }
    if (kind === 'fail') {
      this.failed++;
      console.log(`  ✗ ${title}\n${error.replace(/^/gm, '    ')}`);
    }
    if (kind === 'skip') {
      this.skipped++;
      console.log(`  - ${title}: skipped, ${reason}`);
    }
  }
}

async function runInDesktop(executable, tests, folder, env) {
  const { resolveCliPathFromVSCodeExecutablePath, runTests } = await import('@vscode/test-electron');
  const home = temporaryFolder('vscode');
  const userData = join(home, 'user-data');
  writeSettings(userData);
  const args = ['--user-data-dir', userData, '--extensions-dir', join(home, 'extensions')];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const cli = resolveCliPathFromVSCodeExecutablePath(executable);
  const shell = process.platform === 'win32';
  await run(cli, [...args, '--install-extension', join(root, 'backstep.vsix'), '--force'], { shell });
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: tests,
    extensionTestsPath: join(tests, 'index'),
    extensionTestsEnv: env,
    launchArgs: [folder, ...args, '--disable-workspace-trust'],
  });
}

async function runInBrowser(tests, folder, env) {
  const server = await startServer({ testDriver: true, env });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const exit = {};
    exit.promise = new Promise((resolve, reject) => Object.assign(exit, { resolve, reject }));
    exit.promise.catch(() => {}); // the server's end, below, is no surprise
    page.on('crash', () => exit.reject(new Error('the page with VS Code crashed')));
    server.child.once('exit', () => exit.reject(new Error(`code-server ended; its log: ${server.log}`)));
    // VS Code looks for these two when it starts.
    await page.exposeFunction('codeAutomationExit', exit.resolve);
    await page.exposeFunction('codeAutomationLog', () => {});
    const remote = (path) => `vscode-remote://${server.authority}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(tests)],
      ['extensionTestsPath', remote(join(tests, 'index'))],
    ];
    const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`${server.address}/?${query}`);
    await exit.promise;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * @param options `grep`: of the tests' names; `from`: another folder of such tests (bench/host).
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runHost({ grep, from = HOST } = {}) {
  const desktop = await desktopVSCode();
  if (!desktop.executable && !findChromium()) {
    console.log(`  - the tests inside VS Code: skipped, ${desktop.reason}, and ${HOW_TO_GET_CHROMIUM}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const tests = await buildTests(join(root, from));
  const folder = copyOfExamples();
  const events = join(temporaryFolder('events'), 'events.jsonl');
  const env = { BACKSTEP_TEST_EVENTS: events, BACKSTEP_TEST_GREP: grep ?? '' };
  const results = new Results(events);
  const tail = setInterval(() => results.take(), 200);
  let limit;
  try {
    const tooLong = new Promise((_, reject) => {
      limit = setTimeout(() => reject(new Error(`not finished after ${LIMIT / 60_000} minutes`)), LIMIT);
    });
    const work = desktop.executable
      ? runInDesktop(desktop.executable, tests, folder, env)
      : runInBrowser(tests, folder, env);
    await Promise.race([work, tooLong]);
    results.take();
    if (!results.ended) throw new Error('VS Code ended before its tests did');
  } catch (error) {
    results.take();
    // A failed test rejects too, and has been counted.
    if (!results.ended || results.failed === 0) {
      results.failed++;
      console.log(`  ✗ the tests inside VS Code: ${error.message}`);
    }
  } finally {
    clearInterval(tail);
    clearTimeout(limit);
  }
  return results;
}
