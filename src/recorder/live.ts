/** What is told of a run while it goes on: how fast it is, how much of a known loop is left, and how much telling may cost. */
import { numel } from '../engine/shape';
import type { LoopProgress } from '../protocol/session';
import type { Recording } from './recording';
import { lineText } from './views/loss';

/** Share of the running time that answering views may take: what cannot be measured here (memory to be freed, another thread that is woken) comes on top. */
const SHARE = 0.02;
/** Rates are of the last so many milliseconds, and of no fewer than the least. */
const WINDOW = 10_000;
const LEAST = 500;
/** Parameters from which on real PyTorch is several times faster: where the lines cross (bench/RESULTS.md, "How cost grows"). */
const OUTGROWN = 100_000;
/** Iterations before the size of what is trained is known. */
const SETTLED = 2;

interface Sample {
  time: number;
  at: number;
}

export class Live {
  /** Since when the script waits for views; null where it does not. */
  private since: number | null = null;
  /** When views may be told again. */
  private free = 0;
  private iterations: Sample[] = [];
  private loop: { key: string; samples: Sample[] } = { key: '', samples: [] };
  private weighed = false;

  /** The script runs on from here: what it stood still does not count. */
  reset(): void {
    Object.assign(this, { since: null, free: 0, iterations: [], loop: { key: '', samples: [] } });
  }

  /** The script waits from here on: a view is told, or its request answered. */
  serve(now = performance.now()): void {
    this.since ??= now;
  }

  /** The script goes on: what this took is earned back before views are told again, so that a large picture comes seldom. */
  served(now?: number): void {
    if (this.since === null) return;
    now ??= performance.now();
    this.free = Math.max(this.free, now) + (now - this.since) / SHARE;
    this.since = null;
  }

  /** May views be told again? */
  affordable(now = performance.now()): boolean {
    return now >= this.free;
  }

  /** Iterations in a second; null where it is too early to say. */
  rate(iterations: number, now: number): number | null {
    return speedOf(this.iterations, { time: now, at: iterations });
  }

  /** How many parameters are trained, told once, where they are so many that the script belongs to real PyTorch; else null. */
  outgrown(r: Recording): number | null {
    if (this.weighed || r.iterationCount <= SETTLED) return null;
    this.weighed = true;
    let count = 0;
    for (const id of r.leaves) count += numel(r.useAt(id, r.ticks - 1)?.shape ?? []);
    return count > OUTGROWN ? count : null;
  }

  /** The outermost loop that the script is in whose end is known, and the seconds that are left of it. */
  progress(r: Recording, tick: number, now: number): LoopProgress | null {
    const found = loopAt(r, tick);
    if (!found) return null;
    const key = `${found.name}/${found.of}`;
    if (this.loop.key !== key || found.at < (this.loop.samples.at(-1)?.at ?? 0)) this.loop = { key, samples: [] };
    const speed = speedOf(this.loop.samples, { time: now, at: found.at });
    return { ...found, seconds: speed ? (found.of - found.at) / speed : null };
  }
}

/** Takes a sample and answers how much a second it went on over the window; null where it has not yet. */
function speedOf(samples: Sample[], now: Sample): number | null {
  samples.push(now);
  while (samples.length > 2 && now.time - samples[1].time > WINDOW) samples.shift();
  const [first] = samples;
  const [time, moved] = [now.time - first.time, now.at - first.at];
  return time < LEAST || moved <= 0 ? null : (1000 * moved) / time;
}

const FOR = /^(\s*)for\s+(\w+)\s+in\s+(.+?)\s*:\s*(?:#.*)?$/;
const RANGE = /^(?:(?:tqdm\.)?tqdm\(\s*)?range\(([^()]*)\)/;
const TRANGE = /^(?:tqdm\.)?trange\(([^()]*)\)/;

/** `for NAME in range(…)` (also in tqdm, or trange) around what runs: read from the script's text and the names of now. */
export function loopAt(r: Recording, tick: number): Omit<LoopProgress, 'seconds'> | null {
  let outermost: Omit<LoopProgress, 'seconds'> | null = null;
  for (let f = r.frame(r.frameAt(tick)); f; f = f.parent === null ? undefined : r.frame(f.parent)) {
    const site = f.last >= 0 ? r.sites[r.siteAt(f.last)] : undefined;
    if (!site) continue;
    let indent = indentOf(lineText(r, site.path, site.line));
    for (let line = site.line; line >= 1 && indent > 0; line--) {
      const text = lineText(r, site.path, line);
      if (text === null || text.trim() === '' || indentOf(text) >= indent) continue;
      indent = indentOf(text);
      const loop = FOR.exec(text);
      const range = loop && (RANGE.exec(loop[3]) ?? TRANGE.exec(loop[3]))?.[1];
      if (!range) continue;
      const number = (word: string) =>
        /^-?\d[\d_]*$/.test(word) ? Number(word.replaceAll('_', '')) : named(r, f.id, word, tick);
      const bounds = range
        .split(',')
        .slice(0, 3)
        .map((word) => number(word.trim().split('=')[0]));
      const now = named(r, f.id, loop[2], tick);
      if (now === null || bounds.some((b) => b === null)) continue;
      const [start, stop, step = 1] = bounds.length === 1 ? [0, bounds[0]!] : (bounds as number[]);
      const of = Math.ceil((stop - start) / step);
      const at = Math.round((now - start) / step);
      if (of > 0 && at >= 0 && at <= of) outermost = { name: loop[2], at, of };
    }
  }
  return outermost;
}

const indentOf = (text: string | null): number => (text === null ? 0 : text.length - text.trimStart().length);

/** A whole number that a name of a frame, or of the module, stands for. */
function named(r: Recording, frame: number, name: string, tick: number): number | null {
  if (!/^[A-Za-z_]\w*$/.test(name)) return null;
  for (let f = r.frame(frame); f; f = f.parent === null ? undefined : r.frame(f.parent)) {
    const value = r.nameAt(f.id, name, tick);
    if (value) return value.k === 'prim' && /^-?\d+$/.test(value.repr) ? Number(value.repr) : null;
  }
  return null;
}
