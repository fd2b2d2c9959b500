/** Branches and comparisons as commands: what the user types becomes a debug session of its own, or a page of words. */

import * as vscode from 'vscode';
import { type BranchConfiguration, BranchIds, type BranchWish, branchOf } from '../debugger/branches';
import { compareRuns, comparisonText } from '../debugger/compare';
import { type BranchSpec, parseEdit } from '../protocol/branch';
import { isRecording } from '../protocol/recordingFile';
import type { LaunchArguments } from '../protocol/session';
import type { Log } from './log';
import type { Run, Runs } from './runs';

const SCHEME = 'backstep-compare';

/** What a Variables view's menu tells of a variable, or the timeline's of a tick. */
interface VariableContext {
  tick?: number;
  sessionId?: string;
  variable?: { name?: string; evaluateName?: string };
}

export class Branches implements vscode.Disposable {
  private readonly ids = new WeakMap<Run, BranchIds>();
  private readonly pages = new Map<string, string>();
  private readonly provider: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly log: Log,
  ) {
    this.provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.pages.get(uri.path) ?? '',
    });
  }

  readonly table: Record<string, (...args: never[]) => unknown> = {
    'backstep.branch': (context?: VariableContext) => this.guarded(() => this.branch(context)),
    'backstep.branchLine': () => this.guarded(() => this.branchLine()),
    'backstep.branchWith': (target: string, value: string) =>
      this.guarded(() => this.start(this.active(), { edits: [{ target, value }] })),
    'backstep.compare': () => this.guarded(() => this.compare()),
  };

  private async guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error) => this.log.tell(error));
  }

  private active(): Run {
    const run = this.runs.active;
    if (!run)
      throw new Error(vscode.l10n.t('No Backstep session is running. Press F5 in a training script to start one.'));
    return run;
  }

  private async branch(context?: VariableContext): Promise<void> {
    const run = (context?.sessionId && this.runs.byDebugSession(context.sessionId)) || this.active();
    // Where the timeline was clicked: one goes there first, to see what is to be changed.
    if (typeof context?.tick === 'number') await run.session.request('seek', { tick: context.tick });
    const { tick, iteration, label } = await run.session.request('cursor', {});
    const name = context?.variable?.evaluateName ?? context?.variable?.name;
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Branch from Here: iteration {0}, {1}', iteration + 1, label),
      prompt: vscode.l10n.t(
        'What is changed at this tick: a weight, a gradient, a buffer, a hyperparameter (lr, momentum), a variable, or any statement',
      ),
      placeHolder: 'lr = 0.01    or    net.fc.weight[0, 0] = 0.5',
      value: name ? `${name} = ` : '',
      valueSelection: name ? [name.length + 3, name.length + 3] : undefined,
      validateInput: (t) => (/=\s*$/.test(t) ? vscode.l10n.t('A value is missing after =') : undefined),
    });
    if (!text?.trim()) return;
    await this.start(run, { tick, edits: [parseEdit(text) ?? { code: text.trim() }] });
  }

  /** Another text for the line that the caret is on. */
  private async branchLine(): Promise<void> {
    const run = this.active();
    const editor = vscode.window.activeTextEditor;
    if (!editor) throw new Error(vscode.l10n.t('Put the caret on the line of the script that is to be changed.'));
    const line = editor.selection.active.line;
    const was = editor.document.lineAt(line).text;
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Branch with Another Line {0}', line + 1),
      prompt: vscode.l10n.t(
        'The script runs again from its beginning with this line, and stops where the line first runs. Leave it empty to take the line out',
      ),
      value: was.trim(),
    });
    if (text === undefined || text.trim() === was.trim()) return;
    // Without its statement a block would be empty.
    const instead = text.trim() === '' ? 'pass' : text.trim();
    await this.start(run, { lines: [{ path: run.cells.pathIn(editor.document), line: line + 1, text: instead }] });
  }

  private async start(run: Run, wish: BranchWish): Promise<void> {
    if (isRecording(run.program) && !(await this.mayRun(run))) return;
    let ids = this.ids.get(run);
    if (!ids) this.ids.set(run, (ids = new BranchIds((run.configuration.branch as BranchSpec | undefined)?.id)));
    const { cwd, memoryLimit, scratchFolder } = run.configuration as Partial<LaunchArguments>;
    const launched = isRecording(run.program) ? { memoryLimit, scratchFolder } : { cwd, memoryLimit, scratchFolder };
    const made: BranchConfiguration = await branchOf(run.session, wish, ids.next(), launched);
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(run.session.script));
    // The branch is what one wants to see, once it is there.
    const known = new Set(this.runs.all);
    const arrived = this.runs.onDidStop((branch) => {
      if (known.has(branch) || branch.configuration.branchOf !== run.id) return;
      arrived.dispose();
      void this.runs.focus(branch);
    });
    if (!(await vscode.debug.startDebugging(folder, { ...made, branchOf: run.id }))) arrived.dispose();
  }

  /** Looking at a recording runs nothing; a branch of it runs its script. */
  private async mayRun(run: Run): Promise<boolean> {
    const go = vscode.l10n.t('Run the Script');
    const detail = vscode.l10n.t(
      'A branch runs the script that was recorded ({0}). Do so only if you trust where the recording comes from.',
      run.session.script,
    );
    const text = vscode.l10n.t('Run the recorded script?');
    return (await vscode.window.showWarningMessage(text, { modal: true, detail }, go)) === go;
  }

  private async compare(): Promise<void> {
    const run = this.active();
    const others = this.runs.all.filter((other) => other !== run);
    if (others.length === 0)
      throw new Error(
        vscode.l10n.t(
          'There is no other run to compare with: branch from this one, start another script, or open a recording.',
        ),
      );
    const items = others.map((other) => ({ label: other.name, other }));
    const picked =
      items.length === 1
        ? items[0]
        : await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Compare {0} with', run.name) });
    if (!picked) return;
    const named = (r: Run) => ({ name: r.name, session: r.session });
    const text = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Comparing'), cancellable: true },
      async (progress, token) => {
        const cancelled = new AbortController();
        token.onCancellationRequested(() => cancelled.abort(new Error('cancelled')));
        let done = 0;
        const told = (part: number) => {
          progress.report({ increment: 100 * (part - done) });
          done = part;
        };
        const found = await compareRuns(named(run), named(picked.other), told, cancelled.signal);
        return comparisonText(found);
      },
    );
    const path = `/${run.name} and ${picked.label}`.replaceAll(/[?#]/g, ' ');
    this.pages.set(path, text);
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  dispose(): void {
    this.provider.dispose();
  }
}
