/** Under the script: its variables and the bookmarks. */

import { el } from '../../webview/dom';
import { t } from '../../webview/l10n';
import type { Session, Variable } from '../protocol/session';
import type { Bookmark, TensorRef } from '../protocol/views';

/** Children of a variable that are listed. */
const MOST = 200;

/** The names of the frame at the cursor. What is open stays open. */
export class VariablesPanel {
  readonly element = el('div', { class: 's-variables' });
  private readonly opened = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly inspect: (ref: TensorRef) => void,
  ) {}

  async update(): Promise<void> {
    const [frame] = await this.session.request('stack', {});
    if (!frame) return;
    const scopes = await this.session.request('scopes', { frame: frame.id });
    const parts: HTMLElement[] = [];
    for (const scope of scopes.filter((s) => !s.expensive)) {
      const list = await this.list(scope.ref, scope.name);
      parts.push(el('h3', {}, scope.name), list);
    }
    this.element.replaceChildren(...parts);
  }

  private async list(ref: number, path: string): Promise<HTMLElement> {
    const list = el('div', { class: 's-names' });
    const named = await this.session.request('variables', { ref });
    for (const variable of named.slice(0, MOST)) list.append(await this.variable(variable, `${path}.${variable.name}`));
    if (named.length > MOST) list.append(el('p', { class: 's-dim' }, t('and {0} more', named.length - MOST)));
    if (named.length === 0) list.append(el('p', { class: 's-dim' }, t('nothing yet')));
    return list;
  }

  private async variable(variable: Variable, path: string): Promise<HTMLElement> {
    const { name, value, ref, tensor, type } = variable;
    const words: (Node | string)[] = [
      el('span', { class: 's-name' }, name),
      el('span', { class: 's-value', title: type }, value),
    ];
    if (tensor) {
      const show = el(
        'button',
        { type: 'button', class: 's-show', title: t('Show {0} in the tensor panel', name) },
        t('show'),
      );
      show.addEventListener('click', (event) => {
        this.inspect(tensor);
        event.preventDefault();
      });
      words.push(show);
    }
    if (ref === 0) return el('div', { class: 's-variable' }, ...words);
    const details = el('details', { class: 's-variable' }, el('summary', {}, ...words));
    const fill = async () => {
      if (!details.open || details.childElementCount > 1) return;
      details.append(await this.list(ref, path).catch((error) => el('p', { class: 's-dim' }, String(error.message))));
    };
    details.addEventListener('toggle', () => {
      if (details.open) this.opened.add(path);
      else this.opened.delete(path);
      void fill();
    });
    if (this.opened.has(path)) {
      details.open = true;
      await fill();
    }
    return details;
  }
}

export class BookmarksPanel {
  readonly element = el('div', { class: 's-bookmarks' });

  constructor(
    private readonly bookmarks: readonly Bookmark[],
    private readonly iterationAt: (tick: number) => number,
    private readonly seek: (tick: number) => void,
  ) {}

  update(tick: number): void {
    const rows = this.bookmarks.map((bookmark) => {
      const where = t('iteration {0}, tick {1}', this.iterationAt(bookmark.tick) + 1, bookmark.tick + 1);
      const note = bookmark.note || t('no note');
      const row = el(
        'button',
        { type: 'button' },
        el('span', { class: 's-note' }, note),
        el('span', { class: 's-dim' }, where),
      );
      row.classList.toggle('s-current', bookmark.tick === tick);
      row.addEventListener('click', () => this.seek(bookmark.tick));
      return row;
    });
    this.element.replaceChildren(...rows);
  }
}
