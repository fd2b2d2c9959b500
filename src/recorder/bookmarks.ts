/** Ticks that a user marked, in order. */
import { t } from '../protocol/l10n';
import type { Bookmark } from '../protocol/views';

export const MOST_BOOKMARKS = 10_000;
/** Characters of a note. */
export const MOST_NOTE = 10_000;

/** The bookmarks with one tick's set, or taken away where the note is null. Throws words for the user. */
export function withBookmark(all: readonly Bookmark[], ticks: number, tick: number, note: string | null): Bookmark[] {
  const others = all.filter((b) => b.tick !== tick);
  if (note === null) return others;
  if (!Number.isSafeInteger(tick) || tick < 0 || tick >= ticks)
    throw new Error(ticks === 0 ? t('Nothing was recorded yet.') : t('There is no such tick: the run has {0}.', ticks));
  if (note.length > MOST_NOTE) throw new Error(t('This note is too long: it may have {0} characters.', MOST_NOTE));
  if (others.length >= MOST_BOOKMARKS) throw new Error(t('There are {0} bookmarks already.', MOST_BOOKMARKS));
  return [...others, { tick, note }].sort((a, b) => a.tick - b.tick);
}
