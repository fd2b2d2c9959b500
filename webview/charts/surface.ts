/** What a chart is drawn on: a canvas for the screen and for PNG, or SVG text. One drawing, two ways to keep it. */
import { font } from './canvas';

export type Point = readonly [number, number];

export interface Stroke {
  color: string;
  width?: number;
  alpha?: number;
  dash?: number[];
}

export interface Surface {
  line(points: readonly Point[], stroke: Stroke): void;
  /** Vertical strokes [x, y1, y2]: the spread of many points on one pixel. */
  spread(bars: readonly (readonly [number, number, number])[], stroke: Stroke): void;
  dot(at: Point, radius: number, color: string, hollow?: string): void;
  rect(x: number, y: number, w: number, h: number, color: string): void;
  text(x: number, y: number, text: string, color: string, size: number, anchor?: 'start' | 'middle' | 'end'): void;
  /** What `paint` draws is cut off outside of this. */
  inside(x: number, y: number, w: number, h: number, paint: () => void): void;
  /** Everything `paint` draws is moved. */
  at(x: number, y: number, paint: () => void): void;
}

const ALIGN = { start: 'left', middle: 'center', end: 'right' } as const;

export class CanvasSurface implements Surface {
  constructor(private readonly c: CanvasRenderingContext2D) {}

  line(points: readonly Point[], { color, width = 1, alpha = 1, dash = [] }: Stroke): void {
    const { c } = this;
    c.save();
    c.strokeStyle = color;
    c.lineWidth = width;
    c.globalAlpha = alpha;
    c.lineJoin = 'round';
    c.setLineDash(dash);
    c.beginPath();
    for (const [x, y] of points) c.lineTo(x, y);
    c.stroke();
    c.restore();
  }

  spread(bars: readonly (readonly [number, number, number])[], { color, width = 1, alpha = 1 }: Stroke): void {
    const { c } = this;
    c.save();
    c.fillStyle = color;
    c.globalAlpha = alpha;
    c.beginPath();
    for (const [x, a, b] of bars) c.rect(x - width / 2, Math.min(a, b), width, Math.max(1, Math.abs(b - a)));
    c.fill();
    c.restore();
  }

  dot([x, y]: Point, radius: number, color: string, hollow?: string): void {
    const { c } = this;
    c.beginPath();
    c.arc(x, y, radius, 0, Math.PI * 2);
    c.fillStyle = hollow ?? color;
    c.fill();
    if (!hollow) return;
    c.strokeStyle = color;
    c.lineWidth = 1.5;
    c.stroke();
  }

  rect(x: number, y: number, w: number, h: number, color: string): void {
    this.c.fillStyle = color;
    this.c.fillRect(x, y, w, h);
  }

  text(x: number, y: number, text: string, color: string, size: number, anchor: keyof typeof ALIGN = 'start'): void {
    const { c } = this;
    c.font = font(size);
    c.fillStyle = color;
    c.textAlign = ALIGN[anchor];
    c.textBaseline = 'alphabetic';
    c.fillText(text, x, y);
  }

  inside(x: number, y: number, w: number, h: number, paint: () => void): void {
    this.c.save();
    this.c.beginPath();
    this.c.rect(x, y, w, h);
    this.c.clip();
    paint();
    this.c.restore();
  }

  at(x: number, y: number, paint: () => void): void {
    this.c.save();
    this.c.translate(x, y);
    paint();
    this.c.restore();
  }
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const short = (v: number): string => String(Math.round(v * 100) / 100);

/** Collects the text of an SVG. */
export class SvgSurface implements Surface {
  private readonly parts: string[] = [];
  private clips = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly family: string,
  ) {}

  line(points: readonly Point[], { color, width = 1, alpha = 1, dash = [] }: Stroke): void {
    if (points.length === 0) return;
    const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('');
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    const see = alpha < 1 ? ` stroke-opacity="${alpha}"` : '';
    this.parts.push(
      `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"${see}${dashes}/>`,
    );
  }

  spread(bars: readonly (readonly [number, number, number])[], { color, width = 1, alpha = 1 }: Stroke): void {
    const d = bars.map(([x, a, b]) => `M${short(x)} ${short(a)}V${short(a === b ? b + 1 : b)}`).join('');
    if (d) this.parts.push(`<path d="${d}" stroke="${color}" stroke-width="${width}" stroke-opacity="${alpha}"/>`);
  }

  dot([x, y]: Point, radius: number, color: string, hollow?: string): void {
    const look = hollow ? `fill="${hollow}" stroke="${color}" stroke-width="1.5"` : `fill="${color}"`;
    this.parts.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" ${look}/>`);
  }

  rect(x: number, y: number, w: number, h: number, color: string): void {
    this.parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="${color}"/>`);
  }

  text(x: number, y: number, text: string, color: string, size: number, anchor = 'start'): void {
    const place = `x="${short(x)}" y="${short(y)}" font-size="${size}" text-anchor="${anchor}"`;
    this.parts.push(`<text ${place} fill="${color}">${escaped(text)}</text>`);
  }

  inside(x: number, y: number, w: number, h: number, paint: () => void): void {
    const id = `clip${this.clips++}`;
    this.parts.push(
      `<clipPath id="${id}"><rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}"/></clipPath><g clip-path="url(#${id})">`,
    );
    paint();
    this.parts.push('</g>');
  }

  at(x: number, y: number, paint: () => void): void {
    this.parts.push(`<g transform="translate(${short(x)} ${short(y)})">`);
    paint();
    this.parts.push('</g>');
  }

  get markup(): string {
    const { width, height } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(this.family)}">${this.parts.join('\n')}</svg>\n`;
  }
}
