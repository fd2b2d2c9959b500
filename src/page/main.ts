/** One page that steps through a recording: the recorder's server in the page itself, the script beside the network. No network, no VS Code. */

import { el } from '../../webview/dom';
import { t } from '../../webview/l10n';
import { PrintedList } from '../../webview/printed/list';
import { Feed } from '../feed/feed';
import { Printed } from '../feed/printed';
import type { Move } from '../protocol/session';
import type { Cursor, Place } from '../protocol/ticks';
import type { FromWebview, ToWebview } from '../protocol/webview';
import { buttons, listen } from './keys';
import { addressOf, openEmbedded } from './open';
import { BookmarksPanel, VariablesPanel } from './panels';
import { PageSession } from './session';
import { fileName, SourcePanel } from './source';

document.body.dataset.opening = t('Opening the recording…');

/** What the view posted before there was a session. */
const early: FromWebview[] = [];
let hear = (message: FromWebview): void => void early.push(message);

/** The view talks to this page as it does to VS Code. */
Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromWebview) => hear(message),
    getState: () => null,
    setState: () => {},
  }),
});

const tell = (data: ToWebview): void => void window.dispatchEvent(new MessageEvent('message', { data }));

class Page {
  private readonly session: PageSession;
  private readonly feed = new Feed(tell);
  private readonly source: SourcePanel;
  private readonly output: PrintedList;
  private readonly variables: VariablesPanel;
  private readonly bookmarks: BookmarksPanel;
  private readonly where = el('p', { class: 's-where', 'aria-live': 'polite' });
  private cursor: Cursor | null = null;

  constructor(
    session: PageSession,
    printed: Printed,
    private readonly left: HTMLElement,
  ) {
    this.session = session;
    const { recording } = session;
    const seek = (tick: number) => this.ask(session.request('seek', { tick }));
    this.source = new SourcePanel(recording.sources, {
      chosen: ({ path, line }) => void this.feed.caret(path, line),
      breakpoints: (path, lines) => void this.setBreakpoints(path, lines),
    });
    this.output = new PrintedList({ seek, copy: (text) => void navigator.clipboard?.writeText(text) });
    this.output.show(printed.lines);
    this.variables = new VariablesPanel(session, (ref) => tell({ type: 'show', ref }));
    this.bookmarks = new BookmarksPanel(recording.bookmarks, (tick) => recording.iterationAt(tick), seek);
    const move = (step: Move) => this.ask(session.request('move', { move: step }));
    listen(move, () => this.goToTick());
    left.append(
      el('header', {}, buttons(move), this.where),
      this.source.element,
      this.tabs(printed.lines.length > 0, recording.bookmarks.length),
    );
    session.on('stopped', ({ cursor, text }) => void this.stopped(cursor, text));
    this.feed.attach(session);
    hear = (message) => this.handle(message);
    for (const message of early.splice(0)) this.handle(message);
  }

  private tabs(prints: boolean, marks: number): HTMLElement {
    const panels: [string, HTMLElement][] = [
      [t('Output'), this.output.element],
      [t('Variables'), this.variables.element],
    ];
    if (marks > 0) panels.push([t('Bookmarks ({0})', marks), this.bookmarks.element]);
    const list = el('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Panels beside the script') });
    const section = el('section', { class: 's-below' }, list);
    const chosen = (index: number) => {
      for (const [i, tab] of [...list.children].entries()) {
        tab.setAttribute('aria-selected', String(i === index));
        (tab as HTMLElement).tabIndex = i === index ? 0 : -1;
        panels[i]![1].hidden = i !== index;
      }
      // What was hidden could not scroll.
      if (this.cursor) this.output.at(this.cursor.tick);
    };
    for (const [i, [name, element]] of panels.entries()) {
      const tab = el(
        'button',
        { type: 'button', role: 'tab', id: `left-tab-${i}`, 'aria-controls': `left-${i}` },
        name,
      );
      tab.addEventListener('click', () => chosen(i));
      list.append(tab);
      const panel = el(
        'div',
        { class: 's-tab', id: `left-${i}`, role: 'tabpanel', 'aria-labelledby': tab.id },
        element,
      );
      panels[i]![1] = panel;
      section.append(panel);
    }
    list.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      const at = [...list.children].indexOf(document.activeElement!);
      const next = list.children[(at + step + panels.length) % panels.length];
      if (step !== 0 && next instanceof HTMLElement) {
        next.click();
        next.focus();
      }
    });
    chosen(marks > 0 ? 2 : prints ? 0 : 1);
    return section;
  }

  private async stopped(cursor: Cursor, text?: string): Promise<void> {
    this.cursor = cursor;
    const { tick, place, label, ticks } = cursor;
    this.left.dataset.tick = String(tick);
    const end =
      tick === ticks - 1 ? t(', the end of the recording') : tick === 0 ? t(', the start of the recording') : '';
    this.where.textContent = text ?? `${label}${end}`;
    this.where.title = this.where.textContent;
    this.source.at(place);
    this.output.at(tick);
    this.bookmarks.update(tick);
    await this.feed.show();
    await this.variables.update();
    const { path, lines } = this.source.shown;
    this.source.values(await this.session.request('inlineValues', { path, from: 1, to: lines }));
  }

  private handle(message: FromWebview): void {
    if (this.feed.take(message)) return;
    switch (message.type) {
      case 'ready':
        this.feed.reset();
        if (this.cursor) void this.feed.show();
        else this.ask(this.session.request('start', { stopOnEntry: true }));
        break;
      case 'seek':
      case 'move':
        void this.feed.move(message);
        break;
      case 'text':
        void this.write(message);
        break;
      case 'export':
        download(message);
        break;
      case 'reveal':
        this.source.reveal(message);
        break;
      case 'mark':
        this.source.mark(message satisfies Place);
        break;
      case 'unmark':
        this.source.mark(null);
        break;
      case 'copy':
        void navigator.clipboard?.writeText(message.text);
        break;
    }
  }

  private async setBreakpoints(path: string, lines: number[]): Promise<void> {
    const breakpoints = lines.map((line) => ({ line }));
    const set = await this.session
      .request('setBreakpoints', { path, breakpoints })
      .catch((error) => this.feed.fail(error));
    if (set)
      this.source.moved(
        path,
        set.filter((b) => b.verified).map((b) => b.line),
      );
  }

  /** A page has no editor: a table is saved as a file. */
  private async write({ ref, as, to }: Extract<FromWebview, { type: 'text' }>): Promise<void> {
    const written = await this.feed.text(ref, as);
    if (!written) return;
    if (to === 'clipboard') return navigator.clipboard?.writeText(written.text);
    const href = URL.createObjectURL(new Blob([written.text], { type: 'text/csv' }));
    el('a', { href, download: `${written.name}.csv` }).click();
    URL.revokeObjectURL(href);
  }

  private goToTick(): void {
    const { tick, ticks } = this.cursor ?? { tick: 0, ticks: 1 };
    const answer = window.prompt(t('Go to tick (1 to {0})', ticks), String(tick + 1));
    if (answer !== null && /^\s*\d+\s*$/.test(answer))
      this.ask(this.session.request('seek', { tick: Number(answer) - 1 }));
  }

  private ask(answer: Promise<unknown>): void {
    answer.catch((error) => this.feed.fail(error));
  }
}

/** Into the reader's downloads. */
function download({ name, kind, text }: Extract<FromWebview, { type: 'export' }>): void {
  const bytes = kind === 'png' ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : text;
  const types = { csv: 'text/csv', svg: 'image/svg+xml', png: 'image/png' };
  const href = URL.createObjectURL(new Blob([bytes], { type: types[kind] }));
  const link = Object.assign(document.createElement('a'), { href, download: `${name}.${kind}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Light, dark or high contrast, as the reader's system is. */
function followTheme(): void {
  const queries = { light: '(prefers-color-scheme: light)', contrast: '(prefers-contrast: more)' };
  const set = () => {
    const [light, contrast] = [matchMedia(queries.light).matches, matchMedia(queries.contrast).matches];
    const name = contrast
      ? light
        ? 'vscode-high-contrast-light vscode-high-contrast'
        : 'vscode-high-contrast'
      : light
        ? 'vscode-light'
        : 'vscode-dark';
    document.body.className = name;
  };
  for (const query of Object.values(queries)) matchMedia(query).addEventListener('change', set);
  set();
}

async function main(): Promise<void> {
  const left = document.getElementById('script')!;
  try {
    const recording = openEmbedded();
    document.body.dataset.elk = await addressOf('layout');
    const session = new PageSession(recording);
    const printed = await new Printed().fill(session);
    const from = t('{0}, recorded by Backstep', fileName(recording.script));
    document.title = from;
    if (recording.damage) left.append(el('p', { class: 's-damage', role: 'alert' }, recording.damage));
    new Page(session, printed, left);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    document.body.classList.add('failed');
    left.replaceChildren(el('p', { class: 's-damage', role: 'alert' }, text));
  }
}

followTheme();
// The page is painted before the recording is read.
requestAnimationFrame(() => setTimeout(() => void main()));
