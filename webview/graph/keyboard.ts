/** Where an arrow key leads: along the edges to the right and left, to the nearest neighbour up and down. */
import type { Drawn } from './model';
import type { Layout, Rect } from './place';

export type Direction = 'left' | 'right' | 'up' | 'down';

const middle = (rect: Rect): [number, number] => [rect.x + rect.w / 2, rect.y + rect.h / 2];

function along(drawing: Drawn, layout: Layout, from: string, forward: boolean): string | null {
  const here = layout.cards.get(from);
  if (!here) return null;
  const keys = drawing.links
    .filter((link) => (forward ? link.from : link.to) === from)
    .map((link) => (forward ? link.to : link.from));
  // A parameter under an op leads to that op's followers; an op's parameters are reached with the down key.
  const host = drawing.cards.find((card) => card.chips.some((chip) => chip.key === from));
  if (keys.length === 0 && host) return along(drawing, layout, host.key, forward) ?? host.key;
  const distance = (key: string): number => {
    const there = layout.cards.get(key);
    return there ? Math.abs(middle(there)[1] - middle(here)[1]) : Number.POSITIVE_INFINITY;
  };
  return keys.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

function beside(layout: Layout, from: string, sign: 1 | -1): string | null {
  const here = layout.cards.get(from);
  if (!here) return null;
  const [x, y] = middle(here);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [key, rect] of layout.cards) {
    if (key === from) continue;
    const [x2, y2] = middle(rect);
    const ahead = (y2 - y) * sign;
    if (ahead <= 4) continue;
    const distance = ahead + Math.max(0, Math.abs(x2 - x) - rect.w / 2) * 3;
    if (distance < least) {
      least = distance;
      best = key;
    }
  }
  return best;
}

/** The key of the card to go to, or null at the edge of the drawing. */
export function neighbour(drawing: Drawn, layout: Layout, from: string, direction: Direction): string | null {
  if (direction === 'right') return along(drawing, layout, from, true);
  if (direction === 'left') return along(drawing, layout, from, false);
  return beside(layout, from, direction === 'down' ? 1 : -1);
}

/** The leftmost or the rightmost card. */
export function extreme(layout: Layout, last: boolean): string | null {
  const sorted = [...layout.cards].sort(([, a], [, b]) => a.x - b.x || a.y - b.y);
  return (last ? sorted.at(-1) : sorted[0])?.[0] ?? null;
}
