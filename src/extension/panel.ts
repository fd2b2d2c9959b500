/** The webview beside the editor: the network, the inspector, the timeline. It follows one run's cursor. */
import * as vscode from 'vscode';
import { Feed } from '../feed/feed';
import type { TensorRef } from '../protocol/views';
import type { FromWebview, ToWebview } from '../protocol/webview';
import type { Log } from './log';
import type { Marks } from './marks';
import { readFromWebview } from './messages';
import { type PageOptions, page } from './page';
import { recordedSource } from './recordedSources';
import { saveExport } from './recordings';
import type { Run, Runs } from './runs';
import { openTable } from './tables';
import { runLines } from './tree';

/** What a panel needs of the rest of the extension. */
export interface Surroundings {
  runs: Runs;
  marks: Marks;
  log: Log;
  assets: vscode.Uri;
}

/** Where a view lives: an editor, or one of VS Code's views, which can be put into a side bar or the panel. */
export interface Surface {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  readonly active: boolean;
  readonly viewColumn?: vscode.ViewColumn;
  readonly onDidChangeViewState: vscode.Event<unknown>;
  reveal(column: vscode.ViewColumn | undefined, preserveFocus: boolean): void;
}

/** VS Code gives the editor the focus well within this many milliseconds of a stop. */
const FOCUS_LOST_WITHIN = 1000;

/** One webview. `pick` says whose run it shows: the shared panel follows the active one, a recording's editor its own. */
export class NetworkPanel implements vscode.Disposable {
  private readonly feed = new Feed(
    (message) => this.post(message),
    () => this.beside().filter((run) => run !== this.pick()),
  );
  private readonly subscriptions: vscode.Disposable[];
  private ready = false;
  private said: { title: string; text: string } | null = null;
  private severalShown = false;
  private docked = false;
  /** Chosen before the view was there. */
  private toShow: (() => void) | null = null;
  /** The move under way was asked for here. */
  private asked = false;
  /** Until when a loss of focus is VS Code's doing; there can be two at one stop. */
  private keepFocusUntil = 0;
  private caretTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly webview: Surface,
    private readonly around: Surroundings,
    private readonly pick: () => Run | undefined,
    options: PageOptions = {},
  ) {
    const { runs, assets } = around;
    this.subscriptions = [
      webview.webview.onDidReceiveMessage((message) => this.onMessage(message)),
      // A hidden webview is gone, script and all; it says `ready` again when it is back.
      webview.onDidChangeViewState(() => {
        if (!webview.visible) this.ready = false;
        else this.keepFocus();
      }),
      runs.onDidOpen(() => this.follow()),
      runs.onDidChangeActive(() => this.follow()),
      runs.onDidStop((run) => {
        void this.sendRuns();
        if (run === this.pick()) this.onStop();
      }),
      runs.onDidProgress(({ run, event }) => {
        if (this.ready && run === this.pick()) void this.feed.grow(event);
      }),
      runs.onDidSelect(({ run, by }) => by !== this && run === this.pick() && this.sendSelection()),
      runs.onDidMark((run) => run === this.pick() && run.state === 'stopped' && this.show()),
      runs.onDidEnd((run) => run === this.pick() && this.end(vscode.l10n.t('The script has ended.'))),
      runs.onDidClose(() => void this.sendRuns()),
      runs.onDidClose(() => !this.pick() && this.end(vscode.l10n.t('The debug session has ended.'))),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.onCaret(textEditor)),
    ];
    webview.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    webview.webview.html = page(webview.webview, assets, options);
    this.follow();
  }

  /** Shows a tensor in the inspector, or an element of it, on one of its tabs. */
  inspect(ref: TensorRef, how: { face?: 'history' | 'explain'; element?: number[] } = {}): void {
    if (this.ready) this.post({ type: 'show', ref, ...how });
    else this.toShow = () => this.inspect(ref, how);
  }

  /** Says whether the numbers are on the screen in a view of their own. */
  setDocked(visible: boolean): void {
    this.docked = visible;
    this.post({ type: 'docked', visible });
  }

  /** Has the drawing of the network saved. */
  saveDrawing(kind: 'svg' | 'png'): void {
    this.post({ type: 'save', kind });
  }

  /** Says why there is nothing to show, in place of the network. */
  notice(title: string, text: string): void {
    this.said = { title, text };
    this.post({ type: 'notice', ...this.said });
  }

  private post(message: ToWebview): void {
    if (this.ready) void this.webview.webview.postMessage(message);
  }

  private follow(): void {
    void this.sendRuns();
    const run = this.pick();
    if (run) this.said = null;
    this.sendSelection();
    this.feed.attach(run?.session ?? null);
    if (run?.state === 'stopped') this.show();
  }

  /** The run that is shown, and those that may stand beside it. */
  private beside(): Run[] {
    const shown = this.pick();
    return this.around.runs.all.filter((run) => run === shown || !(run.viewed || shown?.viewed));
  }

  /** The runs side by side; nothing where there was never more than one. */
  private async sendRuns(): Promise<void> {
    if (!this.ready) return;
    const shown = this.pick();
    const lines = await runLines(this.beside(), shown);
    if (lines.length < 2 && !this.severalShown) return;
    this.severalShown = lines.length > 1;
    this.post({ type: 'runs', runs: this.severalShown ? lines : [] });
  }

  /** What was chosen in another view of the run. */
  private sendSelection(): void {
    const selection = this.pick()?.selection;
    if (selection) this.post({ type: 'selected', selection });
  }

  private focus(id: string): void {
    const run = this.around.runs.byDebugSession(id);
    if (run && run !== this.pick()) void this.around.runs.focus(run);
  }

  private onStop(): void {
    if (this.asked) this.keepFocusUntil = Date.now() + FOCUS_LOST_WITHIN;
    this.asked = false;
    this.show();
  }

  private show(): void {
    if (this.ready) void this.feed.show();
  }

  private end(text: string): void {
    this.post({ type: 'ended', text });
  }

  private onMessage(raw: unknown): void {
    const message = readFromWebview(raw);
    if (!message) {
      this.around.log.error(`A view sent a message of no known shape: ${JSON.stringify(raw)?.slice(0, 200)}`);
      return;
    }
    this.handle(message);
  }

  private handle(message: FromWebview): void {
    if (this.feed.take(message)) return;
    const { marks } = this.around;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.severalShown = false;
        this.feed.reset();
        if (this.said) this.post({ type: 'notice', ...this.said });
        if (this.docked) this.setDocked(true);
        this.follow();
        this.toShow?.();
        this.toShow = null;
        break;
      case 'seek':
      case 'move':
        this.go(message);
        break;
      case 'cancel':
        this.feed.cancel();
        break;
      case 'text':
        void this.write(message);
        break;
      case 'export':
        void saveExport(message, this.pick()).catch((error) => this.feed.fail(error));
        break;
      case 'reveal':
        void this.reveal(message.path, message.line, message.focus);
        break;
      case 'mark':
        marks.setMark({ path: message.path, line: message.line });
        break;
      case 'focus':
        this.focus(message.run);
        break;
      case 'select': {
        const run = this.pick();
        if (run) this.around.runs.select(run, message.selection, this);
        break;
      }
      case 'tour':
        void vscode.commands.executeCommand('backstep.tour');
        break;
      case 'recent':
        void vscode.commands.executeCommand('backstep.openRecentRun');
        break;
      case 'bound':
        void vscode.commands.executeCommand('workbench.action.openSettings', 'backstep.memoryLimit');
        break;
      case 'unmark':
        marks.setMark(null);
        break;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
        break;
    }
  }

  /** All of a tensor into the clipboard, or as a table into an editor tab. */
  private async write({ ref, as, to }: Extract<FromWebview, { type: 'text' }>): Promise<void> {
    const written = await this.feed.text(ref, as);
    if (!written) return;
    if (to === 'editor') await openTable(written.name, written.text, this.beyond);
    else await vscode.env.clipboard.writeText(written.text);
  }

  /** Moves the run; the debugger hears of it from the Session, as the views do. */
  private go(wish: Extract<FromWebview, { type: 'seek' | 'move' }>): void {
    if (!this.pick()) {
      this.feed.fail(vscode.l10n.t('No debug session is running. Press F5 in the script to start one.'));
      return;
    }
    this.asked = true;
    void this.feed.move(wish);
  }

  /**
   * VS Code focuses the editor at every stop; who steps with the view's keys must stay in the view. It does so some time
   * after it tells of the stop, so that only the loss itself is the moment to take the focus back.
   */
  private keepFocus(): void {
    if (Date.now() > this.keepFocusUntil || this.webview.active) return;
    this.webview.reveal(undefined, false);
  }

  /** Where an editor is opened, if it is not there yet: beside the view. */
  private get beyond(): vscode.ViewColumn {
    return this.webview.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  }

  private async reveal(path: string, line: number, focus: boolean): Promise<void> {
    const uri = await this.sourceOf(path);
    const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    try {
      const document = shown?.document ?? (await vscode.workspace.openTextDocument(uri));
      await vscode.window.showTextDocument(document, {
        // Never over the view itself.
        viewColumn: shown?.viewColumn ?? this.beyond,
        preserveFocus: !focus,
        selection: new vscode.Range(line - 1, 0, line - 1, 0),
      });
    } catch (error) {
      this.feed.fail(error);
    }
  }

  /** The script on this machine, or its text out of the recording. */
  private async sourceOf(path: string): Promise<vscode.Uri> {
    const run = this.pick();
    const uri = run?.cells.uriOf(path) ?? vscode.Uri.file(path);
    if (uri.scheme !== 'file') return uri;
    const there = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    return there || !run?.viewed ? uri : recordedSource(run.program, path);
  }

  private onCaret(editor: vscode.TextEditor): void {
    clearTimeout(this.caretTimer);
    const run = this.pick();
    if (!this.ready || run?.state !== 'stopped' || editor.document.languageId !== 'python') return;
    const path = run.cells.pathIn(editor.document);
    const line = editor.selection.active.line + 1;
    this.caretTimer = setTimeout(() => void this.feed.caret(path, line), 100);
  }

  dispose(): void {
    this.ready = false; // an answer may be under way, and a webview that is gone throws
    clearTimeout(this.caretTimer);
    this.around.marks.setMark(null);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
