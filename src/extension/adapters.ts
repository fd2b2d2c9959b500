/** Makes the debug adapter of each debug session, inside the extension host; the script itself runs in a worker thread. */
import * as vscode from 'vscode';
import type { Connect } from '../protocol/session';
import type { Log } from './log';
import { Cells } from './notebooks';
import type { RecentRuns } from './recentRuns';
import type { Runs } from './runs';

/** The adapter and the worker's host are loaded at the first session, so that activation stays fast. */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(
    private readonly runs: Runs,
    private readonly recent: RecentRuns,
    private readonly assets: string,
    private readonly log: Log,
  ) {}

  async createDebugAdapterDescriptor(debug: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    const [{ BackstepAdapter }, { openScript }] = await Promise.all([
      import('../debugger/adapter'),
      import('../python/scriptSession'),
    ]);
    const cells = new Cells();
    const connect: Connect = async (launch, loading, aside) => {
      this.log.info(`opening ${launch.program}`);
      const started = performance.now();
      const kept = aside ? launch : this.recent.keep(debug.id, launch);
      const session = await openScript({ ...kept, figures: true }, this.assets, loading).catch((error) => {
        this.log.error(error);
        if (!aside) this.recent.ended(debug.id);
        throw error;
      });
      this.log.info(`ready after ${Math.round(performance.now() - started)} ms`);
      if (session.slow !== null) this.log.info(`Python was started without its memory snapshot: ${session.slow}`);
      if (aside) return session;
      await cells.follow(session);
      this.runs.open(debug, session, cells);
      return session;
    };
    const adapter = new BackstepAdapter(connect, cells);
    return new vscode.DebugAdapterInlineImplementation(adapter as unknown as vscode.DebugAdapter);
  }
}
