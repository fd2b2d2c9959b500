/**
 * A folder that a script reads and does not change: what it writes, renames or deletes happens in another folder, whose files stand before those of
 * the first. Laid over Emscripten's NODEFS, which maps each node to a path of the machine.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { PyodideAPI } from 'pyodide';

interface FileNode {
  name: string;
  mode: number;
}
interface Stream {
  node: FileNode;
  flags: number;
}

interface NodeFileSystem {
  realPath(node: FileNode): string;
  getMode(path: string): number;
  createNode(parent: FileNode, name: string, mode: number): FileNode;
  tryFSOperation<T>(body: () => T): T;
  node_ops: {
    setattr(node: FileNode, attributes: object): void;
    lookup(parent: FileNode, name: string): FileNode;
    mknod(parent: FileNode, name: string, mode: number, dev: number): FileNode;
    rename(node: FileNode, to: FileNode, name: string): void;
    unlink(parent: FileNode, name: string): void;
    rmdir(parent: FileNode, name: string): void;
    readdir(node: FileNode): string[];
    symlink(parent: FileNode, name: string, target: string): void;
  };
  stream_ops: { open(stream: Stream): void };
}

/** Emscripten's flags of open(). */
const WRITES = 3;
const TRUNCATES = 512;

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** From now on, what is written below `root` lands in `scratch`. For the one folder that a session mounts. */
export function writeInto(python: PyodideAPI, root: string, scratch: string): void {
  const fs = python.FS.filesystems.NODEFS as NodeFileSystem;
  const { node_ops, stream_ops } = fs;
  const inRoot = fs.realPath.bind(fs);
  const before = { ...node_ops, open: stream_ops.open };
  /** What the script deleted, as paths from the root. */
  const gone = new Set<string>();
  const aside = (path: string) => join(scratch, relative(root, path));
  const isGone = (path: string): boolean => path !== root && (gone.has(relative(root, path)) || isGone(dirname(path)));
  /** Where a path of the root is by now: a file that is gone is looked for where none is. */
  const now = (path: string): string => (isThere(aside(path)) || isGone(path) ? aside(path) : path);
  const child = (parent: FileNode, name: string) => join(inRoot(parent), name);
  /** The place to write to, with what was there before unless that is not wanted. */
  const own = (path: string, content = true): string => {
    const to = aside(path);
    const from = now(path);
    mkdirSync(dirname(to), { recursive: true });
    if (content && from !== to && existsSync(from)) cpSync(from, to, { recursive: true });
    gone.delete(relative(root, path));
    return to;
  };
  const remove = (path: string, removed: (path: string) => void): void => {
    const there = now(path);
    fs.getMode(there); // as an error where nothing is
    if (there === aside(path)) removed(there);
    if (isThere(path)) gone.add(relative(root, path));
  };
  mkdirSync(scratch, { recursive: true });
  fs.realPath = (node) => now(inRoot(node));
  node_ops.lookup = (parent, name) => fs.createNode(parent, name, fs.getMode(now(child(parent, name))));
  node_ops.setattr = (node, attributes) => {
    fs.tryFSOperation(() => own(inRoot(node)));
    before.setattr(node, attributes);
  };
  node_ops.mknod = (parent, name, mode, dev) => {
    fs.tryFSOperation(() => {
      const path = child(parent, name);
      own(path, false);
      // So that the node's path is the one aside.
      gone.add(relative(root, path));
    });
    const node = before.mknod(parent, name, mode, dev);
    gone.delete(relative(root, child(parent, name)));
    return node;
  };
  node_ops.symlink = (parent, name, target) => {
    fs.tryFSOperation(() => mkdirSync(aside(inRoot(parent)), { recursive: true }));
    before.symlink(parent, name, target);
  };
  node_ops.rename = (node, to, name) => {
    fs.tryFSOperation(() => {
      const path = inRoot(node);
      const from = own(path);
      renameSync(from, own(child(to, name), false));
      if (isThere(path)) gone.add(relative(root, path));
    });
    node.name = name;
  };
  node_ops.unlink = (parent, name) => fs.tryFSOperation(() => remove(child(parent, name), unlinkSync));
  node_ops.rmdir = (parent, name) => fs.tryFSOperation(() => remove(child(parent, name), rmdirSync));
  node_ops.readdir = (node) =>
    fs.tryFSOperation(() => {
      const path = inRoot(node);
      const names = isThere(path) && !isGone(path) ? readdirSync(path).filter((name) => !isGone(join(path, name))) : [];
      return [...new Set([...names, ...(isThere(aside(path)) ? readdirSync(aside(path)) : [])])];
    });
  stream_ops.open = (stream) => {
    if (stream.flags & (WRITES | TRUNCATES)) fs.tryFSOperation(() => own(inRoot(stream.node)));
    before.open(stream);
  };
}
