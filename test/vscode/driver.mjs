// Drives a real VS Code window by Playwright, as a user would: a clean code-server with the packaged .vsix,
// a copy of examples/ opened in it. Used by the tests in ui/ and by scripts/screenshot.mjs.
//
//   const code = await openVSCode({ file: 'three_class.py' });
//   await code.toggleBreakpoint(12);
//   await code.press('F5');
//   await code.stopped();                    // -> { line: 12 }
//   await code.command('Debug: Step Back');
//   await (await code.webview()).getByRole('button', { name: 'Fit' }).click();
//   await code.close();
//
// Nothing here sleeps: every helper waits for what it announces.
import { cpSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { root } from '../../scripts/lib/process.mjs';
import { installExtension, startCodeServer, temporaryFolder, writeSettings } from '../../scripts/lib/vscode.mjs';

/**
 * A copy of examples/ (a test may write into it) plus whatever files are given.
 * @param {string} [from]
 */
export function copyOfExamples(from = join(root, 'examples')) {
  const folder = join(realpathSync(temporaryFolder('workspace')), 'examples');
  if (existsSync(from)) cpSync(from, folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}

/**
 * A server with Backstep installed. Windows of one server share its settings and its files, nothing else.
 * @param {{ vsix?: string, theme?: string, settings?: Record<string, unknown>, testDriver?: boolean, trust?: boolean, locale?: string, env?: Record<string, string> }} [options]
 */
export async function startServer(options = {}) {
  const { vsix = join(root, 'backstep.vsix'), theme, settings = {}, testDriver, trust, locale, env } = options;
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run \`npm run package\` first.`);
  const home = temporaryFolder('vscode');
  const profile = { userData: join(home, 'user-data'), extensions: join(home, 'extensions') };
  writeSettings(profile.userData, { ...(theme && { 'workbench.colorTheme': theme }), ...settings });
  await installExtension(vsix, profile);
  return { ...(await startCodeServer({ ...profile, testDriver, trust, locale, env })), ...profile };
}

/**
 * Opens a window. Starts a server for it unless one is given; a server of its own ends with the window.
 * @param {Parameters<typeof startServer>[0] & {
 *   server?: Awaited<ReturnType<typeof startServer>>, folder?: string, file?: string,
 *   viewport?: { width: number, height: number }, scale?: number, reducedMotion?: boolean, headless?: boolean,
 * }} [options]
 */
export async function openVSCode(options = {}) {
  const { folder = copyOfExamples(), file, viewport = { width: 1440, height: 900 }, scale = 1 } = options;
  const server = options.server ?? (await startServer(options));
  let browser;
  try {
    browser = await launchChromium({ headless: options.headless ?? true });
    const context = await browser.newContext({
      viewport,
      deviceScaleFactor: scale,
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    });
    // VS Code reads and writes the clipboard; the question for it would cover the window.
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.address });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const code = new Window(server, browser, page, folder, !options.server);
    page.on('console', (message) => code.console.push(`${message.type()}: ${message.text()}`));
    await page.goto(`${server.address}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    // VS Code's own word that the window is usable: before it, the palette does not know all commands.
    await page.waitForFunction(() => performance.getEntriesByName('code/LifecyclePhase/Restored').length > 0);
    if (file) await code.open(file);
    return code;
  } catch (error) {
    await browser?.close();
    if (!options.server) await server.stop();
    throw error;
  }
}

export class Window {
  /** What the page printed, for a test that failed. @type {string[]} */
  console = [];

  /**
   * @param {Awaited<ReturnType<typeof startServer>>} server
   * @param {import('playwright-core').Browser} browser
   * @param {import('playwright-core').Page} page
   * @param {string} folder
   * @param {boolean} ownsServer
   */
  constructor(server, browser, page, folder, ownsServer) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    /** The folder that is open. */
    this.folder = folder;
    this.ownsServer = ownsServer;
  }

  async close() {
    await this.browser.close();
    if (this.ownsServer) await this.server.stop();
  }

  /** Presses keys one after the other: `press('Control+K', 'Control+I')`. @param {...string} keys */
  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /**
   * Types into the quick-open box and takes the entry that says `label`. The box does not update itself when an entry
   * comes late (an extension that registers its commands just now), and a stop that has just come closes it by giving
   * the focus to the editor: so it is opened again until the entry is there.
   * @param {string} key @param {string} text @param {string | RegExp} label
   */
  async pick(key, text, label) {
    const { page } = this;
    const input = page.locator('.quick-input-widget:visible input');
    const rows = page.locator('.quick-input-list .monaco-list-row');
    const row = rows.filter({ hasText: label }).first();
    for (let attempt = 1; ; attempt++) {
      await page.keyboard.press(key);
      try {
        await input.fill(text, { timeout: 3000 });
        await row.click({ timeout: 3000 });
        break;
      } catch {
        const shown = await rows.allTextContents();
        if (attempt === 5) throw new Error(`No entry "${label}" for "${text}". There are: ${shown.join(' | ')}`);
        await page.keyboard.press('Escape');
      }
    }
  }

  /** Runs a command by its title in the palette, such as "Debug: Step Back". @param {string} title */
  async command(title) {
    await this.pick('F1', `>${title}`, title);
  }

  /** Reloads the window, as the user does by command, and waits until it is usable. */
  async reload() {
    const { page } = this;
    await page.evaluate(() => Object.assign(window, { before: true }));
    await this.command('Developer: Reload Window');
    await page.waitForFunction(
      () => !('before' in window) && performance.getEntriesByName('code/LifecyclePhase/Restored').length > 0,
    );
  }

  /** Opens a file of the folder. @param {string} name */
  async open(name) {
    await this.pick('Control+P', name, basename(name));
    await this.page
      .locator('.tab.active', { hasText: basename(name) })
      .first()
      .waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Puts the cursor on a line of the active editor, which scrolls there. @param {number} line */
  async goToLine(line) {
    const { page } = this;
    await page.locator('.editor-instance .monaco-editor').first().waitFor();
    await page.keyboard.press('Control+G');
    const input = page.locator('.quick-input-widget:visible input');
    await input.waitFor();
    await input.fill(`:${line}`);
    await page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
    await this.lineNumber(line).waitFor();
  }

  /** @param {number} line */
  lineNumber(line) {
    return this.page.locator('.editor-instance .margin .line-numbers', { hasText: new RegExp(`^${line}$`) }).first();
  }

  /** Clicks into the gutter; resolves when the breakpoint is there or gone. @param {number} line */
  async toggleBreakpoint(line) {
    await this.goToLine(line);
    const dots = this.page.locator('.editor-instance [class*="codicon-debug-breakpoint"]:not([class*="hint"])');
    const before = await dots.count();
    const box = await this.lineNumber(line).boundingBox();
    const margin = await this.page.locator('.editor-instance .margin').first().boundingBox();
    if (!box || !margin) throw new Error(`Line ${line} is not on the screen.`);
    await this.page.mouse.click(margin.x + 10, box.y + box.height / 2);
    await this.page.waitForFunction(({ selector, count }) => document.querySelectorAll(selector).length !== count, {
      selector: '.editor-instance [class*="codicon-debug-breakpoint"]:not([class*="hint"])',
      count: before,
    });
  }

  /**
   * Waits until the debugger stands still, on the given line if one is given. Resolves to where the editor shows it.
   * @param {{ line?: number, timeout?: number }} [where]
   */
  async stopped({ line, timeout = 30_000 } = {}) {
    const found = await this.page.waitForFunction(
      (wanted) => {
        // Paused: the toolbar offers Continue, and an editor paints the line. Its number stands at the same height.
        const canContinue = document.querySelector('.debug-toolbar .codicon-debug-continue:not(.disabled)');
        const painted = document.querySelector('.editor-instance .debug-top-stack-frame-line');
        if (!canContinue || !painted) return null;
        const { top } = painted.getBoundingClientRect();
        const editor = painted.closest('.monaco-editor');
        for (const number of editor?.querySelectorAll('.line-numbers') ?? []) {
          if (Math.abs(number.getBoundingClientRect().top - top) > 2) continue;
          const at = Number(number.textContent);
          return wanted === undefined || wanted === at ? { line: at } : null;
        }
        return null;
      },
      line,
      { timeout },
    );
    return /** @type {{ line: number }} */ (await found.jsonValue());
  }

  /** Waits until no debug session is left. */
  async ended() {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: 30_000 });
  }

  /**
   * The content of one of our views, once it is there: of the network (its panel, or a recording's editor), of the docked numbers, or of
   * what was printed, or of the figures. A view that is hidden, moved or made anew gets another frame: ask again.
   * @param {'network' | 'numbers' | 'printed' | 'figures'} [view]
   */
  async webview(view = 'network') {
    const ours = async () => {
      for (const frame of this.page.frames()) {
        // Where the frame has just gone, there is nobody to ask.
        const shows = await frame
          .evaluate(() => {
            if (document.body.dataset.elk === undefined) return '';
            for (const own of ['printed', 'figures'])
              if (document.querySelector(`script[src$="/${own}.js"]`)) return own;
            return document.body.dataset.parts ?? 'network';
          })
          .catch(() => '');
        if (shows === view) return frame;
      }
      return null;
    };
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
      const frame = await ours();
      if (frame) return frame;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`There is no view of Backstep that shows: ${view}`);
  }

  /** The texts of the notifications on the screen. */
  notifications() {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  /** Text of the status bar, for items a test looks for. */
  statusBar() {
    return this.page.locator('.statusbar').textContent();
  }

  /** @param {string} path */
  async screenshot(path) {
    await this.page.mouse.move(0, 0); // no hover
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  }
}
