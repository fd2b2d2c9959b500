/** What is wrong with a tensor: a chip for each, with the reason and the line behind it. */

import type { HealthChip } from '../../src/protocol/views';
import { button, el, keyed } from '../dom';
import { placeText } from '../format';
import { post } from '../host';
import { t } from '../l10n';

export class HealthChips {
  readonly element = el('div', { class: 'health' });
  private readonly chips = el('div', { class: 'line', role: 'group', 'aria-label': t('Health') });
  private readonly words = el('p', { class: 'reason', role: 'status', hidden: true });
  private open: string | null = null;

  constructor() {
    this.element.append(this.chips, this.words);
  }

  update(health: HealthChip[]): void {
    this.element.hidden = health.length === 0;
    keyed(this.chips, JSON.stringify([health, this.open]), () =>
      health.map((chip) =>
        button(
          chip.reason,
          () => this.explain(chip, health),
          {
            class: 'chip bad',
            'aria-expanded': String(this.open === chip.label),
            'aria-label': t('{0}: why?', chip.label),
          },
          `⚠ ${chip.label}`,
        ),
      ),
    );
    const chip = health.find(({ label }) => label === this.open);
    this.words.hidden = !chip;
    if (!chip) return;
    const { reason, tick, place, expression } = chip;
    keyed(this.words, JSON.stringify(chip), () => [
      `${reason} `,
      place &&
        button(
          t('Show {0} in the editor', placeText(place)),
          () => post({ type: 'reveal', path: place.path, line: place.line, focus: true }),
          { class: 'link' },
          placeText(place),
        ),
      ' ',
      button(
        t('Go to the moment at which this was found'),
        () => post({ type: 'seek', tick }),
        { class: 'link' },
        t('Go there'),
      ),
      el('span', { class: 'note' }, t(' as a watchpoint: '), el('code', {}, expression)),
    ]);
  }

  /** Explains, and shows the line. */
  private explain(chip: HealthChip, health: HealthChip[]): void {
    const opens = this.open !== chip.label;
    this.open = opens ? chip.label : null;
    this.update(health);
    if (opens && chip.place) post({ type: 'reveal', path: chip.place.path, line: chip.place.line, focus: false });
  }
}
