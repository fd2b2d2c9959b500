/** The loss over a plane as contours, and what training did in it. */

import { contours, geoPath, geoTransform, line, max, min, type ScaleLinear, scaleLinear } from 'd3';
import type { PlaneArrow, PlanePoint, PlaneView } from '../../src/protocol/whatif';
import { svg } from '../dom';
import { num, short } from '../format';
import { t } from '../l10n';

const LEFT = 50;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 34;
/** Contours, and how many points are put between two that were computed. */
const LEVELS = 12;
const FINER = 4;
/** The longest arrow of a role, as a part of the picture's smaller side. */
const LONGEST = 0.3;
/** The shortest, in pixels: where training has arrived its arrows are next to nothing, and their direction is still to be seen. */
const SHORTEST = { gradient: 14, velocity: 14, step: 5 };
/** A letter of an axis' name, and a line of it where it stands above the picture. */
const LETTER = 6.5;
const LINE = 16;
/** Axes of more different lengths than this are not drawn to one scale. */
const MOST_UNEQUAL = 5;

/** Another run's way in the same plane. */
export interface OtherWay {
  name: string;
  /** A CSS variable. */
  colour: string;
  points: readonly { iteration: number; x: number; y: number; off: number }[];
}

export interface PlaneMap {
  element: SVGSVGElement;
  /** Loss of each contour, from the lowest. */
  levels: number[];
  /** What arrows of a role are multiplied with to be seen; the step is to scale. */
  stretched: { [R in PlaneArrow['role']]?: number };
  /** Is one unit as long on both axes? */
  toScale: boolean;
  /** Position of a path's point in the picture. */
  at(point: { x: number; y: number }): [number, number];
  /** Index of the path's point that is nearest to a place in the picture, and how far it is. */
  nearest(px: number, py: number): { index: number; far: number };
  /** The loss at a place in the picture, between the points that were computed. */
  lossAt(px: number, py: number): { x: number; y: number; loss: number } | null;
}

/** Draws a plane into at most `width` x `height` pixels, with the path's point `now` as the present one (-1 for none). */
export function drawPlane(
  view: PlaneView,
  now: number,
  width: number,
  height: number,
  others: readonly OtherWay[],
): PlaneMap {
  const [x, y, toScale] = scales(view, width, height);
  const [w, h] = [x.range()[1]! + RIGHT, y.range()[0]! + BOTTOM];
  const picture = svg('svg', { width: w, height: h, viewBox: `0 0 ${w} ${h}`, class: 'plane-map' });
  const losses = finite(view.losses);
  const grid = finer(losses, view.n);
  const levels = levelsOf(losses);
  picture.append(surface(view, grid, levels, x, y), ...axes(view, x, y));
  // Another run may leave what is drawn: a picture inside of the picture cuts it off.
  const top = y.range()[1]!;
  const [left, inner, tall] = [LEFT, w - LEFT - RIGHT, h - top - BOTTOM];
  const frame = { x: left, y: top, width: inner, height: tall, viewBox: `${left} ${top} ${inner} ${tall}` };
  picture.append(svg('svg', frame, ...others.flatMap((other) => otherWay(other, x, y))));
  picture.append(...way(view.path, now, x, y));
  const stretched: PlaneMap['stretched'] = {};
  const point = view.path[now];
  const room = Math.min(inner, tall) * LONGEST;
  for (const arrow of point?.arrows ?? []) {
    const sign = arrow.role === 'gradient' ? -1 : 1;
    const length = (a: PlaneArrow) => Math.hypot(x(a.x) - x(0), y(a.y) - y(0));
    const longest = max(view.path, (p) => max(p.arrows, (a) => (a.role === arrow.role ? length(a) : 0))) ?? 0;
    const whole = arrow.role === 'step' || !(longest > 0) ? 1 : room / longest;
    const seen = whole * length(arrow);
    const factor = seen > 0 ? whole * Math.max(1, SHORTEST[arrow.role] / seen) : whole;
    stretched[arrow.role] = factor;
    const to = { x: point!.x + sign * factor * arrow.x, y: point!.y + sign * factor * arrow.y };
    picture.append(...drawArrow(arrow.role, [x(point!.x), y(point!.y)], [x(to.x), y(to.y)]));
  }
  if (point) picture.append(svg('circle', { class: 'here', cx: x(point.x), cy: y(point.y), r: 5.5 }));
  return {
    element: picture,
    levels,
    stretched,
    toScale,
    at: (p) => [x(p.x), y(p.y)],
    nearest(px, py) {
      let best = { index: -1, far: Number.POSITIVE_INFINITY };
      for (const [index, p] of view.path.entries()) {
        const far = Math.hypot(x(p.x) - px, y(p.y) - py);
        if (far < best.far) best = { index, far };
      }
      return best;
    },
    lossAt(px, py) {
      const [vx, vy] = [x.invert(px), y.invert(py)];
      const side = (view.n - 1) * FINER + 1;
      const cell = (v: number, [from, to]: readonly [number, number]) =>
        Math.round(((v - from) / (to - from)) * (side - 1));
      const [i, j] = [cell(vx, view.x), cell(vy, view.y)];
      const loss = i >= 0 && j >= 0 && i < side && j < side ? grid[j * side + i] : undefined;
      return loss === undefined ? null : { x: vx, y: vy, loss };
    },
  };
}

type Scale = ScaleLinear<number, number>;

/** One unit is as long on both axes where that leaves something to see: then the gradient stands upright on the contours. */
function scales(view: PlaneView, width: number, height: number): [Scale, Scale, boolean] {
  const top = TOP + (beside(view.yName, height - TOP - BOTTOM) ? 0 : LINE);
  const [roomX, roomY] = [Math.max(60, width - LEFT - RIGHT), Math.max(60, height - top - BOTTOM)];
  const [sizeX, sizeY] = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
  const toScale = Math.max(sizeX / sizeY, sizeY / sizeX) <= MOST_UNEQUAL;
  const per = Math.min(roomX / sizeX, roomY / sizeY);
  const [w, h] = toScale ? [per * sizeX, per * sizeY] : [roomX, roomY];
  return [scaleLinear(view.x, [LEFT, LEFT + w]), scaleLinear(view.y, [top + h, top]), toScale];
}

/** Losses as numbers; one that is not finite stands as high as the highest. */
function finite(losses: readonly (number | string)[]): number[] {
  const top = max(losses, (v) => (typeof v === 'number' ? v : undefined)) ?? 0;
  return losses.map((v) => (typeof v === 'number' ? v : top));
}

/** Closer together where the loss is low: there it is flat, and there is where training goes. */
function levelsOf(losses: readonly number[]): number[] {
  const [low, high] = [min(losses) ?? 0, max(losses) ?? 0];
  return Array.from({ length: LEVELS }, (_, k) => low + (high - low) * ((k + 0.5) / LEVELS) ** 2);
}

/** Catmull and Rom's spline through the computed points, along both sides. */
function finer(losses: readonly number[], n: number): number[] {
  const side = (n - 1) * FINER + 1;
  const spread = (values: readonly number[], count: number, at: (i: number, k: number) => number): number[][] =>
    Array.from({ length: count }, (_, k) =>
      Array.from({ length: side }, (_, s) => {
        const i = Math.min(n - 2, Math.floor(s / FINER));
        const t = s / FINER - i;
        const v = (j: number) => values[at(Math.max(0, Math.min(n - 1, j)), k)]!;
        if (t === 0 || t === 1) return v(i + t);
        // At the edge the neighbour that is missing lies on a line.
        const a = i > 0 ? v(i - 1) : 2 * v(0) - v(1);
        const d = i < n - 2 ? v(i + 2) : 2 * v(n - 1) - v(n - 2);
        const [b, c] = [v(i), v(i + 1)];
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      }),
    );
  const wide = spread(losses, n, (i, row) => row * n + i).flat();
  const tall = spread(wide, side, (j, col) => j * side + col);
  return Array.from({ length: side * side }, (_, k) => tall[k % side]![Math.floor(k / side)]!);
}

function surface(view: PlaneView, grid: number[], levels: number[], x: Scale, y: Scale): SVGGElement {
  const side = (view.n - 1) * FINER + 1;
  const value = (g: number, [from, to]: readonly [number, number]) => from + ((g - 0.5) / (side - 1)) * (to - from);
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const clamp = (v: number, a: number, b: number) => Math.min(b, Math.max(a, v));
  const place = geoTransform({
    point(gx, gy) {
      this.stream.point(clamp(x(value(gx, view.x)), left, right), clamp(y(value(gy, view.y)), top, bottom));
    },
  });
  const path = geoPath(place);
  const group = svg('g', { class: 'surface' });
  const shade = (node: SVGElement, k: number): void =>
    node.style.setProperty('--depth', `${100 - (100 * k) / LEVELS}%`);
  const floor = svg('rect', { class: 'level', x: left, y: top, width: right - left, height: bottom - top });
  shade(floor, 0);
  group.append(floor);
  for (const [k, shape] of contours().size([side, side]).thresholds(levels)(grid).entries()) {
    const level = svg('path', { class: 'level', d: path(shape) ?? '' });
    shade(level, k + 1);
    group.append(level);
  }
  const cell = (right - left) / (view.n - 1);
  for (const [k, loss] of view.losses.entries()) {
    if (typeof loss === 'number') continue;
    const [i, j] = [k % view.n, Math.floor(k / view.n)];
    const [cx, cy] = [left + i * cell, bottom - (j * (bottom - top)) / (view.n - 1)];
    group.append(svg('path', { class: 'not-finite', d: `M${cx - 3},${cy - 3}l6,6m0,-6l-6,6` }));
  }
  return group;
}

function axes(view: PlaneView, x: Scale, y: Scale): SVGElement[] {
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const parts: SVGElement[] = [];
  for (const tick of x.ticks(Math.max(2, (right - left) / 80))) {
    parts.push(svg('line', { class: 'tick', x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 }));
    parts.push(svg('text', { class: 'axis middle', x: x(tick), y: bottom + 15 }, short(tick)));
  }
  for (const tick of y.ticks(Math.max(2, (bottom - top) / 60))) {
    parts.push(svg('line', { class: 'tick', x1: left - 4, x2: left, y1: y(tick), y2: y(tick) }));
    parts.push(svg('text', { class: 'axis end', x: left - 7, y: y(tick) + 4 }, short(tick)));
  }
  const middle = (top + bottom) / 2;
  const [yName, wide] = [`→ ${view.yName}`, right - 4];
  parts.push(
    named(`→ ${view.xName}`, wide, { class: 'axis middle name', x: (left + right) / 2, y: bottom + 30 }),
    // A name that is longer than its axis stands above it.
    top === TOP
      ? named(yName, bottom - top, {
          class: 'axis middle name',
          x: 10,
          y: middle,
          transform: `rotate(-90 10 ${middle})`,
        })
      : named(`↑ ${view.yName}`, wide, { class: 'axis name', x: 4, y: 12 }),
  );
  return parts;
}

/** Is an axis long enough for its name? */
const beside = (name: string, room: number): boolean => (name.length + 2) * LETTER <= room;

/** What is longer than the picture is cut, and whole under the pointer. */
function named(text: string, room: number, at: Record<string, string | number>): SVGElement {
  const most = Math.max(8, Math.floor(room / LETTER));
  return text.length > most
    ? svg('text', at, `${text.slice(0, most - 1)}…`, svg('title', {}, text))
    : svg('text', at, text);
}

function way(path: readonly PlanePoint[], now: number, x: Scale, y: Scale): SVGElement[] {
  const draw = line<PlanePoint>(
    (p) => x(p.x),
    (p) => y(p.y),
  );
  const gone = draw(path.slice(0, now + 1)) ?? '';
  const later = draw(path.slice(Math.max(0, now))) ?? '';
  const r = path.length > 60 ? 2 : 3;
  return [
    svg('path', { class: 'way later', d: later }),
    svg('path', { class: 'way halo', d: gone }),
    svg('path', { class: 'way', d: gone }),
    ...path.map((p, i) =>
      svg(
        'circle',
        { class: i > now ? 'at later' : 'at', cx: x(p.x), cy: y(p.y), r },
        svg('title', {}, t('iteration {0}, loss {1}', p.iteration + 1, num(p.loss))),
      ),
    ),
  ];
}

function otherWay({ name, colour, points }: OtherWay, x: Scale, y: Scale): SVGElement[] {
  const draw = line<{ x: number; y: number }>(
    (p) => x(p.x),
    (p) => y(p.y),
  );
  const path = svg('path', { class: 'way other', d: draw(points) ?? '' }, svg('title', {}, name));
  path.style.setProperty('--role', `var(${colour})`);
  const last = points.at(-1);
  const end = last && svg('circle', { class: 'at other', cx: x(last.x), cy: y(last.y), r: 3 });
  end?.style.setProperty('--role', `var(${colour})`);
  return end ? [path, end] : [path];
}

/** The colour of a role, as the optimizer's charts have it. */
export const ROLE_CLASS = { gradient: 'grad', velocity: 'state', step: 'step' } as const;

function drawArrow(role: PlaneArrow['role'], [x1, y1]: [number, number], [x2, y2]: [number, number]): SVGElement[] {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 2)) return [];
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = Math.min(9, length);
  const at = (back: number, side: number) => `${x2 - ux * back - uy * side},${y2 - uy * back + ux * side}`;
  const shaft = `M${x1},${y1}L${x2 - ux * head * 0.6},${y2 - uy * head * 0.6}`;
  return [
    svg('path', { class: 'arrow halo', d: shaft }),
    svg('path', { class: `arrow ${ROLE_CLASS[role]}`, d: shaft }),
    svg('path', {
      class: `head ${ROLE_CLASS[role]}`,
      d: `M${x2},${y2}L${at(head, head * 0.45)}L${at(head, -head * 0.45)}Z`,
    }),
  ];
}
