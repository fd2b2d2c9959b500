/**
 * Other threads that help with large works: each runs the same module over the same memory (assembly/jobs.ts). They are started when the first
 * work is large enough, and sleep while there is none.
 */

/** What a helper is started with. */
export interface Helper {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Does it take broad tiles? */
  broad: boolean;
  /** Its number, and addresses: of what the threads share, of its own room. */
  thread: number;
  shared: number;
  room: number;
}

/**
 * The room that owns this thread says how many there may be, and starts one; nobody else knows what a thread is. It also knows how the runtime
 * compiles kernels best.
 */
export const machine = {
  compile: (bytes: BufferSource) => new WebAssembly.Module(bytes),
  helpers: 0,
  start: (_code: string, _helper: Helper): void => {},
};

/** A helper's program, for a worker thread of Node. */
export const HELPER = `
const { module, memory, broad, thread, shared, room } = require('node:worker_threads').workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
exports.setThread(thread, shared, room);
exports.setBroad(broad);
exports.serve();
`;

/** Helpers at most: what they gain beyond is little, and each takes room. */
export const MOST_HELPERS = 3;

/**
 * Where another process has the cores, helpers cost more than they give. How long the main thread waited for them is known by how often it
 * looked; after a work for which it waited longer than the work takes alone, the next ones go alone, twice as many each time.
 */
const PATIENCE = 20_000;
/** Multiply-adds in the time of a look, its sleeps included (assembly/jobs.ts). */
const EACH_LOOK = 128;
const LONGEST = 4096;

export class Helpers {
  private count = -1;
  private alone = 0;
  private pause = 16;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly memory: WebAssembly.Memory,
    private readonly shared: number,
    private readonly roomOf: (thread: number) => number,
    private readonly broad: boolean,
  ) {}

  /** How many may help with the next work. */
  get ready(): number {
    if (this.alone > 0) {
      this.alone--;
      return 0;
    }
    if (this.count < 0) this.startAll();
    return this.count;
  }

  /** As if none had been started: those that were must have ended, or compute nothing any more. */
  again(): void {
    this.count = -1;
    this.alone = 0;
  }

  private startAll(): void {
    this.count = Math.min(machine.helpers, MOST_HELPERS);
    const { module, memory, broad, shared } = this;
    try {
      for (let thread = 1; thread <= this.count; thread++)
        machine.start(HELPER, { module, memory, broad, thread, shared, room: this.roomOf(thread) });
    } catch {
      this.count = 0; // no more threads: alone, then
    }
  }

  /** Hears of each work that was shared, of so many multiply-adds. */
  waited(looks: number, size: number): void {
    if (looks < PATIENCE + size / EACH_LOOK) {
      if (this.pause > 16) this.pause--;
      return;
    }
    this.alone = this.pause;
    this.pause = Math.min(2 * this.pause, LONGEST);
  }
}
