/** A Session in the page itself: no thread, no Python; the server answers at once. */
import { t } from '../../webview/l10n';
import type { EventName, Events, RequestName, Requests, Session } from '../protocol/session';
import type { Recording } from '../recorder/recording';
import { SessionServer } from '../recorder/server';
import type { ServerHost } from '../recorder/serverHost';

export class PageSession implements Session {
  readonly capabilities = { live: false, evaluate: false };
  readonly script: string;
  private readonly server: SessionServer;
  private readonly listeners = new Map<EventName, Set<(event: never) => void>>();

  constructor(readonly recording: Recording) {
    this.script = recording.script;
    const host: ServerHost = {
      emit: (name, event) => this.emit(name, event),
      poll() {},
      block() {},
      save() {
        throw new Error(t('A page cannot save a recording: the file that it was made from is the recording.'));
      },
    };
    this.server = new SessionServer(recording, host, { stopAtEnd: true, recorder: null });
  }

  async request<N extends RequestName>(name: N, args: Requests[N][0]): Promise<Requests[N][1]> {
    return this.server.handle(name, args);
  }

  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): { dispose(): void } {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener as never));
    return { dispose: () => void listeners.delete(listener as never) };
  }

  async dispose(): Promise<void> {
    this.listeners.clear();
  }

  private emit<N extends EventName>(name: N, event: Events[N]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event as never);
  }
}
