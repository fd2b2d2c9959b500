/** The call stack at a tick, from what was recorded. */
import type { Frame } from '../protocol/session';
import type { Place } from '../protocol/ticks';
import type { Recording } from './recording';

/** The frame that stands for the op at the cursor. User frames are numbered from 2. */
export const OP_FRAME = 1;
export const frameId = (recorded: number) => recorded + 2;
export const recordedFrame = (id: number) => id - 2;

/** The line a frame was at: its last line tick at or before `tick`. */
function lineOf(r: Recording, frame: number, tick: number): Place | null {
  for (let t = Math.min(tick, r.ticks - 1); t >= 0; t--)
    if (r.frameAt(t) === frame && r.kindAt(t) === 'line') return r.sites[r.siteAt(t)];
  return null;
}

/** `gradient of relu`: a frame has its place beside its name. */
const withoutPlace = (label: string): string => label.replace(/ \([^()]*:\d+\)$/, '');

/** Innermost first. An op inside backward() or step() is a frame of its own, at the forward line that made it. */
export function stackAt(r: Recording, tick: number, label: string): Frame[] {
  if (tick < 0 || tick >= r.ticks) return [];
  const frames: Frame[] = [];
  const record = r.recordAt(tick);
  if (record) frames.push({ id: OP_FRAME, name: withoutPlace(label), place: r.placeAt(tick), presentation: 'op' });
  let at = tick;
  for (let f = r.frame(r.frameAt(tick)); f; f = f.parent === null ? undefined : r.frame(f.parent)) {
    frames.push({ id: frameId(f.id), name: f.name, place: lineOf(r, f.id, at), presentation: 'normal' });
    at = f.first - 1;
  }
  return frames;
}
