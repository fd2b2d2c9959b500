/**
 * Run by the build: `makeSnapshot DIST KEEP` writes the snapshot for the built files in DIST. What it was made of names its copy in KEEP:
 * Python is started only when something of that has changed.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { alone } from './host';
import { interfaceOf, makeSnapshot, SNAPSHOT } from './runtime';

/** Snapshots that are kept, each of some 35 MB: of branches that one goes back and forth between. */
const KEPT = 6;

const [dist, keep] = process.argv.slice(2);
const options = alone(dist);
const target = join(dist, SNAPSHOT);

function key(): string {
  const hash = createHash('sha256').update(interfaceOf(options));
  hash.update(readFileSync(join(dist, 'pyodide/package.json')));
  const entries = readdirSync(join(dist, 'python'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${relative(dist, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Another build may write or read it at the same moment. */
function writeWhole(write: (path: string) => void, path: string): void {
  write(`${path}.${process.pid}`);
  renameSync(`${path}.${process.pid}`, path);
}

mkdirSync(keep, { recursive: true });
const kept = join(keep, `${key()}.snapshot`);
if (!existsSync(kept)) {
  rmSync(target, { force: true });
  const bytes = await makeSnapshot(options);
  const age = (name: string) => statSync(join(keep, name)).mtimeMs;
  const old = readdirSync(keep).sort((a, b) => age(b) - age(a));
  for (const name of old.slice(KEPT - 1)) rmSync(join(keep, name), { force: true });
  writeWhole((path) => writeFileSync(path, bytes), kept);
}
writeWhole((path) => copyFileSync(kept, path), target);
