/** What the colours and shapes mean: the four that matter in one line, the rest and the keys behind a question mark. */

import { button, el, keyed } from '../dom';
import { keyText } from '../keys';
import { t } from '../l10n';
import { ALL_MODES, MODES, type Mode, type Scale, shade, ticksOf } from './modes';
import type { WeightPart } from './neurons';

type Entry = [name: string, text: string, hint: string];

const FIRST: Entry[] = [
  ['fwd', t('forward'), t('This op has run: its value is there')],
  ['bwd', t('backward'), t('The gradient went through; the line is thicker where its norm is larger')],
  ['upd', t('updated'), t('The parameter was changed by the optimizer in this iteration')],
  ['cursor', t('now'), t('What happens at this very moment')],
];
const MORE: Entry[] = [
  ['hollow', t('not run yet'), t('This op has not run in this iteration so far')],
  [
    'explode',
    t('exploding'),
    t('A gradient of more than 1000 times the network\u2019s median, above 1e4, or not finite: red and broken'),
  ],
  [
    'vanish',
    t('vanishing'),
    t('A gradient of less than a 1000th of the network\u2019s median, or below 1e-10: pale and dotted'),
  ],
  [
    'unwell',
    t('unwell'),
    t(
      'Dead, saturated, vanishing, exploding, NaN or infinity, no gradient, not updated: the tooltip and the inspector say why',
    ),
  ],
  ['fresh', t('new'), t('The iteration before did not have this op')],
  [
    'units',
    t('units'),
    t('Units by their mean over the batch, weights by sign and size: blue below zero, orange above'),
  ],
  [
    'bars',
    t('size'),
    t('Typical size (root mean square) of value and gradient, from 1e-6 to 1e3 on a logarithmic scale'),
  ],
];
const KEYS: [string, string][] = [
  [t('Arrows'), t('walk along the lines')],
  [`${keyText('Alt+←')}, ${keyText('Alt+→')}`, t('walk edge by edge; with Shift only along gradients')],
  [`${keyText('Alt+↑')}, ${keyText('Alt+↓')}`, t('the next of edges that fork')],
  ['Enter', t('show its numbers')],
  [`S, ${keyText('Shift+S')}`, t('go to where it ran forward, backward (or double-click)')],
  ['C', t('close or open a module (or click its name)')],
  ['F', t('fit the whole network')],
  [`/, ${keyText('Mod+F')}`, t('search by module path, op or train.py:31')],
  ['N', t('into a small layer: its units and weights; and back (or zoom in)')],
  ['E', t('copy or export the drawing')],
  [`M, ${keyText('Shift+M')}`, t('colour the nodes by the next, or the last, measure')],
  ['.', t('find the op that is running')],
  ['+ −', t('zoom (or scroll; drag to move)')],
  ['Esc', t('follow the debugger again')],
];

const swatch = (name: string): HTMLElement => el('i', { class: `key ${name}`, 'aria-hidden': true });

export class Legend {
  readonly line = el(
    'ul',
    { class: 'legend', 'aria-label': t('Legend') },
    ...FIRST.map(([name, text, hint]) => el('li', { title: hint }, swatch(name), text)),
  );
  /** What colours the nodes. */
  readonly choice = el(
    'select',
    {
      class: 'mode',
      'aria-label': t('Colour of the nodes'),
      title: t('Colour the nodes by (M; {0} goes back)', keyText('Shift+M')),
    },
    ...ALL_MODES.map((mode) => el('option', { value: mode, title: MODES[mode].hint }, MODES[mode].name)),
  );
  /** The colours of a mode, with numbers. */
  readonly scale = el('div', { class: 'scale', role: 'img', hidden: true });
  /** What the lines between units show, while units are drawn. */
  readonly weights = el(
    'select',
    {
      class: 'mode',
      'aria-label': t('Lines between units show'),
      title: t('What the lines between units show'),
      hidden: true,
    },
    el('option', { value: 'weight' }, t('weights')),
    el('option', { value: 'grad' }, t('gradients')),
    el('option', { value: 'update' }, t('last update')),
  );
  readonly help: HTMLButtonElement;
  readonly popup: HTMLElement;

  constructor(choose: (mode: Mode) => void, lines: (part: WeightPart) => void) {
    this.weights.addEventListener('change', () => lines(this.weights.value as WeightPart));
    this.choice.addEventListener('change', () => choose(this.choice.value as Mode));
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
        'aria-label': t('How to read the network'),
        tabindex: -1,
        hidden: true,
      },
      el('h3', {}, t('How to read it')),
      el('table', {}, el('tbody', {}, ...rows)),
      el('h3', {}, t('Keys, with the network in focus')),
      el('table', { id: 'graph-keys' }, el('tbody', {}, ...keys)),
    );
    this.help = button(
      t('What the colours mean, and the keys'),
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

  /** Says what the colours mean now. */
  show(mode: Mode, scale: Scale | null): void {
    if (this.choice.value !== mode) this.choice.value = mode;
    this.line.hidden = mode !== 'progress';
    this.scale.hidden = mode === 'progress';
    keyed(this.scale, `${mode} ${scale?.low} ${scale?.high}`, () => {
      if (mode === 'progress') return [];
      const words = scale ? '' : t('Nothing to show at this moment');
      this.scale.title = MODES[mode].hint;
      if (!scale) {
        this.scale.setAttribute('aria-label', `${MODES[mode].name}: ${words}`);
        return [words];
      }
      const ramp = el('i', { class: 'ramp' });
      const stops = Array.from({ length: 13 }, (_, i) => shade(i / 12));
      ramp.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
      const marks = ticksOf(mode, scale);
      this.scale.setAttribute(
        'aria-label',
        t('{0}, from dark violet, {1}, to light yellow, {2}', MODES[mode].name, marks[0]!.text, marks.at(-1)!.text),
      );
      const labels = marks.map(({ at, text }) => {
        const label = el('span', {}, text);
        label.style.left = `${at * 100}%`;
        return label;
      });
      return [ramp, ...labels];
    });
  }

  private toggle(open = this.popup.hidden): void {
    this.popup.hidden = !open;
    this.help.setAttribute('aria-expanded', String(open));
    if (open) this.popup.focus();
  }
}
