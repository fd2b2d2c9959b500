/** Makes one HTML page of a recording: everything that it takes to step through it lies in the page. */

import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { t } from '../protocol/l10n';

/** A page holds its recording as text, which browsers do not take at any size. */
const LARGEST = 256 * 1024 * 1024;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A script's text must not end its own element. */
const scriptText = (text: string): string => text.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** The display language, and what it says for what English says. */
export interface Speech {
  language: string;
  words: Readonly<Record<string, string>>;
}

const ENGLISH: Speech = { language: 'en', words: {} };

/** The page. `assets` is the folder of our built files. */
export async function pageOf(
  assets: string,
  recording: Uint8Array,
  title: string,
  { language, words }: Speech = ENGLISH,
): Promise<string> {
  const text = (name: string) => readFile(join(assets, name), 'utf8');
  const [page, view, pageStyle, viewStyle, layout] = await Promise.all(
    ['page.js', 'webview.js', 'page.css', 'webview.css', 'elk-worker.min.js'].map(text),
  );
  const scripts = [page!, view!].map((code) => scriptText(code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')));
  const style = [viewStyle, pageStyle].map((css) => css!.replace(/\/\*# sourceMappingURL=.*\*\/\s*$/, '')).join('\n');
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  // Nothing but what is in this page: no other script runs, and nothing is fetched.
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(' ')}`,
    `style-src ${hash(style)}`,
    'img-src data: blob:',
    'worker-src blob:',
    'connect-src blob:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body class="vscode-dark" data-words="${escaped(JSON.stringify(words))}">
<main id="script"></main>
<div id="view"></div>
<script type="text/plain" id="recording">${base64(recording)}</script>
<script type="text/plain" id="layout">${base64(gzipSync(layout!, { level: 9 }))}</script>
${scripts.map((code) => `<script>${code}</script>`).join('\n')}
</body>
</html>
`;
}

/** Writes the page of a recording; returns its size in bytes. The old file stays until the new one is whole. */
export async function writePage(
  assets: string,
  recording: string,
  out: string,
  name = basename(recording),
  speech = ENGLISH,
): Promise<number> {
  const { size } = await stat(recording);
  if (size > LARGEST)
    throw new Error(
      t(
        'This recording has {0} MB; a page holds at most {1} MB. Record fewer iterations.',
        Math.round(size / 1e6),
        LARGEST >> 20,
      ),
    );
  const html = await pageOf(assets, await readFile(recording), `${name} (Backstep)`, speech);
  const part = `${out}.part`;
  try {
    await writeFile(part, html);
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return Buffer.byteLength(html);
}
