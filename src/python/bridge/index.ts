/**
 * Everything that Python can ask of the engine, as functions over numbers and strings (a JsProxy a tensor would cost twice as much).
 * No JavaScript exception crosses: a function that fails answers FAILED (or undefined), and Python asks `error()`.
 */
import { context } from '../../engine/context';
import { type Result, run } from '../../engine/dispatch';
import { DTYPE_NAMES } from '../../engine/dtype';
import { type Arg, allOps, isInplace } from '../../engine/op';
import type { Generator } from '../../engine/random/generator';
import { Tensor } from '../../engine/tensor';
import '../../engine/ops';
import type { TraceSink } from '../../recorder/sink';
import { type Entry, entryOf } from './arguments';
import { autogradFunctions } from './autograd';
import { describe, FAILED, SAME } from './failure';
import { Handles, releaseTensors } from './handles';
import { randomFunctions } from './random';
import { tensorFunctions } from './tensors';
import { traceFunctions } from './trace';

// biome-ignore lint/suspicious/noExplicitAny: what crosses is checked on the Python side
type Crossing = (...args: any[]) => unknown;

const FLUSH_AFTER = 64 * 2 ** 20;

/** What the Python face needs to know of every op, as JSON. */
export function opTable(): string {
  return JSON.stringify(
    allOps().map((op) => ({
      name: op.name,
      params: op.schema.params.map((p) => [p.name, p.type, p.default ?? null, p.keywordOnly]),
      returns: op.schema.returns,
      // An in-place twin has its base's faces, with an underscore.
      faces: op.base
        ? op.spec.faces.map((face) => (face.includes(':') ? `${face}_` : face)).filter((f) => !f.includes('__'))
        : op.spec.faces,
      inplace: isInplace(op),
      twin: op.base !== null || op.spec.inplace === true,
    })),
  );
}

/** Failing functions answer undefined, which Python sees as None. */
function guard(body: Crossing, failed: (error: unknown) => void): Crossing {
  return (...args) => {
    try {
      return body(...args);
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
}

/** Register `functions` as Python's module `_backstep_bridge` before importing torch. */
export class Bridge {
  readonly tensors = new Handles<Tensor>();
  /** The functions by the names that Python knows, each guarded. */
  readonly functions: Record<string, Crossing>;
  /** Where a user reads what is there; for messages. */
  coveragePage = 'COVERAGE.md';
  /** Python's memory as 32-bit numbers (pyodide's own view of it, made anew when it grows); null where it cannot be had. */
  heap: (() => Int32Array | undefined) | null = null;
  /** Hears of modules, parameters and optimizers; null while nobody records. */
  recorder: TraceSink | null = null;

  private readonly entries: Entry[] = [];
  private readonly generators: Handles<Generator>;
  private failure: unknown = null;
  /** Bytes given to Python since it was last asked to let go of what it does not use any more. */
  private given = 0;
  private askFlush: (() => void) | null = null;
  /** Outputs of the last call with several. */
  private outputs: readonly Tensor[] = [];

  constructor() {
    const random = randomFunctions();
    this.generators = random.generators;
    const plain: Record<string, Crossing> = {
      ...this.ownFunctions(),
      ...tensorFunctions(this.tensors),
      ...autogradFunctions(this.tensors),
      ...random.functions,
      ...traceFunctions(this.tensors, () => this.recorder),
    };
    const failed = (error: unknown) => {
      this.failure = error;
    };
    this.functions = Object.fromEntries(Object.entries(plain).map(([name, body]) => [name, guard(body, failed)]));
    // The one that runs for every op has a guard of its own.
    this.functions.call = (index: number, ...flat: unknown[]) => this.call(index, flat);
    this.functions.pair = (index: number, a: number, b: number) => this.pair(index, a, b);
  }

  tensorOf(handle: number): Tensor {
    return this.tensors.get(handle);
  }

  /** Has Python let go of tensors that it does not use any more. */
  letGo(): void {
    this.askFlush?.();
  }

  /** A new handle, which Python releases. */
  handleOf(t: Tensor): number {
    return this.tensors.add(t);
  }

  private entry(index: number): Entry {
    return (this.entries[index] ??= entryOf(allOps()[index]));
  }

  private invoke(entry: Entry, flat: readonly unknown[]): { args: Arg[]; result: Result } {
    const args = entry.read(flat, this.tensors);
    const g = entry.generator >= 0 ? (args[entry.generator] as number | null) : null;
    if (entry.generator >= 0) args[entry.generator] = null;
    if (!g) return { args, result: run(entry.op, args) };
    const before = context.generator;
    context.generator = this.generators.get(g);
    try {
      return { args, result: run(entry.op, args) };
    } finally {
      context.generator = before;
    }
  }

  private give(t: Tensor): number {
    if (context.inferenceMode) t.inference = true;
    const handle = this.tensors.add(t);
    // Released handles wait for their batch: not while they hold much memory.
    if ((this.given += t.storage.bytes) > FLUSH_AFTER) {
      this.given = 0;
      this.letGo();
    }
    return handle;
  }

  /** Runs an op; answers the first result's handle, SAME or FAILED. */
  private call(index: number, flat: readonly unknown[]): number {
    try {
      const entry = this.entry(index);
      const { args, result } = this.invoke(entry, flat);
      return this.answer(entry, args[0], result);
    } catch (error) {
      this.failure = error;
      return FAILED;
    }
  }

  /** The same for an op on two tensors, other arguments left out: every argument that crosses costs. */
  private pair(index: number, a: number, b: number): number {
    try {
      const entry = this.entry(index);
      const args = entry.pair(this.tensors.get(a), this.tensors.get(b));
      return this.answer(entry, args[0], run(entry.op, args));
    } catch (error) {
      this.failure = error;
      return FAILED;
    }
  }

  private answer(entry: Entry, first: Arg, result: Result): number {
    if (result instanceof Tensor) {
      if (result === first) return SAME;
      return isInplace(entry.op) ? 0 : this.give(result);
    }
    if (!Array.isArray(result)) throw new Error(`op ${entry.op.name} gives no tensor`);
    this.outputs = result;
    return result.length ? this.give(result[0]) : 0;
  }

  private ownFunctions(): Record<string, Crossing> {
    return {
      /** Runs an op that gives a Python number or truth. */
      value: (index: number, ...flat: unknown[]) => this.invoke(this.entry(index), flat).result,
      /** Further results of the last call. */
      more: (i: number) => this.give(this.outputs[i]),
      count: () => this.outputs.length,
      error: () => {
        const text = describe(this.failure);
        this.failure = null;
        return text;
      },
      /** Of `count` handles at an address of Python's memory: to cross one by one would cost more than to free them. -1: not possible. */
      releaseAt: (address: number, count: number) => {
        const heap = this.heap?.();
        return heap ? releaseTensors(this.tensors, heap.subarray(address >> 2, (address >> 2) + count)) : -1;
      },
      release: (...handles: number[]) => releaseTensors(this.tensors, handles),
      live: () => this.tensors.size,
      setFlush: (flush: { copy(): () => void }) => {
        this.askFlush = flush.copy();
        return 0;
      },
      coveragePage: () => this.coveragePage,
      opTable,
      dtypeNames: () => DTYPE_NAMES.join(),
      defaultDtype: () => DTYPE_NAMES.indexOf(context.defaultDtype),
      setDefaultDtype(d: number) {
        context.defaultDtype = DTYPE_NAMES[d];
        return 0;
      },
      /** Ops between these two are a debugger's own looks: no ticks. */
      unobserve(on: boolean) {
        context.depth += on ? 1 : -1;
        return 0;
      },
    };
  }
}
