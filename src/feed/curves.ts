/** Curves of the run that is shown and of those beside it: each is filled in slice by slice while its session answers what else it is asked. */
import type { Session } from '../protocol/session';
import type { Curve, CurvesView } from '../protocol/views';
import type { FromWebview, PrintedCurve, ToWebview } from '../protocol/webview';
import { PrintedNumbers } from './numbers';
import { Printed } from './printed';

type Wish = Extract<FromWebview, { type: 'curves' }>;
export type OtherRun = { id: string; name: string; session: Session };

/** Milliseconds of one slice of computing curves: between two of them the session answers what else it is asked. */
const SLICE = 150;

/** What is known of one run's curves. */
class Source {
  private readonly lines = new Printed();
  private readonly numbers = new PrintedNumbers();
  printed: PrintedCurve[] = [];

  constructor(readonly session: Session) {}

  /** The next slice, and whether numbers were printed since the one before. */
  async slice({ keys, from, to, fill }: Wish): Promise<{ curves: CurvesView; news: boolean }> {
    const range = from === undefined || to === undefined ? {} : { from, to };
    const [curves] = await Promise.all([
      this.session.request('curves', { keys, ...range, within: fill ? SLICE : 0 }),
      this.lines.fill(this.session),
    ]);
    const news = this.numbers.add(this.lines.lines);
    if (news) this.printed = this.numbers.curves();
    return { curves, news };
  }
}

export class CurvesFeed {
  private wanted: Wish | null = null;
  private own: Source | null = null;
  private filling = false;
  /** The view has the printed numbers. */
  private printedShown = false;
  private readonly beside = new Map<string, Source>();
  private besideFilling = false;
  private besideAgain = false;

  constructor(
    private readonly post: (message: ToWebview) => void,
    private readonly fail: (error: unknown) => void,
    private readonly others: () => readonly OtherRun[],
  ) {}

  /** The view has lost what it had. */
  forget(): void {
    this.printedShown = false;
  }

  attach(session: Session | null): void {
    this.wanted = null;
    this.printedShown = false;
    this.own = session && new Source(session);
  }

  /** What the view wants to see. */
  async wish(wish: Wish): Promise<void> {
    this.wanted = wish.open ? wish : null;
    await Promise.all([this.fill(), this.fillBeside()]);
  }

  /** There may be more than before. The runs beside it stand still while this one runs. */
  async grown(running: boolean): Promise<void> {
    await Promise.all([this.fill(), running ? null : this.fillBeside()]);
  }

  /** Shows curves and fills them in slice by slice, until all is there or the view wants others. */
  private async fill(): Promise<void> {
    if (!this.wanted || this.filling) return;
    this.filling = true;
    try {
      // The wish may be another one after each slice.
      for (let more = true; more && this.wanted; ) more = await this.slice(this.wanted);
    } catch (error) {
      this.fail(error);
    } finally {
      this.filling = false;
    }
  }

  /** Is there more to do? */
  private async slice(wish: Wish): Promise<boolean> {
    const { own } = this;
    if (!own) return false;
    const { curves, news } = await own.slice(wish);
    if (own !== this.own) return this.wanted !== null;
    const working = wish.fill && !curves.running && curves.done < curves.of;
    const printed = news || !this.printedShown ? own.printed : null;
    this.printedShown = true;
    this.post({ type: 'curves', curves, printed, working: working && this.wanted === wish });
    return working || this.wanted !== wish;
  }

  /** The same of every run beside it, one run after the other; one that does not answer is left out. */
  private async fillBeside(): Promise<void> {
    this.besideAgain = this.besideFilling;
    if (!this.wanted || this.besideFilling) return;
    this.besideFilling = true;
    do {
      this.besideAgain = false;
      const runs = this.others();
      for (const id of this.beside.keys()) if (!runs.some((run) => run.id === id)) this.beside.delete(id);
      for (const { id, session } of runs) await this.fillOther(id, session).catch(() => {});
    } while (this.besideAgain);
    this.besideFilling = false;
  }

  private async fillOther(id: string, session: Session): Promise<void> {
    let source = this.beside.get(id);
    if (source?.session !== session) this.beside.set(id, (source = new Source(session)));
    for (let more = true; more; ) {
      const wish = this.wanted;
      // What only the run shown has is asked for in vain, which costs nothing.
      if (!wish || this.besideAgain) return;
      const { curves } = await source.slice(wish);
      const known: Curve[] = curves.curves.filter(({ values }) => values.length > 0);
      if (this.wanted !== wish) return;
      this.post({ type: 'curvesOf', run: id, curves: known, printed: source.printed });
      more = wish.fill && !curves.running && curves.done < curves.of;
    }
  }
}
