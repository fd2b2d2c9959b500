/** What a name of the script stood for, in a frame, at a tick; and what a tensor is called at any tick. */
import type { RecordedValue } from '../../protocol/recorded';
import type { OpRecord, Recording } from '../recording';
import { Names } from '../views/names';

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

/** The parameter or buffer of this name; null if there is none. */
export function parameterNamed(r: Recording, dotted: string): number | null {
  return Names.of(r).tensorNamed(dotted);
}

/** The op that makes a tensor anew in every iteration: an activation's. Null for one that stays. */
export function madeAnew(r: Recording, tensor: number): OpRecord | null {
  const known = r.tensor(tensor);
  return known && known.gradFn !== null ? known.producer : null;
}
