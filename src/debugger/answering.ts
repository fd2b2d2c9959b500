/** Answers requests with promises: one place for errors, cancellation and the order of answers and events. */
import { DebugSession } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';

class Cancelled extends Error {}

/** A failure with a way out: a client may show a button that opens the address. */
export class WayOut extends Error {
  constructor(
    message: string,
    readonly url: string,
    readonly label: string,
  ) {
    super(message);
  }
}

/** A debug session whose handlers are async functions returning the answer's body. */
export abstract class AnsweringSession extends DebugSession {
  private readonly cancellable = new Map<number, AbortController>();
  private lastAct: Promise<void> = Promise.resolve();

  /**
   * Answers a question: sends `work`'s result as the response's body, or its error's message as a failure. A client that cancels gets its
   * answer at once; what is under way hears of it by the signal.
   */
  protected answer<R extends DebugProtocol.Response>(
    response: R,
    work: (cancelled: AbortSignal) => Promise<R['body']>,
  ): void {
    void this.run(response, work, false);
  }

  /**
   * Carries out something that the user asked for: a failure is shown by the client,
   * and events that follow from it are sent after the answer.
   */
  protected act(response: DebugProtocol.Response, work: (cancelled: AbortSignal) => Promise<void>): void {
    // Started a moment later, so that even an event fired at once finds this act to wait for.
    this.lastAct = Promise.resolve().then(() => this.run(response, work, true));
  }

  /** Runs after the act under way, so that a client never hears `stopped` before its step was accepted. */
  protected afterAct(send: () => void): void {
    this.lastAct = this.lastAct.then(send, send);
  }

  protected override cancelRequest(response: DebugProtocol.CancelResponse, args: DebugProtocol.CancelArguments): void {
    if (args?.requestId !== undefined) this.cancellable.get(args.requestId)?.abort(new Cancelled('cancelled'));
    this.sendResponse(response);
  }

  private async run(
    response: DebugProtocol.Response,
    work: (cancelled: AbortSignal) => Promise<unknown>,
    tell: boolean,
  ): Promise<void> {
    const id = response.request_seq;
    const controller = new AbortController();
    this.cancellable.set(id, controller);
    const { signal } = controller;
    const cancelled = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      const body = await Promise.race([work(signal), cancelled]);
      if (body !== undefined) response.body = body;
      this.sendResponse(response);
    } catch (error) {
      // The session says so in the same word where a progress report was cancelled.
      const gone = (error as Error)?.message === 'cancelled';
      this.fail(response, gone ? new Cancelled('cancelled') : error, tell);
    } finally {
      this.cancellable.delete(id);
    }
  }

  private fail(response: DebugProtocol.Response, error: unknown, tell: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Cancelled) {
      // The protocol wants exactly this word and no more.
      this.sendResponse(Object.assign(response, { success: false, message: 'cancelled' }));
      return;
    }
    this.sendErrorResponse(response, {
      id: 1,
      // The text is a variable, for it may have braces in it; the underscore says that it need not be hidden.
      format: '{_message}',
      variables: { _message: message },
      showUser: tell || error instanceof WayOut,
      ...(error instanceof WayOut ? { url: error.url, urlLabel: error.label } : {}),
    });
  }
}
