/** How the elements spread over the values. */

import { max, scaleLinear } from 'd3';
import type { Histogram } from '../../src/protocol/views';
import { el, svg } from '../dom';
import { count, num, short } from '../format';
import { plural, t } from '../l10n';

const HEIGHT = 84;
const PAD = 6;
const BOTTOM = 16;

export function histogramChart(histogram: Histogram, width: number, part: string): HTMLElement | null {
  const { edges, counts, before } = histogram;
  if (counts.length === 0 || edges.length !== counts.length + 1) return null;
  const low = edges[0]!;
  const high = edges.at(-1)!;
  const x = scaleLinear([low, high === low ? low + 1 : high], [PAD, width - PAD]);
  const most = max([...counts, ...(before ?? [])]) ?? 1;
  const y = scaleLinear([0, most || 1], [0, HEIGHT - BOTTOM - 4]);
  const picture = svg('svg', {
    width,
    height: HEIGHT,
    role: 'img',
    'aria-label': t(
      'Histogram from {0} to {1}, at most {2} in one of {3} bins',
      num(low),
      num(high),
      count(most),
      counts.length,
    ),
  });
  const readout = el('span', { class: 'readout' });
  counts.forEach((n, i) => {
    const left = x(edges[i]!);
    const wide = Math.max(1, x(edges[i + 1]!) - left - 1);
    const tall = n > 0 ? Math.max(1, y(n)) : 0;
    const was = before?.[i] ?? 0;
    const old = was > 0 ? Math.max(1, y(was)) : 0;
    const bar = svg(
      'g',
      { class: 'bin' },
      svg('rect', { class: 'hit', x: left, y: 0, width: wide + 1, height: HEIGHT - BOTTOM }),
      old > 0 && svg('rect', { class: 'was', x: left, y: HEIGHT - BOTTOM - old, width: wide, height: old }),
      svg('rect', { class: `bar ${part}`, x: left, y: HEIGHT - BOTTOM - tall, width: wide, height: tall }),
    );
    bar.addEventListener('pointerenter', () => {
      readout.textContent = plural(
        n,
        '{0} element from {1} to {2}{3}',
        '{0} elements from {1} to {2}{3}',
        count(n),
        num(edges[i]),
        num(edges[i + 1]),
        before ? t('; {0} one iteration before', count(was)) : '',
      );
    });
    picture.append(bar);
  });
  picture.addEventListener('pointerleave', () => {
    readout.textContent = '';
  });
  if (low < 0 && high > 0) {
    picture.append(svg('line', { class: 'zero', x1: x(0), x2: x(0), y1: 0, y2: HEIGHT - BOTTOM }));
    const zero = x(0);
    if (zero > 60 && zero < width - 60) {
      picture.append(svg('text', { class: 'axis middle', x: zero, y: HEIGHT - 3 }, '0'));
    }
  }
  picture.append(
    svg('line', { class: 'base', x1: PAD, x2: width - PAD, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
    svg('text', { class: 'axis', x: PAD, y: HEIGHT - 3 }, short(low)),
    svg('text', { class: 'axis end', x: width - PAD, y: HEIGHT - 3 }, short(high)),
  );
  return el(
    'figure',
    { class: 'histogram' },
    el(
      'figcaption',
      {},
      t('Histogram'),
      before && el('span', { class: 'key-was' }, t('one iteration before')),
      readout,
    ),
    picture,
  );
}
