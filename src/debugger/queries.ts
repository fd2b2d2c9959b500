/** Requests that only look: the stack, variables, expressions, places in the script. None of them moves the cursor. */

import { Thread } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { PAST_STANDS } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { Session } from '../protocol/session';
import { AnsweringSession, WayOut } from './answering';
import { toScope, toStackFrame, toValue, toVariable } from './convert';
import { type Addresses, Sources } from './sources';

const CONTEXTS = new Set(['repl', 'hover', 'watch', 'variables', 'clipboard']);

/** How many rows a client gets that does not page. */
const UNPAGED = 100;

function frameOf(frameId: number | undefined): { frame?: number } {
  return frameId === undefined ? {} : { frame: frameId };
}

/** The half of the adapter that answers questions about where the cursor rests. */
export abstract class QuerySession extends AnsweringSession {
  /** The session, or an error for the user when there is none. */
  protected abstract get live(): Session;

  /** The client is VS Code, which opens `command:` addresses. */
  protected offersCommands = false;

  protected readonly sources: Sources;

  /** `addresses`: the client's own of what has no file. */
  constructor(addresses?: Addresses) {
    super();
    this.sources = new Sources(addresses);
  }

  protected override threadsRequest(response: P.ThreadsResponse): void {
    this.answer(response, async () => ({ threads: [new Thread(1, 'training')] }));
  }

  protected override stackTraceRequest(response: P.StackTraceResponse, args: P.StackTraceArguments): void {
    this.answer(response, async (cancelled) => {
      const frames = await this.live.request('stack', {}, cancelled);
      const start = args.startFrame ?? 0;
      const page = frames.slice(start, args.levels ? start + args.levels : undefined);
      const toClientLine = (line: number) => this.convertDebuggerLineToClient(line);
      return {
        stackFrames: page.map((frame) => toStackFrame(frame, this.sources, toClientLine)),
        totalFrames: frames.length,
      };
    });
  }

  protected override sourceRequest(response: P.SourceResponse, args: P.SourceArguments): void {
    this.answer(response, async () => {
      const path = this.sources.pathOf({ sourceReference: args.sourceReference, ...args.source });
      const { text } = await this.live.request('source', { path });
      return { content: text, mimeType: 'text/x-python' };
    });
  }

  protected override scopesRequest(response: P.ScopesResponse, { frameId }: P.ScopesArguments): void {
    this.answer(response, async () => ({
      scopes: (await this.live.request('scopes', { frame: frameId })).map(toScope),
    }));
  }

  protected override variablesRequest(response: P.VariablesResponse, args: P.VariablesArguments): void {
    this.answer(response, async (cancelled) => {
      const { variablesReference: ref, filter, start = 0, count = UNPAGED } = args;
      const named = filter === 'indexed' ? [] : await this.live.request('variables', { ref }, cancelled);
      const window = { ref, start, count };
      const indexed = filter === 'named' ? [] : await this.live.request('variables', window, cancelled);
      // A value without indexed children answers the same to both questions.
      const names = new Set(named.map(({ name }) => name));
      const variables = [...named, ...indexed.filter(({ name }) => !names.has(name))];
      return { variables: variables.map(toVariable) };
    });
  }

  protected override setVariableRequest(response: P.SetVariableResponse, args: P.SetVariableArguments): void {
    this.answer(response, async (cancelled) => {
      const { variablesReference: ref, name, value } = args;
      const set = await this.live
        .request('setVariable', { ref, name, value }, cancelled)
        .catch(async (error) => this.refused(error, await this.expressionOf(ref, name), value));
      return { value: set.value, ...toValue(set) };
    });
  }

  protected override setExpressionRequest(response: P.SetExpressionResponse, args: P.SetExpressionArguments): void {
    this.answer(response, async (cancelled) => {
      const { expression, value, frameId } = args;
      const set = await this.live
        .request('setExpression', { expression, value, ...frameOf(frameId) }, cancelled)
        .catch((error) => this.refused(error, expression, value));
      return { value: set.value, ...toValue(set) };
    });
  }

  /** What cannot be set where the cursor is, a branch can have: VS Code gets a button for it. */
  private refused(error: Error, target: string | undefined, value: string): never {
    const branches = Object.values(PAST_STANDS).some((said) => error.message.includes(said()));
    if (!this.offersCommands || target === undefined || !branches) throw error;
    const args = encodeURIComponent(JSON.stringify([target, value]));
    throw new WayOut(error.message, `command:backstep.branchWith?${args}`, t('Branch from Here'));
  }

  private async expressionOf(ref: number, name: string): Promise<string | undefined> {
    const asked = /^\[?(\d+)/.exec(name);
    const window = asked ? { start: Number(asked[1]), count: 1 } : {};
    const found = await this.live.request('variables', { ref, ...window });
    return found.find((v) => v.name === name)?.evaluateName;
  }

  /** The script's `input()` waits: what is typed next is its line. */
  protected waitsForLine = false;

  /** `args.source` is not looked at: VS Code sends it as a URI for hovers and as a path elsewhere. */
  protected override evaluateRequest(response: P.EvaluateResponse, args: P.EvaluateArguments): void {
    this.answer(response, async (cancelled) => {
      const { expression, frameId, context = 'repl' } = args;
      if (this.waitsForLine && context === 'repl') {
        this.waitsForLine = false;
        await this.live.request('input', { text: expression });
        return { result: '', variablesReference: 0 };
      }
      const known: 'repl' | 'watch' = CONTEXTS.has(context) ? (context as 'repl') : 'watch';
      const question = { expression, context: known, ...frameOf(frameId) };
      const result = await this.live.request('evaluate', question, cancelled);
      return { result: result.value, ...toValue(result) };
    });
  }

  protected override completionsRequest(response: P.CompletionsResponse, args: P.CompletionsArguments): void {
    this.answer(response, async () => {
      const text = args.text.split('\n')[args.line === undefined ? 0 : this.convertClientLineToDebugger(args.line) - 1];
      const column = this.convertClientColumnToDebugger(args.column);
      const found = await this.live.request('completions', { text: text ?? '', column, ...frameOf(args.frameId) });
      return { targets: found.map(({ label, type }) => ({ label, type: type as P.CompletionItemType })) };
    });
  }

  protected override exceptionInfoRequest(response: P.ExceptionInfoResponse): void {
    this.answer(response, async () => {
      const { type, message, traceback } = await this.live.request('exceptionInfo', {});
      const details = { typeName: type, message, stackTrace: traceback };
      return { exceptionId: type, description: message, breakMode: 'unhandled' as const, details };
    });
  }

  /** A data breakpoint's id is the expression that it watches: a write that changes it stops, in both directions. */
  protected override dataBreakpointInfoRequest(
    response: P.DataBreakpointInfoResponse,
    { variablesReference, name, frameId }: P.DataBreakpointInfoArguments,
  ): void {
    this.answer(response, async () => {
      const ref = variablesReference ? { ref: variablesReference } : {};
      const { expression, text } = await this.live.request('watchable', { name, ...ref, ...frameOf(frameId) });
      const dataId = expression === null ? null : `changed(${expression})`;
      return { dataId, description: text, accessTypes: ['write' as const], canPersist: false };
    });
  }

  /** Lines only: a column per statement would litter the line with candidate marks in VS Code. */
  protected override breakpointLocationsRequest(
    response: P.BreakpointLocationsResponse,
    args: P.BreakpointLocationsArguments,
  ): void {
    this.answer(response, async () => {
      const from = this.convertClientLineToDebugger(args.line);
      const to = args.endLine === undefined ? from : this.convertClientLineToDebugger(args.endLine);
      const lines = await this.live.request('breakpointLines', { path: this.sources.pathOf(args.source), from, to });
      return { breakpoints: lines.map((line) => ({ line: this.convertDebuggerLineToClient(line) })) };
    });
  }

  /** A target's id is the tick where it begins. */
  protected override stepInTargetsRequest(response: P.StepInTargetsResponse, args: P.StepInTargetsArguments): void {
    this.answer(response, async () => {
      const found = await this.live.request('stepInTargets', { frame: args.frameId });
      return {
        targets: found.map(({ tick, label, place }) => ({
          id: tick,
          label,
          ...(place ? { line: this.convertDebuggerLineToClient(place.line) } : {}),
        })),
      };
    });
  }

  protected override loadedSourcesRequest(response: P.LoadedSourcesResponse): void {
    this.answer(response, async () => {
      const paths = await this.live.request('sources', {});
      return { sources: paths.map((path) => this.sources.of(path)) };
    });
  }

  /** A target's id is the tick to go to. */
  protected override gotoTargetsRequest(response: P.GotoTargetsResponse, args: P.GotoTargetsArguments): void {
    this.answer(response, async () => {
      const line = this.convertClientLineToDebugger(args.line);
      const { tick } = await this.live.request('findTick', { path: this.sources.pathOf(args.source), line });
      return { targets: tick === null ? [] : [{ id: tick, label: t('tick {0}', tick + 1), line: args.line }] };
    });
  }
}
