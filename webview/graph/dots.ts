/** A network from so far away that no word is read: modules, links and cards painted at once, each card in its colour. */

import { el } from '../dom';
import { css } from '../theme';
import { fontOf } from './measure';
import type { Drawn } from './model';
import type { Layout, Point } from './place';

/** A box gets its name where it is so wide on the screen. */
const NAMED = 46;

export class Dots {
  readonly element = el('canvas', { class: 'dots', 'aria-hidden': true, hidden: true });
  private cards: { colour: string; path: Path2D }[] = [];
  private boxes = new Path2D();
  private links = new Path2D();
  private names: { text: string; x: number; y: number; w: number }[] = [];
  private layout: Layout | null = null;

  /** What is painted from now on. */
  prepare(drawing: Drawn, layout: Layout, colourOf: (key: string) => string): void {
    if (this.layout !== layout) {
      this.layout = layout;
      this.boxes = new Path2D();
      this.links = new Path2D();
      this.names = [];
      for (const { path } of drawing.boxes) {
        const rects = [layout.boxes.get(path)!, ...(layout.more?.get(path) ?? [])].filter(Boolean);
        for (const { x, y, w, h } of rects) this.boxes.rect(x, y, w, h);
        const first = rects[0];
        if (first) this.names.push({ text: path, ...first });
      }
      for (const points of layout.links.values()) {
        for (const [i, { x, y }] of points.entries()) i === 0 ? this.links.moveTo(x, y) : this.links.lineTo(x, y);
      }
    }
    const paths = new Map<string, Path2D>();
    for (const [key, { x, y, w, h }] of layout.cards) {
      const colour = colourOf(key);
      let path = paths.get(colour);
      if (!path) paths.set(colour, (path = new Path2D()));
      path.rect(x, y, w, h);
    }
    this.cards = [...paths].map(([colour, path]) => ({ colour, path }));
  }

  paint({ k, x, y }: { k: number } & Point, width: number, height: number): void {
    const { element } = this;
    const dots = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * dots), Math.round(height * dots)];
    if (element.width !== w || element.height !== h) Object.assign(element, { width: w, height: h });
    const c = element.getContext('2d');
    if (!c) return;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, w, h);
    c.setTransform(dots * k, 0, 0, dots * k, dots * x, dots * y);
    c.lineWidth = 1 / k;
    c.fillStyle = css('--box');
    c.strokeStyle = css('--line');
    c.fill(this.boxes);
    c.stroke(this.boxes);
    c.strokeStyle = css('--edge');
    c.stroke(this.links);
    for (const { colour, path } of this.cards) {
      c.fillStyle = colour;
      c.fill(path);
    }
    c.setTransform(dots, 0, 0, dots, 0, 0);
    c.fillStyle = css('--fg');
    c.font = fontOf(11);
    for (const name of this.names) {
      if (name.w * k < NAMED || name.x * k + x > width || (name.x + name.w) * k + x < 0) continue;
      const last = name.text.slice(name.text.lastIndexOf('.') + 1);
      if (c.measureText(last).width < name.w * k - 4)
        c.fillText(last, Math.max(0, name.x * k + x) + 3, name.y * k + y - 3);
    }
  }
}
