/** The window of a tensor as coloured cells: exact number on hover and on keyboard focus. */

import type { TensorView } from '../../src/protocol/views';
import { prepare } from '../charts/canvas';
import { button, el, keyed, setText } from '../dom';
import { exact, num, shapeSaid } from '../format';
import { t } from '../l10n';
import { css } from '../theme';
import { WINDOW } from '../ui';
import { type CellScale, cellScale } from './scale';

export interface HeatmapActions {
  page(row0: number, col0: number): void;
  slice(slice: number[]): void;
  axes(axes: [number, number]): void;
  choose(element: number[]): void;
  /** Explains the chosen element; null where it is no op's and no parameter's. */
  explain: (() => void) | null;
  /** Follows an element in the optimizer panel; null where the tensor is no parameter. */
  follow: ((element: number[]) => void) | null;
}

const TALLEST = 300;

export class Heatmap {
  readonly element = el('section', { class: 'heatmap', 'aria-label': t('Heat-map') });
  private readonly canvas = el('canvas', { tabindex: 0, role: 'application', 'aria-roledescription': t('heat-map') });
  private readonly readout = el('p', { class: 'readout', role: 'status' });
  private readonly follow: HTMLButtonElement;
  private readonly explain: HTMLButtonElement;
  private chosen: number[] | null = null;
  private readonly pages = el('div', { class: 'pages' });
  private readonly slices = el('div', { class: 'slices' });
  private readonly low = el('span');
  private readonly high = el('span');
  private view: TensorView | null = null;
  private scale: CellScale | null = null;
  private actions: HeatmapActions | null = null;
  private cell = { row: 0, col: 0, on: false };
  private step = { x: 1, y: 1 };

  constructor() {
    this.follow = button(
      t('Follow this element in the optimizer (O)'),
      () => this.chosen && this.actions?.follow?.(this.chosen),
      {
        class: 'link',
        hidden: true,
      },
    );
    this.explain = button(
      t('Explain this element: what it was computed from (E)'),
      () => this.actions?.explain?.(),
      { class: 'link', hidden: true },
      t('Explain it'),
    );
    const legend = el(
      'div',
      { class: 'ends', 'aria-hidden': true },
      this.low,
      el('i'),
      '0',
      el('i', { class: 'up' }),
      this.high,
    );
    const line = el('div', { class: 'line' }, this.readout, this.explain, this.follow);
    this.element.append(el('h3', {}, t('Heat-map')), this.slices, this.canvas, line, legend, this.pages);
    this.canvas.addEventListener('pointermove', (event) => this.point(event));
    this.canvas.addEventListener('pointerdown', (event) => this.point(event));
    this.canvas.addEventListener('click', (event) => this.point(event) && this.choose());
    this.canvas.addEventListener('pointerleave', () => {
      this.off();
    });
    this.canvas.addEventListener('focus', () => this.move(0, 0));
    this.canvas.addEventListener('blur', () => this.off());
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  /** `chosen`: the element that is marked. */
  update(view: TensorView, width: number, chosen: number[] | null, actions: HeatmapActions): void {
    this.view = view;
    this.chosen = chosen;
    this.actions = actions;
    const { grid } = view;
    this.element.hidden = grid === null || grid.rows * grid.cols <= 1;
    if (!grid || this.element.hidden) return;
    this.cell.row = Math.min(this.cell.row, grid.windowRows - 1);
    this.cell.col = Math.min(this.cell.col, grid.windowCols - 1);
    this.scale = cellScale(grid);
    const x = Math.max(3, Math.min(24, Math.floor(width / grid.windowCols)));
    const y = Math.max(4, Math.min(x, 22, Math.floor(TALLEST / grid.windowRows)));
    this.step = { x, y: grid.windowRows === 1 ? Math.max(y, 18) : y };
    this.canvas.setAttribute(
      'aria-label',
      t(
        'Heat-map of {0}, {1}. Arrow keys read the numbers, Enter chooses one, E explains it.',
        view.name,
        shapeSaid(view.shape),
      ),
    );
    setText(this.low, this.scale.full === 0 ? '' : num(-this.scale.full, 3));
    setText(this.high, this.scale.full === 0 ? '' : num(this.scale.full, 3));
    this.paint();
    this.buildPages(view);
    this.buildSlices(view);
    this.read();
  }

  private paint(): void {
    const grid = this.view?.grid;
    if (!grid || !this.scale) return;
    const { x, y } = this.step;
    const context = prepare(this.canvas, grid.windowCols * x + 2, grid.windowRows * y + 2);
    if (!context) return;
    const gap = x >= 7 && y >= 7 ? 1 : 0;
    for (let row = 0; row < grid.windowRows; row++) {
      for (let col = 0; col < grid.windowCols; col++) {
        context.fillStyle = this.scale.of(grid.cells[row * grid.windowCols + col]!);
        context.fillRect(1 + col * x, 1 + row * y, x - gap, y - gap);
      }
    }
    const frame = (row: number, col: number, colour: string): void => {
      context.strokeStyle = css(colour);
      context.lineWidth = 2;
      context.strokeRect(col * x + 0.5, row * y + 0.5, x + 1 - gap, y + 1 - gap);
    };
    const marked = this.cellOf(this.chosen);
    if (marked) frame(marked.row, marked.col, '--fg');
    if (this.cell.on) frame(this.cell.row, this.cell.col, '--ring');
  }

  /** Where an element is in the window; null where it is elsewhere. */
  private cellOf(element: number[] | null): { row: number; col: number } | null {
    const { shape, grid } = this.view ?? {};
    if (!grid || !shape || element?.length !== shape.length) return null;
    const [down, across] = grid.axes.length === 2 ? grid.axes : [-1, grid.axes[0] ?? -1];
    const others = element.filter((_, d) => d !== down && d !== across);
    if (others.some((i, d) => i !== grid.slice[d])) return null;
    const [row, col] = [(element[down!] ?? 0) - grid.row0, (element[across!] ?? 0) - grid.col0];
    return row >= 0 && col >= 0 && row < grid.windowRows && col < grid.windowCols ? { row, col } : null;
  }

  /** The element under the pointer or the keyboard becomes the chosen one. */
  private choose(): void {
    this.actions?.choose(this.index());
  }

  /** Index in the whole tensor, of the cell under the pointer or the keyboard. */
  private index(): number[] {
    const { view, cell } = this;
    const { shape } = view!;
    const grid = view!.grid!;
    const [down, across] = grid.axes.length === 2 ? grid.axes : [-1, grid.axes[0] ?? -1];
    let other = 0;
    return shape.map((_, d) => {
      if (d === down) return grid.row0 + cell.row;
      return d === across ? grid.col0 + cell.col : (grid.slice[other++] ?? 0);
    });
  }

  /** Reads the cell under the pointer or the keyboard out, else the chosen one. */
  private read(): void {
    const grid = this.view?.grid;
    if (!grid) return;
    const at = this.cell.on ? this.cell : this.cellOf(this.chosen);
    this.follow.hidden = this.chosen === null || !this.actions?.follow;
    this.explain.hidden = this.chosen === null || !this.actions?.explain;
    if (!at) {
      setText(this.readout, this.chosen ? t('[{0}] is chosen, outside of this window', this.chosen.join(', ')) : HINT);
      return;
    }
    const cell = grid.cells[at.row * grid.windowCols + at.col]!;
    const index = this.cell.on ? this.index() : this.chosen!;
    setText(this.readout, `${index.length > 0 ? `[${index.join(', ')}] = ` : ''}${exact(cell, this.view!.dtype)}`);
    // VS Code's menu for webviews reads what it is about from here.
    const { tensor, part } = this.view!.ref;
    this.canvas.dataset.vscodeContext = JSON.stringify({
      webviewSection: 'cell',
      cell: { tensor, part, element: index },
      preventDefaultContextMenuItems: true,
    });
  }

  private off(): void {
    this.cell.on = false;
    this.paint();
    this.read();
  }

  private point(event: PointerEvent | MouseEvent): boolean {
    const grid = this.view?.grid;
    if (!grid) return false;
    const box = this.canvas.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left - 1) / this.step.x);
    const row = Math.floor((event.clientY - box.top - 1) / this.step.y);
    if (row < 0 || col < 0 || row >= grid.windowRows || col >= grid.windowCols) return false;
    this.cell = { row, col, on: true };
    this.paint();
    this.read();
    return true;
  }

  private move(rows: number, cols: number): void {
    const grid = this.view?.grid;
    if (!grid) return;
    this.cell.row = Math.max(0, Math.min(grid.windowRows - 1, this.cell.row + rows));
    this.cell.col = Math.max(0, Math.min(grid.windowCols - 1, this.cell.col + cols));
    this.cell.on = true;
    this.paint();
    this.read();
  }

  private key(event: KeyboardEvent): void {
    const grid = this.view?.grid;
    if (!grid || event.ctrlKey || event.altKey || event.metaKey) return;
    const { row, col } = this.cell;
    if (event.key === 'ArrowLeft') this.move(0, -1);
    else if (event.key === 'ArrowRight') this.move(0, 1);
    else if (event.key === 'ArrowUp') this.move(-1, 0);
    else if (event.key === 'ArrowDown') this.move(1, 0);
    else if (event.key === 'Home') this.move(0, -col);
    else if (event.key === 'End') this.move(0, grid.windowCols - 1 - col);
    else if (event.key === 'PageDown' && grid.row0 + WINDOW < grid.rows)
      this.actions?.page(grid.row0 + WINDOW, grid.col0);
    else if (event.key === 'PageUp' && grid.row0 > 0) this.actions?.page(Math.max(0, grid.row0 - WINDOW), grid.col0);
    else if (event.key === 'Enter' || event.key === ' ') this.choose();
    else if (event.key.toLowerCase() === 'e') {
      this.choose();
      this.actions?.explain?.();
    } else if (event.key.toLowerCase() === 'o' && this.actions?.follow) this.actions.follow([...this.index()]);
    else if (row >= 0) return;
    event.preventDefault();
  }

  private buildPages(view: TensorView): void {
    const grid = view.grid!;
    const key = [grid.rows, grid.cols, grid.row0, grid.col0, grid.windowRows, grid.windowCols].join();
    if (this.pages.dataset.key === key) return;
    this.pages.dataset.key = key;
    const turn = (
      name: string,
      from: number,
      shown: number,
      all: number,
      go: (to: number) => void,
      keys?: readonly [string, string],
    ): HTMLElement | null => {
      if (shown >= all) return null;
      const to = (by: number): void => go(Math.max(0, Math.min(all - 1, from + by)));
      return el(
        'span',
        { class: 'page' },
        button(
          keys ? t('Previous {0} ({1})', name, keys[0]) : t('Previous {0}', name),
          () => to(-WINDOW),
          { class: 'icon', 'aria-disabled': from === 0 ? 'true' : null },
          '‹',
        ),
        t('{0} {1}–{2} of {3}', name, from, from + shown - 1, all),
        button(
          keys ? t('Next {0} ({1})', name, keys[1]) : t('Next {0}', name),
          () => to(WINDOW),
          { class: 'icon', 'aria-disabled': from + shown >= all ? 'true' : null },
          '›',
        ),
      );
    };
    const parts = [
      turn(t('rows'), grid.row0, grid.windowRows, grid.rows, (row) => this.actions?.page(row, grid.col0), [
        'PageUp',
        'PageDown',
      ]),
      turn(t('columns'), grid.col0, grid.windowCols, grid.cols, (col) => this.actions?.page(grid.row0, col)),
    ];
    this.pages.replaceChildren(...parts.filter((part) => part !== null));
  }

  /** Which dimensions go down and across, and the index in the others. */
  private buildSlices(view: TensorView): void {
    const { shape, dimensions } = view;
    const { axes, slice } = view.grid!;
    const others = shape.map((_, d) => d).filter((d) => !axes.includes(d));
    const named = (d: number): string => `${dimensions[d] ?? `d${d}`} (${shape[d]})`;
    // Two dimensions without a name are rows and columns anyway.
    const picked = shape.length > 2 || (shape.length === 2 && dimensions.some((name) => name !== null));
    this.slices.hidden = !picked;
    keyed(this.slices, [shape.join(), dimensions.join(), axes.join()].join('|'), () => {
      if (!picked) return [];
      const choice = (text: string, which: 0 | 1): HTMLElement => {
        const options = shape.map((_, d) => el('option', { value: d, selected: axes[which] === d }, named(d)));
        const select = el('select', { 'aria-label': t('Dimension of the {0}', text) }, ...options);
        select.addEventListener('change', () => {
          const wanted = Number(select.value);
          const other = axes[1 - which]!;
          // Two of one are none: they change places.
          const pair = wanted === other ? [axes[1]!, axes[0]!] : which === 0 ? [wanted, other] : [other, wanted];
          this.actions?.axes([pair[0]!, pair[1]!]);
        });
        return el('label', {}, text, select);
      };
      const inputs = others.map((d) => {
        const input = el('input', {
          type: 'number',
          min: 0,
          max: shape[d]! - 1,
          title: t('Index in dimension {0}, below {1}', dimensions[d] ?? d, shape[d]!),
          'aria-label': t('Index in dimension {0}, below {1}', dimensions[d] ?? d, shape[d]!),
        });
        input.addEventListener('change', () => {
          const all = [...this.slices.querySelectorAll('input')];
          this.actions?.slice(
            all.map((one, i) => Math.max(0, Math.min(shape[others[i]!]! - 1, Math.trunc(Number(one.value) || 0)))),
          );
        });
        return el('label', {}, named(d), input);
      });
      return [choice(t('rows'), 0), choice(t('columns'), 1), ...inputs];
    });
    this.slices.querySelectorAll('input').forEach((input, i) => {
      if (document.activeElement !== input) input.value = String(slice[i] ?? 0);
    });
  }
}

const HINT = t('Point at a cell to read it; click to choose it.');
