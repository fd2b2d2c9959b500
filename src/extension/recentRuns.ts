/** Every run that is debugged is written down, so that a crash of the editor loses none: the newest can be opened again. */
import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { isRecording } from '../protocol/recordingFile';
import type { LaunchArguments } from '../protocol/session';
import type { Log } from './log';
import { RunFolder } from './runFolder';
import type { Runs } from './runs';

/** All runs together, and one of them, in bytes. */
const MOST_BYTES = 1e9;
const MOST_OF_ONE = 500e6;

export class RecentRuns implements vscode.Disposable {
  private readonly folder: RunFolder;
  /** By debug session: the file that its run is written to. */
  private readonly written = new Map<string, string>();
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly log: Log,
    storage: vscode.Uri,
  ) {
    this.folder = new RunFolder(vscode.Uri.joinPath(storage, 'runs').fsPath);
    this.subscription = vscode.Disposable.from(
      runs.onDidOpen(() => this.show()),
      runs.onDidClose(({ id }) => {
        this.ended(id);
        this.show();
      }),
    );
  }

  /** The launch with a file to write to, where there should be one and can be. */
  keep(debugSession: string, launch: LaunchArguments): LaunchArguments {
    this.ended(debugSession);
    const runs = vscode.workspace.getConfiguration('backstep').get('recentRuns', 10);
    const wanted = runs > 0 && vscode.workspace.isTrusted && !launch.noDebug && !isRecording(launch.program);
    if (!wanted || launch.record !== undefined) return launch;
    const { program, branch } = launch;
    const script = basename(program, extname(program));
    try {
      const name = branch ? `${script} branch ${branch.id ?? ''}`.trim() : script;
      const record = this.folder.begin(name, { runs, bytes: MOST_BYTES });
      this.written.set(debugSession, record);
      return { ...launch, record, recordLimit: MOST_OF_ONE / 1e6 };
    } catch (error) {
      // It is recorded in memory all the same.
      this.log.info(`not written down: ${error}`);
      return launch;
    }
  }

  /** A debug session's run is over, or never began. */
  ended(debugSession: string): void {
    const path = this.written.get(debugSession);
    if (path === undefined) return;
    this.written.delete(debugSession);
    this.try(() => this.folder.ended(path));
  }

  private show(): void {
    const programs = this.runs.all.map(({ program }) => program);
    this.try(() => this.folder.show(programs.filter((path) => isRecording(path))));
  }

  private try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log.info(`the folder of recent runs cannot be written: ${error}`);
    }
  }

  /** Lets the user choose a run, and opens it in its editor. */
  async open(): Promise<void> {
    const when = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'medium' });
    const items = this.folder.list().map(({ path, name, begun, bytes, whole, stopped }) => {
      const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
      const end = !whole ? [vscode.l10n.t('was cut off')] : stopped ? [vscode.l10n.t('stopped')] : [];
      const said = [when.format(begun), size, ...end];
      return { label: name, description: said.join(' · '), path };
    });
    if (items.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There are no recent runs yet. Runs that you debug are kept here, the newest of them.'),
      );
      return;
    }
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Open Recent Run'),
      matchOnDescription: true,
    });
    if (picked)
      await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(picked.path), 'backstep.recording');
  }

  dispose(): void {
    this.subscription.dispose();
    for (const id of [...this.written.keys()]) this.ended(id);
    this.try(() => this.folder.show([]));
  }
}
