/** Gathers what a view shows into one message per stop. Asks the Session, posts to the view, keeps nothing else. */
import type { Session } from '../protocol/session';
import type { NodeMeasure, TensorRef } from '../protocol/views';
import type { FromWebview, ToWebview } from '../protocol/webview';

type Inspected = Extract<FromWebview, { type: 'inspect' }>['ref'];
type Optimizer = Extract<FromWebview, { type: 'optimizer' }>;
type MoveWish = Extract<FromWebview, { type: 'seek' | 'move' }>;

/** One view's wishes (which tensor, which parameter), and what it has already. */
export class Feed {
  private session: Session | null = null;
  private structure: string | undefined;
  private spansFrom = 0;
  private inspected: Inspected = null;
  private optimizer: Optimizer | null = null;
  private measured: NodeMeasure | null = null;
  private gathering = false;
  private again = false;
  private growing = false;
  /** Moves that the view has asked for since it is there. */
  private moves = 0;

  constructor(private readonly post: (message: ToWebview) => void) {}

  /** The view is new (or lost what it had): the next message brings everything. */
  reset(): void {
    this.moves = 0;
    this.measured = null;
    this.forget();
  }

  private forget(): void {
    this.structure = undefined;
    this.spansFrom = 0;
  }

  /** Forgets the panels' wishes too: tensors of one session mean nothing in another. */
  attach(session: Session | null): void {
    if (this.session === session) return;
    this.session = session;
    this.inspected = null;
    this.optimizer = null;
    this.forget();
  }

  /** Moves the cursor. A session answers in order: what is asked from here on is seen after the move. */
  async move(wish: MoveWish): Promise<void> {
    this.moves++;
    const { session } = this;
    if (wish.type === 'seek') await session?.request('seek', { tick: wish.tick });
    else await session?.request('move', { move: wish.move });
  }

  /** Everything for the cursor's place, in one message. Calls while one is under way become one more. */
  async show(): Promise<void> {
    if (this.gathering) {
      this.again = true;
      return;
    }
    this.gathering = true;
    do {
      this.again = false;
      await this.gather();
    } while (this.again);
    this.gathering = false;
  }

  private async gather(): Promise<void> {
    const { session, structure, moves } = this;
    if (!session) return;
    try {
      const [picture, timeline, info, tensor, update] = await Promise.all([
        session.request('picture', {
          ...(structure === undefined ? {} : { have: structure }),
          ...(this.measured === null ? {} : { measure: this.measured }),
        }),
        session.request('timeline', { from: this.spansFrom }),
        session.request('info', {}),
        // A tensor that is gone by now must not take the whole picture with it.
        this.inspected ? session.request('tensor', this.inspected).catch(() => null) : null,
        this.optimizer ? session.request('update', optimizerArgs(this.optimizer)).catch(() => null) : null,
      ]);
      if (session !== this.session) return;
      this.structure = picture.structure;
      this.spansFrom = timeline.from + Math.max(0, timeline.spans.length - 1);
      this.post({ type: 'picture', picture, timeline, tensor, update, info, moves });
    } catch (error) {
      if (session === this.session) this.fail(error);
    }
  }

  /** While the script runs: its loss curve grows, a few times a second. */
  async grow(message: { cursor: Extract<ToWebview, { type: 'running' }>['cursor']; loss: number | string | null }) {
    const { session } = this;
    if (!session || this.growing) return;
    this.growing = true;
    const timeline = await session.request('timeline', { from: this.spansFrom }).catch(() => null);
    this.growing = false;
    if (session !== this.session) return;
    if (timeline) this.spansFrom = timeline.from + Math.max(0, timeline.spans.length - 1);
    this.post({ type: 'running', ...message, timeline });
  }

  /** Shows a tensor, and keeps it current as the cursor moves; null closes it. */
  async inspect(ref: Inspected): Promise<void> {
    this.inspected = ref;
    const { session } = this;
    if (!session || !ref) return;
    const tensor = await session.request('tensor', ref).catch((error) => this.fail(error));
    if (tensor && this.inspected === ref) this.post({ type: 'tensor', tensor });
  }

  /** Has this measured of every node, with every picture from now on. */
  async measure(wanted: NodeMeasure | null): Promise<void> {
    if (this.measured === wanted) return;
    this.measured = wanted;
    if (wanted !== null && this.session) await this.show();
  }

  /** A tensor (or an element of it) over the iterations, once it is asked for. */
  async history(ref: TensorRef, element?: number[]): Promise<void> {
    const { session } = this;
    const asked = session?.request('history', { ref, ...(element ? { element } : {}) });
    const history = await asked?.catch((error) => this.fail(error));
    if (history && session === this.session) this.post({ type: 'history', ref, history });
  }

  async showOptimizer(wish: Optimizer): Promise<void> {
    this.optimizer = wish.open ? wish : null;
    const { session } = this;
    if (!session || !wish.open) return;
    const update = await session.request('update', optimizerArgs(wish)).catch((error) => this.fail(error));
    if (update && this.optimizer === wish) this.post({ type: 'update', update });
  }

  /** Lights the nodes that a line of the script made. */
  async caret(path: string, line: number): Promise<void> {
    const nodes = await this.session?.request('nodesAt', { path, line }).catch(() => []);
    if (nodes) this.post({ type: 'caret', nodes });
  }

  fail(error: unknown): void {
    // Who cancelled it knows.
    if (error instanceof Error && error.message === 'cancelled') return;
    this.post({ type: 'error', text: error instanceof Error ? error.message : String(error) });
  }
}

function optimizerArgs({ parameter, element }: Optimizer): { parameter?: number; element?: number[] } {
  return { ...(parameter === undefined ? {} : { parameter }), ...(element === undefined ? {} : { element }) };
}
