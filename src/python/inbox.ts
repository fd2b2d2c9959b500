/** The worker's requests: read where the thread is at a safe point, or between two slices of long work; between two of these it may run Python for hours. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Control, type FromWorker, type ToWorker } from '../protocol/worker';
import type { Interruption } from '../recorder/work';

/** A request that is being answered. */
interface Current {
  id: number;
  answered: boolean;
  cancelled: boolean;
}

export class Inbox {
  private seen = -1;
  /** Read from the port while another request was being answered. */
  private readonly waiting: ToWorker[] = [];
  private current: Current | null = null;

  constructor(
    private readonly port: MessagePort,
    private readonly control: Int32Array,
    private readonly take: (message: ToWorker) => void,
  ) {}

  /** Answers what waits. Costs one atomic read where nothing does. */
  poll(): void {
    this.gather();
    for (let m = this.waiting.shift(); m; m = this.waiting.shift()) this.take(m);
  }

  /** Answers until `done()` is true. */
  block(done: () => boolean): void {
    for (;;) {
      this.poll();
      if (done()) return;
      Atomics.wait(this.control, Control.REQUESTS, this.seen);
    }
  }

  /** A message that came another way than by poll(), while the thread is idle. */
  hear(message: ToWorker): void {
    if (!this.isCancel(message)) this.waiting.push(message);
    this.poll();
  }

  /** Sends the answer of `work`, or its error in words; `again` is an error that it is to be asked again for, of which nothing is sent: then false. */
  answer(m: ToWorker, work: () => unknown, again?: (error: unknown) => boolean): boolean {
    const before = this.current;
    const current: Current = { id: m.id, answered: false, cancelled: false };
    this.current = current;
    try {
      const result = work();
      if (!current.answered) this.post({ type: 'answer', id: m.id, result });
    } catch (error) {
      if (again?.(error)) return false;
      const message = current.cancelled ? 'cancelled' : error instanceof Error ? error.message : String(error);
      if (!current.answered) this.post({ type: 'failure', id: m.id, message });
    } finally {
      this.current = before;
    }
    return true;
  }

  /** Answers the request under way before it is done. */
  accept(): void {
    if (!this.current || this.current.answered) return;
    this.current.answered = true;
    this.post({ type: 'answer', id: this.current.id, result: null });
  }

  /** What is asked for while a request is being answered. */
  interrupted(): Interruption | null {
    this.gather();
    if (this.cancelled || this.waiting[0]?.name === 'finish') return 'cancel';
    return this.waiting.some((m) => m.name === 'pause') ? 'pause' : null;
  }

  /** Is the request under way not wanted any more? */
  get cancelled(): boolean {
    return this.current?.cancelled ?? false;
  }

  private gather(): void {
    const count = Atomics.load(this.control, Control.REQUESTS);
    if (count === this.seen) return;
    this.seen = count;
    for (let m = receiveMessageOnPort(this.port); m; m = receiveMessageOnPort(this.port)) {
      const message = m.message as ToWorker;
      if (this.isCancel(message)) continue;
      // The user waits for the end: what else was asked for is not wanted any more.
      if (message.name === 'finish') this.waiting.unshift(message);
      else this.waiting.push(message);
    }
  }

  private isCancel(m: ToWorker): boolean {
    if (m.name !== 'cancel') return false;
    const { request } = m.args;
    if (this.current && (request === undefined || request === this.current.id)) this.current.cancelled = true;
    else {
      const at = this.waiting.findIndex(({ id }) => id === request);
      if (at >= 0) this.post({ type: 'failure', id: this.waiting.splice(at, 1)[0].id, message: 'cancelled' });
    }
    this.post({ type: 'answer', id: m.id, result: null });
    return true;
  }

  private post(message: FromWorker): void {
    this.port.postMessage(message);
  }
}
