/** The debug sessions of ours that live, and which one the views follow. Only forwards what the Session says. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Events, Session } from '../protocol/session';
import type { Cursor } from '../protocol/ticks';
import type { Selection } from '../protocol/webview';
import type { Cells } from './notebooks';

export const DEBUG_TYPE = 'backstep';
/** VS Code says well within this many milliseconds that another session has its focus. */
const FOCUS_WITHIN = 1000;

/** One debug session (or one recording's editor) with the Session behind it; a restart gives it a new one. */
export interface Run {
  readonly id: string;
  /** As the user knows it: the debug session's. */
  readonly name: string;
  /** What its debug session was started with; empty without one. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The script or recording that it was started for. */
  readonly program: string;
  /** Without recording and without stops. */
  readonly noDebug: boolean;
  /** A recording that is looked at in its editor, without a debug session. */
  readonly viewed: boolean;
  session: Session;
  /** The documents of VS Code that its files are. */
  readonly cells: Cells;
  state: 'running' | 'stopped' | 'ended';
  /** Where it rested last; null before the first stop. */
  stop: Events['stopped'] | null;
  cursor: Cursor | null;
  /** What was chosen last, in any of its views. */
  selection: Selection | null;
}

/** What the op, gradient or write at the cursor belongs to; empty on a line. */
function phaseOf(run: Run | undefined): string {
  const { state, cursor } = run ?? {};
  return state === 'stopped' && cursor && cursor.kind !== 'line' && cursor.kind !== 'output' ? cursor.phase : '';
}

/** All runs, their events, and the context keys that menus and keybindings hang on. */
export class Runs implements vscode.Disposable {
  private readonly runs = new Map<string, Run>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly opened = this.emitter<Run>();
  private readonly stopped = this.emitter<Run>();
  private readonly continued = this.emitter<Run>();
  private readonly progressed = this.emitter<{ run: Run; event: Events['progress'] }>();
  private readonly ended = this.emitter<Run>();
  private readonly closed = this.emitter<Run>();
  private readonly activated = this.emitter<Run | undefined>();
  private readonly marked = this.emitter<Run>();
  private readonly selected = this.emitter<{ run: Run; by: object }>();
  private lastActive: Run | undefined;
  private looked: string | null = null;
  /** The recording whose editor was in front last: nothing else may be there to look at. */
  private seen: string | null = null;

  readonly onDidOpen = this.opened.event;
  readonly onDidStop = this.stopped.event;
  readonly onDidContinue = this.continued.event;
  /** A bookmark was set or taken away. */
  readonly onDidMark = this.marked.event;
  /** Something was chosen in the view `by`. */
  readonly onDidSelect = this.selected.event;
  readonly onDidProgress = this.progressed.event;
  /** The script or recording ended; its debug session may still be on screen. */
  readonly onDidEnd = this.ended.event;
  readonly onDidClose = this.closed.event;
  readonly onDidChangeActive = this.activated.event;

  constructor() {
    this.subscriptions.push(
      vscode.debug.onDidChangeActiveDebugSession(() => this.changeActive()),
      vscode.debug.onDidTerminateDebugSession(({ id }) => this.close(id)),
    );
  }

  /** The run that views and commands are about: the recording's in front, else the active debug session's, else the newest, else the recording's that was in front last. */
  get active(): Run | undefined {
    const active = vscode.debug.activeDebugSession;
    const all = [...this.runs.values()];
    const viewed = (program: string | null) => all.find((run) => run.viewed && run.program === program);
    const debugged = (active && this.runs.get(active.id)) ?? all.findLast((run) => !run.viewed);
    return viewed(this.looked) ?? debugged ?? viewed(this.seen);
  }

  /** Every run, the oldest first. */
  get all(): Run[] {
    return [...this.runs.values()];
  }

  byDebugSession(id: string): Run | undefined {
    return this.runs.get(id);
  }

  /** The newest run that was started for this script or recording. */
  byProgram(path: string): Run | undefined {
    return [...this.runs.values()].findLast((run) => run.program === path);
  }

  /** The run whose script this document is, the active one first. */
  byScript(uri: vscode.Uri): Run | undefined {
    if (!['file', 'vscode-remote', 'vscode-notebook-cell'].includes(uri.scheme)) return undefined;
    const all = [this.active, ...this.runs.values()];
    return all.find((run) => run?.session.script === uri.fsPath);
  }

  /** Called when a Session was connected for a debug session, at start and at every restart. */
  open(debug: vscode.DebugSession, session: Session, cells: Cells): void {
    const { program, noDebug = false } = debug.configuration;
    const { id, name, configuration } = debug;
    const of = { id, name, configuration, program: String(program), noDebug: Boolean(noDebug), viewed: false, cells };
    this.add(of, session);
  }

  /** Called when a recording's editor opened it. */
  openViewed(program: string, session: Session, cells: Cells): void {
    const name = basename(program);
    const of = { id: `viewed:${program}`, name, configuration: {}, program, noDebug: false, viewed: true, cells };
    this.add(of, session);
  }

  /** The recording whose editor is in front; null where none is. */
  look(program: string | null): void {
    this.looked = program;
    this.seen = program ?? this.seen;
    this.changeActive();
  }

  select(run: Run, selection: Selection, by: object): void {
    run.selection = selection;
    this.selected.fire({ run, by });
  }

  private add(of: Omit<Run, 'session' | 'state' | 'stop' | 'cursor' | 'selection'>, session: Session): void {
    const known = this.runs.get(of.id);
    const run: Run = known ?? { ...of, session, state: 'running', stop: null, cursor: null, selection: null };
    Object.assign(run, { session, state: 'running', stop: null, cursor: null, selection: null });
    this.runs.set(run.id, run);
    const ours = () => run.session === session;
    session.on('stopped', (event) => {
      if (!ours()) return;
      Object.assign(run, { state: 'stopped', stop: event, cursor: event.cursor });
      this.updateKeys();
      this.stopped.fire(run);
    });
    session.on('continued', () => {
      if (!ours()) return;
      run.state = 'running';
      this.updateKeys();
      this.continued.fire(run);
    });
    session.on('progress', (event) => {
      if (!ours()) return;
      run.cursor = event.cursor;
      this.progressed.fire({ run, event });
    });
    session.on('bookmarks', () => {
      if (ours()) this.marked.fire(run);
    });
    session.on('terminated', () => {
      if (!ours()) return;
      run.state = 'ended';
      this.updateKeys();
      this.ended.fire(run);
    });
    this.changeActive();
    this.opened.fire(run);
  }

  /** When a run was given the focus last. */
  focusedAt = 0;

  /**
   * Makes a run the one that VS Code's debug views show. A stop does not do so while another session stands still, and there is no API for
   * it: the command that goes from one session to the next is repeated until it is there.
   */
  async focus(run: Run): Promise<void> {
    for (let tries = this.runs.size; tries > 0 && vscode.debug.activeDebugSession?.id !== run.id; tries--) {
      this.focusedAt = Date.now();
      const changed = new Promise<void>((resolve) => {
        const subscription = vscode.debug.onDidChangeActiveDebugSession(done);
        const timer = setTimeout(done, FOCUS_WITHIN);
        function done(): void {
          clearTimeout(timer);
          subscription.dispose();
          resolve();
        }
      });
      await vscode.commands.executeCommand('workbench.action.debug.nextConsole');
      await changed;
    }
  }

  /** Called when a debug session, or a recording's editor, is done with its run. */
  close(id: string): void {
    const run = this.runs.get(id);
    if (!run) return;
    this.runs.delete(id);
    run.state = 'ended';
    this.closed.fire(run);
    this.changeActive();
  }

  private changeActive(): void {
    this.updateKeys();
    if (this.active === this.lastActive) return;
    this.lastActive = this.active;
    this.activated.fire(this.active);
  }

  private updateKeys(): void {
    const run = this.active;
    const keys = {
      'backstep.active': run !== undefined,
      'backstep.stopped': run?.state === 'stopped',
      'backstep.live': run?.session.capabilities.live ?? false,
      'backstep.viewed': run?.viewed ?? false,
      'backstep.phase': phaseOf(run),
      'backstep.past': run?.state === 'stopped' && run.cursor !== null && run.cursor.tick < run.cursor.ticks - 1,
    };
    for (const [key, value] of Object.entries(keys)) void vscode.commands.executeCommand('setContext', key, value);
  }

  private emitter<T>(): vscode.EventEmitter<T> {
    const emitter = new vscode.EventEmitter<T>();
    this.subscriptions.push(emitter);
    return emitter;
  }

  async end(): Promise<void> {
    await Promise.all([...this.runs.values()].map(({ session }) => session.dispose()));
  }

  dispose(): void {
    void this.end();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
