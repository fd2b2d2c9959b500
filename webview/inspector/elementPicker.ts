/** Chooses one element of a tensor by its index. */
import { el, keyed } from '../dom';
import { t } from '../l10n';

export class ElementPicker {
  readonly element = el('span', { class: 'elements' });
  private pick: (element: number[]) => void = () => {};

  constructor(private readonly of: string) {}

  update(shape: number[], chosen: number[], pick: (element: number[]) => void): void {
    this.pick = pick;
    this.element.hidden = shape.length === 0;
    keyed(this.element, shape.join(), () =>
      shape.map((size, d) => {
        const input = el('input', {
          type: 'number',
          min: 0,
          max: size - 1,
          title: t('Index in dimension {0}, below {1}', d, size),
          'aria-label': t('Index of {0} in dimension {1}, below {2}', this.of, d, size),
        });
        input.addEventListener('change', () => this.read(shape));
        return input;
      }),
    );
    this.element.querySelectorAll('input').forEach((input, d) => {
      if (document.activeElement !== input) input.value = String(chosen[d] ?? 0);
    });
  }

  private read(shape: number[]): void {
    const inputs = [...this.element.querySelectorAll('input')];
    this.pick(inputs.map(({ value }, d) => Math.max(0, Math.min(shape[d]! - 1, Math.trunc(Number(value) || 0)))));
  }
}
