/** Views that the user puts into the panel or a side bar: they stay when a session ends, and are back after a reload of the window. */
import * as vscode from 'vscode';
import type { Runs } from './runs';

/** VS Code's menus know by this that something was debugged in this workspace. */
const USED = 'backstep.used';
const openKey = (view: string) => `backstep.open:${view}`;

/**
 * The views are offered from a workspace's first run on. A view that VS Code does not offer yet when a window opens is not opened again by it:
 * so that is done here.
 */
export class Docked implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    runs: Runs,
    private readonly memory: vscode.Memento,
  ) {
    if (this.used) this.offer();
    this.subscription = runs.onDidOpen(() => {
      if (this.used) return;
      this.offer();
      void memory.update(USED, true);
    });
  }

  private get used(): boolean {
    return this.memory.get(USED, false);
  }

  private offer(): void {
    void vscode.commands.executeCommand('setContext', USED, true);
  }

  register(id: string, resolve: (view: vscode.WebviewView) => void): vscode.Disposable {
    const keep = (open: boolean) => void this.memory.update(openKey(id), open);
    const registered = vscode.window.registerWebviewViewProvider(id, {
      resolveWebviewView: (view) => {
        keep(view.visible);
        view.onDidChangeVisibility(() => keep(view.visible));
        resolve(view);
      },
    });
    if (this.used && this.memory.get(openKey(id), false))
      void vscode.commands.executeCommand(`${id}.focus`, { preserveFocus: true });
    return registered;
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
