/** The script's text as it was recorded, with the current line, breakpoints, and what the lines made. */

import { el } from '../../webview/dom';
import { t } from '../../webview/l10n';
import { Rows } from '../../webview/rows';
import type { Place } from '../protocol/ticks';
import { colour, type Piece } from './python';

/** Text beyond this is not coloured: a script of ours is never so long. */
const COLOURED = 500_000;

export interface SourceActions {
  /** A line was clicked. */
  chosen(place: Place): void;
  /** The lines of a file with a breakpoint. */
  breakpoints(path: string, lines: number[]): void;
}

export class SourcePanel {
  readonly element: HTMLElement;
  private readonly rows: Rows;
  private readonly files: HTMLSelectElement;
  private readonly texts = new Map<string, Piece[][]>();
  private readonly breakpoints = new Map<string, Set<number>>();
  private path = '';
  private current: Place | null = null;
  private marked: Place | null = null;
  private inline = new Map<number, string>();

  constructor(
    private readonly sources: ReadonlyMap<string, string>,
    private readonly actions: SourceActions,
  ) {
    this.rows = new Rows(t('Script'), (index) => this.row(index));
    this.files = el('select', { 'aria-label': t('File') });
    for (const path of sources.keys()) this.files.append(el('option', { value: path, title: path }, fileName(path)));
    this.files.addEventListener('change', () => this.open(this.files.value));
    this.files.hidden = sources.size < 2;
    this.element = el('section', { class: 's-source' }, this.files, this.rows.element);
  }

  /** Shows where the cursor is. */
  at(place: Place | null): void {
    this.current = place;
    if (place && this.sources.has(place.path)) this.open(place.path);
    else if (this.path === '') this.open(this.sources.keys().next().value ?? '');
    this.rows.update(this.lines.length);
    if (place) this.rows.show(place.line - 1);
  }

  /** Lights a line while something that it made is pointed at; null takes the light away. */
  mark(place: Place | null): void {
    this.marked = place;
    this.rows.update(this.lines.length);
  }

  /** Goes to a line. */
  reveal(place: Place): void {
    if (!this.sources.has(place.path)) return;
    this.open(place.path);
    this.marked = place;
    this.rows.update(this.lines.length);
    this.rows.show(place.line - 1);
  }

  /** What stands behind the lines: shapes and gradients of what they made. */
  values(values: { line: number; text: string }[]): void {
    this.inline = new Map(values.map(({ line, text }) => [line, text]));
    this.rows.update(this.lines.length);
  }

  get shown(): { path: string; lines: number } {
    return { path: this.path, lines: this.lines.length };
  }

  private get lines(): Piece[][] {
    let lines = this.texts.get(this.path);
    if (!lines) {
      const text = (this.sources.get(this.path) ?? '').replace(/\r\n?/g, '\n');
      lines = text.length > COLOURED ? text.split('\n').map((line): Piece[] => [['', line]]) : colour(text);
      this.texts.set(this.path, lines);
    }
    return lines;
  }

  private open(path: string): void {
    if (this.path === path) return;
    this.path = path;
    this.files.value = path;
    this.inline.clear();
    this.rows.update(this.lines.length);
  }

  private row(index: number): HTMLElement {
    const line = index + 1;
    const here = (place: Place | null) => place?.path === this.path && place.line === line;
    const broken = this.breakpoints.get(this.path)?.has(line) ?? false;
    const number = el(
      'button',
      {
        class: 's-number',
        type: 'button',
        tabindex: '-1',
        title: broken ? t('Remove the breakpoint') : t('Set a breakpoint: Continue stops here, in both directions'),
        'aria-label': t('Breakpoint on line {0}', line),
        'aria-pressed': String(broken),
      },
      String(line),
    );
    number.addEventListener('click', () => this.toggle(line));
    const code = el('code');
    for (const [kind, text] of this.lines[index] ?? [])
      code.append(kind === '' ? text.slice(0, 5000) : el('span', { class: `py-${kind}` }, text.slice(0, 5000)));
    const row = el('div', { class: 's-line', role: 'listitem', 'data-line': String(line) }, number, code);
    const made = this.inline.get(line);
    if (made) row.append(el('span', { class: 's-made' }, made));
    row.classList.toggle('s-current', here(this.current));
    row.classList.toggle('s-marked', here(this.marked));
    if (here(this.current)) row.setAttribute('aria-current', 'location');
    code.addEventListener('click', () => this.actions.chosen({ path: this.path, line }));
    return row;
  }

  private toggle(line: number): void {
    const lines = this.breakpoints.get(this.path) ?? new Set();
    this.breakpoints.set(this.path, lines);
    if (!lines.delete(line)) lines.add(line);
    this.actions.breakpoints(this.path, [...lines]);
    this.rows.update(this.lines.length);
  }

  /** A breakpoint on a line without code goes to the next one that ran. */
  moved(path: string, lines: number[]): void {
    this.breakpoints.set(path, new Set(lines));
    this.rows.update(this.lines.length);
  }
}

export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
