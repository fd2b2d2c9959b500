/** Our Python files as a folder of Python's own file system: read from the machine when Python asks for them, and written by nobody. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PyodideAPI } from 'pyodide';

/** Emscripten's errors are numbers of WASI's. */
const NO_SUCH_FILE = 44;
const READ_ONLY = 69;
const FOLDER = 0o40555;
const FILE = 0o100444;
const SEEK_FROM = { current: 1, end: 2 };

interface FileNode {
  id: number;
  mode: number;
  /** Where it is on the machine. */
  path: string;
  node_ops: object;
  stream_ops: object;
}

interface Stream {
  node: FileNode;
  position: number;
  bytes: Uint8Array;
}

interface FileSystem {
  ErrnoError: new (code: number) => Error;
  isDir(mode: number): boolean;
  createNode(parent: FileNode | null, name: string, mode: number): FileNode;
  mkdirTree(path: string): void;
  mount(type: object, options: object, path: string): void;
}

/** Shows `folder` at `path`, where it cannot be written to. */
export function mountLibrary(python: PyodideAPI, folder: string, path: string): void {
  const fs = python.FS as unknown as FileSystem;
  const refuse = () => {
    throw new fs.ErrnoError(READ_ONLY);
  };
  const found = <T>(read: () => T): T => {
    try {
      return read();
    } catch {
      throw new fs.ErrnoError(NO_SUCH_FILE);
    }
  };
  const nodeOf = (parent: FileNode | null, name: string, at: string): FileNode => {
    const node = fs.createNode(parent, name, found(() => statSync(at)).isDirectory() ? FOLDER : FILE);
    return Object.assign(node, { path: at, node_ops, stream_ops });
  };
  const node_ops = {
    getattr(node: FileNode) {
      const stat = found(() => statSync(node.path));
      const { mode, id: ino } = node;
      const { size, atime, mtime, ctime } = stat;
      return {
        dev: 1,
        ino,
        mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime,
        mtime,
        ctime,
        blksize: 4096,
        blocks: 0,
      };
    },
    lookup: (parent: FileNode, name: string) => nodeOf(parent, name, join(parent.path, name)),
    readdir: (node: FileNode) => ['.', '..', ...found(() => readdirSync(node.path))],
    setattr: refuse,
    mknod: refuse,
    rename: refuse,
    unlink: refuse,
    rmdir: refuse,
    symlink: refuse,
  };
  const stream_ops = {
    open(stream: Stream) {
      if (!fs.isDir(stream.node.mode)) stream.bytes = found(() => readFileSync(stream.node.path));
    },
    read(stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) {
      const part = stream.bytes.subarray(position, position + length);
      buffer.set(part, offset);
      return part.length;
    },
    llseek(stream: Stream, offset: number, whence: number) {
      if (whence === SEEK_FROM.current) return offset + stream.position;
      return whence === SEEK_FROM.end ? offset + stream.bytes.length : offset;
    },
    write: refuse,
  };
  fs.mkdirTree(path);
  fs.mount({ mount: () => nodeOf(null, '/', folder) }, {}, path);
}
