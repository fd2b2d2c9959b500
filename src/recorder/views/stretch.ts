/** Ticks of a stretch of the timeline one by one, and what is to be marked among them. */
import type { Place } from '../../protocol/ticks';
import type { StretchView, TickMark } from '../../protocol/views';
import type { Recording } from '../recording';
import { lineText } from './loss';

/** More ticks than a screen has pixels are not told one by one. */
const TICKS = 4000;
/** Marks that can be told apart. */
const MARKS = 2000;
const LETTERS = { line: 'l', forward: 'f', backward: 'b', update: 'u', output: 'o' } as const;

/** `marks` in any order; those of the same kind that nobody could tell apart are told once. */
export function stretchOf(r: Recording, from: number, to: number, marks: Iterable<TickMark>): StretchView {
  const first = Math.max(0, Math.min(Math.trunc(from) || 0, r.ticks));
  const end = Math.max(first, Math.min(Math.trunc(to) || 0, r.ticks));
  const lines: { place: Place; text: string }[] = [];
  const known = new Map<string, number>();
  const at: number[] = [];
  let kinds = '';
  if (end - first <= TICKS)
    for (let tick = first; tick < end; tick++) {
      kinds += LETTERS[r.kindAt(tick)];
      at.push(lineAt(r, tick, lines, known));
    }
  const wide = Math.max(1, (end - first) / MARKS);
  const seen = new Set<string>();
  const found: TickMark[] = [];
  for (const mark of marks) {
    if (mark.tick < first || mark.tick >= end) continue;
    const key = `${mark.kind}${Math.floor((mark.tick - first) / wide)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(mark);
  }
  return { from: first, to: end, kinds, at, lines, marks: found.sort((a, b) => a.tick - b.tick) };
}

function lineAt(r: Recording, tick: number, lines: StretchView['lines'], known: Map<string, number>): number {
  const place = r.placeAt(tick);
  if (!place) return -1;
  const key = `${place.line}:${place.path}`;
  let index = known.get(key);
  if (index === undefined) {
    known.set(key, (index = lines.length));
    lines.push({ place, text: (lineText(r, place.path, place.line) ?? '').trim().slice(0, 200) });
  }
  return index;
}
