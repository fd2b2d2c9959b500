/** What can be done with a tensor: compare it with another time, copy it, open it as a table. */

import type { TensorView } from '../../src/protocol/views';
import { button, el, keyed } from '../dom';
import { post } from '../host';
import { t } from '../l10n';
import type { Model, Store } from '../store';

export class Tools {
  readonly element = el('div', { class: 'tools-row' });
  private readonly compare = el('select', {
    'aria-label': t('Compare with'),
    title: t('Show the difference from another time'),
  });
  private readonly said = el('span', { class: 'note' });
  /** What is kept of a parameter has no node, and so no tab of its own for this. */
  private readonly past = button(
    t('Show its norm over the iterations'),
    () => this.view && this.store.setUi({ ref: this.view.ref, face: 'history', measure: 'norm' }),
    { class: 'link' },
    t('Show its history'),
  );
  private view: TensorView | null = null;

  constructor(private readonly store: Store) {
    this.compare.addEventListener('change', () => {
      const { value } = this.compare;
      const here = this.store.model.cursor?.tick ?? 0;
      const against = value === '' ? null : value === 'iteration' ? value : value === 'here' ? here : Number(value);
      this.store.setUi({ against });
    });
    const write = (as: 'python' | 'csv', to: 'clipboard' | 'editor') => () => {
      if (this.view) post({ type: 'text', ref: this.view.ref, as, to });
    };
    this.element.append(
      el('label', {}, t('Compare with'), this.compare),
      this.said,
      el(
        'span',
        { class: 'copies' },
        this.past,
        button(
          t('Copy all of it as torch.tensor(…)'),
          write('python', 'clipboard'),
          { class: 'link' },
          t('Copy as Python'),
        ),
        button(
          t('Copy all of it as comma separated values'),
          write('csv', 'clipboard'),
          { class: 'link' },
          t('Copy as CSV'),
        ),
        button(
          t('Open all of it as a table in an editor tab'),
          write('csv', 'editor'),
          { class: 'link' },
          t('Open as table'),
        ),
      ),
    );
  }

  update(model: Model, view: TensorView): void {
    this.view = view;
    this.past.hidden = !view.ref.part?.startsWith('state:');
    const { against } = model.ui;
    const marks = model.bookmarks.map(({ tick, note }) => ({
      tick,
      text: t('bookmark: {0}', note || t('tick {0}', tick + 1)),
    }));
    const pinned = typeof against === 'number' && !marks.some(({ tick }) => tick === against);
    keyed(this.compare, JSON.stringify([marks, pinned && against]), () => [
      el('option', { value: '' }, t('nothing')),
      el('option', { value: 'iteration' }, t('the iteration before')),
      ...marks.map(({ tick, text }) => el('option', { value: tick }, text)),
      pinned && el('option', { value: against }, t('tick {0}', against + 1)),
      el('option', { value: 'here' }, t('this moment, from wherever I go')),
    ]);
    this.compare.value = against === null ? '' : String(against);
    const then = view.against;
    this.said.textContent = then
      ? t('all numbers are differences from iteration {0}, tick {1}', then.iteration + 1, then.tick + 1)
      : '';
  }
}
