/** What a name of the script stood for, in a frame, at a tick. */
import type { LocalsDelta, RecordedValue } from '../../protocol/recorded';
import { History } from '../columns';
import type { Recording } from '../recording';

export class NamesOverTime {
  private static readonly all = new WeakMap<Recording, NamesOverTime>();
  private readonly known = new Map<string, { read: number; history: History<RecordedValue | null> }>();

  static of(r: Recording): NamesOverTime {
    let names = NamesOverTime.all.get(r);
    if (!names) NamesOverTime.all.set(r, (names = new NamesOverTime(r)));
    return names;
  }

  private constructor(private readonly r: Recording) {}

  /** In this very frame; undefined where it has no such name. */
  inFrame(name: string, frame: number, tick: number): RecordedValue | undefined {
    const deltas = this.r.frames.get(frame)?.deltas ?? [];
    const key = `${frame} ${name}`;
    let known = this.known.get(key);
    if (!known) this.known.set(key, (known = { read: 0, history: new History() }));
    const written = `${JSON.stringify(name)}:`;
    // The latest may still be added to.
    const settled = deltas[deltas.length - 1]?.tick === this.r.ticks - 1 ? deltas.length - 1 : deltas.length;
    for (let i = known.read; i < deltas.length; i++) {
      if (!deltas[i].json.includes(written)) continue;
      const delta = JSON.parse(deltas[i].json) as LocalsDelta;
      if (Object.hasOwn(delta, name)) known.history.set(deltas[i].tick, delta[name]);
    }
    known.read = settled;
    return known.history.at(tick) ?? undefined;
  }

  /** As code in the frame sees it: its own names, then the module's. With `callers`, those of the frames between as well. */
  visible(name: string, frame: number, tick: number, callers: boolean): RecordedValue | undefined {
    const { frames } = this.r;
    for (let f = frames.get(frame); f; f = f.parent === null ? undefined : frames.get(f.parent)) {
      const found = callers || f.id === frame || f.parent === null ? this.inFrame(name, f.id, tick) : undefined;
      if (found) return found;
    }
    return undefined;
  }
}
