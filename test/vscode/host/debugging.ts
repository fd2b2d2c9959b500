/** A debug session as the tests drive it: by VS Code's own commands, watched over the wire and in the editor. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import * as vscode from 'vscode';

const PATIENCE = 20_000;

/** The folder that is open. */
export const folder = () => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

/** A file of the open folder; a fixture of that name is put there first. */
export function file(name: string): string {
  const path = join(folder(), name);
  // The tests run from .vscode-test/host-tests-…, two folders below the repository.
  const fixture = join(__dirname, '../../test/fixtures', name);
  if (!existsSync(path)) copyFileSync(fixture, path);
  return path;
}

/** The lines of a file, from 1 on: `lines[12]` is line 12. */
export const linesOf = (path: string): string[] => ['', ...readFileSync(path, 'utf8').split('\n')];

/** Number of the line that has `text` in it, the `nth` of them. */
export function lineWith(path: string, text: string, nth = 0): number {
  const found = [...linesOf(path).entries()].filter(([, line]) => line.includes(text))[nth];
  assert.ok(found, `${path} has no line with "${text}"`);
  return found[0];
}

/** Resolves to what `holds` gives as soon as it gives something, asked again at each event. */
export function until<T>(
  what: string,
  holds: () => T | undefined | null | false,
  events: vscode.Event<unknown>[],
): Promise<T> {
  const tooLate = new Error(`Waited in vain for ${what}.`); // made here, for the caller's stack
  return new Promise((resolve, reject) => {
    const subscriptions: vscode.Disposable[] = [];
    const settle = (end: () => void) => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      end();
    };
    const ask = () => {
      const found = holds();
      if (found) settle(() => resolve(found));
      return Boolean(found);
    };
    const timer = setTimeout(() => settle(() => reject(tooLate)), PATIENCE);
    if (!ask()) subscriptions.push(...events.map((event) => event(ask)));
  });
}

/** VS Code hands out paths of a remote window as URIs. */
function pathOf({ path = '' }: P.Source): string {
  return /^[a-z-]{2,}:/.test(path) ? vscode.Uri.parse(path).path : path;
}

type Message = P.ProtocolMessage & { event?: string; command?: string; body?: unknown };

export interface Stop {
  reason: string;
  /** The words in the Call Stack view. */
  description: string;
  /** An exception's words. */
  text: string;
  line: number;
  /** The line's text in the script. */
  source: string;
  /** Name of the top frame: the function, or the op. */
  frame: string;
  frameId: number;
}

/** What VS Code's commands of the debug toolbar are called. */
export type Command = 'continue' | 'stepOver' | 'stepInto' | 'stepOut' | 'stepBack' | 'reverseContinue' | 'restart';

export class Debugging {
  private readonly messages: Message[] = [];
  private readonly said = new vscode.EventEmitter<void>();
  session!: vscode.DebugSession;

  /** Starts a script and resolves when the session is there; `stop` tells where it stands. */
  static async launch(path: string, more: Record<string, unknown> = {}): Promise<Debugging> {
    const config = { type: 'backstep', request: 'launch', name: 'test', program: path, ...more };
    return Debugging.begin(async () => {
      assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders![0], config), 'it did not start');
    });
  }

  /** Does something that starts a session, and watches that session. */
  static async begin(start: () => PromiseLike<unknown>): Promise<Debugging> {
    const debugging = new Debugging();
    const tracker = vscode.debug.registerDebugAdapterTrackerFactory('backstep', {
      createDebugAdapterTracker: (session) => {
        debugging.session = session;
        return { onDidSendMessage: (message) => debugging.hear(message) };
      },
    });
    await start();
    await until('a debug session', () => debugging.session, [debugging.said.event]);
    tracker.dispose();
    return debugging;
  }

  private hear(message: Message): void {
    this.messages.push(message);
    this.said.fire();
  }

  /** How much was said so far: events are waited for from here on. */
  get now(): number {
    return this.messages.length;
  }

  /** The first event of a name since `from`. */
  event<T>(name: string, from = 0): Promise<T> {
    const what = `the event ${name}`;
    return until(what, () => this.messages.slice(from).find((m) => m.event === name && { body: m.body }), [
      this.said.event,
    ]).then(({ body }) => body as T);
  }

  /**
   * Pauses a running script. VS Code tells nobody when it has learned of the script's thread, and before that its Pause
   * does nothing: so the button is pressed until the adapter hears of it.
   */
  async pause(): Promise<Stop> {
    const from = this.now;
    const press = () => vscode.commands.executeCommand('workbench.action.debug.pause');
    const heard = () => this.messages.slice(from).some((m) => m.type === 'response' && m.command === 'pause');
    void press();
    const again = setInterval(press, 200);
    await until('the answer to pause', heard, [this.said.event]).finally(() => clearInterval(again));
    return this.stop(from);
  }

  /** All that the script and the debugger wrote so far. */
  printed(category = 'stdout'): string {
    const outputs = this.messages.filter((m) => m.event === 'output').map((m) => m.body as P.OutputEvent['body']);
    return outputs
      .filter((body) => body.category === category)
      .map((body) => body.output)
      .join('');
  }

  /** Resolves when this text was written. */
  prints(text: string, category = 'stdout'): Promise<unknown> {
    return until(`"${text}" on ${category}`, () => this.printed(category).includes(text), [this.said.event]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of the protocol, as customRequest gives them
  send(command: string, args: object = {}): Thenable<any> {
    return this.session.customRequest(command, args);
  }

  /** Where it stands after the first stop since `from`, once the editor shows the same line. */
  async stop(from = 0): Promise<Stop> {
    const { reason, description = '', text = '' } = await this.event<P.StoppedEvent['body']>('stopped', from);
    const stack = await this.stack();
    const { line, name, id, source } = stack[0]!;
    const path = pathOf(source!);
    await this.shown(path, line);
    const words = linesOf(path)[line]!.trim();
    return { reason, description, text, line, source: words, frame: name, frameId: id };
  }

  /** Resolves when an editor shows the debugger's line. */
  private async shown(path: string, line: number): Promise<void> {
    const at = () => vscode.window.visibleTextEditors.find((editor) => editor.document.uri.fsPath === path);
    const here = () => at()?.selection.active.line === line - 1;
    const events = [vscode.window.onDidChangeTextEditorSelection, vscode.window.onDidChangeVisibleTextEditors];
    await until(`line ${line} in the editor`, here, events).catch((error) => {
      const shown = vscode.window.visibleTextEditors.map(
        ({ document, selection }) => `${document.uri} at ${selection.active.line + 1}`,
      );
      throw new Error(`${error.message} There are: ${shown.join(', ')}`);
    });
    const focused = () => vscode.debug.activeStackItem instanceof vscode.DebugStackFrame;
    await until('a frame in focus', focused, [vscode.debug.onDidChangeActiveStackItem]);
  }

  /** Uses a button of the debug toolbar, and resolves to the stop that follows. */
  async go(command: Command): Promise<Stop> {
    const from = this.now;
    await vscode.commands.executeCommand(`workbench.action.debug.${command}`);
    return this.stop(from);
  }

  async stack(): Promise<P.StackFrame[]> {
    return (await this.send('stackTrace', { threadId: 1 })).stackFrames;
  }

  /** What an expression gives in the top frame. */
  async evaluate(expression: string, context = 'repl'): Promise<P.EvaluateResponse['body']> {
    const [top] = await this.stack();
    return this.send('evaluate', { expression, context, frameId: top!.id });
  }

  async value(expression: string): Promise<string> {
    return (await this.evaluate(expression)).result;
  }

  /** A scope's variables by name. */
  async scope(name: string): Promise<Map<string, P.Variable>> {
    const [top] = await this.stack();
    const { scopes } = (await this.send('scopes', { frameId: top!.id })) as P.ScopesResponse['body'];
    const scope = scopes.find((one) => one.name === name);
    assert.ok(scope, `no scope ${name}, only ${scopes.map((one) => one.name).join(', ')}`);
    return this.children(scope);
  }

  async scopes(): Promise<string[]> {
    const [top] = await this.stack();
    return (await this.send('scopes', { frameId: top!.id })).scopes.map((one: P.Scope) => one.name);
  }

  /** What is below a variable or scope. `indexed` asks for rows, as VS Code does when it pages. */
  async children({ variablesReference }: { variablesReference: number }, indexed?: { start: number; count: number }) {
    const filter = indexed ? { filter: 'indexed', ...indexed } : {};
    const { variables } = await this.send('variables', { variablesReference, ...filter });
    return new Map<string, P.Variable>((variables as P.Variable[]).map((one) => [one.name, one]));
  }

  /** The variable at the end of a path of names, the first of them in a scope. */
  async variable(scope: string, ...path: string[]): Promise<P.Variable> {
    let among = await this.scope(scope);
    for (const [i, name] of path.entries()) {
      const found = among.get(name);
      assert.ok(found, `no "${name}" among ${[...among.keys()].join(', ')}`);
      if (i === path.length - 1) return found;
      among = await this.children(found);
    }
    throw new Error('an empty path');
  }

  /** Ends the session, as the stop button does. */
  async end(): Promise<void> {
    const { id } = this.session;
    const over = new Promise<void>((resolve) => {
      const subscription = vscode.debug.onDidTerminateDebugSession((session) => {
        if (session.id !== id) return;
        subscription.dispose();
        resolve();
      });
    });
    await vscode.debug.stopDebugging(this.session);
    await over;
  }
}

export interface Breakpoint {
  condition?: string;
  hit?: string;
  log?: string;
}

/** Puts a breakpoint in the gutter. */
export function breakAt(path: string, line: number, { condition, hit, log }: Breakpoint = {}): void {
  const location = new vscode.Location(vscode.Uri.file(path), new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location, true, condition, hit, log)]);
}

/** Leaves nothing to the next test: no session, no breakpoint, no editor. */
export async function cleanUp(): Promise<void> {
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  await vscode.debug.stopDebugging();
  await until('the end of all sessions', () => !vscode.debug.activeDebugSession, [
    vscode.debug.onDidChangeActiveDebugSession,
  ]);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Opens a script as a user does. */
export async function open(path: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(path));
}
