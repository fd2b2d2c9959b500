/** A file without a name for what does not fit into memory. It is gone with the process, however that ends. */

import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '../recorder/store/shelf';

export class ScratchFile implements Scratch {
  private file: number | null = null;
  private size = 0;
  private full = false;

  /** Appends; returns where, or null where the disk is full or there is no place for such a file. */
  write(bytes: Uint8Array): number | null {
    if (this.full) return null;
    const at = this.size;
    try {
      this.file ??= unnamed();
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.file, bytes, done, bytes.length - done, at + done);
    } catch {
      this.full = true;
      return null;
    }
    this.size += bytes.length;
    return at;
  }

  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.file!, bytes, done, length - done, at + done);
      if (read === 0) throw new Error('the scratch file is too short');
      done += read;
    }
    return bytes;
  }
}

function unnamed(): number {
  const path = join(tmpdir(), `backstep-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  try {
    rmSync(path);
  } catch {
    // Windows keeps the name while the file is open.
    process.once('exit', () => {
      closeSync(file);
      rmSync(path, { force: true });
    });
  }
  return file;
}
