/** A small line chart over iterations with the cursor marked; as wide as its place, drawn as SVG. */

import { bisectCenter, line, scaleLinear } from 'd3';
import { el, svg } from '../dom';
import { num, short } from '../format';
import { t } from '../l10n';
import { aggregate, type Bucket, extent } from './aggregate';

export interface LineChart {
  title: string;
  /** CSS class that colours the line. */
  name: string;
  iterations: number[];
  values: (number | null)[];
  /** Index of the point at the cursor; -1 before the first. */
  at: number;
  width: number;
  pick(index: number): void;
}

const HEIGHT = 74;
const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 16;

export function lineChart(chart: LineChart): HTMLElement {
  const { iterations, values, at, width } = chart;
  const n = iterations.length;
  const first = iterations[0] ?? 0;
  const x = scaleLinear([first, Math.max(first + 1, iterations.at(-1) ?? 0)], [LEFT, width - RIGHT]);
  const buckets = aggregate(
    n,
    (i) => x(iterations[i]!),
    (i) => values[i] ?? null,
  );
  const range = extent(buckets);
  const current = at >= 0 ? values[at] : undefined;
  const value = el('b', {}, num(current));
  const head = el(
    'figcaption',
    {},
    el('i', { class: `key stroke ${chart.name}`, 'aria-hidden': true }),
    chart.title,
    value,
  );
  if (!range) return el('figure', { class: 'lines' }, head, el('p', { class: 'missing' }, t('No numbers yet.')));
  const y = scaleLinear(range, [HEIGHT - BOTTOM, TOP]).nice(3);
  const picture = svg('svg', {
    width,
    height: HEIGHT,
    role: 'img',
    'aria-label': t(
      '{0} over {1} updates, from {2} to {3}, now {4}',
      chart.title,
      n,
      num(y.domain()[0]),
      num(y.domain()[1]),
      num(current),
    ),
  });
  for (const tick of y.ticks(2)) {
    picture.append(
      svg('line', { class: tick === 0 ? 'grid zero' : 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'axis end', x: LEFT - 6, y: y(tick) + 4 }, short(tick)),
    );
  }
  picture.append(
    svg('text', { class: 'axis', x: LEFT, y: HEIGHT - 3 }, t('iteration {0}', (iterations[0] ?? 0) + 1)),
    svg('text', { class: 'axis end', x: width - RIGHT, y: HEIGHT - 3 }, n > 1 ? String(iterations[n - 1]! + 1) : ''),
  );
  const path = line<Bucket>(
    (b) => b.x,
    (b) => y(b.last),
  );
  const band = buckets.map((b) => `M${b.x},${y(b.min)}V${y(b.max)}`).join('');
  if (n > width) picture.append(svg('path', { class: `spread ${chart.name}`, d: band }));
  // What comes after the cursor is pale.
  const now = at >= 0 ? x(iterations[at]!) + 0.5 : Number.NEGATIVE_INFINITY;
  const past = buckets.filter((b) => b.x <= now);
  const later = buckets.slice(Math.max(0, past.length - 1));
  picture.append(
    svg('path', { class: `curve ${chart.name}`, d: path(past) ?? '' }),
    svg('path', {
      class: `curve later ${chart.name}`,
      d: later.length > 1 || past.length === 0 ? (path(later) ?? '') : '',
    }),
  );
  if (at >= 0) {
    const cx = x(iterations[at]!);
    picture.append(svg('line', { class: 'at', x1: cx, x2: cx, y1: TOP - 4, y2: HEIGHT - BOTTOM }));
    if (typeof current === 'number' && Number.isFinite(current)) {
      picture.append(svg('circle', { class: `dot ${chart.name}`, cx, cy: y(current), r: 3.5 }));
    }
  }
  const indexAt = (event: PointerEvent | MouseEvent): number => {
    const left = picture.getBoundingClientRect().left;
    return bisectCenter(iterations, x.invert(event.clientX - left));
  };
  picture.addEventListener('pointermove', (event) => {
    const i = indexAt(event);
    value.textContent = t('{0} · iteration {1}', num(values[i]), iterations[i]! + 1);
  });
  picture.addEventListener('pointerleave', () => {
    value.textContent = num(current);
  });
  picture.addEventListener('click', (event) => chart.pick(indexAt(event)));
  return el('figure', { class: 'lines' }, head, picture);
}
