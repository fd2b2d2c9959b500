/** What a layout is, whoever made it. */
import { CARD_HEIGHT, CHIP_GAP, CHIP_HEIGHT, type Drawn } from './model';

export interface Point {
  x: number;
  y: number;
}
export interface Rect extends Point {
  w: number;
  h: number;
}
export interface Layout {
  key: string;
  /** Cards and chips by key; a card's rectangle is without its chips. */
  cards: Map<string, Rect>;
  boxes: Map<string, Rect>;
  /** Where a box goes on in other rows. */
  more?: Map<string, Rect[]>;
  links: Map<string, Point[]>;
  width: number;
  height: number;
}

export const chipTop = (i: number): number => CARD_HEIGHT + CHIP_GAP + i * (CHIP_HEIGHT + CHIP_GAP);

/** Rectangles of cards and of the chips under them. */
export function placeCards(drawing: Drawn, at: (key: string) => Point): Map<string, Rect> {
  const cards = new Map<string, Rect>();
  for (const card of drawing.cards) {
    const { x, y } = at(card.key);
    const h = card.kind === 'parameter' ? CHIP_HEIGHT : CARD_HEIGHT;
    cards.set(card.key, { x, y, w: card.width, h });
    for (const [i, chip] of card.chips.entries()) {
      cards.set(chip.key, { x, y: y + chipTop(i), w: card.width, h: CHIP_HEIGHT });
    }
  }
  return cards;
}
