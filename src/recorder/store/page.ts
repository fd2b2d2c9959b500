/** A stretch of ticks with everything that was written down in it. */

import { lastAtOrBefore, ShortColumn } from '../columns';
import type {
  Change,
  FrameRecord,
  OpRecord,
  OutputRecord,
  PassRecord,
  StateValue,
  TensorRecord,
  Value,
  Whereabouts,
} from '../rows';
import type { Journal } from './journal';

/** Numbers at which a page's rows begin. */
export interface Bases {
  tick: number;
  record: number;
  value: number;
  /** Tensors, storages and frames that were known before have lower numbers, but for late ones. */
  tensor: number;
  storage: number;
  frame: number;
  pass: number;
  output: number;
}

/** What changes at ticks, by the number of what it belongs to. */
export class Changes<T> {
  readonly of = new Map<number, Change<T>[]>();

  /** Changes of one tick replace each other. */
  add(id: number, tick: number, value: T): void {
    const list = this.of.get(id);
    if (!list) this.of.set(id, [{ tick, value }]);
    else if (list[list.length - 1].tick === tick) list[list.length - 1].value = value;
    else list.push({ tick, value });
  }

  /** The last change of `id` at or before a tick. */
  at(id: number, tick: number): Change<T> | null {
    const list = this.of.get(id);
    if (!list) return null;
    for (let i = list.length - 1; i >= 0; i--) if (list[i].tick <= tick) return list[i];
    return null;
  }
}

/** What an optimizer keeps for a parameter changes at ticks. */
export interface StateChange {
  optimizer: number;
  parameter: number;
  name: string;
  tick: number;
  value: StateValue;
}

/** What ops, gradients and writes made. */
export class Rows {
  readonly records: OpRecord[] = [];
  readonly values: Value[] = [];
  readonly tensors = new Map<number, TensorRecord>();
  /** By storage. */
  readonly contents = new Changes<Value>();
  /** By tensor. */
  readonly places = new Changes<Whereabouts>();
  readonly grads = new Changes<number | null>();
}

export class Page {
  // A tick's columns.
  readonly kind = new ShortColumn();
  readonly phase = new ShortColumn();
  /** Index into sites of the line that was running. */
  readonly site = new ShortColumn();
  readonly frame = new ShortColumn();
  /** forward, backward, update: index of the record; output: of the output; line: -1. */
  readonly record = new ShortColumn();
  /** Index of the pass, -1 outside. */
  readonly pass = new ShortColumn();

  /** How many numbers it was read from; 0 where it was not. */
  numbers = 0;
  readonly frames = new Map<number, FrameRecord>();
  readonly passes: PassRecord[] = [];
  readonly outputs: OutputRecord[] = [];
  /** By frame: JSON. */
  readonly names = new Changes<string>();
  /** By optimizer: JSON of the groups' hyperparameters. */
  readonly hypers = new Changes<string>();
  /** By optimizer and parameter. */
  readonly states = new Map<string, StateChange[]>();

  /** What is written down here; null where nothing is any more. Its rows are made when somebody asks for them. */
  journal: Journal | null = null;
  private made: Rows | null = null;
  /** Where its rows are found, once its journal is gone. */
  settled: { at(index: number): Page } | null = null;

  constructor(
    readonly index: number,
    readonly bases: Bases,
  ) {}

  private get rows(): Rows {
    const { journal, settled } = this;
    if (settled) return settled.at(this.index).rows;
    const rows = (this.made ??= new Rows());
    if (journal && !journal.isRead) journal.read(rows, this.bases);
    return rows;
  }

  get records(): OpRecord[] {
    return this.rows.records;
  }

  get values(): Value[] {
    return this.rows.values;
  }

  get tensors(): Map<number, TensorRecord> {
    return this.rows.tensors;
  }

  get contents(): Changes<Value> {
    return this.rows.contents;
  }

  get places(): Changes<Whereabouts> {
    return this.rows.places;
  }

  get grads(): Changes<number | null> {
    return this.rows.grads;
  }

  get from(): number {
    return this.bases.tick;
  }

  get to(): number {
    return this.bases.tick + this.kind.length;
  }
}

export const stateKey = (optimizer: number, parameter: number, name: string) => `${optimizer}/${parameter}/${name}`;

/** Ascending whole numbers, neighbours put together: the pages that something was changed in. */
export class Runs {
  private readonly first: number[] = [];
  private readonly last: number[] = [];

  add(n: number): void {
    const i = this.last.length - 1;
    if (i >= 0 && this.last[i] >= n) return;
    if (i >= 0 && this.last[i] === n - 1) this.last[i] = n;
    else {
      this.first.push(n);
      this.last.push(n);
    }
  }

  /** The numbers of a run; they follow those that are here. */
  addRun(first: number, last: number): void {
    this.add(first);
    this.last[this.last.length - 1] = last;
  }

  /** Forgets the numbers from one on. */
  truncate(from: number): void {
    while (this.first.length > 0 && this.first[this.first.length - 1] >= from) {
      this.first.pop();
      this.last.pop();
    }
    const i = this.last.length - 1;
    if (i >= 0) this.last[i] = Math.min(this.last[i], from - 1);
  }

  /** First and last number of every run from a number on, one after the other. */
  since(from: number): number[] {
    const found: number[] = [];
    for (let i = this.last.length - 1; i >= 0 && this.last[i] >= from; i--)
      found.unshift(Math.max(from, this.first[i]), this.last[i]);
    return found;
  }

  /** The highest number; -1 if there is none. */
  get highest(): number {
    return this.last[this.last.length - 1] ?? -1;
  }

  /** The highest number at or below `limit`; -1 if none. */
  before(limit: number): number {
    const i = lastAtOrBefore(this.first, limit);
    return i < 0 ? -1 : Math.min(limit, this.last[i]);
  }

  /** The lowest number at or above `limit`; -1 if none. */
  after(limit: number): number {
    const i = lastAtOrBefore(this.first, limit);
    if (i >= 0 && this.last[i] >= limit) return limit;
    return this.first[i + 1] ?? -1;
  }

  /** How many numbers. */
  get total(): number {
    return this.first.reduce((n, first, i) => n + this.last[i] - first + 1, 0);
  }

  get size(): number {
    return this.first.length;
  }
}
