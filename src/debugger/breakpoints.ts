/** The client's breakpoints: kept so that a restarted session gets them again under the ids the client knows. */
import type { BreakpointSpec, BreakpointStatus, ExceptionFilter, Session } from '../protocol/session';

interface FileBreakpoints {
  specs: BreakpointSpec[];
  /** The client's ids, one for each spec. */
  ids: number[];
}

/** All breakpoints of one debug session, across restarts. */
export class Breakpoints {
  private readonly files = new Map<string, FileBreakpoints>();
  private readonly clientIds = new Map<number, number>();
  private filters: ExceptionFilter[] = ['uncaught', 'nonfinite'];
  private next = 1;

  /** Replaces a file's breakpoints; without a session they are only kept. */
  async set(session: Session | null, path: string, specs: BreakpointSpec[]): Promise<BreakpointStatus[]> {
    const before = this.files.get(path);
    const ids: number[] = [];
    for (const spec of specs) {
      const old = idAtLine(before, spec.line);
      ids.push(old !== undefined && !ids.includes(old) ? old : this.next++);
    }
    this.files.set(path, { specs, ids });
    return this.send(session, path);
  }

  /** Sets which exceptions stop. */
  async setFilters(session: Session | null, filters: ExceptionFilter[]): Promise<void> {
    this.filters = filters;
    await session?.request('setExceptionFilters', { filters });
  }

  /** Gives a new session everything that was set; answers the statuses, which may have changed. */
  async apply(session: Session): Promise<BreakpointStatus[]> {
    this.clientIds.clear();
    await this.setFilters(session, this.filters);
    const statuses = await Promise.all([...this.files.keys()].map((path) => this.send(session, path)));
    return statuses.flat();
  }

  /** The client's ids of a session's breakpoints. */
  toClient(ids: number[] = []): number[] {
    return ids.flatMap((id) => this.clientIds.get(id) ?? []);
  }

  private async send(session: Session | null, path: string): Promise<BreakpointStatus[]> {
    const { specs, ids } = this.files.get(path)!;
    if (!session) return specs.map(({ line }, i) => ({ id: ids[i]!, verified: false, line }));
    const statuses = await session.request('setBreakpoints', { path, breakpoints: specs });
    return statuses.map((status, i) => {
      const id = ids[i] ?? status.id;
      this.clientIds.set(status.id, id);
      return { ...status, id };
    });
  }
}

/** A breakpoint that is set again at its line keeps its id. */
function idAtLine(file: FileBreakpoints | undefined, line: number): number | undefined {
  const index = file?.specs.findIndex((spec) => spec.line === line) ?? -1;
  return index < 0 ? undefined : file!.ids[index];
}
