/** Folds a long drawing into rows that are read as text is: a panel is rarely as wide as a network is long. */
import type { Layout, Point, Rect } from './place';

/** Room between rows for the links that lead on, and beside them. */
const ROW_GAP = 30;
const GUTTER = 16;
const LANE = 8;
/** What a module's box needs around the part of it that is in a row. */
const BOX_TOP = 27;
const BOX_PAD = 9;
/** Below this scale nobody reads: better as many rows as it takes, and to scroll through them. */
export const READABLE = 0.66;
/** A drawing that is read as it is stays in one row; more rows must be worth it. */
const LARGE = 0.95;
const WORTH = 1.08;
const MOST_ROWS = 8;
const MANY = 60;

interface Size {
  w: number;
  h: number;
}
interface Segment {
  from: number;
  to: number;
}
interface Row extends Segment {
  top: number;
  bottom: number;
}

const middle = (rect: Rect): number => rect.x + rect.w / 2;
const holds = (outer: Rect, inner: Rect): boolean =>
  inner !== outer &&
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h;

/** The row of a place; what lies in a gap belongs to the row before it. */
function rowOf(rows: readonly Segment[], x: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const at = (low + high + 1) >> 1;
    if (x >= rows[at]!.from) low = at;
    else high = at - 1;
  }
  return low;
}

class Wrapping {
  /** Boxes too wide for a row are cut with what they hold, the innermost first; the others stay whole. */
  private readonly cut: [string, Rect][];
  private readonly whole: Rect[];
  private readonly parts: Segment[] = [];

  constructor(
    private readonly layout: Layout,
    private readonly view: Size,
  ) {
    const widest = view.w / READABLE;
    const boxes = [...layout.boxes];
    this.cut = boxes.filter(([, box]) => box.w > widest).sort(([, a], [, b]) => a.w - b.w);
    this.whole = [...layout.cards.values(), ...boxes.map(([, box]) => box).filter((box) => box.w <= widest)];
    // The drawing can be cut between cards, and between boxes that stay whole.
    for (const { x, w } of [...this.whole].sort((a, b) => a.x - b.x)) {
      const last = this.parts.at(-1);
      if (last && x <= last.to) last.to = Math.max(last.to, x + w);
      else this.parts.push({ from: x, to: x + w });
    }
  }

  rows(): Row[] | null {
    const { layout, view, parts } = this;
    const one = scaleOf(layout, view);
    if (one >= LARGE || parts.length < 2 || view.w <= 0 || view.h <= 0) return null;
    let best: Row[] | null = null;
    let scale = one;
    for (let n = 2; parts.length <= MANY && n <= Math.min(MOST_ROWS, parts.length); n++) {
      const rows = this.measured(this.balanced(n));
      const now = Math.min(1, scaleOf(sizeOf(rows), view));
      if (now <= scale * WORTH) continue;
      best = rows;
      scale = now;
    }
    if (scale >= READABLE) return best;
    const rows = this.filled(view.w / READABLE - GUTTER * 2);
    return rows.length > 1 ? this.measured(rows) : null;
  }

  /** The parts, in order, in rows that are as full as the width allows. */
  private filled(width: number): Segment[] {
    const rows: Segment[] = [];
    for (const part of this.parts) {
      const last = rows.at(-1);
      if (last && part.to - last.from <= width) last.to = part.to;
      else rows.push({ ...part });
    }
    return rows;
  }

  /** The narrowest way to have at most `count` rows. */
  private balanced(count: number): Segment[] {
    const { parts } = this;
    const widths = parts.flatMap((a, i) => parts.slice(i).map((b) => b.to - a.from)).sort((a, b) => a - b);
    let low = 0;
    let high = widths.length - 1;
    while (low < high) {
      const at = (low + high) >> 1;
      if (this.filled(widths[at]!).length <= count) high = at;
      else low = at + 1;
    }
    return this.filled(widths[low] ?? 0);
  }

  private measured(segments: Segment[]): Row[] {
    const rows = segments.map((s) => ({ ...s, top: Number.POSITIVE_INFINITY, bottom: Number.NEGATIVE_INFINITY }));
    const stretch = (row: Row, top: number, bottom: number): void => {
      row.top = Math.min(row.top, top);
      row.bottom = Math.max(row.bottom, bottom);
    };
    for (const rect of this.whole) stretch(rows[rowOf(rows, middle(rect))]!, rect.y, rect.y + rect.h);
    for (const points of this.layout.links.values()) {
      for (const { x, y } of points) {
        const row = rows[rowOf(rows, x)]!;
        if (x <= row.to) stretch(row, y, y);
      }
    }
    for (const pieces of this.pieces(rows).values()) {
      for (const piece of pieces) stretch(rows[rowOf(rows, middle(piece))]!, piece.y, piece.y + piece.h);
    }
    return rows;
  }

  /** What is seen of each cut box in each row, in places of the layout. */
  private pieces(rows: readonly Segment[]): Map<string, Rect[]> {
    const found = new Map<string, Rect[]>();
    for (const [path, box] of this.cut) {
      const inner = [...found].filter(([p]) => p.startsWith(`${path}.`)).flatMap(([, all]) => all);
      const held = [...inner, ...this.whole.filter((rect) => holds(box, rect))];
      const pieces: Rect[] = [];
      for (const rect of held.sort((a, b) => a.x - b.x)) {
        const row = rowOf(rows, middle(rect));
        const x = rect.x - BOX_PAD;
        const y = rect.y - BOX_TOP;
        const piece = pieces[row];
        const right = Math.max(rect.x + rect.w + BOX_PAD, piece ? piece.x + piece.w : x);
        const bottom = Math.max(rect.y + rect.h + BOX_PAD, piece ? piece.y + piece.h : y);
        const left = Math.min(x, piece?.x ?? x);
        const top = Math.min(y, piece?.y ?? y);
        pieces[row] = { x: left, y: top, w: right - left, h: bottom - top };
      }
      found.set(path, pieces.filter(Boolean));
    }
    return found;
  }

  /** The layout in these rows. */
  layoutIn(rows: Row[]): Layout {
    const { layout } = this;
    // A link begins at a card's right edge and ends at another's left edge: half a pixel inside of them is their row.
    const startRow = (points: Point[]): number => rowOf(rows, points[0]!.x - 0.5);
    const endRow = (points: Point[]): number => rowOf(rows, points.at(-1)!.x + 0.5);
    const lanes = new Map<string, number>();
    const into = rows.map(() => 0);
    for (const [key, points] of layout.links) {
      const to = endRow(points);
      if (startRow(points) !== to) lanes.set(key, LANE * into[to]!++);
    }
    const gaps = into.map((links) => ROW_GAP + Math.max(0, links - 1) * LANE);
    const shifts: Point[] = [];
    let y = 0;
    for (const [i, row] of rows.entries()) {
      if (i > 0) y += gaps[i]!;
      shifts.push({ x: GUTTER - row.from, y: y - row.top });
      y += row.bottom - row.top;
    }
    const { w: width } = sizeOf(rows);
    const move = <T extends Point>(item: T, row: number): T => {
      const by = shifts[row]!;
      return { ...item, x: item.x + by.x, y: item.y + by.y };
    };
    const moved = (rect: Rect): Rect => move(rect, rowOf(rows, middle(rect)));
    const route = (points: Point[], lane: number): Point[] => {
      const [from, to] = [startRow(points), endRow(points)];
      const head = before(points, rows[from]!.to).map((p) => move(p, from));
      const tail = after(points, rows[to]!.from).map((p) => move(p, to));
      const right = width - GUTTER / 2 + lane;
      const left = GUTTER / 2 - lane;
      const channel = rows[to]!.top + shifts[to]!.y - gaps[to]! / 2 - 3 + lane / 2;
      const turns = [
        { x: right, y: head.at(-1)!.y },
        { x: right, y: channel },
        { x: left, y: channel },
        { x: left, y: tail[0]!.y },
      ];
      return [...head, ...turns, ...tail];
    };
    const pieces = new Map([...this.pieces(rows)].map(([path, all]) => [path, all.map(moved)]));
    return {
      key: `${layout.key}|rows at ${rows.map((r) => Math.round(r.from))}`,
      cards: new Map([...layout.cards].map(([key, rect]) => [key, moved(rect)])),
      boxes: new Map([...layout.boxes].map(([path, rect]) => [path, pieces.get(path)?.[0] ?? moved(rect)])),
      more: new Map([...pieces].map(([path, all]) => [path, all.slice(1)])),
      links: new Map(
        [...layout.links].map(([key, points]) => {
          const lane = lanes.get(key);
          return [key, lane === undefined ? points.map((p) => move(p, startRow(points))) : route(points, lane)];
        }),
      ),
      width,
      height: y,
    };
  }
}

const scaleOf = (size: { width: number; height: number } | Size, view: Size): number => {
  const { w, h } = 'w' in size ? size : { w: size.width, h: size.height };
  return Math.min(view.w / Math.max(1, w), view.h / Math.max(1, h));
};

const sizeOf = (rows: Row[]): Size => ({
  w: Math.max(...rows.map((r) => r.to - r.from)) + GUTTER * 2,
  h: rows.reduce((sum, r) => sum + r.bottom - r.top, 0) + (rows.length - 1) * ROW_GAP,
});

/** The layout in as many rows as make it largest in the view. Where one row is right, the layout itself. */
export function wrap(layout: Layout, view: Size): Layout {
  const wrapping = new Wrapping(layout, view);
  const rows = wrapping.rows();
  return rows ? wrapping.layoutIn(rows) : layout;
}

/** The way up to a place, and the way from there on; the piece that goes through it is cut. */
function before(points: Point[], x: number): Point[] {
  const end = points.findIndex((p) => p.x > x);
  if (end <= 0) return points.slice(0, 1);
  return [...points.slice(0, end), { x, y: points[end - 1]!.y }];
}

function after(points: Point[], x: number): Point[] {
  const start = points.findLastIndex((p) => p.x < x);
  if (start < 0 || start === points.length - 1) return points.slice(-1);
  return [{ x, y: points[start + 1]!.y }, ...points.slice(start + 1)];
}
