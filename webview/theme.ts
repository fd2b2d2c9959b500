/** Colours for canvases, read from the same CSS variables that style the page; told again when the theme changes. */
import { type RGBColor, rgb } from 'd3';

const listeners: (() => void)[] = [];
let probe: HTMLElement | null = null;
const cache = new Map<string, RGBColor>();

let dot: CanvasRenderingContext2D | null = null;

/** Mixed colours come as `color(srgb …)`, which only the browser reads: it paints one pixel with it. */
function pixel(text: string): RGBColor {
  dot ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  });
  if (!dot) return rgb(text);
  dot.clearRect(0, 0, 1, 1);
  dot.fillStyle = text;
  dot.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = dot.getImageData(0, 0, 1, 1).data;
  return rgb(r!, g!, b!, a! / 255);
}

/** The colour of one of our CSS variables (`--fwd`), resolved by the browser. */
export function color(name: string): RGBColor {
  const known = cache.get(name);
  if (known) return known;
  if (!probe) {
    probe = document.createElement('i');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  const found = pixel(getComputedStyle(probe).color);
  cache.set(name, found);
  return found;
}

export const css = (name: string): string => color(name).formatRgb();

export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

new MutationObserver(() => {
  cache.clear();
  for (const listener of listeners) listener();
}).observe(document.documentElement, { attributes: true, subtree: false });

export function watchBody(): void {
  new MutationObserver(() => {
    cache.clear();
    for (const listener of listeners) listener();
  }).observe(document.body, { attributes: true, attributeFilter: ['class', 'style'] });
}

export const calm = (): boolean =>
  matchMedia('(prefers-reduced-motion: reduce)').matches || document.body.classList.contains('vscode-reduce-motion');
