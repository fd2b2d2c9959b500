/** The whole drawing, small, with a frame around what is seen: there while the drawing is larger than the view. */

import { el } from '../dom';
import { t } from '../l10n';
import { css } from '../theme';
import type { Layout, Point, Rect } from './place';

const WIDTH = 168;
const HEIGHT = 104;
const PAD = 4;

export class MiniMap {
  readonly element = el('canvas', {
    class: 'minimap',
    title: t('The whole network: drag to move over it'),
    hidden: true,
  });
  /** The drawing without the frame: it changes more seldom. */
  private readonly still = document.createElement('canvas');
  private scale = 0;
  private seen: Rect | null = null;

  constructor(to: (centre: Point) => void) {
    const move = (event: PointerEvent): void => {
      const box = this.element.getBoundingClientRect();
      to({ x: (event.clientX - box.x - PAD) / this.scale, y: (event.clientY - box.y - PAD) / this.scale });
    };
    this.element.addEventListener('pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      move(event);
      event.preventDefault();
    });
    this.element.addEventListener('pointermove', (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) move(event);
    });
  }

  /** Draws the cards, each in its colour. */
  draw(layout: Layout, colourOf: (key: string) => string): void {
    const { width, height } = layout;
    this.scale = Math.min((WIDTH - PAD * 2) / Math.max(1, width), (HEIGHT - PAD * 2) / Math.max(1, height));
    const [w, h] = [Math.ceil(width * this.scale) + PAD * 2, Math.ceil(height * this.scale) + PAD * 2];
    const dots = window.devicePixelRatio || 1;
    for (const canvas of [this.still, this.element]) {
      Object.assign(canvas, { width: Math.round(w * dots), height: Math.round(h * dots) });
    }
    Object.assign(this.element.style, { width: `${w}px`, height: `${h}px` });
    const c = this.still.getContext('2d');
    if (!c) return;
    c.setTransform(dots * this.scale, 0, 0, dots * this.scale, PAD * dots, PAD * dots);
    c.lineWidth = 1 / this.scale;
    c.strokeStyle = css('--line');
    for (const [path, box] of layout.boxes) {
      for (const { x, y, w, h } of [box, ...(layout.more?.get(path) ?? [])]) c.strokeRect(x, y, w, h);
    }
    // A card of less than a pixel would not be seen.
    const least = 1.5 / this.scale;
    for (const [key, { x, y, w, h }] of layout.cards) {
      c.fillStyle = colourOf(key);
      c.fillRect(x, y, Math.max(w, least), Math.max(h, least));
    }
    if (this.seen) this.show(this.seen, layout);
  }

  /** Moves the frame; there is no map of what is all in view. */
  show(seen: Rect, layout: Layout): void {
    this.seen = seen;
    const slack = 2;
    const all =
      seen.x <= slack &&
      seen.y <= slack &&
      seen.x + seen.w >= layout.width - slack &&
      seen.y + seen.h >= layout.height - slack;
    if (this.element.hidden !== all) this.element.hidden = all;
    const c = this.element.getContext('2d');
    if (all || !c || this.scale === 0) return;
    const dots = window.devicePixelRatio || 1;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, this.element.width, this.element.height);
    c.drawImage(this.still, 0, 0);
    c.setTransform(dots, 0, 0, dots, 0, 0);
    c.strokeStyle = css('--fg');
    c.lineWidth = 1.5;
    const at = (v: number, from: number, size: number): [number, number] => {
      const low = Math.max(1, from * this.scale + PAD);
      return [low, Math.min(v - 1, (from + size) * this.scale + PAD) - low];
    };
    const [x, w] = at(this.element.width / dots, seen.x, seen.w);
    const [y, h] = at(this.element.height / dots, seen.y, seen.h);
    if (w > 0 && h > 0) c.strokeRect(x, y, w, h);
  }
}
