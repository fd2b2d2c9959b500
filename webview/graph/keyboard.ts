/** Where an arrow key leads: along the edges to the right and left, to the nearest neighbour up and down. */
import type { Drawn } from './model';
import type { Layout, Rect } from './place';

export type Direction = 'left' | 'right' | 'up' | 'down';

const middle = (rect: Rect): [number, number] => [rect.x + rect.w / 2, rect.y + rect.h / 2];

/** Keys of the cards at the other ends of a card's links, the nearest in height first. */
function ends(drawing: Drawn, layout: Layout, from: string, forward: boolean, grad: boolean): string[] {
  const here = layout.cards.get(from);
  if (!here) return [];
  const keys = drawing.links
    .filter((link) => (forward ? link.from : link.to) === from && (!grad || link.grad))
    .map((link) => (forward ? link.to : link.from));
  const distance = (key: string): number => {
    const there = layout.cards.get(key);
    return there ? Math.abs(middle(there)[1] - middle(here)[1]) : Number.POSITIVE_INFINITY;
  };
  return keys.sort((a, b) => distance(a) - distance(b));
}

function along(drawing: Drawn, layout: Layout, from: string, forward: boolean, grad = false): string | null {
  const keys = ends(drawing, layout, from, forward, grad);
  // A parameter under an op leads to that op's followers; an op's parameters are reached with the down key.
  const host = drawing.cards.find((card) => card.chips.some((chip) => chip.key === from));
  if (keys.length === 0 && host) return along(drawing, layout, host.key, forward, grad) ?? host.key;
  return keys[0] ?? null;
}

/**
 * A walk along the edges: to the right with the values, to the left against them; `grad` takes only edges that a gradient flows on. Where
 * edges fork, up and down change to the next of those that leave the same card.
 */
export class Walk {
  private fork: { from: string; to: string; forward: boolean; grad: boolean } | null = null;

  step(drawing: Drawn, layout: Layout, at: string, direction: Direction, grad: boolean): string | null {
    if (direction === 'left' || direction === 'right') {
      const forward = direction === 'right';
      const to = along(drawing, layout, at, forward, grad);
      if (to) this.fork = { from: at, to, forward, grad };
      return to;
    }
    const { fork } = this;
    if (fork?.to !== at) return null;
    const keys = ends(drawing, layout, fork.from, fork.forward, fork.grad);
    const here = keys.indexOf(at);
    if (here < 0 || keys.length < 2) return null;
    const to = keys[(here + (direction === 'down' ? 1 : keys.length - 1)) % keys.length]!;
    this.fork = { ...fork, to };
    return to;
  }
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
