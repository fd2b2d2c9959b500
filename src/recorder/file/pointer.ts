/** A whole file's last bytes: where its last state lies. */
import { CHUNK, STOPPED } from '../../protocol/recordingFile';
import type { FileBytes } from './bytes';
import { chunkAt, HEAD, packChunk } from './chunks';

const LENGTH = 8;

export function pointer(at: number, stopped = false): Buffer {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt32LE(at % 2 ** 32, 0);
  bytes.writeUInt32LE(Math.floor(at / 2 ** 32), 4);
  if (stopped) bytes[LENGTH - 1] |= STOPPED;
  return packChunk(CHUNK.pointer, bytes, 0);
}

/** Where the state lies that a file's last bytes point to, -1 where they are no pointer; and whether the user stopped the script. */
export function pointed(file: FileBytes): { at: number; stopped: boolean } {
  const none = { at: -1, stopped: false };
  try {
    const bytes = Buffer.from(chunkAt(file, file.size - HEAD - LENGTH, CHUNK.pointer));
    if (bytes.length !== LENGTH) return none;
    const stopped = (bytes[LENGTH - 1] & STOPPED) !== 0;
    bytes[LENGTH - 1] &= ~STOPPED;
    return { at: bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 2 ** 32, stopped };
  } catch {
    return none;
  }
}
