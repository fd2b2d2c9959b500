/** What the judge found, counted. */
import type { Case, Check } from './court';

export const KINDS = ['forward', 'backward', 'double backward', 'variants', 'non-contiguous', 'errors'] as const;

export interface Count {
  passed: number;
  all: number;
}

export interface Failure {
  id: string;
  kind: string;
  call: string;
  why: string;
}

export interface OpResult {
  op: string;
  /** Is there no such op in Backstep? Then nothing of it is counted. */
  missing: boolean;
  /** Samples, all of whose checks passed. */
  samples: Count;
  kinds: Record<string, Count>;
  failures: Failure[];
  /** Cases that could not be written down, by reason. */
  unwritable: Record<string, number>;
  /** Why the op could not be judged to the end. */
  crash?: string;
}

export const emptyResult = (op: string): OpResult => ({
  op,
  missing: false,
  samples: { passed: 0, all: 0 },
  kinds: {},
  failures: [],
  unwritable: {},
});

/** Adds a case to its op's result. */
export function add(result: OpResult, c: Case, checks: readonly Check[]): void {
  if (c.unwritable !== undefined) {
    result.unwritable[c.unwritable] = (result.unwritable[c.unwritable] ?? 0) + 1;
    return;
  }
  const passed = checks.every(({ why }) => why === null);
  if (!c.id.startsWith('error')) count(result.samples, passed);
  for (const { kind, call, why } of checks) {
    count((result.kinds[kind] ??= { passed: 0, all: 0 }), why === null);
    if (why !== null) result.failures.push({ id: c.id, kind, call, why });
  }
}

/** An op none of whose samples got further than its name. */
export function isMissing(first: readonly (readonly Check[])[]): boolean {
  return first.length > 0 && first.every((checks) => checks.length > 0 && checks.every((check) => check.missing));
}

function count(c: Count, passed: boolean): void {
  c.all++;
  if (passed) c.passed++;
}

export const all = (r: OpResult) => r.crash === undefined && r.failures.length === 0;

export function total(results: readonly OpResult[], pick: (r: OpResult) => Count | undefined): Count {
  const sum = { passed: 0, all: 0 };
  for (const r of results) {
    const c = pick(r);
    sum.passed += c?.passed ?? 0;
    sum.all += c?.all ?? 0;
  }
  return sum;
}
