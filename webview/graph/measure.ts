/** Text widths, so that a card is as wide as its words. */

const FAMILY = 'var(--vscode-font-family, system-ui, sans-serif)';
const known = new Map<string, number>();
let context: CanvasRenderingContext2D | null = null;

function family(): string {
  const found = getComputedStyle(document.body).getPropertyValue('--vscode-font-family').trim();
  return found || FAMILY.replace(/^var\(.*?, /, '').replace(/\)$/, '');
}

/** The page's font at a size, for a canvas. */
export const fontOf = (size: number): string => `${size}px ${family()}`;

/** Width in the graph's units at its font size (12 for titles, 11 for the rest). */
export function textWidth(text: string, title: boolean): number {
  const key = `${title ? 't' : 'd'}${text}`;
  const width = known.get(key);
  if (width !== undefined) return width;
  if (typeof document === 'undefined') return text.length * 7;
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  context.font = title ? `600 12px ${family()}` : fontOf(11);
  const found = Math.ceil(context.measureText(text).width);
  known.set(key, found);
  return found;
}

/** The text, cut with an ellipsis where it would not fit. */
export function fitText(text: string, width: number, title: boolean): string {
  if (textWidth(text, title) <= width) return text;
  let end = text.length - 1;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`, title) > width) end--;
  return `${text.slice(0, end)}…`;
}
