/** What the script printed: every line with its stream, those after the cursor grey, each a way to the tick that printed it. */

import type { PrintedLine } from '../../src/protocol/views';
import { el, setText } from '../dom';
import { count } from '../format';
import { keyText } from '../keys';
import { t } from '../l10n';
import { Rows } from '../rows';

export interface PrintedActions {
  seek(tick: number): void;
  copy(text: string): void;
}

export class PrintedList {
  readonly element: HTMLElement;
  private readonly rows: Rows;
  private readonly filter = el('input', {
    type: 'search',
    placeholder: t('Filter'),
    title: t('Show only lines that contain this text ({0})', keyText('Mod+F')),
    'aria-label': t('Show only lines that contain this text'),
    spellcheck: 'false',
  });
  private readonly found = el('span', { class: 's-dim', role: 'status' });
  private readonly empty = el('p', { class: 's-empty' });
  private lines: readonly PrintedLine[] = [];
  /** Numbers of the lines that the filter lets through; null where there is none. */
  private matches: number[] | null = null;
  private tick = 0;
  /** The row that keys act on. */
  private active = -1;

  constructor(private readonly actions: PrintedActions) {
    this.rows = new Rows(t('Printed output'), (row) => this.row(row), 'listbox');
    this.rows.element.addEventListener('keydown', (event) => this.key(event));
    this.rows.element.addEventListener('click', (event) => this.click(event));
    this.filter.addEventListener('input', () => {
      this.sift();
      this.rows.show(Math.max(0, this.active));
    });
    const bar = el('div', { class: 's-filter' }, this.filter, this.found);
    this.element = el('div', { class: 's-output' }, bar, this.empty, this.rows.element);
    this.element.addEventListener('keydown', (event) => this.filterKey(event));
  }

  /** All lines that there are by now: `lines` may be one that grows. */
  show(lines: readonly PrintedLine[]): void {
    this.lines = lines;
    this.sift();
  }

  /** The cursor is at a tick: what comes after it is not printed yet. While the script runs, whoever reads further up stays there. */
  at(tick: number, running = false): void {
    const followed = this.rows.shows(this.active);
    this.tick = tick;
    this.settle();
    if (followed || !running) this.rows.show(Math.max(0, this.active));
  }

  private settle(): void {
    const { tick } = this;
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.line(middle).tick <= tick) low = middle + 1;
      else high = middle;
    }
    this.active = Math.min(this.count - 1, Math.max(0, low - 1));
    this.draw();
  }

  private get count(): number {
    return this.matches?.length ?? this.lines.length;
  }

  private line(row: number): PrintedLine {
    return this.lines[this.matches?.[row] ?? row]!;
  }

  private sift(): void {
    const wanted = this.filter.value.toLowerCase();
    this.matches =
      wanted === '' ? null : this.lines.flatMap((line, i) => (line.text.toLowerCase().includes(wanted) ? [i] : []));
    setText(this.found, this.matches ? t('{0} of {1}', count(this.matches.length), count(this.lines.length)) : '');
    this.settle();
  }

  private draw(): void {
    this.rows.update(this.count);
    const words =
      this.count > 0
        ? ''
        : this.lines.length > 0
          ? t('No line contains “{0}”.', this.filter.value)
          : t(
              'Nothing is printed yet. What the script prints appears here; choose a line to go to the moment that printed it.',
            );
    setText(this.empty, words);
    this.empty.hidden = words === '';
    this.rows.element.hidden = words !== '';
    this.filter.parentElement!.hidden = this.lines.length === 0;
    this.tellActive();
  }

  private tellActive(): void {
    const { element } = this.rows;
    if (this.active < 0) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', `printed-${this.active}`);
  }

  private row(index: number): HTMLElement {
    const { tick, text, iteration, category, place } = this.line(index);
    const fresh = index === 0 || this.line(index - 1).iteration !== iteration;
    const later = tick > this.tick;
    const where = place ? t(', line {0} of {1}', place.line, place.path.slice(place.path.lastIndexOf('/') + 1)) : '';
    const row = el(
      'div',
      {
        role: 'option',
        id: `printed-${index}`,
        class: `s-line s-${category}`,
        'aria-selected': String(index === this.active),
        'aria-setsize': this.count,
        'aria-posinset': index + 1,
        'aria-label': `${text}${later ? t(', printed later') : ''}`,
        'data-row': index,
        title: t(
          '{0} to tick {1} of iteration {2}, which printed this{3}',
          later ? t('Printed later: go') : t('Go'),
          count(tick + 1),
          count(iteration + 1),
          where,
        ),
      },
      el('span', { class: 's-number' }, fresh ? count(iteration + 1) : ''),
      el('code', {}, text),
    );
    row.classList.toggle('s-later', later);
    row.classList.toggle('s-active', index === this.active);
    return row;
  }

  private click(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    // Who drags over text wants to copy it.
    if (!row || String(getSelection()) !== '') return;
    this.active = Number(row.dataset.row);
    this.actions.seek(this.line(this.active).tick);
  }

  private key(event: KeyboardEvent): void {
    const { key } = event;
    const { room } = this.rows;
    const last = this.count - 1;
    const moves: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + room,
      PageUp: this.active - room,
      Home: 0,
      End: last,
    };
    if ((event.ctrlKey || event.metaKey) && key === 'c') {
      if (String(getSelection()) !== '' || this.active < 0) return;
      this.actions.copy(this.line(this.active).text);
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (Object.hasOwn(moves, key)) {
      this.active = Math.max(0, Math.min(last, moves[key]!));
      this.draw();
      this.rows.show(this.active);
    } else if ((key === 'Enter' || key === ' ') && this.active >= 0) this.actions.seek(this.line(this.active).tick);
    else return;
    event.preventDefault();
  }

  private filterKey(event: KeyboardEvent): void {
    const here = event.target === this.filter;
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && this.lines.length > 0) {
      this.filter.focus();
      this.filter.select();
    } else if (here && (event.key === 'ArrowDown' || event.key === 'Enter')) this.rows.element.focus();
    else if (here && event.key === 'Escape' && this.filter.value !== '') {
      this.filter.value = '';
      this.filter.dispatchEvent(new Event('input'));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
