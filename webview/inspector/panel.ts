/** The chosen tensor in full: facts, statistics, histogram, heat-map, numbers, and what its op computes. */
import type { GraphNode, TensorRef, TensorView } from '../../src/protocol/views';
import { lineChart } from '../charts/lines';
import { button, el, keyed, setText } from '../dom';
import { exact, placeText, shapeText } from '../format';
import { post } from '../host';
import type { Model, Store } from '../store';
import { onTheme } from '../theme';
import type { Part } from '../ui';
import { sameRef, shownPart, shownRef } from '../wants';
import { Heatmap } from './heatmap';
import { histogramChart } from './histogram';
import { Numbers } from './numbers';
import { statsTable } from './stats';

interface Tab {
  name: string;
  part: Part;
}
const ALWAYS: Tab[] = [
  { name: 'Value', part: 'value' },
  { name: 'Gradient', part: 'grad' },
];

/** The tensor's name; the place behind it is said in the line below. */
function titleOf(view: TensorView | null, node: GraphNode | null): string {
  const name = view?.name ?? node?.label;
  if (name === undefined) return 'Nothing to show yet';
  const place = node?.place ? ` at ${placeText(node.place)}` : '';
  return place !== '' && name.endsWith(place) ? name.slice(0, -place.length) : name;
}

export class InspectorPanel {
  readonly element = el('div', { class: 'inspector' });
  private readonly title = el('h2');
  /** Back from a node that was chosen; hidden where the panel follows anyway. */
  private readonly follow: HTMLButtonElement;
  private readonly facts = el('p', { class: 'facts' });
  private readonly tabs = el('div', { class: 'parts', role: 'tablist', 'aria-label': 'What of it' });
  private readonly missing = el('p', { class: 'missing' });
  private readonly stats = el('div', { class: 'wide' });
  private readonly charts = el('div');
  private readonly explain = el('section', { class: 'explain' });
  private readonly past = el('div', { class: 'past' });
  private readonly heatmap = new Heatmap();
  private readonly numbers: Numbers;
  private readonly body: HTMLElement;
  private drawn: TensorView | null = null;
  /** The history that was seen last. */
  private plotted: Model['history'] = null;
  private model: Model | null = null;

  constructor(private readonly store: Store) {
    this.follow = button(
      'Show what is at the cursor again, and follow it (Escape in the network)',
      () => store.setUi({ node: null, ref: null, part: null, tab: null }),
      { class: 'toggle', hidden: true, 'aria-label': 'Follow the cursor' },
      'Follow the cursor',
    );
    this.numbers = new Numbers((open) => store.keep({ numbers: open }));
    this.body = el('div', { class: 'body', role: 'tabpanel' });
    this.body.append(this.stats, this.charts, this.past, this.heatmap.element, this.numbers.element);
    const head = el('header', {}, this.title, this.follow);
    const line = el('div', { class: 'what' }, this.facts, this.tabs);
    this.element.append(head, line, this.missing, this.body, this.explain);
    this.tabs.addEventListener('keydown', (event) => this.walk(event));
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
    const ref = shownRef(model);
    const view = model.tensor && ref && sameRef(model.tensor.ref, ref) ? model.tensor : null;
    const following = model.ui.node === null && model.ui.ref === null;
    this.follow.hidden = following;
    setText(this.title, titleOf(view, node));
    this.buildFacts(node, view);
    this.buildTabs(model, node);
    this.buildExplain(node);
    const words = this.wordsFor(model, node, ref !== null, view);
    setText(this.missing, words);
    this.missing.hidden = words === '';
    // A number that is still on its way leaves the old one in place for a moment, dimmed: no flicker.
    this.body.hidden = words !== '' || (!view && (ref === null || !this.drawn));
    this.body.classList.toggle('stale', ref !== null && view === null);
    if (view && !view.missing) this.draw(view, model, node);
    if (view && ref) this.buildPast(model, ref);
  }

  private wordsFor(model: Model, node: GraphNode | null, hasRef: boolean, view: TensorView | null): string {
    if (!node && !model.ui.ref) {
      return 'Step to an op, or select one in the network: its value, gradient and statistics appear here.';
    }
    if (!hasRef) return `${node?.label ?? 'This'} has not run yet in this iteration.`;
    return view?.missing ?? '';
  }

  private buildFacts(node: GraphNode | null, view: TensorView | null): void {
    const dtype = view?.dtype ?? node?.dtype;
    const shape = view?.shape ?? node?.shape;
    const gradFn = view ? view.gradFn : (node?.gradFn ?? null);
    const leaf = view?.requiresGrad && !gradFn;
    const key = [dtype, shape?.join(), gradFn, leaf, placeText(node?.place ?? null), node?.module].join('|');
    keyed(this.facts, key, () => {
      if (!dtype || !shape) return [];
      const place = node?.place;
      return [
        el('span', {}, dtype),
        el('span', {}, shapeText(shape)),
        node?.module ? el('span', { title: 'Module' }, node.module) : null,
        gradFn ? el('span', { title: 'grad_fn: the gradient that autograd runs' }, gradFn) : null,
        leaf ? el('span', {}, 'requires gradient') : null,
        place
          ? button(
              `Show ${placeText(place)} in the editor`,
              () => post({ type: 'reveal', path: place.path, line: place.line, focus: true }),
              { class: 'link' },
              placeText(place),
            )
          : null,
      ];
    });
  }

  private tabsFor(model: Model, node: GraphNode | null): Tab[] {
    if (!node) return model.ui.ref && !model.ui.ref.part?.startsWith('state:') ? ALWAYS : [];
    const tabs = [...ALWAYS];
    const tensor = model.states.get(node.id)?.tensor;
    if (node.kind !== 'parameter' || model.update?.parameter?.tensor !== tensor) return tabs;
    for (const term of model.update?.terms ?? []) {
      const part = term.ref?.tensor === tensor ? term.ref?.part : undefined;
      if (part?.startsWith('state:') && !tabs.some((tab) => tab.part === part)) tabs.push({ name: term.name, part });
    }
    return tabs;
  }

  private buildTabs(model: Model, node: GraphNode | null): void {
    const tabs = this.tabsFor(model, node);
    const part = shownPart(model);
    const built = keyed(this.tabs, tabs.map((tab) => tab.part + tab.name).join('|'), () =>
      tabs.map((tab) =>
        button(
          `${tab.name} of this tensor`,
          () => this.pickPart(tab.part),
          { role: 'tab', 'data-part': tab.part, 'aria-label': tab.name },
          tab.name,
        ),
      ),
    );
    if (built) this.tabs.hidden = tabs.length === 0;
    for (const tab of this.tabs.querySelectorAll('button')) {
      const on = tab.dataset.part === part;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
    }
  }

  private pickPart(part: Part): void {
    const { ref } = this.store.model.ui;
    this.store.setUi({ ...(ref ? { ref: { ...ref, part } } : { part }), row0: 0, col0: 0 });
  }

  private walk(event: KeyboardEvent): void {
    const tabs = [...this.tabs.querySelectorAll('button')];
    const at = tabs.indexOf(document.activeElement as HTMLButtonElement);
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (at < 0 || by === 0) return;
    event.preventDefault();
    const next = tabs[(at + by + tabs.length) % tabs.length]!;
    next.focus();
    next.click();
  }

  private draw(view: TensorView, model: Model, node: GraphNode | null): void {
    const fresh = this.drawn !== view;
    this.drawn = view;
    if (!fresh) return;
    this.charts.hidden = false;
    const width = Math.max(200, this.charts.clientWidth || this.element.clientWidth - 24);
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
    const parameter = node?.kind === 'parameter' ? (model.states.get(node.id)?.tensor ?? null) : null;
    this.heatmap.update(view, width, {
      page: (row0, col0) => this.store.setUi({ row0, col0 }),
      slice: (slice) => this.store.setUi({ slice, row0: 0, col0: 0 }),
      follow:
        parameter === null
          ? null
          : (element) => this.store.setUi({ tab: 'optimizer', parameter, element, node: node!.id }),
    });
    this.numbers.update(view, model.ui.numbers);
  }

  /** The tensor over the iterations: asked for by a button, for values of the past may have to be computed again. */
  private buildPast(model: Model, ref: TensorRef): void {
    const known = model.history && sameRef(model.history.ref, ref) ? model.history.history : null;
    const part = ref.part ?? 'value';
    const width = Math.max(200, this.past.clientWidth || this.element.clientWidth - 24);
    const here = model.cursor?.tick ?? -1;
    const at = known ? known.points.filter((point) => point.tick <= here).length - 1 : -1;
    const fresh = keyed(this.past, [ref.tensor, part, known?.name, known?.points.length, at, width].join('|'), () => {
      if (!known)
        return [
          button(
            'Show this tensor over the iterations; values that were not kept are computed again',
            () => post({ type: 'history', ref: { tensor: ref.tensor, part } }),
            { class: 'link' },
            'History',
          ),
        ];
      if (known.missing) return [el('p', { class: 'missing' }, known.missing)];
      return [
        lineChart({
          title: known.name,
          name: part === 'grad' ? 'grad' : part === 'value' ? 'value' : 'state',
          iterations: known.points.map((point) => point.iteration),
          values: known.points.map((point) => (typeof point.value === 'number' ? point.value : null)),
          at,
          width,
          pick: (index) => post({ type: 'seek', tick: known.points[index]!.tick }),
        }),
      ];
    });
    // It was asked for a moment ago.
    if (fresh && known && model.history !== this.plotted) this.past.scrollIntoView({ block: 'nearest' });
    this.plotted = model.history;
  }

  private buildExplain(node: GraphNode | null): void {
    const { formula, gradient } = node ?? {};
    this.explain.hidden = !formula && !gradient;
    keyed(this.explain, `${formula}|${gradient}`, () => [
      formula && el('h3', {}, 'What it computes'),
      formula && el('p', { class: 'formula' }, formula),
      gradient && el('h3', {}, 'Its gradient'),
      gradient && el('p', { class: 'formula' }, gradient),
    ]);
  }
}
