/** A tensor as pictures, in a grid. */

import type { TensorImages } from '../../src/protocol/views';
import { button, el, keyed } from '../dom';
import { count, num } from '../format';
import { plural, t } from '../l10n';

export interface ImagesActions {
  toggle(open: boolean): void;
  page(from: number): void;
  /** Shows a picture's numbers. */
  pick(index: number): void;
}

/** Pixels of a picture on the screen, about. */
const SIZE = 72;

export class Images {
  private readonly summary = el('summary', { title: t('Show or hide the tensor as pictures') }, t('Pictures'));
  readonly element = el('details', { class: 'images' }, this.summary);
  private readonly grid = el('div', { class: 'pictures' });
  private readonly range = el('p', { class: 'note' });
  private readonly pages = el('div', { class: 'pages' });
  private shown: TensorImages | null = null;

  constructor(private readonly actions: ImagesActions) {
    this.element.append(this.range, this.grid, this.pages);
    this.summary.addEventListener('click', (event) => {
      event.preventDefault();
      actions.toggle(!this.element.open);
    });
  }

  update(images: TensorImages | null, imageLike: boolean, open: boolean): void {
    this.element.hidden = !imageLike;
    if (this.element.open !== open) this.element.open = open;
    if (!images || !open || images === this.shown) return;
    this.shown = images;
    const { from, total, channels, height, width, step, low, high, pixels } = images;
    const kind = channels === 3 ? t('red, green, blue') : t('grey');
    const left = step > 1 ? t('; every {0}th pixel', step) : '';
    this.range.textContent = plural(
      total,
      '{0} picture, {1}: black is {2}, white is {3}{4}',
      '{0} pictures, {1}: black is {2}, white is {3}{4}',
      count(total),
      kind,
      num(low),
      num(high),
      left,
    );
    const scale = Math.max(1, Math.round(SIZE / Math.max(height, width)));
    this.grid.replaceChildren(
      ...pixels.map((text, i) => {
        const canvas = el('canvas', { width, height, 'aria-hidden': true });
        canvas.style.width = `${width * scale}px`;
        canvas.style.height = `${height * scale}px`;
        paint(canvas, text, width, height);
        const nr = from + i;
        return button(
          t('Picture {0} of {1}: show its numbers', nr, total),
          () => this.actions.pick(nr),
          { class: 'picture' },
          canvas,
          el('small', {}, nr),
        );
      }),
    );
    const to = from + pixels.length;
    keyed(this.pages, `${from}/${to}/${total}`, () =>
      total <= pixels.length
        ? []
        : [
            button(
              t('Pictures before these'),
              () => this.actions.page(Math.max(0, from - pixels.length)),
              { class: 'icon', 'aria-disabled': from === 0 ? 'true' : null },
              '‹',
            ),
            t('{0}–{1} of {2}', from, to - 1, total),
            button(
              t('Pictures after these'),
              () => this.actions.page(to),
              { class: 'icon', 'aria-disabled': to >= total ? 'true' : null },
              '›',
            ),
          ],
    );
  }
}

function paint(canvas: HTMLCanvasElement, text: string, width: number, height: number): void {
  const bytes = Uint8ClampedArray.from(atob(text), (c) => c.charCodeAt(0));
  if (bytes.length !== 4 * width * height) return;
  canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0);
}
