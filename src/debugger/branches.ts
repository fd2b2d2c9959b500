/** Makes a branch's launch configuration out of a session: what VS Code's commands, other clients and the command line start. */

import { basename } from 'node:path';
import { type BranchSpec, changeText, type Edit, type LineEdit } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { LaunchArguments, Session } from '../protocol/session';

/** What a user wants changed, and where. */
export interface BranchWish {
  /** The cursor's tick when left out. */
  tick?: number;
  edits?: Edit[];
  lines?: LineEdit[];
}

export type BranchConfiguration = LaunchArguments & {
  type: 'backstep';
  request: 'launch';
  name: string;
  branch: BranchSpec & { id: string };
};

/** `train.py branch 2.1 (lr = 0.01 at iteration 12)` */
const nameOf = ({ from, edits, lines, id }: BranchSpec & { id: string }): string =>
  t(
    '{0} branch {1} ({2} at iteration {3})',
    basename(from.script),
    id,
    changeText({ edits, lines }),
    from.mark.iteration + 1,
  );

/** `id` tells branches apart: `1`, `2`, and `1.1` for a branch of the first. Rejects with words for the user. */
export async function branchOf(
  session: Session,
  { tick, edits = [], lines = [] }: BranchWish,
  id: string,
  launched: Partial<LaunchArguments> = {},
): Promise<BranchConfiguration> {
  if (edits.length + lines.length === 0)
    throw new Error(t('Say what the branch changes: a value such as lr = 0.01, or another text for a line.'));
  const [line] = [...lines].sort((a, b) => a.line - b.line);
  const from = await session.request('branchPoint', {
    ...(tick === undefined ? {} : { tick }),
    ...(line ? { line: { path: line.path, line: line.line } } : {}),
  });
  const branch = { from, edits, lines, id };
  const { cwd, memoryLimit, scratchFolder } = launched;
  return {
    type: 'backstep',
    request: 'launch',
    name: nameOf(branch),
    program: from.script,
    args: from.origin.args,
    ...(cwd === undefined ? {} : { cwd }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(scratchFolder === undefined ? {} : { scratchFolder }),
    branch,
  };
}

/** Numbers the branches of one session. */
export class BranchIds {
  private count = 0;

  constructor(private readonly own: string | undefined) {}

  next(): string {
    const n = ++this.count;
    return this.own ? `${this.own}.${n}` : String(n);
  }
}
