/** Which webview shows which run: one panel beside the editor for scripts, and each recording's own editor. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Docked } from './docked';
import { isNotebook } from './notebooks';
import { NetworkPanel, type Surface, type Surroundings } from './panel';
import type { Run } from './runs';
import { Viewer } from './viewer';

const VIEW_TYPE = 'backstep.network';
export const NUMBERS_VIEW = 'backstep.numbers';

export class Panels implements vscode.Disposable {
  private shared: { panel: NetworkPanel; webview: vscode.WebviewPanel } | undefined;
  /** Recordings' editors by the recording's path. */
  private readonly editors = new Map<string, NetworkPanel>();
  /** The docked numbers, where they are on the screen. */
  private docked = false;
  /** What the shared panel showed last. */
  private sharedRun: Run | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly around: Surroundings,
    docked: Docked,
  ) {
    const { runs } = around;
    this.subscriptions = [
      runs.onDidOpen((run) => this.openBySetting(run)),
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
        deserializeWebviewPanel: async (webview) => void this.share(webview),
      }),
      docked.register(NUMBERS_VIEW, (view) => this.dock(view)),
      vscode.window.registerCustomEditorProvider('backstep.recording', new RecordingEditors(this.adopt.bind(this))),
    ];
  }

  /** Opens (or uncovers) the view of the active run and leaves the focus where it is, unless asked. `column`: where it opens. */
  show(focus = false, column = vscode.ViewColumn.Beside): NetworkPanel {
    const run = this.around.runs.active;
    const panel = (run && this.editors.get(run.program)) ?? this.shared?.panel;
    if (panel) {
      panel.webview.reveal(undefined, !focus);
      return panel;
    }
    const place = { viewColumn: column, preserveFocus: !focus };
    return this.share(vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t('Backstep: Network'), place));
  }

  private openBySetting(run: Run): void {
    if (run.noDebug || run.viewed) return;
    const recording = this.editors.get(run.program);
    if (recording) {
      void placeBeside(run.session.script, recording.webview);
      return;
    }
    if (vscode.workspace.getConfiguration('backstep').get('openNetwork', true)) this.show();
  }

  /** The active run, unless that is a recording that its own editor shows: then the one before it. */
  private runOfShared(): Run | undefined {
    const { active, all } = this.around.runs;
    if (!active || !this.editors.has(active.program)) this.sharedRun = active;
    return this.sharedRun && all.includes(this.sharedRun) ? this.sharedRun : undefined;
  }

  private setDocked(visible: boolean): void {
    this.docked = visible;
    this.shared?.panel.setDocked(visible);
    for (const panel of this.editors.values()) panel.setDocked(visible);
  }

  private share(webview: vscode.WebviewPanel): NetworkPanel {
    webview.iconPath = vscode.Uri.joinPath(this.around.assets, '..', 'media', 'icon.svg');
    const panel = new NetworkPanel(webview, this.around, () => this.runOfShared());
    panel.setDocked(this.docked);
    this.shared = { panel, webview };
    webview.onDidDispose(() => {
      panel.dispose();
      if (this.shared?.panel === panel) this.shared = undefined;
    });
    return panel;
  }

  /** Tensor, optimizer and curves without the network: a view that can be put into a side bar or the panel. */
  private dock(view: vscode.WebviewView): void {
    const surface: Surface = {
      webview: view.webview,
      get visible() {
        return view.visible;
      },
      active: false,
      onDidChangeViewState: view.onDidChangeVisibility,
      reveal: (_, preserveFocus) => view.show(preserveFocus),
    };
    const panel = new NetworkPanel(surface, this.around, () => this.around.runs.active, { parts: 'numbers' });
    this.setDocked(view.visible);
    view.onDidChangeVisibility(() => this.setDocked(view.visible));
    view.onDidDispose(() => {
      this.setDocked(false);
      panel.dispose();
    });
  }

  private adopt(uri: vscode.Uri, webview: vscode.WebviewPanel): void {
    const path = uri.fsPath;
    const opening = vscode.l10n.t('Opening {0}…', basename(path));
    const panel = new NetworkPanel(webview, this.around, () => this.around.runs.byProgram(path), { opening });
    const viewer = new Viewer(path, panel, this.around);
    panel.setDocked(this.docked);
    this.editors.set(path, panel);
    if (!this.around.runs.byProgram(path)) void viewer.open();
    webview.onDidDispose(() => {
      panel.dispose();
      viewer.dispose();
      if (this.editors.get(path) === panel) this.editors.delete(path);
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.shared?.webview.dispose();
  }
}

/** Puts a recording's script where its editor was, and the editor beside it: else VS Code would cover the one with the other. */
async function placeBeside(script: string, editor: Surface): Promise<void> {
  try {
    await showScript(script, editor.viewColumn, true);
    editor.reveal(undefined, false);
    // A custom editor that is revealed in another column would be copied; this command moves it.
    await vscode.commands.executeCommand('workbench.action.moveEditorToRightGroup');
    await showScript(script, vscode.ViewColumn.One, false);
  } catch {
    // The script is not on this machine: the network alone can be stepped through.
  }
}

async function showScript(
  path: string,
  viewColumn: vscode.ViewColumn | undefined,
  preserveFocus: boolean,
): Promise<void> {
  const how = { viewColumn, preserveFocus };
  if (isNotebook(path))
    await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(vscode.Uri.file(path)), how);
  else await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(path), how);
}

/** A .backstep file's editor is the network view over it; it can be debugged from there. */
class RecordingEditors implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly adopt: (uri: vscode.Uri, webview: vscode.WebviewPanel) => void) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, webview: vscode.WebviewPanel): Promise<void> {
    this.adopt(uri, webview);
  }
}
