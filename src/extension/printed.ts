/** The panel's view of what the script printed: beside the Debug Console, which cannot grey what is not printed yet. */
import * as vscode from 'vscode';
import { Printed } from '../feed/printed';
import type { Session } from '../protocol/session';
import type { ToPrinted } from '../protocol/webview';
import type { Docked } from './docked';
import type { Log } from './log';
import { readFromWebview } from './messages';
import { page } from './page';
import type { Run, Runs } from './runs';

export const PRINTED_VIEW = 'backstep.printed';

/** Follows the active run. */
export class PrintedView implements vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private printed = new Printed();
  private session: Session | undefined;
  private ready = false;
  private filling = false;
  private again = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly runs: Runs,
    private readonly log: Log,
    private readonly assets: vscode.Uri,
    docked: Docked,
  ) {
    const ours = (run: Run) => run === runs.active && void this.update();
    this.subscriptions = [
      docked.register(PRINTED_VIEW, (view) => this.resolve(view)),
      runs.onDidChangeActive(() => void this.update()),
      runs.onDidOpen(ours),
      runs.onDidStop(ours),
      runs.onDidProgress(({ run, event }) => event.views && ours(run)),
      runs.onDidEnd(ours),
    ];
  }

  private resolve(view: vscode.WebviewView): void {
    this.view = view;
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [this.assets] };
    webview.onDidReceiveMessage((message) => this.onMessage(message));
    view.onDidChangeVisibility(() => {
      // A hidden view is gone, script and all; it says `ready` again when it is back.
      if (view.visible) return;
      this.ready = false;
      // To give a session the focus brings the Debug Console up: whoever looks at this view goes on looking.
      if (Date.now() - this.runs.focusedAt < 1000) view.show(true);
    });
    view.onDidDispose(() => {
      this.view = undefined;
      this.ready = false;
    });
    webview.html = page(webview, this.assets, { script: 'printed' });
  }

  private post(message: ToPrinted): void {
    if (this.ready) void this.view?.webview.postMessage(message);
  }

  /** What is new since the last time; all of it, where another session is looked at. */
  private async update(): Promise<void> {
    if (!this.ready) return;
    if (this.filling) {
      this.again = true;
      return;
    }
    this.filling = true;
    do {
      this.again = false;
      await this.fill();
    } while (this.again);
    this.filling = false;
  }

  private async fill(): Promise<void> {
    const run = this.runs.active;
    if (this.session !== run?.session) {
      this.session = run?.session;
      this.printed = new Printed();
      this.post({ type: 'lines', from: 0, lines: [] });
    }
    if (!run) return;
    const { printed } = this;
    const { session } = run;
    const changed = (from: number) =>
      session === this.session && this.post({ type: 'lines', from, lines: printed.lines.slice(from) });
    // A session that is gone answers nothing, and another is looked at then.
    await printed.fill(session, changed).catch(() => {});
    if (run.cursor && session === this.session)
      this.post({ type: 'at', tick: run.cursor.tick, running: run.state === 'running' });
  }

  private onMessage(raw: unknown): void {
    const message = readFromWebview(raw);
    switch (message?.type) {
      case 'ready':
        this.ready = true;
        this.session = undefined;
        void this.update();
        break;
      case 'seek':
        this.runs.active?.session.request('seek', { tick: message.tick }).catch((error) => this.log.tell(error));
        break;
      case 'refocus':
        this.view?.show(false);
        break;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
        break;
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
