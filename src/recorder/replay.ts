/** Recomputes contents that are no longer held: the same op on the same inputs gives the same bits. */

import type { CallShape, Meta } from '../engine/autograd/node';
import { runFormulas } from '../engine/autograd/opNode';
import { context, unobserved, withGrad } from '../engine/context';
import { run, tensorsOf } from '../engine/dispatch';
import { type Data, DTYPES, type DType } from '../engine/dtype';
import type { Arg, Op } from '../engine/op';
import { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import { t } from '../protocol/l10n';
import { fits } from './geometry';
import { type ArgUse, dtypeOf, type OpRecord, type TensorUse, type Value } from './recording';

/** What an op is run on in place of what it had. */
export interface Given {
  tensor(use: TensorUse): Tensor;
  /** The dtype that stands for a recorded one. */
  dtype(recorded: DType): DType;
}

const isDType = (v: Arg): v is DType => typeof v === 'string' && Object.hasOwn(DTYPES, v);

/** Contents recomputed lately, newest last, so that neighbours of a tick come for free. */
export class Replay {
  private readonly recent = new Map<number, Data>();
  private recentBytes = 0;
  /** Contents that ops still to be run need, with how many do: they are not forgotten, or they would be made again and again. */
  private readonly awaited = new Map<number, number>();
  /** How many ops were run again, for the bench and the tests. */
  replayed = 0;
  /** Hears, before each op that runs again, how many of how many have; what it throws ends the replay, which can be asked for again. */
  looked: (done: number, of: number) => void = () => {};

  constructor(private readonly limit = 64 * 1024 * 1024) {}

  /** The elements of a content. For reading only. */
  data(value: Value): Data {
    const held = value.data ?? this.recent.get(value.id);
    if (held) return held;
    const plan = this.plan(value);
    const { awaited } = this;
    const wait = ({ id }: Value, more: number) => {
      const count = (awaited.get(id) ?? 0) + more;
      if (count > 0) awaited.set(id, count);
      else awaited.delete(id);
    };
    try {
      wait(value, 1);
      for (const record of plan) for (const use of inputs(record)) wait(use.value, 1);
      for (const [i, record] of plan.entries()) {
        this.looked(i, plan.length);
        this.execute(record);
        for (const use of inputs(record)) wait(use.value, -1);
      }
    } finally {
      awaited.clear();
    }
    const data = this.recent.get(value.id);
    if (!data) throw new Error(t('a content could not be computed again'));
    return data;
  }

  /** How many ops would have to run again for a content; infinity where it is gone for good. */
  cost(value: Value): number {
    if (value.data || this.recent.has(value.id)) return 0;
    try {
      return this.plan(value).length;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  /** A tensor as it was used: fresh memory bookkeeping, shared elements. For reading only. */
  tensor(use: TensorUse): Tensor {
    if (!fits(use, use.value)) throw new Error(t('this value cannot be what the recording says'));
    const storage = new Storage(use.value.dtype, this.data(use.value));
    const made = new Tensor(storage, use.shape, use.strides, use.offset, use.lens);
    made.wrapped = use.wrapped;
    return made;
  }

  forget(): void {
    this.recent.clear();
    this.recentBytes = 0;
  }

  /** The records to run again, in their order. */
  private plan(value: Value): OpRecord[] {
    const needed = new Map<number, OpRecord>();
    const stack: Value[] = [value];
    while (stack.length) {
      const v = stack.pop()!;
      if (v.data || this.recent.has(v.id)) continue;
      if (needed.has(v.producerIndex)) continue;
      const { producer } = v;
      if (!producer)
        throw new Error(
          t(
            'This value was left out: it was computed from data of an old iteration, which was dropped to stay within the memory bound. Raise "memoryLimit" to keep more.',
          ),
        );
      needed.set(producer.index, producer);
      for (const { value: input } of inputs(producer)) {
        // Nothing waits for itself, whatever a file claims.
        if (input.producerIndex >= producer.index) throw new Error(t('an op cannot have read what came after it'));
        stack.push(input);
      }
    }
    return [...needed.values()].sort((a, b) => a.index - b.index);
  }

  private execute(record: OpRecord): void {
    this.replayed++;
    const outs =
      record.kind === 'backward' && record.forwardOf
        ? this.gradients(
            record,
            record.grads.map((g) => g && this.tensor(g)),
          )
        : this.again(record);
    for (const [i, out] of record.outs.entries()) {
      const made = outs[i];
      if (!out || !made || out.value.producerIndex !== record.index || out.value.result !== i) continue;
      // A file may claim what its ops do not give; reading past the end would show elements that never were.
      if (made.storage.length !== out.value.length || made.storage.dtype !== out.value.dtype)
        throw new Error(t('{0} gave another result than was recorded', record.name));
      this.keep(out.value, made.storage.data);
    }
  }

  /** Runs `body` unseen, with the settings that a record was made under; `tracked`: its ops can be differentiated. */
  private as<T>(record: Pick<OpRecord, 'defaultDtype'>, body: () => T, tracked = false): T {
    const { defaultDtype: dtype, autocast } = context;
    // The casts that it made are records of their own.
    context.autocast = null;
    context.defaultDtype = record.defaultDtype ?? 'float32';
    try {
      return withGrad(tracked, () => unobserved(body));
    } finally {
      context.defaultDtype = dtype;
      context.autocast = autocast;
    }
  }

  /** The results of an op that runs again: on the inputs that it had, or on others. It draws the same random numbers. */
  again(record: OpRecord, given?: Given): (Tensor | null)[] {
    return this.as(record, () => this.forward(record, given));
  }

  private forward(record: OpRecord, given?: Given): (Tensor | null)[] {
    const op = record.op!;
    const tensor = (use: TensorUse) => (given ?? this).tensor(use);
    const args = record.args.map((a, i): Arg => {
      if ('attr' in a) return given && isDType(a.attr) ? given.dtype(a.attr) : a.attr;
      if ('uses' in a) return a.uses.map((u) => u && tensor(u));
      const t = tensor(a.use);
      // An op in place writes into its first argument: give it memory of its own.
      if (i === 0 && op.inplace) t.storage = new Storage(t.storage.dtype, t.storage.data.slice() as Data);
      return t;
    });
    const before = record.random ? context.generator.snapshot() : null;
    if (record.random) context.generator.restore(record.random.snapshot());
    try {
      const out = run(op, args);
      return Array.isArray(out) ? out : [out as Tensor];
    } finally {
      if (before) context.generator.restore(before);
    }
  }

  /**
   * The gradients of an op's arguments, from the gradients of its results: those that came in, or others of their shapes; at what the op
   * had read, or elsewhere. Where a gradient that comes in requires one itself, the answer can be differentiated by it.
   */
  gradients(record: OpRecord, grads: (Tensor | null)[], given?: Given): (Tensor | null)[] {
    const wanted = record.outs.map((o) => o !== null);
    return this.formulas(record.forwardOf!, wanted, grads, given, record.defaultDtype);
  }

  /** The same for an op whose gradient need not have run. `wanted`: of which of its tensors, in their order. */
  formulas(
    forward: OpRecord,
    wanted: readonly boolean[],
    grads: readonly (Tensor | null)[],
    given?: Given,
    defaultDtype = forward.defaultDtype,
  ): (Tensor | null)[] {
    const op = forward.op!;
    const tensor = (use: TensorUse) => (given ?? this).tensor(use);
    const find = (name: string): Tensor => {
      const result = /^result(\d*)$/.exec(name);
      if (result) return tensor(forward.outs[Number(result[1] || 0)]!);
      const [param, item] = name.split('.');
      const a = forward.args[op.schema.params.findIndex((p) => p.name === param)];
      if ('use' in a) return tensor(a.use);
      if ('uses' in a) return tensor(a.uses[Number(item)]!);
      throw new Error(t('{0}: {1} is not a tensor', op.name, name));
    };
    const shape = shapeOf(op, forward.args, given && ((d) => given.dtype(d)));
    const tracked = grads.some((g) => g?.requiresGrad);
    return this.as({ defaultDtype }, () => runFormulas(op, shape, grads, wanted, find), tracked);
  }

  private keep(value: Value, data: Data): void {
    this.recent.set(value.id, data);
    this.recentBytes += data.byteLength;
    for (const [old, bytes] of this.recent) {
      if (this.recentBytes <= this.limit || old === value.id) break;
      if (this.awaited.has(old)) continue;
      this.recent.delete(old);
      this.recentBytes -= bytes.byteLength;
    }
  }
}

/** Every content a record was computed from. */
export function inputs(record: OpRecord): TensorUse[] {
  const own = record.forwardOf && record.kind === 'backward' ? savedUses(record.forwardOf) : argUses(record.args);
  return [...own, ...record.grads.filter((g): g is TensorUse => g !== null)];
}

export function argUses(args: readonly ArgUse[]): TensorUse[] {
  return args.flatMap((a) => ('use' in a ? [a.use] : 'uses' in a ? a.uses.filter((u) => u !== null) : []));
}

/** What the gradient of a forward record may read: what its entry says it saves. */
export function savedUses(forward: OpRecord): TensorUse[] {
  const op = forward.op!;
  return op.saved.flatMap(({ param, result }) => {
    if (result >= 0) return forward.outs[result] ?? [];
    const a = forward.args[param];
    return a ? argUses([a]) : [];
  });
}

/** The tensors of savedUses, while they live. */
export const savedTensors = (op: Op, args: readonly Arg[], outs: readonly Tensor[]): Tensor[] =>
  op.saved.flatMap(({ param, result }) => (result >= 0 ? (outs[result] ?? []) : tensorsOf([args[param]])));

/** callShape() of a recorded call: shapes and attributes without any elements. */
function shapeOf(op: Op, args: readonly ArgUse[], dtype: (d: DType) => DType = (d) => d): CallShape {
  const meta = (u: TensorUse): Meta => ({
    shape: u.shape,
    strides: u.strides,
    offset: u.offset,
    dtype: dtype(dtypeOf(u)),
  });
  const metas = args.map((a) => {
    if ('use' in a) return meta(a.use);
    return 'uses' in a ? a.uses.filter((u) => u !== null).map(meta) : null;
  });
  const attrs = args.map((a): Arg => {
    if ('uses' in a) return a.uses.map((u) => u !== null) as unknown as Arg;
    return 'use' in a ? undefined : isDType(a.attr) ? dtype(a.attr) : a.attr;
  });
  return { op, metas, attrs };
}
