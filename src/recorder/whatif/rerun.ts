/** A loss as a function of tensors that it was computed from: the recorded ops run again on other contents. */
import type { Data, DType } from '../../engine/dtype';
import { Storage } from '../../engine/storage';
import { Tensor } from '../../engine/tensor';
import type { OpRecord, Recording, TensorUse, Value } from '../recording';
import { argUses, type Given, type Replay } from '../replay';
import { recordsIn } from '../views/collect';
import { Doubles } from './doubles';

/** `gradient`: as autograd sees it, for which what is detached is a constant. `everything`: as the program would compute it. */
export type Through = 'gradient' | 'everything';

export class Rerun {
  /** The ops to run again, in their order. */
  readonly plan: readonly OpRecord[];
  /** Contents that follow from the free ones, while they are computed. */
  private readonly made = new Map<number, Data>();
  private readonly given: Given;
  private readonly varied: Varied;

  /** `free`: the contents that are to be others. `double`: in double precision; else the same contents give the same bits. */
  constructor(
    r: Recording,
    private readonly replay: Replay,
    private readonly root: TensorUse,
    free: readonly Value[],
    through: Through,
    double: boolean,
  ) {
    this.varied = new Varied(r, free, through);
    this.plan = this.varied.leadingTo(root);
    const other = (use: TensorUse) => (this.now(use) ? this.made.get(use.value.id) : undefined);
    this.given = double ? new Doubles(replay, other) : new AsRecorded(replay, other);
  }

  /** Whether the use that is asked for may differ, for the op that is running. */
  private now: (use: TensorUse) => boolean = () => true;

  /** Does the root depend on the free contents at all? */
  get depends(): boolean {
    return this.varied.has(this.root);
  }

  /** The root for other contents, by the number of the free one: as many elements as its memory has, of the dtype that it is computed in. */
  run(contents: ReadonlyMap<number, Data>): Tensor {
    const { made, replay } = this;
    made.clear();
    for (const [id, data] of contents) made.set(id, data);
    for (const record of this.plan) {
      this.now = (use) => this.varied.into(record, use);
      const outs = replay.again(record, this.given);
      for (const [i, out] of record.outs.entries())
        if (out && outs[i] && out.value.producerIndex === record.index && out.value.result === i)
          made.set(out.value.id, outs[i].storage.data);
    }
    this.now = () => true;
    return this.given.tensor(this.root);
  }
}

class AsRecorded implements Given {
  constructor(
    private readonly replay: Replay,
    private readonly other: (use: TensorUse) => Data | undefined,
  ) {}

  dtype(recorded: DType): DType {
    return recorded;
  }

  tensor(use: TensorUse): Tensor {
    const data = this.other(use);
    if (!data) return this.replay.tensor(use);
    const t = new Tensor(new Storage(use.value.dtype, data), use.shape, use.strides, use.offset, use.lens);
    t.wrapped = use.wrapped;
    return t;
  }
}

/** Which contents change when the free ones do. */
class Varied {
  private readonly ids: Set<number>;

  constructor(
    private readonly r: Recording,
    private readonly free: readonly Value[],
    private readonly through: Through,
  ) {
    this.ids = new Set(free.map((v) => v.id));
  }

  has(use: TensorUse): boolean {
    return this.ids.has(use.value.id);
  }

  /** Does a change reach an op through this argument? */
  into(record: OpRecord, use: TensorUse): boolean {
    if (!this.has(use)) return false;
    // An op that autograd does not see may be a part of a Function of the script's own, whose result it does see.
    return this.through === 'everything' || record.gradFn === null || this.r.tensor(use.tensor)?.requiresGrad === true;
  }

  /** The ops between the free contents and a result, in their order. */
  leadingTo(root: TensorUse): OpRecord[] {
    const { r, ids, free } = this;
    const last = root.value.producer;
    if (!last) return [];
    const from = r.iteration(r.iterationAt(last.tick)).start;
    const first = Math.max(from, Math.min(...free.map((v) => v.producer?.tick ?? 0)));
    const reached: OpRecord[] = [];
    for (const record of recordsIn(r, first, last.tick + 1)) {
      if (!record.op || record.kind === 'backward' || r.passIndexAt(record.tick) >= 0) continue;
      if (!argUses(record.args).some((use) => this.into(record, use))) continue;
      reached.push(record);
      for (const out of record.outs) if (out?.value.producerIndex === record.index) ids.add(out.value.id);
    }
    // Of these, what the root needs.
    const needed = new Set([root.value.id]);
    return reached
      .reverse()
      .filter((record) => {
        if (!record.outs.some((out) => out && needed.has(out.value.id) && out.value.producerIndex === record.index))
          return false;
        for (const use of argUses(record.args)) if (this.into(record, use)) needed.add(use.value.id);
        return true;
      })
      .reverse();
  }
}
