/** matplotlib's figures of the active run, in an editor tab beside the script: the pictures as they were at the cursor. */
import * as vscode from 'vscode';
import type { Session } from '../protocol/session';
import type { FigureView } from '../protocol/views';
import type { ShownFigure, ToFigures } from '../protocol/webview';
import type { Log } from './log';
import { readFromWebview } from './messages';
import { page } from './page';
import { saveExport } from './recordings';
import type { Run, Runs } from './runs';

/** A script may draw at each of its steps: the tab shows that a few times a second at most. */
const EVERY = 200;
/** Figures that are kept of a run that is not recorded, the newest. */
const MOST = 40;

/** A figure, and which drawing of it: what the tab has need not be sent again. */
interface Drawn extends ShownFigure {
  key: string;
}

/** What to send to a view that has these drawings: pictures only where they are others. */
export function changed(figures: readonly Drawn[], has: Map<number, string>): ShownFigure[] {
  const now = new Map(figures.map(({ number, key }) => [number, key]));
  const sent = figures.map(({ key, svg, ...head }) =>
    has.get(head.number) === key ? head : { ...head, svg: svg ?? '' },
  );
  has.clear();
  for (const [number, key] of now) has.set(number, key);
  return sent;
}

/** The figures of a run while it goes on. */
class Live {
  readonly newest = new Map<number, FigureView>();
  /** Counted downwards: those of a recording are counted up. */
  private drawings = 0;
  readonly keys = new Map<number, string>();

  add(figure: FigureView): void {
    this.newest.set(figure.number, figure);
    this.keys.set(figure.number, String(-++this.drawings));
    if (this.newest.size > MOST) this.newest.delete(this.newest.keys().next().value!);
  }

  all(): Drawn[] {
    return [...this.newest.values()].map(({ tick, ...figure }) => ({ ...figure, key: this.keys.get(figure.number)! }));
  }
}

export class Figures implements vscode.Disposable {
  private readonly live = new WeakMap<Session, Live>();
  /** Runs whose figures have opened the tab: who closes it is not asked again. */
  private readonly opened = new WeakSet<Session>();
  private readonly subscriptions: vscode.Disposable[];
  private panel: vscode.WebviewPanel | undefined;
  private ready = false;
  /** The drawings that the tab has, and whose. */
  private readonly has = new Map<number, string>();
  private shown: Session | undefined;
  private due: NodeJS.Timeout | undefined;

  constructor(
    private readonly runs: Runs,
    private readonly log: Log,
    private readonly assets: vscode.Uri,
  ) {
    const show = () => this.later();
    this.subscriptions = [
      runs.onDidOpen((run) => this.listen(run)),
      runs.onDidStop(show),
      runs.onDidChangeActive(show),
      vscode.commands.registerCommand('backstep.showFigures', () => this.reveal()),
    ];
  }

  private listen({ session }: Run): void {
    const live = new Live();
    this.live.set(session, live);
    session.on('figure', (figure) => {
      live.add(figure);
      this.later();
    });
  }

  private reveal(): void {
    if (this.panel) {
      this.panel.reveal(undefined, true);
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('backstep.figures', vscode.l10n.t('Figures'), where, {
      enableScripts: true,
      localResourceRoots: [this.assets],
    });
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.assets, '..', 'media', 'icon.svg');
    panel.webview.onDidReceiveMessage((message) => this.onMessage(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.ready = false;
    });
    panel.onDidChangeViewState(() => {
      // A hidden view is gone, script and all; it says `ready` again when it is back.
      if (!panel.visible) this.ready = false;
    });
    panel.webview.html = page(panel.webview, this.assets, { script: 'figures' });
  }

  private onMessage(raw: unknown): void {
    const message = readFromWebview(raw);
    if (message?.type === 'ready') {
      this.ready = true;
      this.has.clear();
      this.later();
    } else if (message?.type === 'export')
      void saveExport(message, this.runs.active).catch((error) => this.log.tell(error));
  }

  private later(): void {
    this.due ??= setTimeout(() => {
      this.due = undefined;
      void this.draw().catch((error) => this.log.error(error));
    }, EVERY);
  }

  private async draw(): Promise<void> {
    const { active } = this.runs;
    if (!active) return;
    const { session } = active;
    if (!this.panel && (active.viewed || this.opened.has(session))) return;
    const figures = await this.figuresOf(active);
    if (figures.length > 0 && !this.opened.has(session)) {
      this.opened.add(session);
      this.reveal();
    }
    if (!this.panel || !this.ready || active !== this.runs.active) return;
    if (this.shown !== session) this.has.clear();
    this.shown = session;
    const message: ToFigures = { type: 'figures', figures: changed(figures, this.has) };
    void this.panel.webview.postMessage(message);
  }

  /** As they were at the cursor; of a run that goes on, as they are. */
  private async figuresOf({ session, state, noDebug }: Run): Promise<Drawn[]> {
    if (state !== 'stopped' || noDebug) return this.live.get(session)?.all() ?? [];
    const heads = await session.request('figures', {});
    return Promise.all(
      heads.map(async ({ output, number, title, summary }) => {
        const key = `${output}`;
        const has = this.shown === session && this.has.get(number) === key;
        return { number, title, summary, key, ...(has ? {} : await session.request('figure', { output })) };
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.due);
    this.panel?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
