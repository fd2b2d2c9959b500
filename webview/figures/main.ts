/** Entry of the view of matplotlib's figures. A figure that is drawn again changes where it stands, so that a film does not scroll away. */
import type { ShownFigure } from '../../src/protocol/webview';
import { readFigures } from '../check';
import { button, el } from '../dom';
import { base64Of, pngOf } from '../graph/image';
import { post } from '../host';
import { t } from '../l10n';

class Figure {
  readonly element: HTMLElement;
  private readonly caption = el('span', { class: 'title' });
  private readonly image = el('img', {});
  private readonly missing = el(
    'p',
    { class: 'missing', hidden: true },
    t('This picture was not kept: there were too many.'),
  );
  private svg = '';

  constructor(private readonly number: number) {
    const save = (kind: 'svg' | 'png', text: string) =>
      button(text, () => void this.save(kind), { class: 'save' }, kind.toUpperCase());
    this.element = el(
      'figure',
      { class: 'drawn' },
      el('figcaption', {}, this.caption, save('png', t('Save as PNG…')), save('svg', t('Save as SVG…'))),
      this.image,
      this.missing,
    );
  }

  show({ title, summary, svg }: ShownFigure): void {
    const name = title ? `${t('Figure {0}', this.number)}: ${title}` : t('Figure {0}', this.number);
    this.caption.textContent = name;
    this.image.alt = `${name}: ${summary}`;
    if (svg === undefined) return;
    this.svg = svg;
    // As an image: a picture is data, and runs nothing.
    if (svg) this.image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    this.image.hidden = svg === '';
    this.missing.hidden = svg !== '';
  }

  private async save(kind: 'svg' | 'png'): Promise<void> {
    const text = kind === 'svg' ? this.svg : await base64Of(await pngOf(this.svg));
    post({ type: 'export', name: `figure-${this.number}`, kind, text });
  }
}

const shown = new Map<number, Figure>();
const nothing = el('p', { class: 'missing' }, t('No figure was drawn yet.'));
const all = el('main', { 'aria-label': t('Figures') });

document.body.classList.add('figures');
document.body.append(all, nothing);

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = readFigures(event.data);
  if (!message) {
    console.warn('Backstep: a message of an unknown shape was ignored');
    return;
  }
  const wanted = new Set(message.figures.map(({ number }) => number));
  for (const [number, figure] of shown) {
    if (wanted.has(number)) continue;
    figure.element.remove();
    shown.delete(number);
  }
  for (const view of message.figures) {
    let figure = shown.get(view.number);
    if (!figure) shown.set(view.number, (figure = new Figure(view.number)));
    figure.show(view);
  }
  const inOrder = message.figures.map(({ number }) => shown.get(number)!.element);
  inOrder.forEach((element, i) => {
    if (all.children[i] !== element) all.insertBefore(element, all.children[i] ?? null);
  });
  nothing.hidden = inOrder.length > 0;
});
post({ type: 'ready' });
