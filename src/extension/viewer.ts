/** A recording in its editor: looked at without a debug session, and handed over to one when it is debugged. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Events, Session } from '../protocol/session';
import { Cells } from './notebooks';
import type { NetworkPanel, Surroundings } from './panel';
import type { Run } from './runs';

/** Data only: nothing of a recording is run, so an untrusted workspace may show it. */
export class Viewer implements vscode.Disposable {
  private session: Session | null = null;
  /** Where the cursor was, for whoever takes over. */
  private tick = 0;
  private closed = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly program: string,
    private readonly panel: NetworkPanel,
    private readonly around: Surroundings,
  ) {
    const { runs } = around;
    const { webview } = panel;
    const look = () => runs.look(webview.active ? program : null);
    this.subscriptions = [
      runs.onDidOpen((run) => this.isDebugged(run) && this.handOver(run)),
      runs.onDidClose((run) => {
        if (this.isDebugged(run)) this.takeBack(run);
      }),
      webview.onDidChangeViewState(look),
    ];
    look();
  }

  private readonly isDebugged = (run: Run): boolean => !run.viewed && run.program === this.program;

  /** Opens the recording at the tick that was seen last. */
  async open(): Promise<void> {
    const { runs, log, assets } = this.around;
    try {
      const { openScript } = await import('../python/scriptSession');
      const session = await openScript({ program: this.program }, assets.fsPath);
      if (this.closed || runs.byProgram(this.program)) {
        await session.dispose();
        return;
      }
      this.session = session;
      session.on('stopped', ({ cursor }) => {
        this.tick = cursor.tick;
      });
      session.on('working', (event) => this.working(session, event));
      session.on('output', ({ category, text }) => category === 'stderr' && log.tell(text.trim()));
      const cells = new Cells();
      await cells.follow(session);
      runs.openViewed(this.program, session, cells);
      await session.request('start', { stopOnEntry: true });
      if (this.tick > 0) await session.request('seek', { tick: this.tick });
    } catch (error) {
      log.error(error);
      this.panel.notice(
        vscode.l10n.t('{0} cannot be shown', basename(this.program)),
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  private progress: { report(event: NonNullable<Events['working']>): void; end(): void } | null = null;

  /** What takes long says how far it is, and can be cancelled: a debug session's adapter does so for its own. */
  private working(session: Session, event: Events['working']): void {
    if (!event) {
      this.progress?.end();
      this.progress = null;
      return;
    }
    if (!this.progress) {
      let end = () => {};
      const ended = new Promise<void>((resolve) => (end = resolve));
      let at = 0;
      let show: vscode.Progress<{ message?: string; increment?: number }> | null = null;
      const { title } = event;
      void vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        (progress, token) => {
          show = progress;
          token.onCancellationRequested(() => void session.request('cancel', {}).catch(() => {}));
          return ended;
        },
      );
      const report = ({ text, percent }: NonNullable<Events['working']>) => {
        show?.report({ message: text, increment: Math.max(0, percent - at) });
        at = Math.max(at, percent);
      };
      this.progress = { report, end };
    }
    this.progress.report(event);
  }

  private handOver(run: Run): void {
    const { tick } = this;
    this.end();
    if (tick === 0) return;
    const stop = run.session.on('stopped', () => {
      stop.dispose();
      void run.session.request('seek', { tick });
    });
  }

  private takeBack(run: Run): void {
    this.tick = run.cursor?.tick ?? this.tick;
    if (!this.closed) void this.open();
  }

  private end(): void {
    const { session } = this;
    if (!session) return;
    this.session = null;
    this.progress?.end();
    this.progress = null;
    this.around.runs.close(`viewed:${this.program}`);
    void session.dispose();
  }

  dispose(): void {
    this.closed = true;
    this.end();
    this.around.runs.look(null);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
