/** Gathers what a view shows into one message per stop. Asks the Session, posts to the view, keeps nothing else. */

import type { ExplainQuestion } from '../protocol/origins';
import type { LiveProgress, Requests, Session } from '../protocol/session';
import type { NodeMeasure, TensorFormat, TensorQuestion, TensorRef } from '../protocol/views';
import type { FromWebview, ToWebview } from '../protocol/webview';
import type { CheckQuestion, OtherPath, PlaneView } from '../protocol/whatif';
import { CurvesFeed, type OtherRun } from './curves';

type Wish<T extends FromWebview['type']> = Extract<FromWebview, { type: T }>;
type Inspected = Extract<FromWebview, { type: 'inspect' }>['ref'];
type Optimizer = Extract<FromWebview, { type: 'optimizer' }>;
type Plane = Extract<FromWebview, { type: 'plane' }>;
type MoveWish = Extract<FromWebview, { type: 'seek' | 'move' }>;

/** One view's wishes (which tensor, which parameter), and what it has already. */
export class Feed {
  private session: Session | null = null;
  private structure: string | undefined;
  private spansFrom = 0;
  private inspected: Inspected = null;
  private optimizer: Optimizer | null = null;
  private measured: NodeMeasure | null = null;
  /** Nodes that the view looks into. */
  private layers: number[] = [];
  /** A question that may take long. */
  private asked: AbortController | null = null;
  private readonly curves: CurvesFeed;
  private gathering = false;
  private again = false;
  private growing = false;
  /** Ends the plane that is being computed. */
  private planning: AbortController | null = null;
  /** Moves that the view has asked for since it is there. */
  private moves = 0;

  /** `others`: runs beside the one that is shown, whose curves and ways are laid over its own. */
  constructor(
    private readonly post: (message: ToWebview) => void,
    private readonly others: () => readonly OtherRun[] = () => [],
  ) {
    this.curves = new CurvesFeed(post, (error) => this.fail(error), others);
  }

  /** The view is new (or lost what it had): the next message brings everything. */
  reset(): void {
    this.moves = 0;
    this.measured = null;
    this.layers = [];
    this.forget();
  }

  private forget(): void {
    this.curves.forget();
    this.structure = undefined;
    this.spansFrom = 0;
  }

  /** Forgets the panels' wishes too: tensors of one session mean nothing in another. */
  attach(session: Session | null): void {
    if (this.session === session) return;
    this.session = session;
    this.inspected = null;
    this.optimizer = null;
    this.planning?.abort();
    this.curves.attach(session);
    this.layers = [];
    this.forget();
  }

  /** Moves the cursor, or says why it cannot. A session answers in order: what is asked from here on is seen after the move. */
  async move(wish: MoveWish): Promise<void> {
    const moves = ++this.moves;
    const { session } = this;
    try {
      if (wish.type === 'seek') await session?.request('seek', { tick: wish.tick });
      else await session?.request('move', { move: wish.move });
    } catch (error) {
      this.fail(error, moves);
    }
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
    void this.curves.grown(false);
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
      await this.sendNeurons();
    } catch (error) {
      if (session === this.session) this.fail(error);
    }
  }

  /** While the script runs: its loss curve grows, a few times a second. */
  async grow(message: LiveProgress): Promise<void> {
    const { session, structure } = this;
    if (!session || this.growing) return;
    if (!message.views) return this.post({ type: 'running', ...message, timeline: null, picture: null });
    this.growing = true;
    const [timeline, picture] = await Promise.all([
      session.request('timeline', { from: this.spansFrom }).catch(() => null),
      session
        .request('picture', { ...(structure === undefined ? {} : { have: structure }), settled: true })
        .catch(() => null),
    ]);
    this.growing = false;
    if (session !== this.session) return;
    if (timeline) this.spansFrom = timeline.from + Math.max(0, timeline.spans.length - 1);
    if (picture) this.structure = picture.structure;
    this.post({ type: 'running', ...message, timeline, picture });
    // Printed numbers grow too; nothing is computed while the script runs.
    void this.curves.grown(true);
  }

  /** Stops the running script where it is. */
  async pause(): Promise<void> {
    await this.session?.request('pause', {}).catch((error) => this.fail(error));
  }

  /** Shows a tensor, and keeps it current as the cursor moves; null closes it. */
  async inspect(ref: Inspected): Promise<void> {
    this.inspected = ref;
    const { session } = this;
    if (!session || !ref) return;
    const tensor = await session.request('tensor', ref).catch((error) => this.fail(error));
    if (tensor && this.inspected === ref) this.post({ type: 'tensor', tensor });
  }

  /** Looks into these layers, and keeps them current as the cursor moves. */
  async neurons(nodes: number[]): Promise<void> {
    this.layers = nodes;
    await this.sendNeurons();
  }

  private async sendNeurons(): Promise<void> {
    const { session, layers } = this;
    if (!session || layers.length === 0) return;
    const found = await Promise.all(layers.map((node) => session.request('neurons', { node }).catch(() => null)));
    if (session !== this.session || layers !== this.layers) return;
    this.post({ type: 'neurons', layers: found.filter((layer) => layer !== null) });
  }

  /** Has this measured of every node, with every picture from now on. */
  async measure(wanted: NodeMeasure | null): Promise<void> {
    if (this.measured === wanted) return;
    this.measured = wanted;
    if (wanted !== null && this.session) await this.show();
  }

  /** A tensor (or an element of it) over the iterations, once it is asked for. */
  async history({ ref, element, measure }: Wish<'history'>): Promise<void> {
    const { session } = this;
    const question = { ref, ...(element ? { element } : {}), ...(measure ? { measure } : {}) };
    const history = await this.long((signal) => session?.request('history', question, signal));
    if (history && session === this.session) this.post({ type: 'history', ...question, history });
  }

  /** An op with its numbers; the one that was asked for before is not wanted any more. */
  async explain(question: ExplainQuestion): Promise<void> {
    const { session } = this;
    const explain = await this.long((signal) => session?.request('explain', question, signal));
    if (explain && session === this.session) this.post({ type: 'explain', question, explain });
  }

  async check(question: CheckQuestion): Promise<void> {
    const { session } = this;
    const views = await this.long((signal) => session?.request('checkGradient', question, signal));
    if (session === this.session) this.post({ type: 'checked', question, views: views ?? [] });
  }

  async cells(question: TensorQuestion): Promise<void> {
    const { session } = this;
    const grid = await session?.request('cells', question).catch((error) => this.fail(error));
    if (grid !== undefined && session === this.session) this.post({ type: 'cells', question, grid });
  }

  /** All of a tensor, for a clipboard or a table; undefined where it failed, which was said. */
  async text(ref: TensorRef, as: TensorFormat): Promise<{ name: string; text: string } | undefined> {
    return (await this.session?.request('tensorText', { ...ref, as }).catch((error) => this.fail(error))) ?? undefined;
  }

  /** Answers what a view asks of the session; null for what is its owner's to do. */
  take(message: FromWebview): Promise<void> | null {
    switch (message.type) {
      case 'inspect':
        return this.inspect(message.ref);
      case 'history':
        return this.history(message);
      case 'explain':
        return this.explain(message.question);
      case 'check':
        return this.check(message.question);
      case 'cells':
        return this.cells(message.question);
      case 'plane':
        return this.plane(message);
      case 'optimizer':
        return this.showOptimizer(message);
      case 'neurons':
        return this.neurons(message.nodes);
      case 'measure':
        return this.measure(message.measure);
      case 'pause':
        return this.pause();
      case 'stretch':
        return this.stretch(message);
      case 'curves':
        return this.curves.wish(message);
      default:
        return null;
    }
  }

  /** Ends what takes long. */
  cancel(): void {
    this.asked?.abort();
  }

  /** One at a time: what is asked next ends the one before. */
  private async long<T>(ask: (signal: AbortSignal) => Promise<T> | undefined): Promise<T | undefined> {
    this.cancel();
    const { signal } = (this.asked = new AbortController());
    return (await ask(signal)?.catch((error) => this.fail(error))) ?? undefined;
  }

  async showOptimizer(wish: Optimizer): Promise<void> {
    this.optimizer = wish.open ? wish : null;
    const { session } = this;
    if (!session || !wish.open) return;
    const update = await session.request('update', optimizerArgs(wish)).catch((error) => this.fail(error));
    if (update && this.optimizer === wish) this.post({ type: 'update', update });
  }

  /** The loss over a plane, as it is computed; another wish ends the one before. */
  async plane({ axes, n }: Plane): Promise<void> {
    this.planning?.abort();
    const { session } = this;
    if (!session || !axes) return;
    const wish = new AbortController();
    this.planning = wish;
    const heard = session.on('working', (now) => now && this.post({ type: 'planning', ...progress(now) }));
    let plane: PlaneView | null = null;
    const others: OtherPath[] = [];
    try {
      const runs = this.others();
      const asked = { axes, ...(n === undefined ? {} : { n }), ...(runs.length > 0 ? { basis: true } : {}) };
      const { basis, ...found } = await session.request('plane', asked, wish.signal);
      plane = found;
      // A run that does not answer is left out.
      for (const { id, name, session: other } of basis ? runs : []) {
        const points = await other.request('planePath', { basis: basis! }, wish.signal).catch(() => []);
        if (points.length > 0) others.push({ id, name, points });
      }
    } catch (error) {
      this.fail(error);
    }
    heard.dispose();
    if (this.planning !== wish) return;
    this.planning = null;
    this.post({
      type: 'plane',
      plane: session === this.session ? plane : null,
      ...(others.length > 0 ? { others } : {}),
    });
  }

  /** Ticks one by one. */
  async stretch({ from, to }: { from: number; to: number }): Promise<void> {
    const { session } = this;
    const stretch = await session?.request('stretch', { from, to }).catch(() => null);
    if (stretch && session === this.session) this.post({ type: 'stretch', stretch });
  }

  /** Lights the nodes that a line of the script made. */
  async caret(path: string, line: number): Promise<void> {
    const nodes = await this.session?.request('nodesAt', { path, line }).catch(() => []);
    if (nodes) this.post({ type: 'caret', nodes });
  }

  /** `moves`: it was the move of this number that failed. */
  fail(error: unknown, moves?: number): void {
    // Who cancelled it knows.
    if (error instanceof Error && error.message === 'cancelled') return;
    const text = error instanceof Error ? error.message : String(error);
    this.post({ type: 'error', text, ...(moves === undefined ? {} : { moves }) });
  }
}

const progress = ({ text, percent }: { text: string; percent: number }) => ({ text, percent });

function optimizerArgs({ parameter, element, layers }: Optimizer): Requests['update'][0] {
  return {
    ...(parameter === undefined ? {} : { parameter }),
    ...(element === undefined ? {} : { element }),
    ...(layers ? { layers } : {}),
  };
}
