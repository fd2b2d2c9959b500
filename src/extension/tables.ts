/** Tensors as tables in editor tabs: read-only documents of comma separated values, as the tensor was when it was opened. */

import * as vscode from 'vscode';
import { t } from '../protocol/l10n';

const SCHEME = 'backstep-table';
/** As many as are likely to be open. */
const KEPT = 50;

class Tables implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private opened = 0;

  add(name: string, text: string): vscode.Uri {
    // Each its own: the same tensor at two moments can stand side by side.
    const file = `${name.replace(/[^\w.\- ]+/g, '_')}.csv`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.opened}/${file}` });
    this.texts.set(uri.toString(), text);
    if (this.texts.size > KEPT) this.texts.delete(this.texts.keys().next().value!);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? t('This table was of an earlier session: open it again from the tensor.');
  }
}

const tables = new Tables();

export const registerTables = (): vscode.Disposable =>
  vscode.workspace.registerTextDocumentContentProvider(SCHEME, tables);

/** `viewColumn`: where it covers no view. */
export async function openTable(name: string, text: string, viewColumn: vscode.ViewColumn): Promise<void> {
  const document = await vscode.workspace.openTextDocument(tables.add(name, text));
  await vscode.window.showTextDocument(document, { preview: false, viewColumn });
}
