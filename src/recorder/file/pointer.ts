/** A whole file's last bytes: where its last state lies. */
import { CHUNK } from '../../protocol/recordingFile';
import type { FileBytes } from './bytes';
import { chunkAt, HEAD, packChunk } from './chunks';

const LENGTH = 8;

export function pointer(at: number): Buffer {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt32LE(at % 2 ** 32, 0);
  bytes.writeUInt32LE(Math.floor(at / 2 ** 32), 4);
  return packChunk(CHUNK.pointer, bytes, 0);
}

/** Where the state lies that a file's last bytes point to; -1 where they are no pointer. */
export function pointed(file: FileBytes): number {
  try {
    const bytes = Buffer.from(chunkAt(file, file.size - HEAD - LENGTH, CHUNK.pointer));
    return bytes.length === LENGTH ? bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 2 ** 32 : -1;
  } catch {
    return -1;
  }
}
