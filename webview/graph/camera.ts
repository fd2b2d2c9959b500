/** Zoom and pan: fit, keep a card in view, remember where the user left it. */
import { select, type ZoomTransform, zoom, zoomIdentity } from 'd3';
import { calm } from '../theme';
import type { Point, Rect } from './place';
import { READABLE } from './wrap';

const MARGIN = 14;
/** So near that a small layer of 40 units is read. */
const MOST = 14;
/** All of a very large network is in view. */
const LEAST = 0.01;
/** From here on a layer shows its units. */
export const NEAR = 2.6;
/** Below this the small print goes and the names grow. */
const FAR = 0.5;

export class Camera {
  private readonly behaviour = zoom<SVGSVGElement, unknown>().scaleExtent([LEAST, MOST]);
  private transform: ZoomTransform = zoomIdentity;
  /** The user took the camera: it is not refitted on its own. */
  taken = false;
  /** Where it was before it went near. */
  private before: ZoomTransform | null = null;

  constructor(
    private readonly frame: SVGSVGElement,
    world: SVGGElement,
    private readonly kept: (view: { k: number; x: number; y: number }) => void,
    moved: () => void,
  ) {
    this.behaviour
      .on('zoom', (event: { transform: ZoomTransform; sourceEvent: Event | null }) => {
        this.transform = event.transform;
        world.setAttribute('transform', event.transform.toString());
        frame.classList.toggle('far', event.transform.k < FAR);
        frame.classList.toggle('near', event.transform.k >= NEAR);
        if (event.transform.k >= NEAR) frame.style.setProperty('--k', event.transform.k.toFixed(2));
        if (event.sourceEvent) this.taken = true;
        moved();
      })
      .on('end', (event: { sourceEvent: Event | null }) => {
        const { k, x, y } = this.transform;
        if (event.sourceEvent) kept({ k, x, y });
      });
    select(frame).call(this.behaviour).on('dblclick.zoom', null);
  }

  private size(): [number, number] {
    return [this.frame.clientWidth, this.frame.clientHeight];
  }

  private go(to: ZoomTransform, smooth: boolean): void {
    const target = select(this.frame);
    if (smooth && !calm()) target.transition().duration(220).call(this.behaviour.transform, to);
    else target.interrupt().call(this.behaviour.transform, to);
  }

  restore(view: { k: number; x: number; y: number }): void {
    this.taken = true;
    this.go(zoomIdentity.translate(view.x, view.y).scale(view.k), false);
  }

  /** What a drawing may fill at scale 1. */
  room(): { w: number; h: number } {
    const [w, h] = this.size();
    return { w: w - MARGIN * 2, h: h - MARGIN * 2 };
  }

  private fitScale(width: number, height: number): number {
    const [w, h] = this.size();
    return Math.min((w - MARGIN * 2) / Math.max(1, width), (h - MARGIN * 2) / Math.max(1, height), 1);
  }

  fit(width: number, height: number, smooth = true): void {
    const [w, h] = this.size();
    const k = Math.max(LEAST, this.fitScale(width, height));
    this.go(zoomIdentity.translate((w - width * k) / 2, (h - height * k) / 2).scale(k), smooth);
  }

  /** All of it where the words stay readable; else its beginning, or the cursor's surroundings. */
  open(width: number, height: number, focus: Rect | null): void {
    const k = this.fitScale(width, height);
    if (k >= READABLE) {
      this.fit(width, height, false);
      return;
    }
    const [w, h] = this.size();
    const at = (size: number, view: number, point: number): number => {
      if (size * READABLE <= view - MARGIN * 2) return (view - size * READABLE) / 2;
      return Math.min(MARGIN, Math.max(view - MARGIN - size * READABLE, view / 2 - point * READABLE));
    };
    const x = at(width, w, focus ? focus.x + focus.w / 2 : 0);
    const y = at(height, h, focus ? focus.y + focus.h / 2 : 0);
    this.go(zoomIdentity.translate(x, y).scale(READABLE), false);
  }

  /** What of the drawing is seen. */
  seen(): Rect {
    const [w, h] = this.size();
    const { k, x, y } = this.transform;
    return { x: -x / k, y: -y / k, w: w / k, h: h / k };
  }

  /** The user looks there. */
  centre({ x, y }: Point): void {
    this.taken = true;
    const [w, h] = this.size();
    const { k } = this.transform;
    this.go(zoomIdentity.translate(w / 2 - x * k, h / 2 - y * k).scale(k), false);
    this.kept({ k, x: w / 2 - x * k, y: h / 2 - y * k });
  }

  /** What was at one place of the drawing is now at another: it stays where it is on the screen, and so does the rest around it. */
  keep(was: Rect, is: Rect): void {
    this.taken = true;
    const { k, x, y } = this.transform;
    this.go(zoomIdentity.translate(x + (was.x - is.x) * k, y + (was.y - is.y) * k).scale(k), false);
  }

  get place(): { k: number; x: number; y: number } {
    return this.transform;
  }

  /** Goes to a place near enough to read it. */
  visit({ x, y }: Point): void {
    this.taken = true;
    const [w, h] = this.size();
    const k = Math.max(READABLE, this.transform.k);
    this.go(zoomIdentity.translate(w / 2 - x * k, h / 2 - y * k).scale(k), true);
  }

  get scale(): number {
    return this.transform.k;
  }

  /** Goes so near that this fills the view; `back` leads to where it was. */
  enclose(rect: Rect): void {
    this.before ??= this.transform;
    this.taken = true;
    const [w, h] = this.size();
    const k = Math.max(NEAR, Math.min((w - MARGIN * 2) / rect.w, (h - MARGIN * 2) / rect.h, MOST));
    const [x, y] = [rect.x + rect.w / 2, rect.y + rect.h / 2];
    this.go(zoomIdentity.translate(w / 2 - x * k, h / 2 - y * k).scale(k), true);
  }

  /** Back from what was enclosed; false where nothing was. */
  back(): boolean {
    const to = this.before;
    this.before = null;
    if (!to || this.transform.k < NEAR) return false;
    this.go(to, true);
    return true;
  }

  /** Pans as little as needed. */
  show(rect: Rect): void {
    const [w, h] = this.size();
    if (w === 0 || h === 0) return;
    const { k, x, y } = this.transform;
    const shift = (from: number, to: number, view: number): number => {
      const margin = Math.min(MARGIN, view / 8);
      if (to - from > view - margin * 2) return from > view / 2 || to < view / 2 ? view / 2 - (from + to) / 2 : 0;
      if (from < margin) return margin - from + Math.min(60, view / 6);
      if (to > view - margin) return view - margin - to - Math.min(60, view / 6);
      return 0;
    };
    const dx = shift(rect.x * k + x, (rect.x + rect.w) * k + x, w);
    const dy = shift(rect.y * k + y, (rect.y + rect.h) * k + y, h);
    if (dx !== 0 || dy !== 0) this.go(zoomIdentity.translate(x + dx, y + dy).scale(k), true);
  }

  by(factor: number): void {
    this.taken = true;
    const target = select(this.frame);
    this.behaviour.scaleBy(calm() ? target : (target.transition().duration(150) as never), factor);
  }
}
