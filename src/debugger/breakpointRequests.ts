/** Requests that say where to stop: at lines, functions, exceptions and changes of data. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { Session } from '../protocol/session';
import { Breakpoints } from './breakpoints';
import { conditionsOf } from './exceptions';
import { QuerySession } from './queries';

export abstract class BreakpointSession extends QuerySession {
  protected readonly breakpoints = new Breakpoints((source) => this.sources.pathOf({ path: source }));

  /** The session that breakpoints go to; null where there is none, or where it is to stop nowhere. */
  protected abstract get debugged(): Session | null;

  protected override setBreakPointsRequest(response: P.SetBreakpointsResponse, args: P.SetBreakpointsArguments): void {
    this.answer(response, async () => {
      const specs = (args.breakpoints ?? []).map(({ line, condition, hitCondition, logMessage }) => ({
        line: this.convertClientLineToDebugger(line),
        ...(condition ? { condition } : {}),
        ...(hitCondition ? { hitCondition } : {}),
        ...(logMessage ? { logMessage } : {}),
      }));
      const { path, sourceReference } = args.source;
      const source = path === undefined || sourceReference ? this.sources.pathOf(args.source) : path;
      const statuses = await this.breakpoints.set(this.debugged, source, specs);
      return { breakpoints: statuses.map((status) => this.toBreakpoint(status)) };
    });
  }

  protected toBreakpoint({ id, verified, line, message }: P.Breakpoint & { line: number }): P.Breakpoint {
    return { id, verified, line: this.convertDebuggerLineToClient(line), ...(message ? { message } : {}) };
  }

  protected override setExceptionBreakPointsRequest(
    response: P.SetExceptionBreakpointsResponse,
    args: P.SetExceptionBreakpointsArguments,
  ): void {
    this.answer(response, async () => {
      await this.breakpoints.setFilters(this.debugged, conditionsOf(args));
      return undefined;
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: P.SetFunctionBreakpointsResponse,
    args: P.SetFunctionBreakpointsArguments,
  ): void {
    this.answer(response, async () => {
      const specs = args.breakpoints.map(({ name, condition, hitCondition }) => ({
        name,
        ...(condition ? { condition } : {}),
        ...(hitCondition ? { hitCondition } : {}),
      }));
      const statuses = await this.breakpoints.setFunctions(this.debugged, specs);
      return {
        breakpoints: statuses.map(({ id, verified, place, message }) => ({
          id,
          verified,
          ...(place ? { source: this.sources.of(place.path), line: this.convertDebuggerLineToClient(place.line) } : {}),
          ...(message ? { message } : {}),
        })),
      };
    });
  }

  protected override setDataBreakpointsRequest(
    response: P.SetDataBreakpointsResponse,
    args: P.SetDataBreakpointsArguments,
  ): void {
    this.answer(response, async () => {
      const specs = args.breakpoints.map(({ dataId, condition, hitCondition }) => ({
        expression: dataId,
        ...(condition ? { condition } : {}),
        ...(hitCondition ? { hitCondition } : {}),
      }));
      const statuses = await this.breakpoints.setData(this.debugged, specs);
      return {
        breakpoints: statuses.map(({ id, verified, message }) => ({ id, verified, ...(message ? { message } : {}) })),
      };
    });
  }
}
