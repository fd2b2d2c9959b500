/** Where the point goes: the loss over a plane through the weights, the path of the run in it, and which way it is drawn. */

import type { ParameterInfo } from '../../src/protocol/views';
import type { PlaneArrow, PlaneAxes, PlanePoint, PlaneView } from '../../src/protocol/whatif';
import { button, el, keyed, named, setText } from '../dom';
import { num } from '../format';
import { t } from '../l10n';
import type { Seeker } from '../seek';
import type { Model, Store } from '../store';
import { colourOf } from '../timeline/runs';
import { drawPlane, type OtherWay, type PlaneMap, ROLE_CLASS } from './map';

/** Points along each side that can be chosen. */
const SIDES = [15, 25, 41, 61];
/** A click this near to a point of the path goes there; in pixels. */
const NEAR = 14;

const WORDS: { [R in PlaneArrow['role']]: string } = {
  gradient: t('−gradient, downhill'),
  velocity: t('velocity, the way it moves the weights'),
  step: t('step, to where this update ends'),
};

export class PlanePanel {
  readonly element = el('div', { class: 'plane' });
  private readonly kind = el(
    'select',
    { id: 'plane-kind' },
    el('option', { value: 'path' }, t('Main directions of the path')),
    el('option', { value: 'random' }, t('Two random directions')),
    el('option', { value: 'elements' }, t('Two weights')),
  );
  private readonly seed = el('input', {
    type: 'number',
    min: 0,
    value: 0,
    ...named(t('Seed of the random directions')),
  });
  private readonly seedLabel = el('span', { class: 'index' }, t('Seed'), this.seed);
  private readonly pickers = ['x', 'y'].map((axis) => new ElementPicker(axis));
  private readonly side = el(
    'select',
    { 'aria-label': t('Points along each side'), title: t('Points along each side: more of them take longer') },
    ...SIDES.map((n) => el('option', { value: n, selected: n === 25 }, `${n} × ${n}`)),
  );
  private readonly compute = button(t('Compute'), () => this.ask(), { class: 'toggle' });
  private readonly progress = el('progress', { max: 100, 'aria-label': t('Computing the losses') });
  private readonly progressText = el('span', { class: 'count' });
  private readonly working = el(
    'div',
    { class: 'pick', role: 'status' },
    this.progress,
    this.progressText,
    button(t('Cancel'), () => this.store.askPlane(null), { class: 'toggle' }),
  );
  private readonly words = el('p', { class: 'missing' });
  private readonly stage = el('div', {
    class: 'plane-stage',
    tabindex: 0,
    'aria-label': t('The point on its path, iteration by iteration'),
    title: t('Click a point to go to its iteration; ← and → go along the path'),
  });
  private readonly under = el('p', { class: 'plane-readout', 'aria-hidden': true });
  private readonly side2 = el('div', { class: 'plane-facts' });
  private readonly body = el(
    'div',
    { class: 'plane-body' },
    el('div', { class: 'plane-left' }, this.stage, this.under),
    this.side2,
  );
  private model: Model | null = null;
  private map: PlaneMap | null = null;
  private drawn: { view: PlaneView; now: number; width: number; height: number; others: unknown } | null = null;
  /** The tab was opened and its first plane asked for. */
  private begun = false;

  constructor(
    private readonly store: Store,
    private readonly seeker: Seeker,
  ) {
    this.kind.addEventListener('change', () => {
      this.showFields();
      this.ask();
    });
    this.seed.addEventListener('change', () => this.ask());
    this.side.addEventListener('change', () => this.ask());
    const fields = el(
      'div',
      { class: 'pick' },
      el('label', { for: 'plane-kind' }, t('Axes')),
      this.kind,
      this.seedLabel,
      ...this.pickers.map((p) => p.element),
      this.side,
      this.compute,
    );
    this.element.append(fields, this.working, this.words, this.body);
    this.stage.addEventListener('keydown', (event) => this.onKey(event));
    this.stage.addEventListener('click', (event) => this.onClick(event));
    this.stage.addEventListener('pointermove', (event) => this.onMove(event));
    this.stage.addEventListener('pointerleave', () => setText(this.under, ''));
    this.showFields();
    new ResizeObserver(() => this.model && this.update(this.model)).observe(this.element);
  }

  update(model: Model): void {
    this.model = model;
    const { plane, planning, update } = model;
    for (const picker of this.pickers) picker.offer(update?.parameters ?? []);
    if (!plane && !planning) {
      if (!this.begun && model.picture && model.spans.some((span) => span.loss !== null)) {
        this.begun = true;
        this.ask();
        return;
      }
      if (!model.picture) this.begun = false;
    }
    this.working.hidden = planning === null;
    this.progress.value = planning?.percent ?? 0;
    setText(this.progressText, planning?.text ?? '');
    const iteration = model.cursor?.iteration ?? 0;
    const stale = plane !== null && plane.missing === null && plane.iteration !== iteration;
    setText(
      this.compute,
      stale ? t('Compute for iteration {0}', iteration + 1) : plane ? t('Compute again') : t('Compute'),
    );
    this.compute.title = this.compute.textContent!;
    const missing = plane
      ? plane.missing
      : planning
        ? ''
        : t('The loss over a plane through the weights: choose the axes and compute it.');
    setText(this.words, missing ?? '');
    this.words.hidden = !missing;
    this.body.hidden = !plane || plane.missing !== null;
    if (plane && plane.missing === null) this.draw(plane, model);
  }

  private draw(view: PlaneView, model: Model): void {
    const now = presentOf(view.path, model.cursor?.iteration ?? -1);
    const room = this.element.clientWidth || 320;
    // Facts stand beside the picture where there is room.
    const beside = room >= 560;
    this.body.classList.toggle('beside', beside);
    const width = Math.min(720, beside ? room - 250 : room);
    const height = Math.max(230, Math.min(width, (this.element.parentElement?.clientHeight || 420) - 110));
    // The colours that the runs have in the loss plot.
    const colour = (id: string) =>
      colourOf(
        Math.max(
          0,
          model.runs.findIndex((run) => run.id === id),
        ),
      );
    const others: OtherWay[] = model.others.map(({ id, name, points }) => ({ name, points, colour: colour(id) }));
    const { drawn } = this;
    if (drawn?.view === view && drawn.now === now && drawn.width === width && drawn.height === height) return;
    this.drawn = { view, now, width, height, others };
    this.map = drawPlane(view, now, width, height, others);
    this.map.element.setAttribute('aria-hidden', 'true');
    this.stage.replaceChildren(this.map.element);
    const point = view.path[now];
    this.stage.setAttribute('role', 'slider');
    this.stage.setAttribute('aria-valuemin', '1');
    this.stage.setAttribute('aria-valuemax', String((view.path.at(-1)?.iteration ?? 0) + 1));
    this.stage.setAttribute('aria-valuenow', String((point?.iteration ?? 0) + 1));
    this.stage.setAttribute('aria-valuetext', point ? said(view, point) : t('Not on the path yet'));
    this.side2.replaceChildren(...facts(view, point, this.map, model.cursor?.iteration ?? -1, others));
  }

  private ask(): void {
    const axes = this.axes();
    if (axes) this.store.askPlane(axes, Number(this.side.value));
  }

  private axes(): PlaneAxes | null {
    const kind = this.kind.value;
    if (kind === 'random') return { kind, seed: Math.max(0, Math.trunc(Number(this.seed.value) || 0)) };
    if (kind === 'path') return { kind };
    const [x, y] = this.pickers.map((p) => p.chosen());
    return x && y ? { kind: 'elements', x, y } : null;
  }

  private showFields(): void {
    this.seedLabel.hidden = this.kind.value !== 'random';
    for (const picker of this.pickers) picker.element.hidden = this.kind.value !== 'elements';
  }

  private onKey(event: KeyboardEvent): void {
    const { drawn } = this;
    if (!drawn) return;
    const last = drawn.view.path.length - 1;
    const to = { ArrowLeft: drawn.now - 1, ArrowRight: drawn.now + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(drawn.view.path[Math.max(0, Math.min(last, to))]);
  }

  private onClick(event: MouseEvent): void {
    const { drawn, map } = this;
    const found = drawn && map?.nearest(...this.within(event));
    if (found && found.far <= NEAR) this.go(drawn.view.path[found.index]);
  }

  private onMove(event: PointerEvent): void {
    const { drawn, map } = this;
    if (!drawn || !map) return;
    const place = this.within(event);
    const { index, far } = map.nearest(...place);
    const point = drawn.view.path[index];
    this.stage.classList.toggle('on-point', far <= NEAR);
    if (point && far <= NEAR)
      setText(
        this.under,
        t('iteration {0} · recorded loss {1} · click to go there', point.iteration + 1, num(point.loss)),
      );
    else {
      const at = map.lossAt(...place);
      setText(this.under, at ? t('loss about {0} at ({1}, {2})', num(at.loss), num(at.x, 3), num(at.y, 3)) : '');
    }
  }

  private within(event: MouseEvent): [number, number] {
    const box = this.map!.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private go(point: PlanePoint | undefined): void {
    if (point) this.seeker.seek(point.tick);
  }
}

/** The last point that the cursor's iteration has reached; -1 where it is before the first or past what was computed. */
function presentOf(path: readonly PlanePoint[], iteration: number): number {
  for (let i = path.length - 1; i >= 0; i--) if (path[i]!.iteration <= iteration) return i;
  return -1;
}

const percent = (part: number): string =>
  part > 0 && part < 0.01 ? t('less than 1 %') : `${Math.round(100 * part)} %`;

/** What a screen reader hears of a point. */
function said(view: PlaneView, point: PlanePoint): string {
  const arrows = point.arrows.map((a) => t('{0} {1} in the plane', WORDS[a.role], percent(a.within)));
  return [
    t('iteration {0}', point.iteration + 1),
    t('loss {0}', num(point.loss)),
    t('at {0} along {1}, {2} along {3}', num(point.x, 3), view.xName, num(point.y, 3), view.yName),
    ...arrows,
  ].join(', ');
}

function facts(
  view: PlaneView,
  point: PlanePoint | undefined,
  map: PlaneMap,
  iteration: number,
  others: readonly OtherWay[],
): HTMLElement[] {
  const parts: HTMLElement[] = [];
  const row = (name: string, value: string): HTMLElement[] => [el('dt', {}, name), el('dd', {}, value)];
  if (point) {
    const made = point.iteration === view.iteration;
    const rows = [...row(t('Recorded loss'), num(point.loss, 6))];
    if (made) {
      const same = view.here.loss === view.recorded;
      rows.push(...row(t('Loss at the point'), `${num(view.here.loss, 6)}${same ? t(', the same to the bit') : ''}`));
    } else if (point.planeLoss !== point.loss)
      rows.push(...row(t('Loss of iteration {0} with these weights', view.iteration + 1), num(point.planeLoss, 6)));
    if (!made) rows.push(...row(t('Distance from the plane'), num(point.off, 3)));
    parts.push(el('h3', {}, t('Iteration {0}', point.iteration + 1)), el('dl', { class: 'plane-numbers' }, ...rows));
    parts.push(
      el(
        'ul',
        { class: 'arrows' },
        ...point.arrows.map((arrow) => {
          const factor = map.stretched[arrow.role] ?? 1;
          const drawn = factor === 1 ? t('to scale') : t('drawn ×{0}', num(factor, 2));
          return el(
            'li',
            { class: ROLE_CLASS[arrow.role] },
            el('i', { class: 'key stroke', 'aria-hidden': true }),
            t('{0}: {1} of it in the plane, {2}', WORDS[arrow.role], percent(arrow.within), drawn),
          );
        }),
      ),
    );
  } else
    parts.push(
      el('p', {}, iteration < (view.path[0]?.iteration ?? 0) ? t('The path begins later.') : t('Not on the path yet.')),
    );
  if (others.length > 0) {
    const rows = others.map(({ name, colour, points }) => {
      const key = el('i', { class: 'key stroke', 'aria-hidden': true });
      key.style.setProperty('--role', `var(${colour})`);
      const end = points.at(-1)!;
      return el('li', {}, key, t('{0}: {1} points, the last {2} off the plane', name, points.length, num(end.off, 3)));
    });
    parts.push(el('h3', {}, t('Other runs')), el('ul', { class: 'arrows' }, ...rows));
  }
  parts.push(scaleOf(map.levels));
  const whose = view.sameLoss
    ? t('Every iteration had this same loss: same data, nothing drawn at random.')
    : t('Other iterations computed theirs from other data or other random draws.');
  const bad = view.losses.filter((v) => typeof v === 'string').length;
  const notes = [
    t(
      'The loss of iteration {0}, computed at {1} × {1} points and interpolated between them. {2}',
      view.iteration + 1,
      view.n,
      whose,
    ),
    map.toScale ? '' : t('The axes are not drawn to one scale.'),
    bad > 0 ? t('At {0} points (×) the loss is not a finite number.', bad) : '',
  ];
  parts.push(...notes.filter(Boolean).map((text) => el('p', { class: 'note' }, text)));
  return parts;
}

/** The contours' colours, and what they mean. */
function scaleOf(levels: readonly number[]): HTMLElement {
  const cells = levels.map((_, k) => {
    const cell = el('i', {});
    cell.style.setProperty('--depth', `${100 - (100 * (k + 0.5)) / levels.length}%`);
    return cell;
  });
  const ends = [levels[0], levels[Math.floor(levels.length / 2)], levels.at(-1)];
  return el(
    'div',
    {
      class: 'loss-scale',
      role: 'img',
      'aria-label': t('Contours of the loss from {0} to {1}', num(levels[0]), num(levels.at(-1))),
    },
    el('div', { class: 'cells' }, ...cells),
    el('div', { class: 'ends' }, ...ends.map((v) => el('span', {}, num(v, 3)))),
  );
}

/** One element of one parameter. */
class ElementPicker {
  readonly element: HTMLElement;
  private readonly parameter: HTMLSelectElement;
  private readonly index: HTMLInputElement;
  private parameters: readonly ParameterInfo[] = [];

  constructor(private readonly axis: string) {
    this.parameter = el('select', named(t('Parameter of the {0} axis', axis)));
    this.index = el('input', {
      type: 'text',
      size: 6,
      ...named(t('Element of the {0} axis, its indices with commas', axis)),
    });
    this.parameter.addEventListener('change', () => {
      this.index.value = '';
    });
    this.element = el('span', { class: 'index' }, axis, this.parameter, this.index);
  }

  offer(parameters: readonly ParameterInfo[]): void {
    this.parameters = parameters;
    const chosen = this.parameter.value;
    const key = parameters.map((p) => `${p.tensor} ${p.name}`).join('|');
    if (!keyed(this.parameter, key, () => parameters.map((p) => el('option', { value: p.tensor }, p.name)))) return;
    if (parameters.some((p) => String(p.tensor) === chosen)) this.parameter.value = chosen;
  }

  /** What is written, brought inside of the parameter; the first element for x, the last for y, where nothing is. */
  chosen(): { tensor: number; element: number[] } | null {
    const found = this.parameters.find((p) => String(p.tensor) === this.parameter.value) ?? this.parameters[0];
    if (!found) return null;
    const given = this.index.value
      .split(/[^0-9]+/)
      .filter(Boolean)
      .map(Number);
    const element = found.shape.map((size, d) => Math.min(size - 1, given[d] ?? (this.axis === 'y' ? size - 1 : 0)));
    this.index.value = element.join(', ');
    return { tensor: found.tensor, element };
  }
}
