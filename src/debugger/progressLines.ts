/** Lines that write over themselves, for a Debug Console, which cannot take back what it shows. */
import { overwritten } from '../protocol/overwritten';
import type { Events } from '../protocol/session';

type Output = Events['output'];

/** Milliseconds between two states of one line. */
const OFTEN = 1000;

/** A line that writes over itself. */
interface Line {
  now: Output;
  /** The state that was shown last, and when. */
  shown: string;
  at: number;
}

/**
 * Lets what is printed through as it comes, but for lines with a carriage return in them, as tqdm's: of those it shows how they stand once a
 * second at most, each time on a line of its own, and how they end.
 */
export class ProgressLines {
  private readonly lines = new Map<Output['category'], Line>();
  /** Whether the last line that was shown has no end yet. */
  private open = false;

  /** @param show where it goes; `now` gives milliseconds. */
  constructor(
    private readonly show: (output: Output) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  take(output: Output): void {
    if (!this.lines.has(output.category) && !output.text.includes('\r')) this.pass(output);
    else for (const text of output.text.split(/(?<=\n)/)) if (text !== '') this.part({ ...output, text });
  }

  /** Shows how all lines stand: the script stops here, or ends. */
  flush(): void {
    for (const line of this.lines.values()) this.state(line);
  }

  private part(output: Output): void {
    const { category } = output;
    const ended = output.text.endsWith('\n');
    const text = output.text.replace(/\r?\n$/, '');
    let line = this.lines.get(category);
    if (!line && !text.includes('\r')) {
      this.pass(output);
      return;
    }
    if (!line) this.lines.set(category, (line = { now: output, shown: '', at: Number.NEGATIVE_INFINITY }));
    line.now = { ...output, text: overwritten((line.now === output ? '' : line.now.text) + text) };
    if (ended || this.now() - line.at >= OFTEN) this.state(line);
    if (ended) this.lines.delete(category);
  }

  private state(line: Line): void {
    const text = line.now.text.trimEnd();
    if (text === '' || text === line.shown) return;
    this.pass({ ...line.now, text: `${this.open ? '\n' : ''}${text}\n` });
    line.shown = text;
    line.at = this.now();
  }

  private pass(output: Output): void {
    this.open = !output.text.endsWith('\n');
    this.show(output);
  }
}
