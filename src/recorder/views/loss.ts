/** The loss: what it is called, and what it was. */
import type { PassRecord, Recording } from '../recording';
import { Names } from './names';

/** The loss's name: from the line that calls backward(), `NAME.backward(`; else its variable; else `loss`. By default of the first pass. */
export function lossName(r: Recording, pass = firstBackward(r)): string {
  const place = pass && pass.site >= 0 ? r.sites[pass.site] : null;
  const text = place && lineText(r, place.path, place.line);
  const found = text && /([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\w+\])*)\s*\.\s*backward\s*\(/.exec(text);
  if (found) return found[1];
  return (pass && Names.of(r).variable(pass.root, pass.start)) || 'loss';
}

function firstBackward(r: Recording): PassRecord | undefined {
  for (let i = 0; i < r.passCount; i++) if (r.pass(i).kind === 'backward') return r.pass(i);
  return undefined;
}

/** A line of the script as it was run; null if its text is not kept. */
export function lineText(r: Recording, path: string, line: number): string | null {
  return r.sources.get(path)?.split('\n')[line - 1] ?? null;
}
