/** Where a client finds a script's text: on disk, or, for a recording from elsewhere, from the recording itself. */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Source } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';

/** Sources by path. A path that is not on this machine gets a reference, which the client asks the text of. */
export class Sources {
  private readonly known = new Map<string, DebugProtocol.Source>();
  private readonly recorded: string[] = [];
  private changed: ReadonlySet<string> = new Set();

  /** Files that ran with another text than theirs: what is shown of them is what ran. */
  ranOtherwise(paths: readonly string[]): void {
    this.changed = new Set(paths);
    this.known.clear();
  }

  /** The source as clients want it. */
  of(path: string): DebugProtocol.Source {
    let source = this.known.get(path);
    if (!source) {
      source =
        existsSync(path) && !this.changed.has(path)
          ? new Source(basename(path), path)
          : new Source(basename(path), path, this.recorded.push(path), t('from the recording'));
      this.known.set(path, source);
    }
    return source;
  }

  /** The path that a client means; '' for one that was never given out. */
  pathOf({ path, sourceReference }: DebugProtocol.Source): string {
    return (sourceReference ? this.recorded[sourceReference - 1] : undefined) ?? path ?? '';
  }
}
