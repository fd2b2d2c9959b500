/** The webview's page: our own files and nothing else. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { currentWords } from '../protocol/l10n';

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export interface PageOptions {
  /** Which of our scripts draws it: the network view's, if left out. */
  script?: 'webview' | 'printed' | 'figures';
  /** The numbers alone, without network and timeline. */
  parts?: 'numbers';
  /** What it says until there is something to show. */
  opening?: string;
}

/** A view's HTML, under a policy that loads nothing from elsewhere and runs no inline script. */
export function page(
  webview: vscode.Webview,
  assets: vscode.Uri,
  { script = 'webview', parts, opening }: PageOptions = {},
): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
    // The layout worker is fetched as text and started from a blob: a webview may not start a worker from another origin.
    'worker-src blob:',
    `connect-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('webview.css')}">
<title>Backstep</title>
</head>
<body data-elk="${file('elk-worker.min.js')}" data-words="${escaped(JSON.stringify(currentWords()))}"${parts ? ` data-parts="${parts}"` : ''}${opening ? ` data-opening="${escaped(opening)}"` : ''}>
<script nonce="${nonce}" src="${file(`${script}.js`)}"></script>
</body>
</html>`;
}
