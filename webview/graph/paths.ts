/** Links as SVG paths: right angles with round corners, and a parallel one for the gradient. */
import type { Point } from './place';

const RADIUS = 7;

export function roundPath(points: Point[]): string {
  if (points.length === 0) return '';
  const first = points[0]!;
  let d = `M${first.x},${first.y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1]!, points[i]!, points[i + 1]!];
    const before = Math.hypot(b.x - a.x, b.y - a.y);
    const after = Math.hypot(c.x - b.x, c.y - b.y);
    const r = Math.min(RADIUS, before / 2, after / 2);
    if (r < 0.5) {
      d += `L${b.x},${b.y}`;
      continue;
    }
    const p = { x: b.x - ((b.x - a.x) / before) * r, y: b.y - ((b.y - a.y) / before) * r };
    const q = { x: b.x + ((c.x - b.x) / after) * r, y: b.y + ((c.y - b.y) / after) * r };
    d += `L${p.x},${p.y}Q${b.x},${b.y} ${q.x},${q.y}`;
  }
  const last = points.at(-1)!;
  return points.length === 1 ? d : `${d}L${last.x},${last.y}`;
}

const OFFSET = 7;

/** The same way, a little lower, walked from the right to the left. */
export function gradientPoints(points: Point[]): Point[] {
  const moved = points.map((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    // On a vertical piece the line keeps to one side: left of a falling one, right of a rising one.
    let fall = 0;
    if (before && Math.abs(point.y - before.y) > 0.5) fall = Math.sign(point.y - before.y);
    else if (after && Math.abs(after.y - point.y) > 0.5) fall = Math.sign(after.y - point.y);
    const edge = i === 0 || i === points.length - 1;
    return { x: edge ? point.x : point.x - fall * OFFSET, y: point.y + OFFSET };
  });
  return moved.reverse();
}
