/** matplotlib's figures of the active run, in an editor tab beside the script: the pictures as they are at the cursor. */
import * as vscode from 'vscode';
import type { Session } from '../protocol/session';
import type { FigureView } from '../protocol/views';
import type { Run, Runs } from './runs';

/** Pictures that are kept of one figure: of a longer film, the newest. */
const KEPT = 200;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The newest picture of each figure that was there at a tick. */
export function figuresAt(pictures: readonly FigureView[], tick: number): FigureView[] {
  const found = new Map<number, FigureView>();
  for (const picture of pictures) if (picture.tick <= tick) found.set(picture.number, picture);
  return [...found.values()].sort((a, b) => a.number - b.number);
}

interface PageWords {
  figure(number: number): string;
  nothing: string;
}

/** As images: a picture is data, and runs nothing. */
export function figuresPage(figures: readonly FigureView[], language: string, words: PageWords): string {
  const items = figures.map(({ number, title, summary, svg }) => {
    const name = title ? `${words.figure(number)}: ${title}` : words.figure(number);
    const image = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    return `<figure><figcaption>${escaped(name)}</figcaption><img src="${image}" alt="${escaped(`${name}: ${summary}`)}"></figure>`;
  });
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Figures</title>
<style>
figure { margin: 0 0 16px; }
figcaption { margin: 8px 0; color: var(--vscode-foreground); }
img { max-width: 100%; height: auto; background: white; }
</style>
</head>
<body>${items.join('\n') || `<p>${escaped(words.nothing)}</p>`}</body>
</html>`;
}

/** Keeps what the runs' figures were, and shows those of the active one. */
export class Figures implements vscode.Disposable {
  private readonly pictures = new WeakMap<Session, FigureView[]>();
  private readonly subscriptions: vscode.Disposable[];
  private panel: vscode.WebviewPanel | undefined;
  private due: NodeJS.Timeout | undefined;

  constructor(private readonly runs: Runs) {
    const show = () => this.later();
    this.subscriptions = [
      runs.onDidOpen((run) => this.listen(run)),
      runs.onDidStop(show),
      runs.onDidChangeActive(show),
      vscode.commands.registerCommand('backstep.showFigures', () => this.reveal()),
    ];
  }

  private listen(run: Run): void {
    const { session } = run;
    const pictures: FigureView[] = [];
    this.pictures.set(session, pictures);
    session.on('figure', (picture) => {
      const first = pictures.length === 0;
      pictures.push(picture);
      const own = pictures.filter(({ number }) => number === picture.number);
      if (own.length > KEPT) pictures.splice(pictures.indexOf(own[0]), 1);
      // The first one of a run opens the tab; who closes it is not asked again by this run.
      if (first && run === this.runs.active) this.reveal();
      else this.later();
    });
  }

  private reveal(): void {
    if (!this.panel) {
      const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.panel = vscode.window.createWebviewPanel('backstep.figures', vscode.l10n.t('Figures'), where, {});
      this.panel.onDidDispose(() => {
        this.panel = undefined;
      });
    } else this.panel.reveal(undefined, true);
    this.later();
  }

  /** A few times a second at most: a script may draw at each of its steps. */
  private later(): void {
    if (!this.panel || this.due) return;
    this.due = setTimeout(() => {
      this.due = undefined;
      this.draw();
    }, 200);
  }

  private draw(): void {
    const { active } = this.runs;
    if (!this.panel || !active) return;
    const tick = active.state === 'stopped' && active.cursor ? active.cursor.tick : Number.POSITIVE_INFINITY;
    const figures = figuresAt(this.pictures.get(active.session) ?? [], tick);
    this.panel.webview.html = figuresPage(figures, vscode.env.language, {
      figure: (number) => vscode.l10n.t('Figure {0}', number),
      nothing: vscode.l10n.t('No figure was drawn yet.'),
    });
  }

  dispose(): void {
    clearTimeout(this.due);
    this.panel?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
