/** A gradient against small differences: the button, the wait, and what was found. */

import type { CheckQuestion, CheckView } from '../../src/protocol/whatif';
import { button, el, keyed } from '../dom';
import { num } from '../format';
import { post } from '../host';
import { t } from '../l10n';
import type { Model } from '../store';

const sameQuestion = (a: CheckQuestion, b: CheckQuestion): boolean => a.op === b.op && a.tensor === b.tensor;

export class CheckFace {
  readonly element = el('div', { class: 'check' });
  private waiting: CheckQuestion | null = null;
  private seen: Model['checked'] = null;

  /** `show` brings an element of what was checked into the heat-map. */
  constructor(private readonly show: (view: CheckView, question: CheckQuestion) => void) {}

  /** Null where there is nothing to check; `of` says what is: `against the loss`, `of this op alone`. */
  update(model: Model, question: CheckQuestion | null, of: string): void {
    this.element.hidden = question === null;
    if (!question) return;
    if (model.checked !== this.seen) this.waiting = null;
    this.seen = model.checked;
    const busy = this.waiting !== null && sameQuestion(this.waiting, question);
    const found = model.checked && sameQuestion(model.checked.question, question) ? model.checked.views : null;
    keyed(this.element, JSON.stringify([question, of, busy, found]), () => [
      el(
        'div',
        { class: 'line' },
        button(
          t('Compare the gradient with small differences (f(w + h) − f(w − h)) / 2h, computed in float64'),
          () => {
            this.waiting = question;
            post({ type: 'check', question });
            this.update(model, question, of);
          },
          { class: 'toggle', 'aria-disabled': busy ? 'true' : null },
          t('Check gradient {0}', of),
        ),
        busy && el('span', { role: 'status' }, t('Checking, element by element …')),
        busy && button(t('End this check'), () => post({ type: 'cancel' }), { class: 'link' }, t('Cancel')),
      ),
      ...(found ?? []).map((view) => this.result(view, question)),
    ]);
  }

  private result(view: CheckView, question: CheckQuestion): HTMLElement {
    if (view.missing || !view.worst)
      return el(
        'p',
        { class: 'verdict', role: 'status' },
        el('b', {}, view.name),
        ` ${view.missing ?? t('could not be checked.')}`,
      );
    const { element, gradient, difference } = view.worst;
    const some =
      view.checked < view.of ? t('{0} of {1} elements', view.checked, view.of) : t('all {0} elements', view.of);
    const kinks = view.kinks > 0 ? t('; {0} left out, where it has a kink', view.kinks) : '';
    const where = element.length > 0 ? `[${element.join(', ')}]` : t('its only element');
    return el(
      'p',
      { class: 'verdict', role: 'status' },
      el('span', { class: view.agrees ? 'chip good' : 'chip bad' }, view.agrees ? t('agrees') : t('DIFFERS')),
      t(' {0}, against {1}: {2}{3}. Largest difference at ', view.name, view.against, some, kinks),
      button(t('Show this element in the heat-map'), () => this.show(view, question), { class: 'link' }, where),
      t(': gradient {0}, small differences {1}.', num(gradient, 6), num(difference, 6)),
    );
  }
}
