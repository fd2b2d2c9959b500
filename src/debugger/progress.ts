/** Progress reports of the protocol: what takes over half a second tells how far it is, and may have a button that cancels it. */
import { ProgressEndEvent, ProgressStartEvent, ProgressUpdateEvent } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';

interface Running {
  id: string;
  cancel: (() => void) | null;
}

/** One thing that is reported: it begins with its first words, and ends once. */
export class Report {
  private running: Running | null = null;

  constructor(
    private readonly all: ProgressReports,
    private readonly title: string,
    private readonly cancel: (() => void) | null,
  ) {}

  /** How far it is. */
  tell(text: string, percent?: number, title = this.title): void {
    if (this.running) this.all.send(new ProgressUpdateEvent(this.running.id, text), percent);
    else this.running = this.all.begin(title, text, percent, this.cancel);
  }

  end(): void {
    if (this.running) this.all.end(this.running);
    this.running = null;
  }
}

export class ProgressReports {
  /** The client shows them. */
  wanted = false;
  private readonly running = new Map<string, Running>();
  private next = 1;

  constructor(private readonly emit: (event: P.Event) => void) {}

  /** A report that has not begun. `cancel` is what a client's button does. */
  of(title: string, cancel: (() => void) | null = null): Report {
    return new Report(this, title, cancel);
  }

  /** What the client's button does; false for a report that has ended. */
  cancel(id: string): boolean {
    const found = this.running.get(id);
    found?.cancel?.();
    return found !== undefined;
  }

  begin(title: string, text: string, percent: number | undefined, cancel: (() => void) | null): Running {
    const running = { id: `backstep.${this.next++}`, cancel };
    this.running.set(running.id, running);
    const event: P.ProgressStartEvent = new ProgressStartEvent(running.id, title, text);
    event.body.cancellable = cancel !== null;
    this.send(event, percent);
    return running;
  }

  end({ id }: Running): void {
    if (this.running.delete(id)) this.send(new ProgressEndEvent(id));
  }

  send(event: P.ProgressStartEvent | P.ProgressUpdateEvent | P.ProgressEndEvent, percent?: number): void {
    if (percent !== undefined) Object.assign(event.body, { percentage: percent });
    if (this.wanted) this.emit(event);
  }
}
