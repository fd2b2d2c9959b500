/** Runs as the loss plot draws them: names, losses, and which left which. No vscode. */
import type { BranchSpec } from '../protocol/branch';
import type { Session } from '../protocol/session';
import type { RunLine } from '../protocol/webview';

/** What of a run is read here. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly session: Session;
}

/** A session that does not answer has no curve, but stays in the tree. */
export function runLines(runs: readonly Listed[], shown: Listed | undefined): Promise<RunLine[]> {
  return Promise.all(
    runs.map(async (run): Promise<RunLine> => {
      const { branch, branchOf } = run.configuration as { branch?: BranchSpec; branchOf?: string };
      const timeline = await run.session.request('timeline', { from: 0 }).catch(() => null);
      return {
        id: run.id,
        name: run.name,
        parent: branchOf ?? null,
        left: branch?.from.mark.iteration ?? null,
        losses: timeline?.spans.map(({ loss }) => loss) ?? [],
        shown: run === shown,
      };
    }),
  );
}
