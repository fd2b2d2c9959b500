/** An SVG as a PNG, at once: a thread of its own paints it, and this one waits, for Python's savefig() returns when the file is there. */
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { t } from '../protocol/l10n';
import type { PngThreadData, PngWish } from './pngThread';

/** A picture takes a tenth of a second, the first one of a thread a second. */
const PATIENCE = 30_000;

export class Painter {
  private thread: { worker: Worker; port: MessageChannel['port1']; answers: Int32Array } | null = null;

  constructor(private readonly assets: string) {}

  /** PNG bytes; `scale`: pixels for one of the SVG's. Throws where it cannot be painted. */
  png(svg: string, scale: number): Uint8Array {
    const { worker, port, answers } = (this.thread ??= this.start());
    const before = Atomics.load(answers, 0);
    worker.postMessage({ svg, scale } satisfies PngWish);
    Atomics.wait(answers, 0, before, PATIENCE);
    const answer = receiveMessageOnPort(port)?.message as Uint8Array | string | undefined;
    if (typeof answer === 'object') return answer;
    this.end();
    throw new Error(answer ?? t('no answer in time'));
  }

  private start() {
    const { port1: port, port2 } = new MessageChannel();
    const answers = new Int32Array(new SharedArrayBuffer(4));
    const data: PngThreadData = { assets: this.assets, port: port2, answers };
    const worker = new Worker(join(this.assets, 'png.mjs'), { workerData: data, transferList: [port2] });
    worker.unref();
    port.unref();
    // A thread that cannot start answers nothing; that is what is said then.
    worker.on('error', () => {});
    return { worker, port, answers };
  }

  private end(): void {
    void this.thread?.worker.terminate();
    this.thread = null;
  }
}
