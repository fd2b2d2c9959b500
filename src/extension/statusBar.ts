/** Where the cursor is, in the status bar: said by screen readers, clicked to go to a tick. */
import * as vscode from 'vscode';
import type { Run, Runs } from './runs';

export function registerStatusBar(runs: Runs): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('backstep.cursor', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Backstep';
  item.command = 'backstep.goToTick';

  function update(loss?: number | string | null): void {
    const run = runs.active;
    if (!run || run.state === 'ended') {
      item.hide();
      return;
    }
    const { cursor, state, stop } = run;
    const iteration = cursor && cursor.iterations > 1 ? vscode.l10n.t('iteration {0}', cursor.iteration + 1) : '';
    if (state === 'stopped' && cursor) {
      const watched = stop?.reason === 'watchpoint' ? (stop.watchpoints ?? []).map(({ expression }) => expression) : [];
      const why = watched.length > 0 ? `$(eye) ${watched.join(', ')}` : '';
      item.text = `$(debug-step-back) ${[iteration, cursor.label, why].filter(Boolean).join(' · ')}`;
      item.tooltip = `${vscode.l10n.t('Tick {0} of {1}: a tick is one line, op, gradient or write. Select to go to another.', cursor.tick + 1, cursor.ticks)}${watched.length > 0 ? ` ${stop?.text}` : ''}`;
      void sayThinned(run, item.tooltip);
      item.accessibilityInformation = {
        label: `Backstep: ${[cursor.label, iteration, ...watched].filter(Boolean).join(', ')}`,
      };
    } else {
      const shown =
        loss === undefined || loss === null
          ? ''
          : vscode.l10n.t('loss {0}', typeof loss === 'number' ? loss.toPrecision(6) : loss);
      item.text = `$(sync~spin) ${[vscode.l10n.t('Training'), iteration, shown].filter(Boolean).join(' · ')}`;
      item.tooltip = vscode.l10n.t('The script is running. Pause to look around.');
      item.accessibilityInformation = { label: vscode.l10n.t('Backstep is running the script {0}', iteration) };
    }
    item.show();
  }

  /** Adds what could not be kept within the bound. */
  async function sayThinned(run: Run, tooltip: string): Promise<void> {
    const info = await run.session.request('info', {}).catch(() => null);
    if (!info || info.thinned.length === 0 || item.tooltip !== tooltip) return;
    const setting = encodeURIComponent(JSON.stringify(['backstep.memoryLimit']));
    const more =
      info.limit > 0 ? [`[${vscode.l10n.t('Keep more…')}](command:workbench.action.openSettings?${setting})`] : [];
    const words = new vscode.MarkdownString([tooltip, ...info.thinned, ...more].join('\n\n'));
    words.isTrusted = { enabledCommands: ['workbench.action.openSettings'] };
    item.tooltip = words;
  }

  return vscode.Disposable.from(
    item,
    runs.onDidOpen(() => update()),
    runs.onDidStop(() => update()),
    runs.onDidContinue(() => update()),
    runs.onDidProgress(({ run, event }) => {
      if (run === runs.active) update(event.loss);
    }),
    runs.onDidEnd(() => update()),
    runs.onDidClose(() => update()),
    runs.onDidChangeActive(() => update()),
  );
}
