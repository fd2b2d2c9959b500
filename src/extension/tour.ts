/** The tour: VS Code's walkthrough through the tutorial's network, whose buttons take the steps that its text tells of. */
import * as vscode from 'vscode';
import type { Move } from '../protocol/session';
import type { Phase } from '../protocol/ticks';
import { configurationFor } from './configuration';
import type { Log } from './log';
import type { Panels } from './panels';
import type { Run, Runs } from './runs';

const WALKTHROUGH = 'backstep.backstep#tour';
const EXAMPLE = 'three_class.py';
/** Where the tour's first stop is: the last of these lines in the example, the one of the training by torch.optim. */
const FIRST_STOP = 'loss.backward()';
/** No way from one phase to the next is longer. */
const MOST_MOVES = 40;

/** The tour beside the script, and the network below that. */
const LAYOUT = { orientation: 0, groups: [{ size: 0.34 }, { size: 0.66, groups: [{ size: 0.4 }, { size: 0.6 }] }] };

class Tour {
  constructor(
    private readonly runs: Runs,
    private readonly panels: Panels,
    private readonly log: Log,
    private readonly context: vscode.ExtensionContext,
  ) {}

  readonly table: Record<string, () => Promise<void>> = {
    'backstep.tour': () => this.guarded(() => this.take()),
    'backstep.openExample': () => this.guarded(async () => void (await this.open())),
    'backstep.tourStart': () => this.guarded(() => this.start()),
    'backstep.tourBackward': () => this.guarded(() => this.toPhase('backward')),
    'backstep.tourGradient': () => this.guarded(() => this.toGradient()),
    'backstep.tourUpdate': () => this.guarded(() => this.toPhase('update')),
    'backstep.tourMomentum': () => this.guarded(() => this.toMomentum()),
    'backstep.tourBack': () => this.guarded(() => this.move(this.run(), 'stepBack')),
  };

  private async guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error) => this.log.tell(error));
  }

  private async take(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false);
  }

  /** The user's own copy of the example: it may be changed, and what runs must not lie among the extension's files. */
  private async copy(): Promise<vscode.Uri> {
    const folder = vscode.Uri.joinPath(this.context.globalStorageUri, 'examples');
    const copy = vscode.Uri.joinPath(folder, EXAMPLE);
    const there = await vscode.workspace.fs.stat(copy).then(
      () => true,
      () => false,
    );
    if (!there) {
      await vscode.workspace.fs.createDirectory(folder);
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(this.context.extensionUri, 'examples', EXAMPLE), copy);
    }
    return copy;
  }

  private async open(): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(await this.copy());
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    if (!shown && vscode.window.tabGroups.all.length === 1)
      await vscode.commands.executeCommand('vscode.setEditorLayout', LAYOUT);
    // The tour stays to be read.
    return vscode.window.showTextDocument(document, { viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Two });
  }

  private async start(): Promise<void> {
    const { document } = await this.open();
    const { uri } = document;
    const known = this.runs.byProgram(uri.fsPath);
    if (known?.state === 'stopped' || known?.state === 'running') await vscode.debug.stopDebugging();
    const lines = document.getText().split('\n');
    const line = lines.findLastIndex((text) => text.trim() === FIRST_STOP);
    if (line < 0) throw new Error(vscode.l10n.t('The example has no line {0} any more.', FIRST_STOP));
    const set = vscode.debug.breakpoints.some(
      (b) => b instanceof vscode.SourceBreakpoint && b.location.uri.toString() === uri.toString(),
    );
    if (!set) {
      const location = new vscode.Location(uri, new vscode.Range(line, 0, line, 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
    }
    this.panels.show(false, vscode.ViewColumn.Three);
    await vscode.debug.startDebugging(undefined, {
      ...configurationFor(uri.fsPath),
      internalConsoleOptions: 'neverOpen',
    });
  }

  private run(): Run {
    const run = this.runs.active;
    if (run?.state !== 'stopped')
      throw new Error(vscode.l10n.t('Start the example first: an earlier step of the tour does so.'));
    return run;
  }

  /** Resolves where the move has come to rest: one that runs on is answered before. */
  private async move({ session }: Run, move: Move): Promise<void> {
    const heard: vscode.Disposable[] = [];
    try {
      const rest = new Promise<void>((resolve, reject) => {
        heard.push(session.on('stopped', () => resolve()));
        heard.push(session.on('terminated', () => reject(new Error(vscode.l10n.t('The script has ended.')))));
      });
      await Promise.all([rest, session.request('move', { move })]);
    } finally {
      for (const one of heard) one.dispose();
    }
  }

  private async phase({ session }: Run): Promise<Phase | null> {
    const { kind, phase } = await session.request('cursor', {});
    return kind === 'line' || kind === 'output' ? null : phase;
  }

  /** Steps into what comes, and out of the pass before it, until an op of the phase is at the cursor. */
  private async toPhase(wanted: Phase): Promise<void> {
    const run = this.run();
    if (wanted === 'backward' && (await this.phase(run)) === 'backward') {
      // Again: one op further.
      await this.move(run, 'stepIn');
      return;
    }
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      const phase = await this.phase(run);
      if (phase === wanted) return;
      await this.move(run, phase === null ? 'stepIn' : 'stepOut');
    }
    throw new Error(vscode.l10n.t('The script does not come to it from here: start the example again.'));
  }

  /** Out of the backward pass, where every parameter has its gradient; then the question where one comes from. */
  private async toGradient(): Promise<void> {
    const run = this.run();
    if ((await this.phase(run)) === 'backward') await this.move(run, 'stepOut');
    await vscode.commands.executeCommand('backstep.whyGradient');
  }

  /** The next iteration's update: the first one's velocity is its gradient alone. */
  private async toMomentum(): Promise<void> {
    const run = this.run();
    if ((await this.phase(run)) === 'update') await this.move(run, 'stepOut');
    await this.move(run, 'continue');
    await this.toPhase('update');
  }
}

export function registerTour(
  runs: Runs,
  panels: Panels,
  log: Log,
  context: vscode.ExtensionContext,
): vscode.Disposable {
  const { table } = new Tour(runs, panels, log, context);
  return vscode.Disposable.from(
    ...Object.entries(table).map(([name, run]) => vscode.commands.registerCommand(name, run)),
  );
}
