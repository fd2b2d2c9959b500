/** Bytes of a file, read where they are asked for: on disk, or all in memory. */

import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { t } from '../../protocol/l10n';
import { RecordingFileError } from './check';

export interface FileBytes {
  readonly size: number;
  /** Bytes from a place on: all that are asked for, or an error. For reading only. */
  read(at: number, length: number): Uint8Array;
}

export class MemoryBytes implements FileBytes {
  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  read(at: number, length: number): Uint8Array {
    const found = this.bytes.subarray(at, at + length);
    if (found.length !== length) throw new RecordingFileError(t('it ends too early'));
    return found;
  }
}

/** A file on disk, which stays open as long as the recording is looked at. */
export class DiskBytes implements FileBytes {
  readonly size: number;

  /** Throws a RecordingFileError where there is no such file. */
  static open(path: string): DiskBytes {
    try {
      return new DiskBytes(openSync(path, 'r'));
    } catch (error) {
      throw new RecordingFileError(t('The recording cannot be opened: {0}', (error as Error).message));
    }
  }

  constructor(readonly file: number) {
    this.size = fstatSync(file).size;
  }

  read(at: number, length: number): Uint8Array {
    return readAll(this.file, at, length);
  }

  close(): void {
    closeSync(this.file);
  }
}

function readAll(file: number, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    let n: number;
    try {
      n = readSync(file, bytes, done, length - done, at + done);
    } catch (error) {
      throw new RecordingFileError(t('it cannot be read: {0}', (error as Error).message));
    }
    if (n === 0) throw new RecordingFileError(t('it ends too early'));
    done += n;
  }
  return bytes;
}

/** Where a run is written to: bytes go to the end, all of them or none. */
export interface Target extends FileBytes {
  append(bytes: Uint8Array): void;
  /** Asks the system to put what was written on the disk; does not wait for it. */
  sync(): void;
  close(): void;
}

export class DiskTarget implements Target {
  size = 0;
  private readonly file: number;

  /** Makes the file, or empties the one that is there. `most`: bytes that it may have. */
  constructor(
    path: string,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {
    this.file = openSync(path, 'w+');
  }

  append(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.most) throw new Error(t('it has reached {0} MB', this.most / 1e6));
    if (fstatSync(this.file).nlink === 0) throw new Error(t('the file was deleted while it was written'));
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.file, bytes, done, bytes.length - done, this.size + done);
    } catch (error) {
      try {
        ftruncateSync(this.file, this.size);
      } catch {
        // What is there beyond is a chunk that is cut off: it is not read.
      }
      throw error;
    }
    this.size += bytes.length;
  }

  read(at: number, length: number): Uint8Array {
    return readAll(this.file, at, length);
  }

  sync(): void {
    fdatasync(this.file, () => {});
  }

  close(): void {
    closeSync(this.file);
  }
}
