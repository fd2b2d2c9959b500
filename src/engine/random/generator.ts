/**
 * A source of random numbers with PyTorch's state: `torch.Generator('cpu')`, and the global one behind `torch.manual_seed`.
 */

import { MT19937, type MT19937Snapshot } from './mt19937';

/** The seed of a `torch.Generator()` that nobody seeded. */
export const DEFAULT_SEED = 67280421310721n;

/** Bytes of `torch.get_rng_state()` on the CPU. */
export const RNG_STATE_BYTES = 5056;

const WORDS_AT = 24;
const NORMAL_Y_AT = WORDS_AT + 8 * 624 + 8;
const NORMAL_VALID_AT = NORMAL_Y_AT + 16;
const FLOAT_AT = NORMAL_VALID_AT + 8;

/**
 * Which of PyTorch's two ways of filling float32 normals (16 values or more) to follow. They differ in the last bits.
 * `avx2`: what PyTorch runs on every x86 processor since 2013, AVX-512 ones included. `scalar`: what it runs elsewhere
 * (ARM), and under `ATEN_CPU_CAPABILITY=default`.
 */
export type NormalKernel = 'avx2' | 'scalar';

/** A moment of a generator, to come back to. */
export interface GeneratorSnapshot {
  engine: MT19937Snapshot;
  nextFloat: number | undefined;
  nextDouble: number | undefined;
}

export class Generator {
  readonly engine: MT19937;
  /** Not part of the state: a property of the machine that is imitated. */
  normalKernel: NormalKernel = 'avx2';
  /** The second value of a float Box-Muller pair. PyTorch's CPU kernels never set it; it travels in the state. */
  nextFloatNormalSample: number | undefined;
  /** The second value of the last Box-Muller pair, waiting to be the next scalar normal. */
  nextDoubleNormalSample: number | undefined;

  /** A generator seeded as `torch.Generator()` is. */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.engine = new MT19937(seed);
  }

  /** `manual_seed`: starts over and forgets the waiting normal. */
  manualSeed(seed: number | bigint): this {
    this.engine.seed(seed);
    this.nextFloatNormalSample = undefined;
    this.nextDoubleNormalSample = undefined;
    return this;
  }

  /** `initial_seed`: the seed as an unsigned 64-bit number. */
  initialSeed(): bigint {
    return this.engine.initialSeed;
  }

  /** 32-bit draws since seeding. */
  get draws(): number {
    return this.engine.draws;
  }

  /** An integer in [0, 2^32): one draw. */
  random(): number {
    return this.engine.random();
  }

  /** An integer in [0, 2^64): two draws. */
  random64(): bigint {
    return this.engine.random64();
  }

  /** A float32 in [0, 1), a multiple of 2^-24: one draw. */
  uniform32(): number {
    return (this.engine.random() & 0xffffff) * 2 ** -24;
  }

  /** A float64 in [0, 1), a multiple of 2^-53: two draws. */
  uniform64(): number {
    return this.engine.random53() * 2 ** -53;
  }

  /** This moment; nothing that is drawn later changes it. */
  snapshot(): GeneratorSnapshot {
    return {
      engine: this.engine.snapshot(),
      nextFloat: this.nextFloatNormalSample,
      nextDouble: this.nextDoubleNormalSample,
    };
  }

  /** Back to a moment; the same snapshot may be restored again and again. */
  restore(snapshot: GeneratorSnapshot): void {
    this.engine.restore(snapshot.engine);
    this.nextFloatNormalSample = snapshot.nextFloat;
    this.nextDoubleNormalSample = snapshot.nextDouble;
  }

  /** An independent generator that will draw the same numbers (`torch.Generator.clone_state`). */
  clone(): Generator {
    const copy = new Generator(0);
    copy.normalKernel = this.normalKernel;
    copy.restore(this.snapshot());
    return copy;
  }

  /**
   * The bytes of `torch.get_rng_state()`: 5056, little-endian. Seed (u64), left (i32), seeded (i32), next (u64), the 624
   * words as u64, three doubles of which the second is the waiting normal, its flag (i32), the float normal and its flag.
   */
  getState(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(RNG_STATE_BYTES);
    const view = new DataView(bytes.buffer);
    const { seed, left, next, state } = this.engine.getState();
    view.setBigUint64(0, seed, true);
    view.setInt32(8, left, true);
    view.setInt32(12, 1, true);
    view.setUint32(16, next, true);
    for (let i = 0; i < state.length; i++) view.setUint32(WORDS_AT + 8 * i, state[i]!, true);
    if (this.nextDoubleNormalSample !== undefined) {
      view.setFloat64(NORMAL_Y_AT, this.nextDoubleNormalSample, true);
      view.setInt32(NORMAL_VALID_AT, 1, true);
    }
    if (this.nextFloatNormalSample !== undefined) {
      view.setFloat32(FLOAT_AT, this.nextFloatNormalSample, true);
      bytes[FLOAT_AT + 4] = 1;
    }
    return bytes;
  }

  /** `torch.set_rng_state(bytes)`, with PyTorch's messages for bytes that are no state. */
  setState(bytes: Uint8Array): void {
    if (bytes.length !== RNG_STATE_BYTES) {
      throw new RangeError(
        `Expected a CPUGeneratorImplState of size ${RNG_STATE_BYTES} but found the input RNG state size to be ${bytes.length}`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getInt32(12, true) === 0) throw new RangeError('Invalid mt19937 state');
    const state = new Uint32Array(624);
    for (let i = 0; i < state.length; i++) state[i] = view.getUint32(WORDS_AT + 8 * i, true);
    this.engine.setState({
      seed: view.getBigUint64(0, true),
      left: view.getInt32(8, true),
      next: view.getUint32(16, true),
      state,
    });
    this.nextDoubleNormalSample =
      view.getInt32(NORMAL_VALID_AT, true) !== 0 ? view.getFloat64(NORMAL_Y_AT, true) : undefined;
    this.nextFloatNormalSample = bytes[FLOAT_AT + 4] !== 0 ? view.getFloat32(FLOAT_AT, true) : undefined;
  }
}
