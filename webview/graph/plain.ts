/** The layout of last resort, where no worker may start: columns by distance from the inputs, no module boxes. */
import { CARD_HEIGHT, type Drawn } from './model';
import { type Layout, type Point, placeCards } from './place';

const GAP_X = 56;
const GAP_Y = 26;

export function plainLayout(drawing: Drawn): Layout {
  const column = new Map<string, number>(drawing.cards.map((card) => [card.key, 0]));
  // Longest path from the inputs; a loop (a module entered twice while folded) stops at the number of cards.
  for (let round = 0; round < drawing.cards.length; round++) {
    let moved = false;
    for (const link of drawing.links) {
      const next = (column.get(link.from) ?? 0) + 1;
      if (next > (column.get(link.to) ?? 0) && next < drawing.cards.length) {
        column.set(link.to, next);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const columns: string[][] = [];
  for (const [key, at] of column) (columns[at] ??= []).push(key);
  const at = new Map<string, Point>();
  let x = 0;
  let height = 0;
  for (const keys of columns) {
    if (!keys) continue;
    let y = 0;
    let width = 0;
    for (const key of keys) {
      const card = drawing.byKey.get(key)!;
      at.set(key, { x, y });
      y += card.height + GAP_Y;
      width = Math.max(width, card.width);
    }
    height = Math.max(height, y - GAP_Y);
    x += width + GAP_X;
  }
  const cards = placeCards(drawing, (key) => at.get(key) ?? { x: 0, y: 0 });
  const links = new Map<string, Point[]>();
  for (const link of drawing.links) {
    const from = cards.get(link.from);
    const to = cards.get(link.to);
    if (!from || !to) continue;
    const y1 = from.y + Math.min(from.h, CARD_HEIGHT) / 2;
    const y2 = to.y + CARD_HEIGHT / 2;
    const turn = to.x - GAP_X / 2;
    const start = { x: from.x + from.w, y: y1 };
    const end = { x: to.x, y: y2 };
    links.set(link.key, y1 === y2 ? [start, end] : [start, { x: turn, y: y1 }, { x: turn, y: y2 }, end]);
  }
  return { key: drawing.key, cards, boxes: new Map(), links, width: Math.max(0, x - GAP_X), height };
}
