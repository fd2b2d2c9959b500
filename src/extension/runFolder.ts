/** The folder of runs that nobody saved: a file for each, of which the oldest go. Knows nothing of VS Code. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { ENDING, endsStopped, endsWhole, isRecording } from '../protocol/recordingFile';

export interface Kept {
  path: string;
  /** The script's name without `.py`, and the branch's number. */
  name: string;
  /** When it was begun. */
  begun: Date;
  bytes: number;
  /** The run came to its end, and so did the file. */
  whole: boolean;
  /** By the user, before the script's own end. */
  stopped: boolean;
}

/** What a window is doing with files of the folder, by their names. */
interface Uses {
  written: string[];
  shown: string[];
}

export interface Bounds {
  runs: number;
  bytes: number;
}

const NAME = /^(.+)-(\d{4})-(\d\d)-(\d\d)-(\d\d)(\d\d)(\d\d)(?:-\d+)?\.backstep$/;
const USES = /^(\d+)\.uses$/;

export class RunFolder {
  private uses: Uses = { written: [], shown: [] };

  constructor(
    private readonly path: string,
    private readonly pid = process.pid,
  ) {}

  /** An empty file for a run that begins now; makes room for it. Throws where nothing can be written. */
  begin(name: string, bounds: Bounds, now = new Date()): string {
    mkdirSync(this.path, { recursive: true });
    const path = this.create(`${name.replace(/[^\p{L}\p{N}._ -]/gu, '_').slice(0, 100)}-${stamp(now)}`);
    this.use({ ...this.uses, written: [...this.uses.written, basename(path)] });
    this.thin(bounds);
    return path;
  }

  private create(name: string): string {
    for (let n = 1; ; n++) {
      const path = join(this.path, `${name}${n > 1 ? `-${n}` : ''}.backstep`);
      try {
        closeSync(openSync(path, 'wx'));
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** A run is not written any more; one of which nothing was written goes. */
  ended(path: string): void {
    this.use({ ...this.uses, written: this.uses.written.filter((name) => name !== basename(path)) });
    if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path, { force: true });
  }

  /** The files that this window shows, of this folder or not. */
  show(paths: readonly string[]): void {
    const shown = paths.map((path) => basename(path));
    if (shown.join('/') !== this.uses.shown.join('/')) this.use({ ...this.uses, shown });
  }

  /** The runs that are not being written, the newest first. */
  list(): Kept[] {
    const written = new Set(this.allUses().flatMap((uses) => uses.written));
    return this.files()
      .filter(({ name }) => !written.has(name))
      .flatMap(({ name, path }) => {
        const [, script, year, month, ...rest] = NAME.exec(name) ?? [];
        if (script === undefined) return [];
        const [day, hour, minute, second] = rest.map(Number);
        const begun = new Date(Number(year), Number(month) - 1, day, hour, minute, second);
        return [{ path, name: script, begun, ...endOf(path) }];
      })
      .sort((a, b) => b.begun.getTime() - a.begun.getTime());
  }

  /** Deletes what is beyond the bounds, the oldest first; never what a window writes or shows. */
  private thin({ runs, bytes }: Bounds): void {
    const used = new Set(this.allUses().flatMap(({ written, shown }) => [...written, ...shown]));
    let count = 0;
    let total = 0;
    for (const { name, path, size } of this.files().sort((a, b) => b.changed - a.changed)) {
      count++;
      total += size;
      if ((count <= runs && total <= bytes) || used.has(name)) continue;
      count--;
      total -= size;
      rmSync(path, { force: true });
    }
  }

  private files(): { name: string; path: string; size: number; changed: number }[] {
    return this.names().flatMap((name) => {
      const path = join(this.path, name);
      const found = isRecording(name) ? statSync(path, { throwIfNoEntry: false }) : undefined;
      return found?.isFile() ? [{ name, path, size: found.size, changed: found.mtimeMs }] : [];
    });
  }

  private names(): string[] {
    try {
      return readdirSync(this.path);
    } catch {
      return [];
    }
  }

  /** Other windows read what this one uses; what one that crashed had used is forgotten. */
  private allUses(): Uses[] {
    const others = this.names().flatMap((name): Uses[] => {
      const pid = Number(USES.exec(name)?.[1] ?? this.pid);
      if (pid === this.pid) return [];
      const path = join(this.path, name);
      if (lives(pid)) return usesIn(path);
      rmSync(path, { force: true });
      return [];
    });
    return [this.uses, ...others];
  }

  private use(uses: Uses): void {
    this.uses = uses;
    const path = join(this.path, `${this.pid}.uses`);
    if (uses.written.length + uses.shown.length === 0) rmSync(path, { force: true });
    else writeFileSync(path, JSON.stringify(uses));
  }
}

function usesIn(path: string): Uses[] {
  try {
    const { written, shown } = JSON.parse(readFileSync(path, 'utf8')) as Uses;
    return [{ written: [...written], shown: [...shown] }];
  } catch {
    return [];
  }
}

/** Is there a process of this number? */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function endOf(path: string): { bytes: number; whole: boolean; stopped: boolean } {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const tail = new Uint8Array(Math.min(ENDING, size));
      readSync(file, tail, 0, tail.length, size - tail.length);
      return { bytes: size, whole: endsWhole(tail), stopped: endsStopped(tail) };
    } finally {
      closeSync(file);
    }
  } catch {
    return { bytes: 0, whole: false, stopped: false };
  }
}

/** `2026-11-23-142558`, in the user's time. */
function stamp(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
