/** What is known of settled pages without reading them: which of them changed what, and what outlived its page. */
import type { FrameRecord, PassRecord, TensorRecord } from '../rows';
import { Runs } from './page';

/** Names of a frame that were given long after it began. */
export interface Named {
  /** The pages that gave something a name, name by name. */
  names: Map<string, Runs>;
  /** Where the frame first named an older tensor. */
  tensors: Map<number, number>;
  modules: Map<number, string>;
}

export class Ledger {
  /**
   * Settled pages in which something was changed that is older than the page before: what is made in a page is mostly changed there and in
   * the next, where it is looked for anyway.
   */
  readonly changed = {
    contents: new Map<number, Runs>(),
    places: new Map<number, Runs>(),
    grads: new Map<number, Runs>(),
    hypers: new Map<number, Runs>(),
  };
  /** The same for the names of a frame. */
  readonly named = new Map<number, Named>();
  readonly stateful = new Map<string, Runs>();
  /** Tensors that were met long after they were made. */
  readonly late = new Map<number, number>();
  /** Tensors that changed after their page was settled. */
  readonly altered = new Map<number, TensorRecord>();
  /** How often that happened. */
  alterations = 0;
  firstFrame: number | null = null;
  /** Frames and passes that outlived their page. */
  readonly longFrames = new Map<number, FrameRecord>();
  readonly longPasses = new Map<number, PassRecord>();

  /** Bytes that it takes. */
  get bytes(): number {
    const maps: ReadonlyMap<unknown, Runs>[] = [...Object.values(this.changed), this.stateful];
    const runs = maps.reduce((n, map) => n + bytesOf(map), 0);
    const named = [...this.named.values()].reduce((n, { names, tensors }) => n + bytesOf(names) + tensors.size * 60, 0);
    return runs + named + this.late.size * 60;
  }

  namesOf(frame: number): Named {
    let known = this.named.get(frame);
    if (!known) this.named.set(frame, (known = { names: new Map(), tensors: new Map(), modules: new Map() }));
    return known;
  }
}

const bytesOf = (map: ReadonlyMap<unknown, Runs>): number =>
  [...map.values()].reduce((n, runs) => n + 180 + 16 * runs.size, 0);

/** The runs of a key, new where there were none. */
export function runsOf<K>(map: Map<K, Runs>, key: K): Runs {
  let runs = map.get(key);
  if (!runs) map.set(key, (runs = new Runs()));
  return runs;
}
