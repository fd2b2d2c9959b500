/** What the velocity is made of, gradient by gradient, and where gradient and velocity fight. */
import { bisectCenter, line, scaleLinear } from 'd3';
import type { PastView, UpdateView } from '../../src/protocol/views';
import { el, svg } from '../dom';
import { num, short } from '../format';
import { plural, t } from '../l10n';

const HEIGHT = 170;
const LEFT = 52;
const RIGHT = 10;
const TOP = 12;
const BOTTOM = 30;

interface Bar {
  label: string;
  said: string;
  value: number;
  kind: 'grad' | 'value' | 'rest' | 'state';
  iteration: number | null;
}

/** Degrees beyond which a gradient works against the velocity. */
const RIGHT_ANGLE = 90;

function barsOf(past: PastView, mode: 'element' | 'norm'): Bar[] {
  const of = (x: { element: number | null; along: number }): number => (mode === 'norm' ? x.along : (x.element ?? 0));
  const bars: Bar[] = [...past.gradients].reverse().map((g) => ({
    label: String(g.iteration + 1),
    said: t('gradient of iteration {0} × {1} = {2}', g.iteration + 1, num(g.factor), num(of(g))),
    value: of(g),
    kind: 'grad',
    iteration: g.iteration,
  }));
  const first = past.gradients.at(-1)!.iteration;
  const rest = of(past.remainder);
  const whole = Math.abs(of(past.value));
  // Rounding alone is no bar.
  if (first > 0 && Math.abs(rest) > 1e-4 * whole)
    bars.unshift({
      label: t('older'),
      said: t('older gradients and rounding: {0}', num(rest)),
      value: rest,
      kind: 'rest',
      iteration: null,
    });
  if (past.decay)
    bars.push({
      label: t('decay'),
      said: t('weight decay over these iterations: {0}', num(of(past.decay))),
      value: of(past.decay),
      kind: 'value',
      iteration: null,
    });
  bars.push({
    label: `= ${past.name}`,
    said: t('{0}: {1}', past.name, num(of(past.value))),
    value: of(past.value),
    kind: 'state',
    iteration: null,
  });
  return bars;
}

/** Bars that add up to the velocity: what each past gradient gave, the latest last. */
export function pastChart(
  past: PastView,
  mode: 'element' | 'norm',
  width: number,
  seek: (iteration: number) => void,
): HTMLElement {
  const bars = barsOf(past, mode);
  const values = bars.map((b) => b.value);
  const reach = [Math.min(0, ...values), Math.max(0, ...values)];
  if (reach[0] === reach[1]) reach[1] = 1;
  const y = scaleLinear(reach, [HEIGHT - BOTTOM, TOP]).nice(4);
  // The sum stands apart.
  const room = (width - LEFT - RIGHT) / (bars.length + 0.8);
  const x = (i: number): number => LEFT + (i === bars.length - 1 ? i + 0.8 : i) * room;
  const thick = Math.max(1, Math.min(34, room * 0.8));
  const note = el('p', { class: 'plane-readout' });
  const { value, remainder, gradients } = past;
  const [sum, rest] = mode === 'norm' ? [value.along, remainder.along] : [value.element, remainder.element];
  const resting = t(
    'The latest {0} and a remainder of {1} add up to {2}.',
    plural(gradients.length, '{0} gradient', '{0} gradients'),
    num(rest),
    num(sum),
  );
  note.textContent = resting;
  const picture = svg('svg', {
    width,
    height: HEIGHT,
    role: 'img',
    class: 'past-bars',
    'aria-label': bars.map((b) => b.said).join('; '),
  });
  for (const tick of y.ticks(4))
    picture.append(
      svg('line', { class: tick === 0 ? 'grid zero' : 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'axis end', x: LEFT - 6, y: y(tick) + 4 }, short(tick)),
    );
  const every = Math.ceil(26 / room);
  for (const [i, bar] of bars.entries()) {
    const middle = x(i) + room / 2;
    const rect = svg(
      'rect',
      {
        class: `bar ${bar.kind}${Math.sign(bar.value) * Math.sign(Number(sum)) < 0 ? ' against' : ''}`,
        x: middle - thick / 2,
        width: thick,
        y: Math.min(y(0), y(bar.value)),
        height: Math.max(1, Math.abs(y(bar.value) - y(0))),
      },
      svg('title', {}, bar.said),
    );
    const { iteration } = bar;
    if (iteration !== null) rect.addEventListener('click', () => seek(iteration));
    rect.addEventListener('pointerenter', () => {
      note.textContent = bar.said;
    });
    rect.addEventListener('pointerleave', () => {
      note.textContent = resting;
    });
    picture.append(rect);
    const last = i === bars.length - 1;
    if (last || bar.kind !== 'grad' || (bars.length - 2 - i) % every === 0)
      picture.append(
        svg(
          'text',
          { class: `axis ${last ? 'end' : 'middle'}`, x: last ? width - RIGHT : middle, y: HEIGHT - (last ? 3 : 16) },
          bar.label,
        ),
      );
  }
  picture.append(svg('text', { class: 'axis', x: LEFT, y: HEIGHT - 3 }, t('gradient of iteration')));
  const title =
    mode === 'norm'
      ? t('What each gradient gave along {0}, as iteration {1} left it', past.name, past.iteration + 1)
      : t('What each gradient gave to this element of {0}, as iteration {1} left it', past.name, past.iteration + 1);
  return el('figure', { class: 'lines' }, el('figcaption', {}, title), picture, note);
}

/** Degrees between what a gradient adds and the velocity that it meets, with a mark where they fight. */
export function angleChart(view: UpdateView, width: number, seek: (iteration: number) => void): HTMLElement | null {
  const { iterations, angles, at } = view;
  const known = iterations.map((iteration, i) => ({ iteration, angle: angles[i] ?? null, i }));
  const points = known.flatMap((p) => (p.angle === null ? [] : [{ ...p, angle: p.angle }]));
  if (points.length === 0) return null;
  const height = 120;
  const [first, last] = [iterations[0]!, iterations.at(-1)!];
  const x = scaleLinear([first, Math.max(first + 1, last)], [LEFT, width - RIGHT]);
  const y = scaleLinear([0, 180], [height - 16, TOP]);
  const fights = points.filter((p) => p.angle > RIGHT_ANGLE);
  const present = points.find((p) => p.i === at);
  const words = fights.length
    ? t('They fight in {0} of {1} iterations', fights.length, points.length)
    : t('They never fight');
  const picture = svg('svg', {
    width,
    height,
    role: 'img',
    'aria-label': t(
      '{0}, {1} now',
      `${words}${
        fights.length
          ? `: ${fights
              .slice(0, 12)
              .map((p) => p.iteration + 1)
              .join(', ')}`
          : ''
      }`,
      present ? `${num(present.angle, 3)}°` : '–',
    ),
  });
  picture.append(
    svg('rect', { class: 'fight-zone', x: LEFT, y: y(180), width: width - LEFT - RIGHT, height: y(90) - y(180) }),
  );
  for (const tick of [0, 90, 180])
    picture.append(
      svg('line', { class: tick === 90 ? 'grid zero' : 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'axis end', x: LEFT - 6, y: y(tick) + 4 }, `${tick}°`),
    );
  const draw = line<(typeof points)[number]>(
    (p) => x(p.iteration),
    (p) => y(p.angle),
  );
  const now = points.filter((p) => p.i <= at);
  const later = points.slice(Math.max(0, now.length - 1));
  picture.append(
    svg('path', { class: 'curve state', d: draw(now) ?? '' }),
    svg('path', { class: 'curve state later', d: draw(later) ?? '' }),
  );
  for (const p of fights)
    picture.append(
      svg(
        'path',
        { class: 'fight', d: `M${x(p.iteration)},${y(p.angle) - 5}l5,5l-5,5l-5,-5z` },
        svg(
          'title',
          {},
          t('iteration {0}: {1}°, the gradient works against the velocity', p.iteration + 1, num(p.angle, 3)),
        ),
      ),
    );
  if (present) {
    const cx = x(present.iteration);
    picture.append(
      svg('line', { class: 'at', x1: cx, x2: cx, y1: TOP - 4, y2: height - 16 }),
      svg('circle', { class: 'dot state', cx, cy: y(present.angle), r: 3.5 }),
    );
  }
  picture.append(
    svg('text', { class: 'axis', x: LEFT, y: height - 3 }, t('iteration {0}', first + 1)),
    svg('text', { class: 'axis end', x: width - RIGHT, y: height - 3 }, String(last + 1)),
  );
  picture.addEventListener('click', (event) => {
    const left = picture.getBoundingClientRect().left;
    const found =
      points[
        bisectCenter(
          points.map((p) => p.iteration),
          x.invert(event.clientX - left),
        )
      ];
    if (found) seek(found.iteration);
  });
  return el(
    'figure',
    { class: 'lines' },
    el(
      'figcaption',
      {},
      t('Angle between what the gradient adds and the velocity that it meets'),
      el('b', {}, present ? `${num(present.angle, 3)}°` : '–'),
      el('span', { class: fights.length ? 'fights' : 'count' }, words),
    ),
    picture,
  );
}
