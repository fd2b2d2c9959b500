/** Builds the webview, opens it in headless chromium as VS Code would (its policy included), and talks its messages. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FromWebview, ToWebview } from '../../src/protocol/webview';
import { THEMES } from './themes';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const missing = existsSync(CHROMIUM) ? null : `no browser at ${CHROMIUM}; set CHROMIUM`;
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const ORIGIN = 'http://webview.test';

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') });

let files: Promise<Map<string, string>> | null = null;

async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: 'webview/main.ts', out: 'webview' },
      { in: 'webview/printed/main.ts', out: 'printed' },
      { in: 'webview/main.css', out: 'webview' },
    ],
    bundle: true,
    minify: true,
    write: false,
    outdir: 'out',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  });
  const found = new Map(outputFiles.map((file) => [file.path.slice(file.path.lastIndexOf('/')), file.text]));
  found.set('/elk-worker.min.js', await readFile('node_modules/elkjs/lib/elk-worker.min.js', 'utf8'));
  return found;
}

export const sizes = async (): Promise<Record<string, number>> =>
  Object.fromEntries([...(await (files ??= bundle()))].map(([name, text]) => [name, text.length]));

export interface View {
  page: Page;
  posted(): Promise<FromWebview[]>;
  /** Messages since the last call. */
  news(): Promise<FromWebview[]>;
  send(message: ToWebview | unknown): Promise<void>;
  /** What was done so far is on screen, and what follows from it was posted: a change is drawn in the next frame. */
  drawn(): Promise<void>;
  errors: string[];
}

export interface Options {
  width?: number;
  height?: number;
  theme?: string;
  state?: unknown;
  elk?: boolean;
  calm?: boolean;
  /** Which view. */
  script?: 'webview' | 'printed';
  /** The numbers alone, as docked. */
  parts?: 'numbers';
  /** What it says for what English says. */
  words?: Record<string, string>;
}

export async function open(browser: Browser, options: Options = {}): Promise<View> {
  const built = await (files ??= bundle());
  const {
    width = 1100,
    height = 800,
    theme = 'dark',
    state = null,
    elk = true,
    calm = true,
    script = 'webview',
    parts,
    words = {},
  } = options;
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: calm ? 'reduce' : 'no-preference' });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const { body, vars } = THEMES[theme]!;
  const style = Object.entries({
    ...vars,
    'font-family': '"DejaVu Sans", sans-serif',
    'font-size': '13px',
    'editor-font-family': '"DejaVu Sans Mono", monospace',
  })
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join('');
  const policy = `default-src 'none'; script-src 'nonce-n'; style-src ${ORIGIN} 'nonce-n'; img-src blob:; worker-src blob:; connect-src ${ORIGIN}`;
  const stub = `
    window.posted = [];
    let saved = ${JSON.stringify(state)};
    window.acquireVsCodeApi = () => ({ postMessage: (m) => posted.push(m), getState: () => saved, setState: (s) => { window.savedState = saved = s; } });`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Backstep</title>
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <style nonce="n">:root{${style}}</style><link rel="stylesheet" href="/webview.css"></head>
    <body class="${body}" data-words="${JSON.stringify(words).replace(/[&"<>]/g, (c) => `&#${c.charCodeAt(0)};`)}" ${parts ? `data-parts="${parts}"` : ''} ${elk ? 'data-elk="/elk-worker.min.js"' : ''}><script nonce="n">${stub}</script><script nonce="n" src="/${script}.js"></script></body></html>`;
  await page.route('**/*', (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/') return route.fulfill({ contentType: 'text/html', body: html });
    const text = built.get(path);
    if (text === undefined) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: path.endsWith('.css') ? 'text/css' : 'text/javascript', body: text });
  });
  await page.goto(`${ORIGIN}/`);
  let heard = 0;
  const posted = (): Promise<FromWebview[]> =>
    page.evaluate(() => (window as unknown as { posted: FromWebview[] }).posted);
  const drawn = (): Promise<void> =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise((done) => requestAnimationFrame(done));
    });
  return {
    page,
    errors,
    posted,
    async news() {
      const all = await posted();
      const fresh = all.slice(heard);
      heard = all.length;
      return fresh;
    },
    async send(message) {
      await page.evaluate(async (m) => {
        // The page's own listener came first.
        const heard = new Promise((done) => window.addEventListener('message', done, { once: true }));
        window.postMessage(m, '*');
        await heard;
      }, message);
      await drawn();
    },
    drawn,
  };
}
