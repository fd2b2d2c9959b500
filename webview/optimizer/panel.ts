/** One parameter's way through the optimizer: terms, rule, and how they went over the iterations. */

import type { ParameterInfo, UpdateView } from '../../src/protocol/views';
import { lineChart } from '../charts/lines';
import { button, el, keyed, setText } from '../dom';
import { shapeText } from '../format';
import { post } from '../host';
import { t } from '../l10n';
import { PlanePanel } from '../plane/panel';
import type { Seeker } from '../seek';
import type { Model, Store } from '../store';
import { spanAt } from '../timeline/scale';
import type { Ui } from '../ui';
import { angleChart, pastChart } from './past';
import { layersTable, pipeline } from './pipeline';
import { roleColour, roleText, stepsList, termsTable } from './tables';

const PAGES: [Ui['page'], string, string][] = [
  ['rule', t('Rule'), t('The rule of the update, with its numbers')],
  ['past', t('Velocity'), t('What the velocity is made of, and where it fights with the gradient')],
  ['plane', t('Plane'), t('Where the point goes: the loss over a plane, and the path in it')],
];

export class OptimizerPanel {
  readonly element = el('div', { class: 'optimizer' });
  private readonly picker = el('select', { id: 'parameter', title: t('The parameter whose update is shown') });
  private readonly elements = el('span', { class: 'elements' });
  private readonly rule = el('p', { class: 'rule' });
  private readonly missing = el('p', { class: 'missing' });
  private readonly terms = el('div', { class: 'scroll' });
  private readonly steps = el('div');
  private readonly charts = el('div', { class: 'charts' });
  private readonly modes: HTMLButtonElement[];
  private readonly body: HTMLElement;
  private readonly pick: HTMLElement;
  private readonly pipeline = el('div');
  private readonly past = el('div', { class: 'page' });
  private readonly plane: PlanePanel;
  private readonly pages: HTMLButtonElement[];
  private scrolled: number | undefined;
  private model: Model | null = null;
  private drawn: { view: UpdateView; mode: string; width: number } | null = null;

  constructor(
    private readonly store: Store,
    seeker: Seeker,
  ) {
    this.picker.addEventListener('change', () => store.setUi({ parameter: Number(this.picker.value), element: null }));
    const mode = (name: Ui['series'], text: string): HTMLButtonElement =>
      button(text, () => store.setUi({ series: name }), { class: 'toggle', 'data-mode': name });
    this.modes = [mode('element', t('this element')), mode('norm', t('norm of all')), mode('layers', t('per layer'))];
    this.pick = el(
      'div',
      { class: 'pick' },
      el('label', { for: 'parameter' }, t('Parameter')),
      this.picker,
      el('span', { class: 'index' }, t('Element'), this.elements),
      el('span', { class: 'index modes' }, ...this.modes),
    );
    this.body = el(
      'div',
      { class: 'body' },
      this.rule,
      this.pipeline,
      el('h3', {}, t('Op by op')),
      this.steps,
      this.terms,
      el('h3', {}, t('Over the iterations')),
      this.charts,
    );
    this.plane = new PlanePanel(store, seeker);
    this.pages = PAGES.map(([name, text, title]) =>
      button(text, () => store.setUi({ page: name }), {
        role: 'tab',
        title: t('{0} (← and → go from tab to tab)', title),
        id: `page-tab-${name}`,
        'aria-controls': `page-${name}`,
      }),
    );
    const list = el(
      'div',
      { class: 'rule-pages', role: 'tablist', 'aria-label': t('Pages of the optimizer') },
      ...this.pages,
    );
    list.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      const at = this.pages.indexOf(document.activeElement as HTMLButtonElement);
      const next = this.pages[(at + step + PAGES.length) % PAGES.length];
      if (step === 0 || !next) return;
      next.click();
      next.focus();
      event.preventDefault();
      event.stopPropagation();
    });
    for (const [name] of PAGES) {
      const page = this.pageOf(name);
      page.id = `page-${name}`;
      page.setAttribute('role', 'tabpanel');
      page.setAttribute('aria-labelledby', `page-tab-${name}`);
    }
    this.element.append(list, this.pick, this.missing, this.body, this.past, this.plane.element);
    new ResizeObserver(() => this.model && this.update(this.model)).observe(this.element);
  }

  private pageOf(name: Ui['page']): HTMLElement {
    return name === 'plane' ? this.plane.element : name === 'past' ? this.past : this.body;
  }

  update(model: Model): void {
    this.model = model;
    const view = model.update;
    for (const [i, [name]] of PAGES.entries()) {
      const on = model.ui.page === name;
      this.pages[i]!.setAttribute('aria-selected', String(on));
      this.pages[i]!.tabIndex = on ? 0 : -1;
    }
    const { page } = model.ui;
    this.plane.element.hidden = page !== 'plane';
    if (page === 'plane') {
      for (const other of [this.pick, this.missing, this.body, this.past]) other.hidden = true;
      this.plane.update(model);
      return;
    }
    const words = view
      ? (view.missing ??
        (view.parameter ? '' : t('No parameter was updated yet. Step on to the first optimizer step.')))
      : t('Step to an optimizer update: the weight, its gradient and the step taken appear here.');
    setText(this.missing, words);
    this.missing.hidden = words === '';
    this.body.hidden = words !== '' || page !== 'rule';
    this.past.hidden = words !== '' || page !== 'past';
    this.pick.hidden = !view || view.parameters.length === 0;
    if (!view) return;
    this.buildPicker(view.parameters, view.parameter);
    if (!view.parameter || view.missing) return;
    this.buildElements(view.parameter, view.element);
    setText(this.rule, view.rule);
    const width = Math.max(220, this.element.clientWidth - 24);
    const mode = `${model.ui.series} ${page}`;
    if (this.drawn?.view === view && this.drawn.mode === mode && this.drawn.width === width) return;
    this.drawn = { view, mode, width };
    for (const one of this.modes) {
      one.setAttribute('aria-pressed', String(one.dataset.mode === model.ui.series));
      one.hidden = page === 'past' && one.dataset.mode === 'layers';
    }
    if (page === 'past') this.drawPast(view, model, width);
    else this.draw(view, model, width);
  }

  private draw(view: UpdateView, model: Model, width: number): void {
    const element = view.element.length > 0 ? `[${view.element.join(', ')}]` : '';
    this.terms.replaceChildren(
      termsTable(view.terms, element, (term) =>
        this.store.setUi({ ref: term.ref, tab: 'tensor', slice: [], row0: 0, col0: 0 }),
      ),
    );
    const list = stepsList(view.steps, model.cursor?.tick ?? -1, (step) => post({ type: 'seek', tick: step.tick }));
    this.steps.replaceChildren(
      view.steps.length > 0 ? list : el('p', { class: 'missing' }, t('No update in this iteration yet.')),
    );
    // The step at the cursor stays in sight as one walks through the rule.
    if (this.scrolled !== model.cursor?.tick) list.querySelector('.now')?.scrollIntoView({ block: 'nearest' });
    this.scrolled = model.cursor?.tick;
    const mode = model.ui.series === 'element' ? 'element' : 'norm';
    const stages =
      model.ui.series === 'layers' && view.layers?.length
        ? layersTable(view.layers, view.parameter?.tensor ?? -1, (parameter) =>
            this.store.setUi({ parameter, element: null }),
          )
        : pipeline(view.stages, mode, model.cursor?.tick ?? -1, (tick) => post({ type: 'seek', tick }));
    this.pipeline.className = 'scroll';
    this.pipeline.replaceChildren(stages);
    this.charts.replaceChildren(
      ...view.series.map((series) =>
        lineChart({
          title: mode === 'norm' ? t('norm of {0}', roleText(series.role)) : roleText(series.role),
          name: roleColour(series.role),
          iterations: view.iterations,
          values: series[mode],
          at: view.at,
          width,
          pick: (i) => this.seek(view.iterations[i]),
        }),
      ),
    );
  }

  private drawPast(view: UpdateView, model: Model, width: number): void {
    const mode = model.ui.series === 'element' ? 'element' : 'norm';
    const seek = (iteration: number) => this.seek(iteration);
    const bars = view.past && pastChart(view.past, mode, width, seek);
    const angle = angleChart(view, width, seek);
    this.past.replaceChildren(
      bars ??
        el(
          'p',
          { class: 'missing' },
          t('Nothing carries over from one update to the next: this rule has no velocity.'),
        ),
      ...(angle ? [angle] : []),
    );
  }

  /** To the end of an iteration: after its update. */
  private seek(iteration: number | undefined): void {
    const spans = this.model?.spans ?? [];
    const span = spans.find((s) => s.iteration === iteration) ?? spanAt(spans, 0);
    if (span) post({ type: 'seek', tick: Math.max(span.start, span.end - 1) });
  }

  private buildPicker(parameters: ParameterInfo[], chosen: ParameterInfo | null): void {
    const text = (p: ParameterInfo): string => `${p.name} · ${shapeText(p.shape)}`;
    keyed(this.picker, parameters.map((p) => `${p.tensor}${text(p)}`).join('|'), () =>
      parameters.map((p) => el('option', { value: p.tensor }, text(p))),
    );
    if (document.activeElement === this.picker) return;
    if (chosen) this.picker.value = String(chosen.tensor);
    else this.picker.selectedIndex = -1;
  }

  private buildElements(parameter: ParameterInfo, element: number[]): void {
    const { shape } = parameter;
    keyed(this.elements, `${parameter.tensor}|${shape.join()}`, () =>
      shape.map((size, i) => {
        const input = el('input', {
          type: 'number',
          min: 0,
          max: size - 1,
          'aria-label': t('Index in dimension {0}, below {1}', i, size),
          title: t('Index in dimension {0}, below {1}', i, size),
        });
        input.addEventListener('change', () => this.pickElement(parameter));
        return input;
      }),
    );
    this.elements.parentElement!.hidden = shape.length === 0;
    this.elements.querySelectorAll('input').forEach((input, i) => {
      if (document.activeElement !== input) input.value = String(element[i] ?? 0);
    });
  }

  private pickElement(parameter: ParameterInfo): void {
    const inputs = [...this.elements.querySelectorAll('input')];
    const element = inputs.map((input, i) =>
      Math.max(0, Math.min(parameter.shape[i]! - 1, Math.trunc(Number(input.value) || 0))),
    );
    this.store.setUi({ parameter: parameter.tensor, element });
  }
}
