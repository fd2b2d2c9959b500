import type { Tensor } from '../../engine/tensor';

/** Bytes that may wait, already unused, for the next batch of releases. */
const WAITING = 32 * 2 ** 20;
const BATCH = 64;

/** Objects that Python holds by number. A number is used again after it was released. */
export class Handles<T> {
  private readonly items: (T | undefined)[] = [];
  private readonly free: number[] = [];

  add(item: T): number {
    const handle = this.free.pop();
    if (handle === undefined) return this.items.push(item) - 1;
    this.items[handle] = item;
    return handle;
  }

  get(handle: number): T {
    const item = this.items[handle];
    if (item === undefined) throw new Error(`handle ${handle} is not in use`);
    return item;
  }

  release(handle: number): T | undefined {
    const item = this.items[handle];
    if (item === undefined) return undefined;
    this.items[handle] = undefined;
    this.free.push(handle);
    return item;
  }

  get size(): number {
    return this.items.length - this.free.length;
  }
}

/** Releases a batch and says how many handles the next one should wait for: few where tensors are big. */
export function releaseTensors(handles: Handles<Tensor>, batch: ArrayLike<number> & Iterable<number>): number {
  let bytes = 0;
  for (const handle of batch) bytes += handles.release(handle)?.storage.bytes ?? 0;
  const each = bytes / Math.max(batch.length, 1);
  return Math.max(1, Math.min(BATCH, Math.floor(WAITING / Math.max(each, 1))));
}
