// A real VS Code for `npm start` and for the tests, from whatever this machine can have:
// the desktop program (downloaded by @vscode/test-electron), or code-server, which is VS Code served to a browser and
// comes from npm, so that it works where there is no screen and no download site.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { keep, npm, run, start, stop, timed, UserError } from './process.mjs';

const CODE_SERVER = '4.139.1';
/** The Node of this VS Code. */
export const NODE_MAJOR = 24;
/** npm ships Node itself under such names. */
export const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

/** Settings of every VS Code that we start: nothing that distracts, moves, or asks the network. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'git.enabled': false,
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
};

export function writeSettings(userData, settings = {}) {
  mkdirSync(join(userData, 'User'), { recursive: true });
  const all = { ...QUIET_SETTINGS, ...settings };
  writeFileSync(join(userData, 'User/settings.json'), `${JSON.stringify(all, null, 2)}\n`);
}

/** Is there a screen for a desktop program? On Linux only these variables tell. */
export const hasScreen = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** The desktop VS Code that @vscode/test-electron has or can download, or why there is none. */
export async function desktopVSCode() {
  if (!hasScreen()) return { reason: 'there is no screen' };
  try {
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    const reporter = { report() {}, error() {} };
    const executable = await timed('Looking for VS Code, downloading it once', () =>
      downloadAndUnzipVSCode({ cachePath: join(keep, 'desktop'), reporter }),
    );
    return { executable };
  } catch (error) {
    return { reason: `it cannot be downloaded (${error.code ?? error.message})` };
  }
}

/** Installs code-server once, into .vscode-test/. Some 20 s and 800 MB. */
export async function ensureCodeServer() {
  if (process.platform === 'win32')
    throw new UserError('code-server does not run on Windows. Install VS Code, and its `code` command.');
  const home = join(keep, `code-server-${CODE_SERVER}`);
  const modules = join(home, 'node_modules');
  const ownNode = Number(process.versions.node.split('.')[0]) === NODE_MAJOR;
  const node = ownNode ? process.execPath : join(modules, NODE_PACKAGE, 'bin/node');
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
  if (!existsSync(join(home, 'complete'))) {
    await timed(`Installing VS Code (code-server ${CODE_SERVER} from npm)`, async () => {
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
      // No install scripts: they would rebuild native modules that these packages carry ready-made.
      const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--engine-strict=false'];
      const packages = [`code-server@${CODE_SERVER}`, ...(ownNode ? [] : [`${NODE_PACKAGE}@${NODE_MAJOR}`])];
      await npm(['install', ...quiet, ...packages], { cwd: home });
      // VS Code's own dependencies come as a second package.json. Without them every page is an HTTP 500.
      const vscode = join(modules, 'code-server/lib/vscode');
      await npm(['install', '--omit=dev', ...quiet], { cwd: vscode, env });
      writeFileSync(join(home, 'complete'), '');
    });
  }
  return { node, env, entry: join(modules, 'code-server/out/node/entry.js') };
}

export async function freePort(wanted = 0) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(freePort()));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function installExtension(vsix, { userData, extensions }) {
  const { node, env, entry } = await ensureCodeServer();
  const args = ['--user-data-dir', userData, '--extensions-dir', extensions, '--install-extension', vsix, '--force'];
  await run(node, [entry, ...args], { env });
}

/**
 * The least that VS Code takes for a language pack, as it keeps those that are installed: its own words stay English, extensions speak the
 * language. A real pack comes from the marketplace alone.
 */
function writeLanguage(userData, locale) {
  const words = join(userData, `${locale}.i18n.json`);
  writeFileSync(words, JSON.stringify({ version: '1.0.0', contents: {} }));
  const from = { extensionIdentifier: { id: `backstep.language-pack-${locale}` }, version: '1.0.0' };
  const pack = { hash: 'backstep', label: locale, extensions: [from], translations: { vscode: words } };
  writeFileSync(join(userData, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}

/**
 * Starts code-server and resolves when it answers.
 * `testDriver` lets a page run mocha in the extension host; it also hides toasts and some dialogs.
 * `locale` is the display language.
 * `trust: false` makes folders what they are on a user's machine at first: not trusted.
 */
export async function startCodeServer({
  userData,
  extensions,
  port,
  testDriver,
  trust = true,
  locale,
  env: more = {},
}) {
  const { node, env, entry } = await ensureCodeServer();
  const chosen = port ?? (await freePort());
  const log = join(userData, 'server.log');
  const args = ['--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`];
  args.push('--user-data-dir', userData, '--extensions-dir', extensions);
  args.push('--disable-telemetry', '--disable-update-check');
  if (trust) args.push('--disable-workspace-trust');
  if (locale) {
    writeLanguage(userData, locale);
    args.push('--locale', locale);
  }
  if (testDriver) args.push('--vscode-option', 'enable-smoke-test-driver');
  const gallery = { serviceUrl: '', itemUrl: '', resourceUrlTemplate: '', controlUrl: '', recommendationsUrl: '' };
  const child = start(node, [entry, ...args], {
    log,
    // A session of VS Code's own (this terminal may be in one) would make the server talk to it.
    env: { ...env, VSCODE_IPC_HOOK_CLI: '', EXTENSIONS_GALLERY: JSON.stringify(gallery), ...more },
  });
  const address = `http://127.0.0.1:${chosen}`;
  await answers(child, `${address}/healthz`, log);
  return { address, authority: `127.0.0.1:${chosen}`, log, child, stop: () => stop(child) };
}

async function answers(child, url, log) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new UserError(`code-server ended at once. Its log: ${log}`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new UserError(`code-server does not answer at ${url}. Its log: ${log}`);
}

/** An empty folder that is gone when we are. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `backstep-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
