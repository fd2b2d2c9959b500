/** What a name of the script stood for, in a frame, at a tick. */
import type { RecordedValue } from '../../protocol/recorded';
import type { Recording } from '../recording';

/** As code in the frame sees it: its own names, then the module's. With `callers`, those of the frames between as well. */
export function visibleName(
  r: Recording,
  name: string,
  frame: number,
  tick: number,
  callers: boolean,
): RecordedValue | undefined {
  for (let f = r.frame(frame); f; f = f.parent === null ? undefined : r.frame(f.parent)) {
    const found = callers || f.id === frame || f.parent === null ? r.nameAt(f.id, name, tick) : undefined;
    if (found) return found;
  }
  return undefined;
}
