/** A notebook's code cells: each stands in a recording as a file of its own, `train.ipynb[3]`, counted from 1. */

const CELL = /^(.*\.ipynb)\[(\d+)\]$/s;

/** The path that stands for a code cell. */
export const cellPath = (notebook: string, number: number): string => `${notebook}[${number}]`;

/** The notebook and the cell that a path stands for; null for a file's. */
export function cellOf(path: string): { notebook: string; number: number } | null {
  const found = CELL.exec(path);
  return found ? { notebook: found[1]!, number: Number(found[2]) } : null;
}
