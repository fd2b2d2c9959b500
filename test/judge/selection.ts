/**
 * A few small cases an op, chosen once by a seed (`npm run judge -- --select`) and committed, for a quick test without PyTorch.
 * known.json lists what of them fails (`npm run judge -- --known`).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, type Court, type Head, readCase } from './court';
import { isMissing } from './results';

const here = import.meta.dirname;
const cases = join(here, 'selection.jsonl');
const known = join(here, 'known.json');
/** Characters an op may take, roughly: 800 ops make 2 MB. */
const BUDGET = 2400;

export interface Selected {
  head: Head;
  cases: Case[];
}

/** What fails, by op: `float64/3 backward`; or that there is no such op. */
export type Failing = Record<string, string[] | 'not there'>;

/** Numbers from 0 to 1, always the same for a seed. */
function* seeded(text: string): Generator<number, never> {
  let state = [...text].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 16777619), 2166136261);
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    yield (state >>> 0) / 2 ** 32;
  }
}

/** float32, float64, another and errors in turn, of the smaller cases. */
function choose(path: string): string[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const random = seeded(head);
  const kinds: [RegExp, number][] = [
    [/^{"id":"float64/, 1],
    [/^{"id":"error/, 2],
    [/^{"id":"(?!float64|error)/, 1],
    [/^{"id":"float64/, 2],
  ];
  const chosen = new Set<string>();
  let room = BUDGET - head.length;
  for (const [start, wanted] of kinds) {
    const found = lines.filter((l) => start.test(l) && !l.includes('"unwritable":') && !chosen.has(l));
    found.sort((a, b) => a.length - b.length);
    const small = found.filter((l, i) => i < 2 || l.length < BUDGET / 2);
    for (let n = 0; n < wanted && small.length; n++) {
      const [line] = small.splice(Math.floor(random.next().value * small.length), 1);
      if (line.length > room && chosen.size) continue;
      if (line.length > 4 * BUDGET) continue;
      chosen.add(line);
      room -= line.length;
    }
  }
  return chosen.size ? [head, ...[...chosen].sort()] : [];
}

/** Writes the selection out of the full files of cases. */
export function select(folder: string, names: readonly string[]): void {
  const lines = names.flatMap((name) => choose(join(folder, `${name}.jsonl`)));
  writeFileSync(cases, `${lines.join('\n')}\n`);
}

export function selection(): Selected[] {
  const out: Selected[] = [];
  for (const line of readFileSync(cases, 'utf8').trim().split('\n')) {
    if (line.startsWith('{"op"')) out.push({ head: JSON.parse(line) as Head, cases: [] });
    else out.at(-1)!.cases.push(readCase(line));
  }
  return out;
}

/** What of an op's selection fails now, with the reasons. */
export function failing(
  court: Court,
  { head, cases }: Selected,
): { fails: string[] | 'not there'; why: Map<string, string> } {
  const found = cases.map((c) => court.judge(head, c));
  const why = new Map<string, string>();
  if (isMissing(found)) return { fails: 'not there', why };
  found.forEach((checks, i) => {
    for (const check of checks)
      if (check.why !== null) why.set(`${cases[i].id} ${check.kind}`, `${check.call}\n      ${check.why}`);
  });
  return { fails: [...why.keys()].sort(), why };
}

export const knownFailures = (): Failing => (existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : {});

export function writeKnown(found: Failing): void {
  const rows = Object.entries(found)
    .filter(([, fails]) => fails.length)
    .map(([op, fails]) => `  ${JSON.stringify(op)}: ${JSON.stringify(fails)}`);
  writeFileSync(known, `{\n${rows.join(',\n')}\n}\n`);
}
