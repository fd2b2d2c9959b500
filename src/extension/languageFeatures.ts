/** What Backstep adds to Python files: the CodeLens, inline values, and which expression a hover means. */
import * as vscode from 'vscode';
import { expressionAt } from './expressions';
import { followTorchNotebooks } from './notebooks';
import type { Runs } from './runs';
import { torchImportLine } from './training';

const PYTHON: vscode.DocumentSelector = [{ language: 'python' }, { pattern: '**/*.py' }];

/** 'Debug training' over the first `import torch`. */
class TrainingLens implements vscode.CodeLensProvider {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('backstep.codeLens')) this.changed.fire();
  });

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.getConfiguration('backstep', document).get('codeLens', true)) return [];
    const line = torchImportLine(document.getText());
    if (line === null || document.isUntitled) return [];
    const range = new vscode.Range(line, 0, line, 0);
    return [
      new vscode.CodeLens(range, {
        title: `$(debug-alt) ${vscode.l10n.t('Debug training')}`,
        tooltip: vscode.l10n.t('Run this script on Backstep, stepping forward and backward'),
        command: 'backstep.debug',
        arguments: [document.uri],
      }),
      new vscode.CodeLens(range, {
        title: vscode.l10n.t('Run'),
        tooltip: vscode.l10n.t('Run this script on Backstep without recording it'),
        command: 'backstep.run',
        arguments: [document.uri],
      }),
    ];
  }

  dispose(): void {
    this.changed.dispose();
    this.subscription.dispose();
  }
}

function inlineValues(runs: Runs): vscode.InlineValuesProvider {
  return {
    async provideInlineValues(document, viewPort, context) {
      const run = runs.byScript(document.uri) ?? runs.active;
      if (run?.state !== 'stopped') return [];
      // Lines below the place of the stop have not run in this pass: their values would be the last pass's.
      const to = Math.min(viewPort.end.line, context.stoppedLocation.end.line) + 1;
      const request = { path: run.cells.pathIn(document), from: viewPort.start.line + 1, to };
      const values = await run.session.request('inlineValues', request).catch(() => []);
      return values
        .filter(({ line }) => line >= 1 && line <= document.lineCount)
        .map(({ line, text }) => new vscode.InlineValueText(document.lineAt(line - 1).range, text));
    },
  };
}

function evaluatable(runs: Runs): vscode.EvaluatableExpressionProvider {
  return {
    provideEvaluatableExpression(document, position) {
      if (!runs.active) return undefined;
      const found = expressionAt(document.lineAt(position.line).text, position.character);
      if (!found) return undefined;
      return new vscode.EvaluatableExpression(new vscode.Range(position.line, found.start, position.line, found.end));
    },
  };
}

/** Keeps the context key by which the title bar's button shows itself only over PyTorch scripts. */
function followTorchScripts(): vscode.Disposable {
  const update = (editor = vscode.window.activeTextEditor) => {
    const torch = editor?.document.languageId === 'python' && torchImportLine(editor.document.getText()) !== null;
    void vscode.commands.executeCommand('setContext', 'backstep.torchScript', torch);
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidSaveTextDocument(() => update()),
    vscode.workspace.onDidOpenTextDocument(() => update()),
  );
}

export function registerLanguageFeatures(runs: Runs): vscode.Disposable {
  const lens = new TrainingLens();
  return vscode.Disposable.from(
    lens,
    vscode.languages.registerCodeLensProvider(PYTHON, lens),
    vscode.languages.registerInlineValuesProvider(PYTHON, inlineValues(runs)),
    vscode.languages.registerEvaluatableExpressionProvider(PYTHON, evaluatable(runs)),
    followTorchScripts(),
    followTorchNotebooks(),
  );
}
