/** Ticks that a user marked, in order. */
import type { Bookmark } from '../protocol/views';

export const MOST_BOOKMARKS = 10_000;
/** Characters of a note. */
export const MOST_NOTE = 10_000;

/** The bookmarks with one tick's set, or taken away where the note is null. Throws words for the user. */
export function withBookmark(all: readonly Bookmark[], ticks: number, tick: number, note: string | null): Bookmark[] {
  const others = all.filter((b) => b.tick !== tick);
  if (note === null) return others;
  if (!Number.isSafeInteger(tick) || tick < 0 || tick >= ticks)
    throw new Error(ticks === 0 ? 'Nothing was recorded yet.' : `There is no such tick: the run has ${ticks}.`);
  if (note.length > MOST_NOTE) throw new Error(`This note is too long: it may have ${MOST_NOTE} characters.`);
  if (others.length >= MOST_BOOKMARKS) throw new Error(`There are ${MOST_BOOKMARKS} bookmarks already.`);
  return [...others, { tick, note }].sort((a, b) => a.tick - b.tick);
}
