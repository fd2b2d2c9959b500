/** Bookmarks from the palette and the timeline's menu. The recording keeps them. */
import * as vscode from 'vscode';
import type { Bookmark } from '../protocol/views';
import type { Run } from './runs';

/** What the timeline's menu says it was opened at; the palette says nothing. */
export interface AtTick {
  tick?: unknown;
}

const tickOf = async ({ session }: Run, at: AtTick | undefined): Promise<number> =>
  Number.isSafeInteger(at?.tick) ? (at!.tick as number) : (await session.request('cursor', {})).tick;

const all = async ({ session }: Run): Promise<Bookmark[]> =>
  (await session.request('timeline', { from: Number.MAX_SAFE_INTEGER })).bookmarks;

/** Marks a tick with a note, or changes the note of one that is marked. */
export async function bookmark(run: Run, at?: AtTick): Promise<void> {
  const tick = await tickOf(run, at);
  const known = (await all(run)).find((b) => b.tick === tick);
  const note = await vscode.window.showInputBox({
    title: known ? vscode.l10n.t('Bookmark at Tick {0}', tick + 1) : vscode.l10n.t('Bookmark Tick {0}', tick + 1),
    prompt: vscode.l10n.t('A note, if you like. It is kept in the recording.'),
    value: known?.note ?? '',
  });
  if (note !== undefined) await run.session.request('bookmark', { tick, note });
}

export async function removeBookmark(run: Run, at?: AtTick): Promise<void> {
  const tick = await tickOf(run, at);
  if (!(await all(run)).some((b) => b.tick === tick))
    throw new Error(vscode.l10n.t('There is no bookmark at tick {0}.', tick + 1));
  await run.session.request('bookmark', { tick, note: null });
}

export async function goToBookmark(run: Run): Promise<void> {
  const items = (await all(run)).map(({ tick, note }) => ({
    label: note || vscode.l10n.t('no note'),
    description: vscode.l10n.t('tick {0}', tick + 1),
    tick,
  }));
  if (items.length === 0)
    throw new Error(vscode.l10n.t('There are no bookmarks yet: "Backstep: Bookmark This Tick…" sets one.'));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Go to Bookmark'),
    matchOnDescription: true,
  });
  if (picked) await run.session.request('seek', { tick: picked.tick });
}
