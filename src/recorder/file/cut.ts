/** Cuts a recording into segments that each make sense with those before it. */
import { lastAtOrBefore } from '../columns';
import type { OpRecord, Recording, TensorUse, Value } from '../recording';
import { argUses } from '../replay';

/** Ticks of a segment, about; it ends at an iteration's edge where there is one. */
const TICKS = 1024;
const MOST = 65_536;

export class Cut {
  /** First tick of each segment, and after the last the number of ticks. */
  readonly edges: number[];
  /** Every content of the recording, by id. */
  readonly values: Value[];
  /** Highest content and tensor that a segment's records, or those before, refer to. */
  private readonly valueBound: number[] = [];
  private readonly tensorBound: number[] = [];

  constructor(readonly recording: Recording) {
    this.edges = edgesOf(recording);
    let record = 0;
    let value = 0;
    let tensor = 0;
    for (let s = 0; s < this.count; s++) {
      for (; record < recording.recordCount && recording.record(record).tick < this.edges[s + 1]; record++)
        for (const use of usesOf(recording.record(record))) {
          if (use.tensor < 0) continue;
          value = Math.max(value, use.value.id);
          tensor = Math.max(tensor, use.tensor);
        }
      this.valueBound.push(value);
      this.tensorBound.push(tensor);
    }
    this.values = [...recording.values()];
  }

  get count(): number {
    return this.edges.length - 1;
  }

  ofTick(tick: number): number {
    return Math.max(0, Math.min(this.count - 1, lastAtOrBefore(this.edges, tick)));
  }

  ofValue(id: number): number {
    return bounded(this.valueBound, id);
  }

  ofTensor(id: number): number {
    return bounded(this.tensorBound, id);
  }
}

export function usesOf(record: OpRecord): TensorUse[] {
  const own = [...record.outs, ...record.grads].filter((u) => u !== null);
  return [...argUses(record.args), ...own];
}

/** The first segment whose bound covers an id; what no record refers to goes into the last. */
function bounded(bounds: readonly number[], id: number): number {
  const at = lastAtOrBefore(bounds, id - 1) + 1;
  return Math.min(at, bounds.length - 1);
}

function edgesOf(r: Recording): number[] {
  const edges = [0];
  const last = () => edges[edges.length - 1];
  for (const { start } of r.iterations()) {
    while (start - last() > MOST) edges.push(last() + MOST);
    if (start - last() >= TICKS) edges.push(start);
  }
  while (r.ticks - last() > MOST) edges.push(last() + MOST);
  if (r.ticks > last() || edges.length === 1) edges.push(r.ticks);
  return edges;
}
