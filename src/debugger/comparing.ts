/** Compares a session's run with another one: a recording, another script, or the same one with another seed. */

import { basename } from 'node:path';
import { t } from '../protocol/l10n';
import type { Connect, LaunchArguments, Session } from '../protocol/session';
import { type Comparison, compareRuns, comparisonText } from './compare';
import { checkLaunch } from './launch';
import type { Report } from './progress';

export interface CompareWish {
  /** A recording, or a script, which is run to its end; this run's own script when left out. */
  program?: string;
  /** The other run's seed. */
  seed?: number;
}

/** Runs a session until it rests at its end. Rejects when `cancelled`. */
async function toItsEnd(session: Session, cancelled: AbortSignal): Promise<void> {
  const ended = new Promise<void>((done, failed) => {
    session.on('stopped', ({ reason }) => {
      if (reason === 'end' || !session.capabilities.live) done();
      else session.request('move', { move: 'continue' }).catch(failed);
    });
    session.on('terminated', () => done());
    cancelled.addEventListener('abort', () => failed(cancelled.reason), { once: true });
  });
  await session.request('setExceptionFilters', { filters: [] });
  await session.request('start', { stopOnEntry: false });
  await ended;
}

/** Where this run and the other one differ. `launched`: how this run was started. */
export async function compareWith(
  live: Session,
  launched: LaunchArguments | null,
  { program = live.script, seed }: CompareWish,
  connect: Connect,
  report: Report,
  cancelled: AbortSignal,
): Promise<{ comparison: Comparison; text: string }> {
  const same = launched && program === live.script ? { args: launched.args, cwd: launched.cwd } : {};
  const launch = await checkLaunch({ ...same, program, ...(seed === undefined ? {} : { seed }) });
  const session = await connect(launch, (text) => report.tell(text), true);
  try {
    cancelled.throwIfAborted();
    report.tell(t('Running {0}', basename(launch.program)));
    await toItsEnd(session, cancelled);
    const names = [live.script, launch.program].map((path) => basename(path));
    if (seed !== undefined) names[1] += t(' with seed {0}', seed);
    const told = (part: number) => report.tell(t('Iteration by iteration'), Math.round(100 * part));
    const [a, b] = [live, session].map((s, i) => ({ name: names[i]!, session: s }));
    const comparison = await compareRuns(a!, b!, told, cancelled);
    return { comparison, text: comparisonText(comparison) };
  } finally {
    report.end();
    await session.dispose();
  }
}
