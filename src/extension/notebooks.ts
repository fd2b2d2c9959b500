/** A notebook in VS Code and in a run: each code cell is a document there, and a file of its own here (`train.ipynb[3]`). */
import * as vscode from 'vscode';
import type { Addresses } from '../debugger/sources';
import { cellPath } from '../protocol/notebook';
import type { Session } from '../protocol/session';
import { torchImportLine } from './training';

const CELL_SCHEME = 'vscode-notebook-cell';

export const isNotebook = (path: string): boolean => path.toLowerCase().endsWith('.ipynb');

/** The notebook in front that can be debugged; an untitled one is none. */
export function notebookOnScreen(): vscode.NotebookDocument | undefined {
  const book = vscode.window.activeNotebookEditor?.notebook;
  return book && isNotebook(book.uri.fsPath) && !book.isUntitled ? book : undefined;
}

/** In their order; VS Code has raw cells as code of the language `raw`. */
function codeCells(book: vscode.NotebookDocument): vscode.NotebookCell[] {
  return book
    .getCells()
    .filter(({ kind, document }) => kind === vscode.NotebookCellKind.Code && document.languageId !== 'raw');
}

export const isTorchNotebook = (book: vscode.NotebookDocument): boolean =>
  codeCells(book).some(({ document }) => torchImportLine(document.getText()) !== null);

const MAGIC = /^\s*[%!?]|\?\s*$|=\s*[!%]/;

/** Is a cell's text what ran? Its magics ran as comments. */
export function isSameCell(text: string, ran: string): boolean {
  const lines = (of: string) => of.replace(/\r\n?/g, '\n').trimEnd().split('\n');
  const [own, others] = [lines(text), lines(ran)];
  if (own.find((line) => line.trim() !== '')?.startsWith('%%')) return true;
  return own.length === others.length && own.every((line, i) => line === others[i] || MAGIC.test(line));
}

/** Which document of VS Code is which file of one run. */
export class Cells implements Addresses {
  private readonly uris = new Map<string, vscode.Uri>();
  private readonly paths = new Map<string, string>();

  /** Looks at what a session runs, or has recorded: cells that read otherwise by now are left out. */
  async follow(session: Session): Promise<void> {
    this.uris.clear();
    this.paths.clear();
    const { script } = session;
    if (!isNotebook(script)) return;
    const known = vscode.workspace.notebookDocuments.find(({ uri }) => uri.fsPath === script);
    const book =
      known ?? (await vscode.workspace.openNotebookDocument(vscode.Uri.file(script)).then(undefined, () => null));
    const recorded = new Set(await session.request('sources', {}));
    for (const [index, { document }] of (book ? codeCells(book) : []).entries()) {
      const path = cellPath(script, index + 1);
      if (!recorded.has(path)) continue;
      const { text } = await session.request('source', { path });
      if (!isSameCell(document.getText(), text)) continue;
      this.uris.set(path, document.uri);
      this.paths.set(document.uri.toString(), path);
    }
  }

  addressOf(path: string): string | null {
    return this.uris.get(path)?.toString() ?? null;
  }

  pathOf(address: string): string | null {
    return address.startsWith(`${CELL_SCHEME}:`) ? (this.paths.get(vscode.Uri.parse(address).toString()) ?? '') : null;
  }

  /** Where a file of the run is: a cell's document, or the file. */
  uriOf(path: string): vscode.Uri {
    return this.uris.get(path) ?? vscode.Uri.file(path);
  }

  /** The run's file that a document is. */
  pathIn({ uri }: vscode.TextDocument): string {
    return uri.scheme === CELL_SCHEME ? (this.paths.get(uri.toString()) ?? '') : uri.fsPath;
  }
}

/** Keeps the context key by which a notebook's toolbar has our buttons only where it imports torch. */
export function followTorchNotebooks(): vscode.Disposable {
  const update = () => {
    const book = notebookOnScreen();
    void vscode.commands.executeCommand('setContext', 'backstep.torchNotebook', !!book && isTorchNotebook(book));
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveNotebookEditor(update),
    vscode.workspace.onDidSaveNotebookDocument(update),
  );
}
