/** Colours in the editor: the phase of the current line, and the line of the graph node the mouse is over. */
import * as vscode from 'vscode';
import type { Place } from '../protocol/ticks';
import type { Run, Runs } from './runs';

/** VS Code paints the stopped line itself; backward and update get an edge of their colour on top of it. */
function phaseDecoration(color: string, what: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderStyle: 'solid',
    borderWidth: '0 0 0 4px',
    borderColor: new vscode.ThemeColor(color),
    overviewRulerColor: new vscode.ThemeColor(color),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    after: { contentText: what, color: new vscode.ThemeColor(color), margin: '0 0 0 2em', fontStyle: 'italic' },
  });
}

export class Marks implements vscode.Disposable {
  private readonly phases = {
    backward: phaseDecoration('backstep.backward', `← ${vscode.l10n.t('backward')}`),
    update: phaseDecoration('backstep.update', `↻ ${vscode.l10n.t('update')}`),
  };
  private readonly hovered = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.hoverHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('backstep.forward'),
    outline: '1px solid',
    outlineColor: new vscode.ThemeColor('backstep.forward'),
  });
  private readonly subscriptions: vscode.Disposable[];
  private mark: Place | null = null;

  constructor(private readonly runs: Runs) {
    const redraw = () => this.redraw();
    this.subscriptions = [
      runs.onDidStop(redraw),
      runs.onDidContinue(redraw),
      runs.onDidEnd(redraw),
      runs.onDidClose(redraw),
      runs.onDidChangeActive(redraw),
      vscode.window.onDidChangeVisibleTextEditors(redraw),
    ];
  }

  /** Marks the line of a graph node; null takes the mark away. */
  setMark(place: Place | null): void {
    this.mark = place;
    this.redraw();
  }

  private redraw(): void {
    const run = this.runs.active;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = currentPhase(run, editor);
      for (const [phase, decoration] of Object.entries(this.phases)) {
        editor.setDecorations(decoration, here?.phase === phase ? [here.range] : []);
      }
      const marked = run && this.mark && lineRange(run, editor, this.mark);
      editor.setDecorations(this.hovered, marked ? [marked] : []);
    }
  }

  dispose(): void {
    for (const one of [...this.subscriptions, ...Object.values(this.phases), this.hovered]) one.dispose();
  }
}

function currentPhase(run: Run | undefined, editor: vscode.TextEditor) {
  const cursor = run?.state === 'stopped' ? run.cursor : null;
  const range = run && cursor?.place && lineRange(run, editor, cursor.place);
  if (!cursor || !range || (cursor.kind !== 'backward' && cursor.kind !== 'update')) return null;
  // A write into .grad is an update by kind, and part of the backward pass.
  return { phase: cursor.phase === 'backward' ? 'backward' : cursor.kind, range };
}

function lineRange(run: Run, { document }: vscode.TextEditor, { path, line }: Place): vscode.Range | null {
  if (run.cells.pathIn(document) !== path || line < 1 || line > document.lineCount) return null;
  return document.lineAt(line - 1).range;
}
