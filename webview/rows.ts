/** A long list of equal rows: only those on the screen are in the page, however many there are. */
import { el } from './dom';

export const ROW = 19;
const BEYOND = 20;
/** No browser makes an element taller than this; rows beyond are not reached by scrolling, only by the cursor. */
const TALLEST = 10_000_000;

export class Rows {
  readonly element: HTMLElement;
  private readonly inside = el('div', { class: 's-inside' });
  private count = 0;
  private readonly drawn = new Map<number, HTMLElement>();

  constructor(
    label: string,
    private readonly row: (index: number) => HTMLElement,
    role: 'list' | 'listbox' = 'list',
  ) {
    this.element = el('div', { class: 's-rows', role, 'aria-label': label, tabindex: 0 }, this.inside);
    this.element.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** There are so many rows, and all of them may have changed. */
  update(count: number): void {
    this.count = count;
    this.inside.style.height = `${Math.min(TALLEST, count * ROW)}px`;
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.draw();
  }

  /** Rows that fit. */
  get room(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / ROW) - 1);
  }

  /** Is a row on the screen? */
  shows(index: number): boolean {
    const { clientHeight, scrollTop } = this.element;
    return index * ROW >= scrollTop - ROW && (index + 1) * ROW <= scrollTop + clientHeight + ROW;
  }

  /** Scrolls to a row that is out of sight; into the middle, so that there is something before and after it. */
  show(index: number): void {
    const { clientHeight, scrollTop } = this.element;
    const top = index * ROW;
    if (top >= scrollTop + ROW && top + 2 * ROW <= scrollTop + clientHeight) return;
    this.element.scrollTop = Math.max(0, top - clientHeight / 2);
    this.draw();
  }

  /** Rows that stay in sight stay as they are: one of them may be under a finger. */
  private draw(): void {
    const { clientHeight, scrollTop } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - BEYOND);
    const last = Math.min(this.count, Math.ceil((scrollTop + clientHeight) / ROW) + BEYOND);
    for (const [i, row] of this.drawn) {
      if (i >= first && i < last) continue;
      row.remove();
      this.drawn.delete(i);
    }
    for (let i = first; i < last; i++) {
      if (this.drawn.has(i)) continue;
      const row = this.row(i);
      row.style.top = `${i * ROW}px`;
      this.drawn.set(i, row);
      this.inside.append(row);
    }
  }
}
