/** What the colours and shapes mean: the four that matter in one line, the rest and the keys behind a question mark. */
import { button, el } from '../dom';

type Entry = [name: string, text: string, hint: string];

const FIRST: Entry[] = [
  ['fwd', 'forward', 'This op has run: its value is there'],
  ['bwd', 'backward', 'The gradient went through; the line is thicker where its norm is larger'],
  ['upd', 'updated', 'The parameter was changed by the optimizer in this iteration'],
  ['cursor', 'now', 'What happens at this very moment'],
];
const MORE: Entry[] = [
  ['hollow', 'not run yet', 'This op has not run in this iteration so far'],
  ['bars', 'size', 'Typical size (root mean square) of value and gradient, from 1e-6 to 1e3 on a logarithmic scale'],
];
const KEYS: [string, string][] = [
  ['Arrows', 'walk along the lines'],
  ['Enter', 'show its numbers'],
  ['S, Shift+S', 'go to where it ran forward, backward (or double-click)'],
  ['C', 'close or open a module (or click its name)'],
  ['F', 'fit the whole network'],
  ['.', 'find the op that is running'],
  ['+ −', 'zoom (or scroll; drag to move)'],
  ['Esc', 'follow the debugger again'],
];

const swatch = (name: string): HTMLElement => el('i', { class: `key ${name}`, 'aria-hidden': true });

export class Legend {
  readonly line = el(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    ...FIRST.map(([name, text, hint]) => el('li', { title: hint }, swatch(name), text)),
  );
  readonly help: HTMLButtonElement;
  readonly popup: HTMLElement;

  constructor() {
    const rows = [...FIRST, ...MORE].map(([name, text, hint]) =>
      el('tr', {}, el('th', { scope: 'row' }, swatch(name), text), el('td', {}, hint)),
    );
    const keys = KEYS.map(([key, text]) =>
      el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, key)), el('td', {}, text)),
    );
    this.popup = el(
      'div',
      {
        class: 'help',
        id: 'graph-help',
        role: 'dialog',
        'aria-label': 'How to read the network',
        tabindex: -1,
        hidden: true,
      },
      el('h3', {}, 'How to read it'),
      el('table', {}, el('tbody', {}, ...rows)),
      el('h3', {}, 'Keys, with the network in focus'),
      el('table', { id: 'graph-keys' }, el('tbody', {}, ...keys)),
    );
    this.help = button(
      'What the colours mean, and the keys',
      () => this.toggle(),
      {
        'aria-expanded': 'false',
        'aria-controls': 'graph-help',
      },
      '?',
    );
    this.popup.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      this.toggle(false);
      this.help.focus();
      event.stopPropagation();
    });
  }

  private toggle(open = this.popup.hidden): void {
    this.popup.hidden = !open;
    this.help.setAttribute('aria-expanded', String(open));
    if (open) this.popup.focus();
  }
}
