/** Which scripts are training scripts, by their text. Pure text: no vscode. */

const IMPORT = /^[ \t]*(?:import|from)[ \t]+torch\b/m;
/** An import stands near the top; a long data file must not cost time. */
const LOOK_AT = 100_000;

/** The 0-based line of the first `import torch` (or `from torch…`), or null where a text is no PyTorch script. */
export function torchImportLine(text: string): number | null {
  const head = text.slice(0, LOOK_AT);
  const found = IMPORT.exec(head);
  return found ? head.slice(0, found.index).split('\n').length - 1 : null;
}
