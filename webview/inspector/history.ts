/** A tensor over the iterations: its norm, its mean, an extreme, or one element. */

import { lineChart } from '../charts/lines';
import { button, el, keyed } from '../dom';
import { post } from '../host';
import { t } from '../l10n';
import type { Model, Store } from '../store';
import type { Ui } from '../ui';
import { ownRef } from '../wants';

const MEASURES: [Ui['measure'], string][] = [
  ['norm', t('norm')],
  ['mean', t('mean')],
  ['min', t('min')],
  ['max', t('max')],
  ['element', t('chosen element')],
];

export class HistoryFace {
  readonly element = el('section', { class: 'past' });
  private readonly measures: HTMLButtonElement[];
  private readonly note = el('p', { class: 'note' });
  private readonly chart = el('div');

  /** What the history is of, and the answer that was there when that was chosen. */
  private subject = '';
  private stale: Model['history'] = null;

  constructor(store: Store) {
    this.measures = MEASURES.map(([measure, text]) =>
      button(
        t('The {0} over the iterations', text),
        () => store.setUi({ measure }),
        { class: 'toggle', 'data-measure': measure },
        text,
      ),
    );
    this.element.append(el('div', { class: 'line' }, ...this.measures), this.note, this.chart);
  }

  update(model: Model): void {
    const { measure, chosen } = model.ui;
    for (const one of this.measures) one.setAttribute('aria-pressed', String(one.dataset.measure === measure));
    const ref = ownRef(model);
    const lost = measure === 'element' && chosen?.tensor !== ref?.tensor;
    this.note.textContent = !ref
      ? t('Select an op or a parameter in the network: its values over the iterations appear here.')
      : lost
        ? t('No element is chosen yet: click a cell of the heat-map on the Value tab. Until then, the norm.')
        : '';
    this.note.hidden = this.note.textContent === '';
    const part = ref?.part ?? 'value';
    const of = model.ui.ref ? `tensor ${ref?.tensor}` : `node ${model.shown}`;
    const subject = [of, part, measure, measure === 'element' ? chosen?.element : ''].join('|');
    if (subject !== this.subject) [this.subject, this.stale] = [subject, model.history];
    const known = ref && model.history !== this.stale ? model.history : null;
    const width = Math.max(200, this.element.clientWidth);
    const here = model.cursor?.tick ?? -1;
    const points = known?.history.points ?? [];
    const at = points.filter((point) => point.tick <= here).length - 1;
    this.chart.hidden = !ref;
    keyed(this.chart, [known?.history.name, points.length, points.at(-1)?.value, at, width, part].join('|'), () => {
      if (!known)
        return [
          el('p', { class: 'missing', role: 'status' }, t('Values that were not kept are computed again …')),
          button(t('End this'), () => post({ type: 'cancel' }), { class: 'link' }, t('Cancel')),
        ];
      if (known.history.missing) return [el('p', { class: 'missing' }, known.history.missing)];
      return [
        lineChart({
          title: known.history.name,
          name: part === 'grad' ? 'grad' : part === 'value' ? 'value' : 'state',
          iterations: points.map((point) => point.iteration),
          values: points.map((point) => (typeof point.value === 'number' ? point.value : null)),
          at,
          width,
          pick: (index) => post({ type: 'seek', tick: points[index]!.tick }),
        }),
      ];
    });
  }
}
