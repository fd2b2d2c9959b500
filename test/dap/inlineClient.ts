/** A DAP client in the same process, as VS Code's inline adapter is one. Keeps every message in order. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { BackstepAdapter } from '../../src/debugger/adapter';
import type { Connect } from '../../src/protocol/session';

export class InlineClient {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  private readonly adapter: BackstepAdapter;
  private readonly waiting = new Set<() => void>();
  private seq = 1;
  private read = 0;

  constructor(connect: Connect) {
    this.adapter = new BackstepAdapter(connect);
    this.adapter.onDidSendMessage((message) => {
      this.messages.push(JSON.parse(JSON.stringify(message)));
      for (const wake of this.waiting) wake();
    });
  }

  /** Sends a request without waiting; answers its seq. */
  send(command: string, args?: object): number {
    const seq = this.seq++;
    this.adapter.handleMessage({ seq, type: 'request', command, arguments: args } as DebugProtocol.Request);
    return seq;
  }

  async response(seq: number): Promise<DebugProtocol.Response> {
    return this.find((m) => m.type === 'response' && (m as DebugProtocol.Response).request_seq === seq, 0);
  }

  /** The response's body; rejects with the failure's message. */
  async request<Body = unknown>(command: string, args?: object): Promise<Body> {
    const response = await this.response(this.send(command, args));
    if (!response.success) throw new Error(response.message);
    return response.body as Body;
  }

  /** The next event of this name after the last one that was taken. */
  async event<Body = Record<string, unknown>>(name: string): Promise<Body> {
    const event = await this.find<DebugProtocol.Event>(
      (m) => m.type === 'event' && (m as DebugProtocol.Event).event === name,
      this.read,
    );
    this.read = this.messages.indexOf(event) + 1;
    return event.body as Body;
  }

  events(name: string): DebugProtocol.Event[] {
    const all = this.messages as DebugProtocol.Event[];
    return all.filter((m) => m.type === 'event' && m.event === name);
  }

  /** initialize and launch, up to `initialized`. */
  async launch(args: object, client: object = {}): Promise<void> {
    await this.request('initialize', { adapterID: 'backstep', ...client });
    await this.request('launch', args);
    await this.event('initialized');
  }

  private find<T>(test: (message: DebugProtocol.ProtocolMessage) => boolean, from: number): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.messages.slice(from).find(test);
        if (!found) return;
        this.waiting.delete(look);
        resolve(found as T);
      };
      this.waiting.add(look);
      look();
    });
  }
}
