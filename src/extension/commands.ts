/** The palette's `Backstep: …` commands. What they need to be enabled stands in package.json. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isRecording } from '../protocol/recordingFile';
import type { Move } from '../protocol/session';
import { type AtTick, bookmark, goToBookmark, removeBookmark } from './bookmarks';
import { Branches } from './branches';
import { configurationFor, programOnScreen } from './configuration';
import { COVERAGE_COMMAND, type Log } from './log';
import { NUMBERS_VIEW, type Panels } from './panels';
import { PRINTED_VIEW } from './printed';
import { Questions } from './questions';
import type { RecentRuns } from './recentRuns';
import { exportRecording, goToOutput } from './recordings';
import type { Run, Runs } from './runs';
import { tensorOf, type VariableContext } from './variableContext';

const MOVES: Record<string, Move> = {
  'backstep.tickBack': 'tickBack',
  'backstep.tickForward': 'tickForward',
  'backstep.nextIteration': 'iterationForward',
  'backstep.previousIteration': 'iterationBack',
  'backstep.stepBackInto': 'stepBackInto',
  'backstep.stepBackOut': 'stepBackOut',
};

const recordings = () => ({ [vscode.l10n.t('Backstep recordings')]: ['backstep'] });

/** The commands' functions, over the live runs. */
class Commands {
  constructor(
    private readonly runs: Runs,
    private readonly panels: Panels,
    private readonly recent: RecentRuns,
    private readonly log: Log,
    private readonly extension: vscode.Uri,
  ) {}

  private get assets(): string {
    return vscode.Uri.joinPath(this.extension, 'dist').fsPath;
  }

  readonly table: Record<string, (...args: never[]) => unknown> = {
    'backstep.debug': (on?: unknown) => this.start(on, false),
    'backstep.run': (on?: unknown) => this.start(on, true),
    'backstep.showNetwork': () => this.panels.show(true),
    'backstep.saveNetworkSvg': () => this.panels.show().saveDrawing('svg'),
    'backstep.saveNetworkPng': () => this.panels.show().saveDrawing('png'),
    'backstep.showNumbers': () => vscode.commands.executeCommand(`${NUMBERS_VIEW}.focus`),
    'backstep.goToTick': () => this.goToTick(),
    'backstep.goToStart': () => this.withRun((run) => run.session.request('seek', { tick: 0 })),
    'backstep.goToEnd': () => this.withRun((run) => run.session.request('seek', { tick: Number.MAX_SAFE_INTEGER })),
    'backstep.saveRecording': () => this.save(),
    'backstep.openRecording': () => this.openRecording(),
    'backstep.openRecentRun': () => this.recent.open(),
    'backstep.debugRecording': (uri?: vscode.Uri) => this.debugRecording(uri),
    'backstep.exportRecording': () => this.withRun((run) => exportRecording(run, this.assets)),
    'backstep.bookmark': (at?: AtTick) => this.withRun((run) => bookmark(run, at)),
    'backstep.removeBookmark': (at?: AtTick) => this.withRun((run) => removeBookmark(run, at)),
    'backstep.goToBookmark': () => this.withRun(goToBookmark),
    'backstep.showPrinted': () => vscode.commands.executeCommand(`${PRINTED_VIEW}.focus`),
    'backstep.goToOutput': () => this.withRun(goToOutput),
    'backstep.showVariable': (context: VariableContext) => this.showVariable(context),
    'backstep.showLog': () => this.log.show(),
    [COVERAGE_COMMAND]: () => this.showCoverage(),
    ...Object.fromEntries(
      Object.entries(MOVES).map(([command, move]) => [
        command,
        () => this.withRun((run) => run.session.request('move', { move })),
      ]),
    ),
  };

  /** `on`: the file; a notebook's toolbar tells something else. */
  private async start(on: unknown, noDebug: boolean): Promise<void> {
    const program = on instanceof vscode.Uri ? on.fsPath : programOnScreen();
    if (!program) {
      this.log.tell(vscode.l10n.t('Open a Python script first: Backstep debugs the script on screen.'));
      return;
    }
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(program));
    await vscode.debug.startDebugging(folder, configurationFor(program), { noDebug });
  }

  private async withRun(work: (run: Run) => Promise<unknown>): Promise<void> {
    const run = this.runs.active;
    if (!run) {
      this.log.tell(vscode.l10n.t('No Backstep session is running. Press F5 in a training script to start one.'));
      return;
    }
    await work(run).catch((error) => this.log.tell(error));
  }

  private goToTick(): Promise<void> {
    return this.withRun(async (run) => {
      const { tick, ticks } = await run.session.request('cursor', {});
      const last = Math.max(0, ticks - 1);
      const picked = await vscode.window.showInputBox({
        title: vscode.l10n.t('Go to Tick'),
        prompt: vscode.l10n.t('1 to {0}; +5 and -5 count from here', last + 1),
        value: String(tick + 1),
        validateInput: (text) =>
          parseTick(text, tick, last) === null ? vscode.l10n.t('A number from 1 to {0}', last + 1) : undefined,
      });
      const target = picked === undefined ? null : parseTick(picked, tick, last);
      if (target !== null) await run.session.request('seek', { tick: target });
    });
  }

  private save(): Promise<void> {
    return this.withRun(async (run) => {
      const { script } = run.session;
      const uri = await vscode.window.showSaveDialog({
        title: vscode.l10n.t('Save Recording'),
        defaultUri: vscode.Uri.file(join(dirname(script), `${basename(script, '.py')}.backstep`)),
        filters: recordings(),
      });
      if (!uri) return;
      const { bytes } = await run.session.request('save', { path: uri.fsPath });
      const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
      void vscode.window.showInformationMessage(vscode.l10n.t('Saved {0} ({1}).', basename(uri.fsPath), size));
    });
  }

  private async openRecording(): Promise<void> {
    const picked = await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Open Recording'),
      filters: recordings(),
    });
    if (picked?.[0]) await vscode.commands.executeCommand('vscode.openWith', picked[0], 'backstep.recording');
  }

  private async debugRecording(uri?: vscode.Uri): Promise<void> {
    const program = uri?.fsPath ?? programOnScreen();
    if (!program || !isRecording(program)) {
      this.log.tell(vscode.l10n.t('Open a recording (.backstep) first.'));
      return;
    }
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(program));
    await vscode.debug.startDebugging(folder, { ...configurationFor(program), stopOnEntry: true });
  }

  private async showVariable(context: VariableContext): Promise<void> {
    const run = (context.sessionId && this.runs.byDebugSession(context.sessionId)) || this.runs.active;
    if (!run) return;
    const tensor = await tensorOf(run, context).catch(() => undefined);
    if (tensor) this.panels.show().inspect(tensor);
    else this.log.tell(vscode.l10n.t('{0} is not a recorded tensor.', context.variable?.name ?? vscode.l10n.t('This')));
  }

  private async showCoverage(): Promise<void> {
    const file = vscode.Uri.joinPath(this.extension, 'dist', 'coverage.md');
    await vscode.commands.executeCommand('markdown.showPreview', file);
  }
}

/** Ticks are counted from 1 where a user reads or writes them. */
function parseTick(text: string, here: number, last: number): number | null {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) return null;
  const number = Number(text);
  const tick = /^\s*[+-]/.test(text) ? here + number : number - 1;
  return tick >= 0 && tick <= last ? tick : null;
}

export function registerCommands(
  runs: Runs,
  panels: Panels,
  recent: RecentRuns,
  log: Log,
  extension: vscode.Uri,
): vscode.Disposable {
  const { table } = new Commands(runs, panels, recent, log, extension);
  const questions = new Questions(runs, panels, log);
  const branches = new Branches(runs, log);
  return vscode.Disposable.from(
    questions,
    branches,
    ...Object.entries({ ...table, ...questions.table, ...branches.table }).map(([name, run]) =>
      vscode.commands.registerCommand(name, run),
    ),
  );
}
