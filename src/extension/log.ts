/** The output channel `Backstep`, made at first use, and errors with a way out. */
import * as vscode from 'vscode';

export const COVERAGE_COMMAND = 'backstep.showCoverage';

export class Log implements vscode.Disposable {
  private channel: vscode.LogOutputChannel | undefined;

  private get open(): vscode.LogOutputChannel {
    return (this.channel ??= vscode.window.createOutputChannel('Backstep', { log: true }));
  }

  info(text: string): void {
    this.open.info(text);
  }

  error(error: unknown): void {
    this.open.error(error instanceof Error ? error : String(error));
  }

  show(): void {
    this.open.show();
  }

  /** Shows an error to the user, with buttons; never waits for the answer. */
  tell(error: unknown, actions: { [title: string]: () => unknown } = {}): void {
    // Who cancelled it knows.
    if (error instanceof Error && error.message === 'cancelled') return;
    this.error(error);
    const buttons = { ...actions, [vscode.l10n.t('Show Log')]: () => this.show() };
    const message = error instanceof Error ? error.message : String(error);
    void vscode.window
      .showErrorMessage(message, ...Object.keys(buttons))
      .then((picked) => picked && buttons[picked as keyof typeof buttons]?.());
  }

  dispose(): void {
    this.channel?.dispose();
  }
}
