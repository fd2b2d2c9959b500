/** Where a client finds a script's text: on disk, or, for a recording from elsewhere, from the recording itself. */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Source } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../protocol/l10n';

/** How a client names what has no file of its own: a notebook's cells. */
export interface Addresses {
  /** Null for what has a file, or none of the client's. */
  addressOf(path: string): string | null;
  /** Null for what is no such address, '' for one that is no part of the run. */
  pathOf(address: string): string | null;
}

const NONE: Addresses = { addressOf: () => null, pathOf: () => null };

/** Sources by path. A path that is not on this machine gets a reference, which the client asks the text of. */
export class Sources {
  private readonly known = new Map<string, DebugProtocol.Source>();
  private readonly recorded: string[] = [];
  private changed: ReadonlySet<string> = new Set();

  constructor(private readonly addresses: Addresses = NONE) {}

  /** Files that ran with another text than theirs: what is shown of them is what ran. */
  ranOtherwise(paths: readonly string[]): void {
    this.changed = new Set(paths);
    this.known.clear();
  }

  /** The source as clients want it. */
  of(path: string): DebugProtocol.Source {
    let source = this.known.get(path);
    if (!source) {
      const own = this.changed.has(path) ? null : (this.addresses.addressOf(path) ?? (existsSync(path) ? path : null));
      source =
        own !== null
          ? new Source(basename(path), own)
          : new Source(basename(path), path, this.recorded.push(path), t('from the recording'));
      this.known.set(path, source);
    }
    return source;
  }

  /** The path that a client means; '' for one that was never given out. */
  pathOf({ path, sourceReference }: DebugProtocol.Source): string {
    const given = (sourceReference ? this.recorded[sourceReference - 1] : undefined) ?? path ?? '';
    return this.addresses.pathOf(given) ?? given;
  }
}
