/** Where frames begin: what a line calls, and the way back to a call. */
import { t } from '../protocol/l10n';
import type { Place } from '../protocol/ticks';
import type { Recording } from './recording';
import { OP_FRAME, recordedFrame } from './stack';

export interface StepInTarget {
  tick: number;
  label: string;
  place: Place | null;
}

/** Ticks of one line that are looked at: who calls more than that on one line steps in without choosing. */
const MOST = 200_000;

/** What the line at a tick calls, in order, as far as it is recorded: functions, and the passes of backward() and step(). */
export function stepInTargets(r: Recording, tick: number, frame: number): StepInTarget[] {
  if (tick < 0 || tick >= r.ticks) return [];
  const owner = frame === OP_FRAME ? r.frameAt(tick) : recordedFrame(frame);
  const targets: StepInTarget[] = [];
  const seen = new Set<number>();
  let pass = r.passIndexAt(tick);
  for (let t = tick + 1; t < Math.min(r.ticks, tick + MOST); t++) {
    const f = r.frame(r.frameAt(t));
    if (!f) break;
    if (f.id === owner) {
      if (r.kindAt(t) === 'line') break;
      const index = r.passIndexAt(t);
      if (index >= 0 && index !== pass) targets.push({ tick: t, label: r.pass(index).label, place: r.placeAt(t) });
      pass = index;
    } else if (f.parent === owner) {
      if (seen.has(f.id)) continue;
      seen.add(f.id);
      targets.push({ tick: f.first, label: f.name, place: { path: f.path, line: f.line } });
    } else if (!isBelow(r, f.id, owner)) break;
  }
  return targets;
}

function isBelow(r: Recording, frame: number, owner: number): boolean {
  for (let f = r.frame(frame); f; f = f.parent === null ? undefined : r.frame(f.parent))
    if (f.id === owner) return true;
  return false;
}

/** The tick at which a frame on the stack at `tick` was entered. Throws with words for the user where it has none. */
export function entryOf(r: Recording, tick: number, frame: number): number {
  if (frame === OP_FRAME) {
    const pass = r.passAt(tick);
    if (pass) return pass.start;
    // An op outside of a pass is a frame of its own only at its tick: its line is what leads to it.
    const owner = r.frameAt(tick);
    for (let t = tick; t >= 0; t--) if (r.kindAt(t) === 'line' && r.frameAt(t) === owner) return t;
    return tick;
  }
  const first = r.frame(recordedFrame(frame))?.first;
  if (first === undefined) throw new Error(t('This frame is not on the stack any more.'));
  return Math.min(first, r.ticks - 1);
}
