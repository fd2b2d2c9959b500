/**
 * Everything that Python can ask of the engine, as functions over numbers and strings (a JsProxy a tensor would cost twice as much).
 * No JavaScript exception crosses: a function that fails answers FAILED (or undefined), and Python asks `error()`.
 */
import { context } from '../../engine/context';
import { type Result, run } from '../../engine/dispatch';
import { DTYPE_NAMES } from '../../engine/dtype';
import { type Arg, allOps } from '../../engine/op';
import type { Generator } from '../../engine/random/generator';
import { Tensor } from '../../engine/tensor';
import '../../engine/ops';
import type { TraceSink } from '../../recorder/sink';
import { type Entry, entryOf } from './arguments';
import { arrayFunctions, arrayRandomFunctions, arrayTable } from './arrays';
import { autogradFunctions } from './autograd';
import { describe, FAILED, SAME } from './failure';
import { Handles, releaseTensors } from './handles';
import { Mail } from './mail';
import { randomFunctions } from './random';
import { tensorFunctions } from './tensors';
import { traceFunctions } from './trace';
import { updateFunctions } from './updates';

// biome-ignore lint/suspicious/noExplicitAny: what crosses is checked on the Python side
type Crossing = (...args: any[]) => unknown;

const FLUSH_AFTER = 64 * 2 ** 20;

/** All that crosses by number: a snapshot of Python knows the numbers. */
export const interfaceTable = (): string => opTable() + arrayTable();

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
      inplace: op.inplace,
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
  /** Where Python's calls lie. */
  private readonly mail: Mail;
  /** Hears of modules, parameters and optimizers; null while nobody records. */
  recorder: TraceSink | null = null;

  private readonly entries: Entry[] = [];
  private readonly generators: Handles<Generator>;
  private failure: unknown = null;
  /** Weights that autocast has cast. */
  private readonly casts = new Map<Tensor, Tensor>();
  /** Bytes given to Python since it was last asked to let go of what it does not use any more. */
  private given = 0;
  private askFlush: (() => void) | null = null;
  /** Outputs of the last call with several. */
  private outputs: readonly Tensor[] = [];

  /** `memory` is Python's own, which moves when it grows: WebAssembly.Memory's buffer. */
  constructor(memory: () => ArrayBuffer) {
    this.mail = new Mail(memory);
    const random = randomFunctions();
    this.generators = random.generators;
    const plain: Record<string, Crossing> = {
      ...this.ownFunctions(),
      ...tensorFunctions(this.tensors),
      ...autogradFunctions(this.tensors),
      ...random.functions,
      ...arrayFunctions(this.tensors),
      ...arrayRandomFunctions(this.tensors),
      ...updateFunctions(this.tensors, this.mail),
      ...traceFunctions(this.tensors, () => this.recorder),
    };
    const failed = (error: unknown) => {
      this.failure = error;
    };
    this.functions = Object.fromEntries(Object.entries(plain).map(([name, body]) => [name, guard(body, failed)]));
    // The one that runs for every op has a guard of its own, and takes nothing: its arguments lie in the mail.
    this.functions.go = () => this.go();
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

  private invoke(entry: Entry): { first: Arg; result: Result } {
    const args = entry.read(this.mail, this.tensors);
    const g = entry.generator >= 0 ? (args[entry.generator] as number | null) : null;
    if (entry.generator >= 0) args[entry.generator] = null;
    if (!g) return { first: args[0], result: run(entry.op, args) };
    const before = context.generator;
    context.generator = this.generators.get(g);
    try {
      return { first: args[0], result: run(entry.op, args) };
    } finally {
      context.generator = before;
    }
  }

  private give(t: Tensor): number {
    // A view of a normal tensor is one itself.
    if (context.inferenceMode && (!t.viewOf || t.viewOf.base.inference)) t.inference = true;
    const handle = this.tensors.add(t);
    // Released handles wait for their batch: not while they hold much memory.
    if ((this.given += t.storage.bytes) > FLUSH_AFTER) {
      this.given = 0;
      this.letGo();
    }
    return handle;
  }

  /** Runs the op that lies in the mail; answers the first result's handle, SAME or FAILED. */
  private go(): number {
    try {
      const entry = this.entry(this.mail.open());
      const { first, result } = this.invoke(entry);
      return this.answer(entry, first, result);
    } catch (error) {
      this.failure = error;
      return FAILED;
    }
  }

  private answer(entry: Entry, first: Arg, result: Result): number {
    if (result instanceof Tensor) {
      if (result === first) return SAME;
      return entry.op.inplace ? 0 : this.give(result);
    }
    if (!Array.isArray(result)) throw new Error(`op ${entry.op.name} gives no tensor`);
    this.outputs = result;
    return result.length ? this.give(result[0]) : 0;
  }

  private ownFunctions(): Record<string, Crossing> {
    return {
      /** Runs the op that lies in the mail, which gives a Python number or truth. */
      goValue: () => this.invoke(this.entry(this.mail.open())).result,
      /** Where Python lays its calls from now on. */
      mailAt: (address: number) => this.mail.moved(address),
      /** A number for a text, or for a whole number that a double would round. */
      pair: (re: number, im: number) => this.mail.pair(re, im),
      intern: (text: string, whole: boolean) => this.mail.intern(whole ? BigInt(text) : text),
      /** Further results of the last call. */
      more: (i: number) => this.give(this.outputs[i]),
      count: () => this.outputs.length,
      error: () => {
        const text = describe(this.failure);
        this.failure = null;
        return text;
      },
      /** Of `count` handles at an address of Python's memory: to cross one by one would cost more than to free them. */
      releaseAt: (address: number, count: number) =>
        releaseTensors(this.tensors, new Int32Array(this.mail.memory(), address, count)),
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
      /** torch.autocast's region: its dtype (-1: none), and whether weights are cast once. Nested regions share the casts. */
      setAutocast: (d: number, cached: boolean, first: boolean) => {
        if (first) this.casts.clear();
        context.autocast = d < 0 ? null : { dtype: DTYPE_NAMES[d], cache: cached ? this.casts : null };
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
