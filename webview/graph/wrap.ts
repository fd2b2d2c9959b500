/** Folds a long drawing into rows that are read as text is: a panel is rarely as wide as a network is long. */
import type { Layout, Point, Rect } from './place';

/** Room between rows for the links that lead on, and beside them. */
const ROW_GAP = 30;
const GUTTER = 16;
const LANE = 8;
/** A drawing that is read as it is stays in one row; more rows must be worth it. */
const READABLE = 0.95;
const WORTH = 1.08;
const MOST_ROWS = 12;

interface Segment {
  from: number;
  to: number;
}

interface Row extends Segment {
  top: number;
  bottom: number;
}

/** Where the drawing can be cut: between cards and between the outermost boxes. */
function segments(layout: Layout): Segment[] {
  const spans = [...layout.cards.values(), ...layout.boxes.values()]
    .map(({ x, w }) => ({ from: x, to: x + w }))
    .sort((a, b) => a.from - b.from);
  const merged: Segment[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

/** The narrowest way to put the segments, in order, into at most `rows` rows. */
function split(parts: Segment[], rows: number): Segment[] {
  const fill = (width: number): Segment[] => {
    const found: Segment[] = [];
    for (const part of parts) {
      const last = found.at(-1);
      if (last && part.to - last.from <= width) last.to = part.to;
      else found.push({ ...part });
    }
    return found;
  };
  const widths = parts.flatMap((a, i) => parts.slice(i).map((b) => b.to - a.from)).sort((a, b) => a - b);
  let low = 0;
  let high = widths.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fill(widths[middle]!).length <= rows) high = middle;
    else low = middle + 1;
  }
  return fill(widths[low] ?? 0);
}

function heights(layout: Layout, rows: Segment[]): Row[] {
  const found = rows.map((row) => ({ ...row, top: Number.POSITIVE_INFINITY, bottom: Number.NEGATIVE_INFINITY }));
  for (const rect of [...layout.cards.values(), ...layout.boxes.values()]) {
    const row = found[rowOf(rows, rect.x + rect.w / 2)]!;
    row.top = Math.min(row.top, rect.y);
    row.bottom = Math.max(row.bottom, rect.y + rect.h);
  }
  for (const points of layout.links.values()) {
    for (const { x, y } of points) {
      const row = found.find((r) => x >= r.from && x <= r.to);
      if (!row) continue;
      row.top = Math.min(row.top, y);
      row.bottom = Math.max(row.bottom, y);
    }
  }
  return found;
}

/** The row of a place; what lies in a gap belongs to the row before it. */
function rowOf(rows: readonly Segment[], x: number): number {
  let at = 0;
  while (at + 1 < rows.length && x >= rows[at + 1]!.from) at++;
  return at;
}

const scaleOf = (width: number, height: number, view: { w: number; h: number }): number =>
  Math.min(view.w / Math.max(1, width), view.h / Math.max(1, height));

/** The layout in as many rows as make it largest in the view. Where one row is right, the layout itself. */
export function wrap(layout: Layout, view: { w: number; h: number }): Layout {
  const one = scaleOf(layout.width, layout.height, view);
  const parts = segments(layout);
  if (one >= READABLE || parts.length < 2 || parts.length > 400 || view.w <= 0 || view.h <= 0) return layout;
  let best: Row[] | null = null;
  let scale = one;
  for (let n = 2; n <= Math.min(MOST_ROWS, parts.length); n++) {
    const rows = heights(layout, split(parts, n));
    const width = Math.max(...rows.map((r) => r.to - r.from)) + GUTTER * 2;
    const height = rows.reduce((sum, r) => sum + r.bottom - r.top, 0) + (rows.length - 1) * ROW_GAP;
    const now = Math.min(1, scaleOf(width, height, view));
    if (now <= scale * WORTH) continue;
    best = rows;
    scale = now;
  }
  return best ? inRows(layout, best) : layout;
}

function inRows(layout: Layout, rows: Row[]): Layout {
  // A link begins at a card's right edge and ends at another's left edge: half a pixel inside of them is their row.
  const startRow = (points: Point[]): number => rowOf(rows, points[0]!.x - 0.5);
  const endRow = (points: Point[]): number => rowOf(rows, points.at(-1)!.x + 0.5);
  const crossing = [...layout.links].filter(([, points]) => startRow(points) !== endRow(points));
  const gap = ROW_GAP + Math.max(0, crossing.length - 1) * LANE;
  const shifts: Point[] = [];
  let y = 0;
  for (const row of rows) {
    shifts.push({ x: GUTTER - row.from, y: y - row.top });
    y += row.bottom - row.top + gap;
  }
  const width = Math.max(...rows.map((r) => r.to - r.from)) + GUTTER * 2;
  const move = <T extends Point>(item: T, row: number): T => ({
    ...item,
    x: item.x + shifts[row]!.x,
    y: item.y + shifts[row]!.y,
  });
  const moveAll = (rects: Map<string, Rect>): Map<string, Rect> =>
    new Map([...rects].map(([key, rect]) => [key, move(rect, rowOf(rows, rect.x + rect.w / 2))]));
  const lanes = new Map(crossing.map(([key], i) => [key, i * LANE]));
  const links = new Map<string, Point[]>();
  for (const [key, points] of layout.links) {
    const from = startRow(points);
    const to = endRow(points);
    const lane = lanes.get(key);
    if (lane === undefined) {
      links.set(
        key,
        points.map((p) => move(p, from)),
      );
      continue;
    }
    const head = before(points, rows[from]!.to).map((p) => move(p, from));
    const tail = after(points, rows[to]!.from).map((p) => move(p, to));
    const right = width - GUTTER / 2 + lane;
    const left = GUTTER / 2 - lane;
    const channel = rows[to]!.top + shifts[to]!.y - gap / 2 - 3 + lane;
    const [out, into] = [head.at(-1)!, tail[0]!];
    links.set(key, [
      ...head,
      { x: right, y: out.y },
      { x: right, y: channel },
      { x: left, y: channel },
      { x: left, y: into.y },
      ...tail,
    ]);
  }
  return {
    key: `${layout.key}|${rows.length} rows at ${rows.map((r) => Math.round(r.from))}`,
    cards: moveAll(layout.cards),
    boxes: moveAll(layout.boxes),
    links,
    width,
    height: y - gap,
  };
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
