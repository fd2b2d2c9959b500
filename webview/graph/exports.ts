/** Copy and export of the drawing: a small menu behind a button. */

import { button, el } from '../dom';
import { post } from '../host';
import { t } from '../l10n';
import { base64Of, pngOf } from './image';

export type ExportKind = 'svg' | 'png';

export class Exports {
  readonly button: HTMLButtonElement;
  readonly menu: HTMLElement;

  /** `svg` gives the drawing as text; null while there is none. */
  constructor(private readonly svg: () => string | null) {
    const item = (text: string, act: () => Promise<void> | void): HTMLButtonElement =>
      button(text, () => this.run(act), { role: 'menuitem' });
    this.menu = el(
      'div',
      { class: 'help exports', id: 'graph-exports', role: 'menu', 'aria-label': t('Copy or export'), hidden: true },
      item(t('Save as SVG…'), () => this.saved('svg')),
      item(t('Save as PNG…'), () => this.saved('png')),
      item(t('Copy as SVG'), () => this.copy('svg')),
      item(t('Copy as PNG'), () => this.copy('png')),
    );
    this.button = button(
      t('Copy or export the drawing (E)'),
      () => this.open(this.menu.hidden === true),
      { 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': 'graph-exports' },
      '⤓',
    );
    this.menu.addEventListener('keydown', (event) => this.key(event));
    this.menu.addEventListener('focusout', (event) => {
      const to = event.relatedTarget as Node | null;
      if (to && to !== this.button && !this.menu.contains(to)) this.open(false);
    });
  }

  open(on = true): void {
    this.menu.hidden = !on;
    this.button.setAttribute('aria-expanded', String(on));
    if (on) (this.menu.firstElementChild as HTMLElement).focus();
  }

  private key(event: KeyboardEvent): void {
    const items = [...this.menu.children] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) items[(at + by + items.length) % items.length]!.focus();
    else if (event.key === 'Escape') {
      this.open(false);
      this.button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private run(act: () => Promise<void> | void): void {
    this.open(false);
    this.button.focus();
    this.attempt(act);
  }

  save(kind: ExportKind): void {
    this.attempt(() => this.saved(kind));
  }

  private attempt(act: () => Promise<void> | void): void {
    Promise.resolve(act()).catch((error: unknown) => console.warn('Backstep: the drawing was not exported:', error));
  }

  private async saved(kind: ExportKind): Promise<void> {
    const svg = this.svg();
    if (svg === null) return;
    post({ type: 'export', name: 'network', kind, text: kind === 'svg' ? svg : await base64Of(await pngOf(svg)) });
  }

  private async copy(kind: ExportKind): Promise<void> {
    const svg = this.svg();
    if (svg === null) return;
    if (kind === 'svg') post({ type: 'copy', text: svg });
    else await navigator.clipboard.write([new ClipboardItem({ 'image/png': pngOf(svg) })]);
  }
}
