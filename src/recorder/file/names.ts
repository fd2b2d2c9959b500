/** Names that a line gave, as a file has them: kept as the text they are, but only what is surely of the right kind. */
import { Damage, rows, text, whole } from './check';

const VALUES = new Set(['prim', 'tensor', 'module', 'object']);

export function checkNames(json: string): void {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    throw new Damage('names');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Damage('names');
  for (const v of Object.values(read)) if (v !== null) checkValue(v, 0);
}

function checkValue(v: unknown, depth: number): void {
  const x = v as { k?: unknown; id?: unknown; repr?: unknown; type?: unknown; items?: unknown; training?: unknown };
  if (typeof x !== 'object' || x === null || !VALUES.has(x.k as string) || typeof x.type !== 'string' || depth > 8)
    throw new Damage('names');
  if (x.k === 'tensor' || x.k === 'module') whole(x.id, 'names');
  else if (typeof x.repr !== 'string') throw new Damage('names');
  if (x.training !== undefined && typeof x.training !== 'boolean') throw new Damage('names');
  if (x.items === undefined) return;
  rows(x.items, 'names', 2, ([accessor, item]) => {
    text(accessor, 'names');
    checkValue(item, depth + 1);
  });
}
