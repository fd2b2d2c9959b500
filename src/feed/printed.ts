/** What a script printed, as lines: pieces of `write` put together, each line with the tick that ended it. */

import { overwritten } from '../protocol/overwritten';
import type { Session } from '../protocol/session';
import type { OutputPiece, OutputView, PrintedLine } from '../protocol/views';

/** Characters of a line that are kept: beyond, it is cut. */
const WIDEST = 4000;

export class Printed {
  readonly lines: PrintedLine[] = [];
  private pieces = 0;

  /** Takes the pieces that are new; returns the first line that is not as it was. */
  add({ from, outputs }: OutputView): number {
    const changed = this.lines.length - (this.lines.at(-1)?.ended === false ? 1 : 0);
    for (const piece of outputs.slice(Math.max(0, this.pieces - from))) {
      this.pieces++;
      for (const text of piece.text.split(/(?<=\n)/)) this.part(piece, text);
    }
    return changed;
  }

  /** Asks a session for all that there is by now; `changed` hears of every answer's first new line. */
  async fill(session: Session, changed: (from: number) => void = () => {}): Promise<this> {
    for (;;) {
      const view = await session.request('outputs', { from: this.pieces });
      const from = this.add(view);
      if (view.outputs.length > 0) changed(from);
      if (this.pieces >= view.total || view.outputs.length === 0) return this;
    }
  }

  private part(piece: OutputPiece, text: string): void {
    if (text === '') return;
    const last = this.lines.at(-1);
    const ended = text.endsWith('\n');
    const words = ended ? text.slice(0, -1).replace(/\r$/, '') : text;
    if (!last || last.ended || last.category !== piece.category) {
      this.lines.push({ ...piece, text: kept(words), ended });
      return;
    }
    Object.assign(last, { tick: piece.tick, iteration: piece.iteration, place: piece.place, ended });
    last.text = kept(last.text + words);
  }
}

const kept = (text: string) => overwritten(text).slice(0, WIDEST);
