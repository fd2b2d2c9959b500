/** The client's breakpoints: kept so that a restarted session gets them again under the ids the client knows. */
import { t } from '../protocol/l10n';
import type {
  BreakpointSpec,
  BreakpointStatus,
  FunctionBreakpointSpec,
  Requests,
  Session,
  WatchSpec,
  WatchStatus,
} from '../protocol/session';

type FunctionStatus = Requests['setFunctionBreakpoints'][1][number];

interface FileBreakpoints {
  specs: BreakpointSpec[];
  /** The client's ids, one for each spec. */
  ids: number[];
}

/** All breakpoints of one debug session, across restarts. */
export class Breakpoints {
  private readonly files = new Map<string, FileBreakpoints>();
  private readonly clientIds = new Map<number, number>();
  private filters: Requests['setExceptionFilters'][0] = { filters: ['uncaught', 'nonfinite'] };
  private data: { specs: WatchSpec[]; ids: number[] } = { specs: [], ids: [] };
  private functions: { specs: FunctionBreakpointSpec[]; ids: number[] } = { specs: [], ids: [] };
  private next = 1;

  /** `pathOf`: the session's path of a client's source, '' where it is no part of the run. A notebook's cells may be others at a restart. */
  constructor(private readonly pathOf: (source: string) => string = (source) => source) {}

  /** Replaces a file's breakpoints; without a session they are only kept. */
  async set(session: Session | null, source: string, specs: BreakpointSpec[]): Promise<BreakpointStatus[]> {
    const before = this.files.get(source);
    const ids: number[] = [];
    for (const spec of specs) {
      const old = idAtLine(before, spec.line);
      ids.push(old !== undefined && !ids.includes(old) ? old : this.next++);
    }
    this.files.set(source, { specs, ids });
    return this.send(session, source);
  }

  /** Sets which exceptions stop, and under which conditions. */
  async setFilters(session: Session | null, filters: Requests['setExceptionFilters'][0]): Promise<void> {
    this.filters = filters;
    await session?.request('setExceptionFilters', filters);
  }

  /** Replaces the client's data breakpoints. */
  async setData(session: Session | null, specs: WatchSpec[]): Promise<WatchStatus[]> {
    const before = this.data;
    const ids = specs.map(({ expression }) => {
      const old = before.specs.findIndex((spec) => spec.expression === expression);
      return before.ids[old] ?? this.next++;
    });
    this.data = { specs, ids };
    return this.sendData(session);
  }

  /** Replaces the breakpoints at functions. */
  async setFunctions(session: Session | null, specs: FunctionBreakpointSpec[]): Promise<FunctionStatus[]> {
    const before = this.functions;
    const ids = specs.map(
      ({ name }) => before.ids[before.specs.findIndex((spec) => spec.name === name)] ?? this.next++,
    );
    this.functions = { specs, ids };
    return this.sendFunctions(session);
  }

  /** Gives a new session everything that was set; answers the statuses, which may have changed. */
  async apply(session: Session): Promise<BreakpointStatus[]> {
    this.clientIds.clear();
    await this.setFilters(session, this.filters);
    if (this.data.specs.length > 0) await this.sendData(session);
    if (this.functions.specs.length > 0) await this.sendFunctions(session);
    const statuses = await Promise.all([...this.files.keys()].map((source) => this.send(session, source)));
    return statuses.flat();
  }

  /** The client's ids of a session's breakpoints. */
  toClient(ids: number[] = []): number[] {
    return ids.flatMap((id) => this.clientIds.get(id) ?? []);
  }

  private async sendData(session: Session | null): Promise<WatchStatus[]> {
    const { specs, ids } = this.data;
    if (!session) return specs.map(({ expression }, i) => ({ id: ids[i]!, verified: false, expression }));
    const statuses = await session.request('setWatchpoints', { group: 'data', watchpoints: specs });
    return statuses.map((status, i) => {
      this.clientIds.set(status.id, ids[i]!);
      return { ...status, id: ids[i]! };
    });
  }

  private async sendFunctions(session: Session | null): Promise<FunctionStatus[]> {
    const { specs, ids } = this.functions;
    if (!session) return specs.map((_, i) => ({ id: ids[i]!, verified: false, place: null }));
    const statuses = await session.request('setFunctionBreakpoints', { breakpoints: specs });
    return statuses.map((status, i) => {
      this.clientIds.set(status.id, ids[i]!);
      return { ...status, id: ids[i]! };
    });
  }

  private async send(session: Session | null, source: string): Promise<BreakpointStatus[]> {
    const { specs, ids } = this.files.get(source)!;
    const path = this.pathOf(source);
    if (!session || path === '') {
      const why = session
        ? { message: t('This is no part of the run: a cell that was added since, or another notebook.') }
        : {};
      return specs.map(({ line }, i) => ({ id: ids[i]!, verified: false, line, ...why }));
    }
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
