/** Finding nodes by module path, op or source line: a line over the drawing, as an editor's own. */

import type { GraphView } from '../../src/protocol/views';
import { button, el, named, setText } from '../dom';
import { placeText } from '../format';
import { keyText } from '../keys';
import { t } from '../l10n';

/** Ids of the nodes that hold every word: `attn relu`, `train.py:31`, `:31`, `blocks.0`. In the order they ran. */
export function find(graph: GraphView, text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: number[] = [];
  for (const { id, op, label, module, place, kind } of graph.nodes) {
    const line = placeText(place).toLowerCase();
    const said = `${op} ${label} ${module} ${kind === 'op' ? '' : kind}`.toLowerCase();
    // A line is meant whole: `:3` is not in `train.py:31`.
    const has = (word: string): boolean =>
      /:\d+$/.test(word) ? line.endsWith(word) && line !== '' : said.includes(word) || line.includes(word);
    if (words.every(has)) found.push(id);
  }
  return found;
}

export interface Searching {
  /** What is looked for changed: nothing is looked for with no hits and no text. */
  sought(hits: ReadonlySet<number>, only: boolean): void;
  go(id: number): void;
  closed(): void;
}

export class Search {
  readonly element: HTMLElement;
  private readonly input = el('input', {
    type: 'text',
    spellcheck: false,
    placeholder: t('Module, op or train.py:31'),
    ...named(t('Find in the network: module path, op or source line')),
  });
  private readonly count = el('span', { class: 'count', role: 'status' });
  private readonly only: HTMLButtonElement;
  private graph: GraphView | null = null;
  private hits: number[] = [];
  private at = -1;
  private sought = '';

  constructor(private readonly on: Searching) {
    this.only = button(t('Show only what was found'), () => this.filter(), { 'aria-pressed': 'false' }, t('Only'));
    this.element = el(
      'div',
      { class: 'search', role: 'search', hidden: true },
      this.input,
      this.count,
      button(t('Previous ({0})', keyText('Shift+Enter')), () => this.step(-1), {}, '↑'),
      button(t('Next (Enter)'), () => this.step(1), {}, '↓'),
      this.only,
      button(t('Close (Escape)'), () => this.close(), {}, '×'),
    );
    this.input.addEventListener('input', () => this.seek());
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
      else if (event.target === this.input && event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    this.element.hidden = false;
    this.input.focus();
    this.input.select();
    this.seek();
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.hits = [];
    this.sought = '';
    this.on.sought(new Set(), false);
    this.on.closed();
  }

  /** Another network is on screen: the same is looked for in it. */
  update(graph: GraphView): void {
    if (this.graph === graph) return;
    this.graph = graph;
    this.sought = '';
    if (!this.element.hidden) this.seek();
  }

  private seek(): void {
    const text = this.input.value.trim();
    if (text === this.sought) return;
    this.sought = text;
    this.hits = this.graph ? find(this.graph, text) : [];
    this.at = -1;
    this.say();
    this.on.sought(new Set(this.hits), this.filtering());
  }

  private filtering(): boolean {
    return this.hits.length > 0 && this.only.getAttribute('aria-pressed') === 'true';
  }

  private filter(): void {
    this.only.setAttribute('aria-pressed', String(this.only.getAttribute('aria-pressed') !== 'true'));
    this.say();
    this.on.sought(new Set(this.hits), this.filtering());
  }

  /** Everything is shown again. */
  all(): void {
    if (this.only.getAttribute('aria-pressed') === 'true') this.filter();
  }

  private step(by: 1 | -1): void {
    const { hits } = this;
    if (hits.length === 0) return;
    this.at = this.at < 0 ? (by > 0 ? 0 : hits.length - 1) : (this.at + by + hits.length) % hits.length;
    this.say();
    this.on.go(hits[this.at]!);
  }

  private say(): void {
    const n = this.hits.length;
    const all = this.filtering() ? t('{0} of {1} nodes shown', n, this.graph!.nodes.length) : t('{0} found', n);
    const words = this.at < 0 ? all : t('{0} of {1}', this.at + 1, n);
    setText(this.count, this.sought === '' ? '' : n === 0 ? t('Nothing found') : words);
  }
}
