/** The chosen tensor in full: facts, statistics, histogram, heat-map, numbers, and what its op computes. */

import type { GraphNode, TensorView } from '../../src/protocol/views';
import type { CheckQuestion, CheckView } from '../../src/protocol/whatif';
import { button, el, keyed, setText } from '../dom';
import { duration, exact, placeText, shapeText } from '../format';
import { post } from '../host';
import { t } from '../l10n';
import type { Model, Store } from '../store';
import { onTheme } from '../theme';
import { type Face, FROM_THE_START, picturesOpen, windowAt } from '../ui';
import { parametersOf, questionFor, sameRef, shownParameter, shownPart, shownRef } from '../wants';
import { CheckFace } from './check';
import { ExplainFace } from './explain';
import { HealthChips } from './health';
import { Heatmap } from './heatmap';
import { histogramChart } from './histogram';
import { HistoryFace } from './history';
import { Images } from './images';
import { Numbers } from './numbers';
import { ParameterLine } from './parameter';
import { statsTable } from './stats';
import { Tools } from './tools';

type TabName = 'value' | 'grad' | Face;

const TABS: [TabName, string, string][] = [
  ['value', t('Value'), t('Its elements at the cursor')],
  ['grad', t('Gradient'), t('The gradient of the loss by it')],
  ['parameter', t('Parameter'), t('The weights of this op: how large, how far the last update moved them')],
  [
    'state',
    t('State'),
    t(
      'What is kept of it from one update to the next, by the optimizer or by the script: momentum, averages of gradients',
    ),
  ],
  ['explain', t('Explain'), t('How its numbers were computed, term by term, and the chain rule to it')],
  ['history', t('History'), t('It over the iterations; values that were not kept are computed again')],
];

/** The tensor's name; the place behind it is said in the line below. */
function titleOf(view: TensorView | null, node: GraphNode | null): string {
  const name = view?.name ?? node?.label;
  if (name === undefined) return '';
  const place = node?.place ? t(' at {0}', placeText(node.place)) : '';
  return place !== '' && name.endsWith(place) ? name.slice(0, -place.length) : name;
}

export class InspectorPanel {
  readonly element = el('div', { class: 'inspector' });
  private readonly title = el('h2');
  /** Back from a node that was chosen; hidden where the panel follows anyway. */
  private readonly follow: HTMLButtonElement;
  private readonly facts = el('p', { class: 'facts' });
  private readonly health = new HealthChips();
  private readonly tabs: HTMLButtonElement[];
  private readonly tabList: HTMLElement;
  /** Which parameter, or which state. */
  private readonly picks = el('div', { class: 'picks line', role: 'group', 'aria-label': t('Which') });
  private readonly missing = el('p', { class: 'missing' });
  private readonly tools: Tools;
  private readonly parameter: ParameterLine;
  private readonly stats = el('div', { class: 'wide' });
  private readonly charts = el('div');
  private readonly heatmap = new Heatmap();
  private readonly images: Images;
  private readonly numbers: Numbers;
  private readonly check: CheckFace;
  private readonly explain: ExplainFace;
  private readonly past: HistoryFace;
  private readonly body: HTMLElement;
  private drawn: TensorView | null = null;
  private model: Model | null = null;

  constructor(private readonly store: Store) {
    this.follow = button(
      t('Show what is at the cursor again, and follow it (Escape in the network)'),
      () => store.setUi({ node: null, ref: null, part: null, tab: null }),
      { class: 'toggle', hidden: true, 'aria-label': t('Follow the cursor') },
      t('Follow the cursor'),
    );
    const showWorst = (view: CheckView, question: CheckQuestion): void => this.showWorst(view, question);
    this.tools = new Tools(store);
    this.parameter = new ParameterLine(store);
    this.numbers = new Numbers((open) => store.keep({ numbers: open }));
    store.onCells = (message) => this.numbers.receive(message);
    this.images = new Images({
      toggle: (open) => store.setUi({ pictures: open }),
      page: (images) => store.setUi({ images }),
      pick: (nr) => this.showPicture(nr),
    });
    this.check = new CheckFace(showWorst);
    this.explain = new ExplainFace(store, new CheckFace(showWorst));
    this.past = new HistoryFace(store);
    this.body = el('div', { class: 'body' });
    this.body.append(this.parameter.element, this.stats, this.charts, this.heatmap.element);
    this.body.append(this.images.element, this.numbers.element, this.check.element, this.tools.element);
    this.tabs = TABS.map(([name, text, title]) =>
      button(
        t('{0} (← and → go from tab to tab)', title),
        () => this.pickTab(name),
        { role: 'tab', 'data-part': name, 'aria-label': text },
        text,
      ),
    );
    this.tabList = el('div', { class: 'parts', role: 'tablist', 'aria-label': t('What of it') }, ...this.tabs);
    this.tabList.addEventListener('keydown', (event) => this.walk(event));
    const head = el('header', {}, this.title, this.follow);
    const line = el('div', { class: 'what' }, this.facts, this.tabList);
    const face = el('div', { class: 'face', role: 'tabpanel', 'aria-label': t('The chosen tensor') });
    face.append(this.picks, this.missing, this.body, this.explain.element, this.past.element);
    this.element.append(head, this.health.element, line, face);
    onTheme(() => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(this.body);
  }

  private redraw(): void {
    this.drawn = null;
    if (this.model) this.update(this.model);
  }

  update(model: Model): void {
    this.model = model;
    const node = model.ui.ref ? null : (model.graph?.nodes.find((n) => n.id === model.shown) ?? null);
    const { face } = model.ui;
    const ref = shownRef(model);
    const view = model.tensor && ref && sameRef(model.tensor.ref, ref) ? model.tensor : null;
    this.follow.hidden = model.ui.node === null && model.ui.ref === null;
    setText(this.title, titleOf(view, node) || t('Nothing to show yet'));
    this.buildFacts(node, view);
    this.buildTabs(model);
    this.buildPicks(model);
    this.health.update(view?.health ?? []);
    const elsewhere = face === 'explain' || face === 'history';
    this.explain.element.hidden = face !== 'explain';
    this.past.element.hidden = face !== 'history';
    if (face === 'explain') this.explain.update(model);
    if (face === 'history') this.past.update(model);
    const words = elsewhere ? '' : this.wordsFor(model, node, ref !== null, view);
    setText(this.missing, words);
    this.missing.hidden = words === '';
    // A number that is still on its way leaves the old one in place for a moment, dimmed: no flicker.
    this.body.hidden = elsewhere || words !== '' || (!view && (ref === null || !this.drawn));
    this.body.classList.toggle('stale', ref !== null && view === null);
    if (!view || elsewhere) return;
    if (view.missing) {
      this.drawn = null;
      return;
    }
    this.draw(view, model);
    this.tools.update(model, view);
    this.parameter.update(face === 'parameter' ? view.parameter : null);
    const checks = face === 'parameter' || (view.ref.part === 'grad' && view.parameter !== null);
    this.check.update(model, checks ? { tensor: view.ref.tensor } : null, t('against the loss'));
  }

  private wordsFor(model: Model, node: GraphNode | null, hasRef: boolean, view: TensorView | null): string {
    const { face, ref } = model.ui;
    if (!node && !ref) {
      return t('Step to an op, or select one in the network: its value, gradient and statistics appear here.');
    }
    if (face === 'parameter' && !hasRef)
      return t(
        'No parameter goes into this. Select a layer such as a linear or a convolution, or a parameter below it.',
      );
    if (face === 'state' && !hasRef)
      return t(
        'Something is kept from one update to the next for parameters only. Select a layer with weights, or a parameter below it.',
      );
    if (face === 'state' && view && view.ref.part === 'value')
      return t(
        'Neither an optimizer nor the script keeps anything of {0} so far: plain SGD keeps nothing, others begin with their first step(). Step on over it.',
        view.name,
      );
    if (!hasRef) return t('{0} has not run yet in this iteration: step forward to it.', node?.label ?? t('This'));
    return view?.missing ?? '';
  }

  private buildFacts(node: GraphNode | null, view: TensorView | null): void {
    const time = view?.time;
    const dtype = view?.dtype ?? node?.dtype;
    const shape = view?.shape ?? node?.shape;
    const gradFn = view ? view.gradFn : (node?.gradFn ?? null);
    const leaf = view?.requiresGrad && !gradFn;
    const key = [
      dtype,
      shape?.join(),
      gradFn,
      leaf,
      placeText(node?.place ?? null),
      node?.module,
      JSON.stringify(time),
    ].join('|');
    keyed(this.facts, key, () => {
      if (!dtype || !shape) return [];
      const place = node?.place;
      return [
        el('span', {}, dtype),
        el('span', {}, shapeText(shape)),
        node?.module ? el('span', { title: t('Module') }, node.module) : null,
        gradFn ? el('span', { title: t('grad_fn: the gradient that autograd runs') }, gradFn) : null,
        leaf ? el('span', {}, t('requires gradient')) : null,
        time
          ? el(
              'span',
              {
                title: t(
                  'Time that the engine took in this iteration: op, gradient and update. Measured while it ran, without Python',
                ),
              },
              time.module && time.module.all > time.own
                ? t('took {0}, {1} all of {2}', duration(time.own), duration(time.module.all), time.module.path)
                : t('took {0}', duration(time.own)),
            )
          : null,
        place
          ? button(
              t('Show {0} in the editor', placeText(place)),
              () => post({ type: 'reveal', path: place.path, line: place.line, focus: true }),
              { class: 'link' },
              placeText(place),
            )
          : null,
      ];
    });
  }

  private tabOf(model: Model): TabName {
    if (model.ui.face) return model.ui.face;
    const part = shownPart(model);
    return part.startsWith('state:') ? 'state' : part === 'grad' ? 'grad' : 'value';
  }

  private buildTabs(model: Model): void {
    const shown = this.tabOf(model);
    for (const tab of this.tabs) {
      const on = tab.dataset.part === shown;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
    }
  }

  private pickTab(name: TabName): void {
    const { ref } = this.store.model.ui;
    if (name !== 'value' && name !== 'grad') {
      this.store.setUi({ face: name, ...FROM_THE_START });
      return;
    }
    const part = ref ? { ref: { ...ref, part: name } } : { part: name };
    this.store.setUi({ face: null, ...part, row0: 0, col0: 0 });
  }

  /** Several parameters of one op, several tensors that an optimizer keeps of one. */
  private buildPicks(model: Model): void {
    const { face } = model.ui;
    const parameters = face === 'parameter' || face === 'state' ? parametersOf(model) : [];
    const tensor = shownParameter(model);
    const states = face === 'state' && tensor !== null ? (model.kept.get(tensor) ?? []) : [];
    const part = shownRef(model)?.part;
    const key = [face, tensor, part, parameters.map(({ id }) => id).join(), states.join()].join('|');
    this.picks.hidden = parameters.length < 2 && states.length === 0;
    keyed(this.picks, key, () => [
      ...(parameters.length < 2 ? [] : parameters).map(({ id, label }) =>
        button(
          t('Show {0}', label),
          () => this.store.setUi({ of: id, ...FROM_THE_START }),
          { class: 'toggle', 'aria-pressed': String(model.states.get(id)?.tensor === tensor) },
          label,
        ),
      ),
      ...states.map((name) =>
        button(
          t('What is kept as {0} from one update to the next', name),
          () => this.store.setUi({ kept: name, ...FROM_THE_START }),
          { class: 'toggle', 'aria-pressed': String(part === `state:${name}`) },
          name,
        ),
      ),
    ]);
  }

  private walk(event: KeyboardEvent): void {
    const at = this.tabs.indexOf(document.activeElement as HTMLButtonElement);
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (at < 0 || by === 0) return;
    event.preventDefault();
    const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length]!;
    next.focus();
    next.click();
  }

  /** Brings the worst element of a check into the heat-map: of a parameter's gradient, or of the op's argument. */
  private showWorst({ worst, name }: CheckView, { tensor }: CheckQuestion): void {
    const { model } = this.store;
    const role = name.split(' of ')[0];
    const of = tensor ?? model.explain?.explain.arguments.find((argument) => argument.role === role)?.tensor ?? null;
    if (!worst || of === null) return;
    const node = [...model.states.values()].find((state) => state.tensor === of)?.id ?? null;
    const where = node === null ? { ref: { tensor: of, part: 'grad' as const } } : { node, ref: null };
    this.store.setUi({ ...where, face: null, part: 'grad', ...windowAt(of, worst.element) });
  }

  private showPicture(nr: number): void {
    const { shape, images } = this.store.model.tensor ?? {};
    if (!shape || !images) return;
    const slice = shape.length === 4 ? [nr, 0] : shape.length === 3 ? [images.total > 1 ? nr : 0] : [];
    this.store.setUi({ slice, axes: null, row0: 0, col0: 0 });
  }

  private draw(view: TensorView, model: Model): void {
    const fresh = this.drawn !== view;
    this.drawn = view;
    const width = Math.max(200, this.charts.clientWidth || this.element.clientWidth - 24);
    const { ui } = model;
    if (fresh) {
      this.charts.hidden = false;
      const part = view.ref.part ?? 'value';
      const name = part === 'grad' ? 'grad' : part === 'value' ? 'value' : 'state';
      // One number needs no chart.
      const scalar = view.stats.count === 1 ? view.grid?.cells[0] : undefined;
      const chart = scalar === undefined && view.histogram && histogramChart(view.histogram, width, name);
      const table =
        scalar === undefined ? statsTable(view.stats) : el('p', { class: 'scalar' }, exact(scalar, view.dtype));
      this.stats.replaceChildren(table);
      this.charts.replaceChildren(...(chart ? [chart] : []));
      this.charts.hidden = !chart;
    }
    const { tensor } = view.ref;
    const chosen = ui.chosen?.tensor === tensor ? ui.chosen.element : null;
    const key = JSON.stringify(chosen);
    if (!fresh && this.element.dataset.chosen === key) return;
    this.element.dataset.chosen = key;
    const parameter = view.parameter?.tensor ?? null;
    this.heatmap.update(view, width, chosen, {
      page: (row0, col0) => this.store.setUi({ row0, col0 }),
      slice: (slice) => this.store.setUi({ slice, row0: 0, col0: 0 }),
      axes: (axes) => this.store.setUi({ axes, slice: [], row0: 0, col0: 0 }),
      choose: (element) => this.store.setUi({ chosen: { tensor, element }, asked: null }),
      explain: ui.ref === null ? () => this.store.setUi({ face: 'explain', asked: null }) : null,
      follow: parameter === null ? null : (element) => this.store.setUi({ tab: 'optimizer', parameter, element }),
    });
    this.images.update(view.images, view.imageLike, picturesOpen(ui, view.shape));
    this.numbers.update(view, questionFor(model, view.ref), ui.numbers);
  }
}
