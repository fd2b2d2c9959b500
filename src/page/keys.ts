/** The keys of VS Code's debugger, and buttons for them. */

import { el } from '../../webview/dom';
import { t } from '../../webview/l10n';
import type { Move } from '../protocol/session';
import { icon } from './dom';

const HOOK = 'M2.5,9 a5.6,5.6 0 0 1 10.6,-1.6';
const DOT = 'M6.3,13 a1.7,1.7 0 1 0 3.4,0 a1.7,1.7 0 1 0 -3.4,0 z';

/** move, its name, the key as it is said, the key as the browser says it, the drawing, mirrored for backward. */
const STEPS: { move: Move; name: string; key: string; press: string; paths: string[]; mirrored?: true }[] = [
  {
    move: 'reverseContinue',
    name: t('Reverse: run back to the last breakpoint'),
    key: 'Alt+F5',
    press: 'alt+F5',
    paths: ['M3.5,3 L11,8 L3.5,13 z', 'M13,3.2 v9.6'],
    mirrored: true,
  },
  {
    move: 'stepBackOut',
    name: t('Step Back Out'),
    key: 'Alt+Shift+F11',
    press: 'alt+shift+F11',
    paths: ['M12,9.5 L5,3', 'M5,7.2 V3 h4.2', DOT],
  },
  {
    move: 'stepBackInto',
    name: t('Step Back Into'),
    key: 'Alt+F11',
    press: 'alt+F11',
    paths: ['M12,2.5 L5,9', 'M5,4.8 V9 h4.2', DOT],
  },
  {
    move: 'stepBack',
    name: t('Step Back'),
    key: 'Alt+F10',
    press: 'alt+F10',
    paths: [HOOK, 'M13.4,3.2 V7.4 h-4.2', DOT],
    mirrored: true,
  },
  { move: 'next', name: t('Step Over'), key: 'F10', press: 'F10', paths: [HOOK, 'M13.4,3.2 V7.4 h-4.2', DOT] },
  {
    move: 'stepIn',
    name: t('Step Into'),
    key: 'F11',
    press: 'F11',
    paths: ['M8,1.5 V9', 'M4.8,6 L8,9.2 L11.2,6', DOT],
  },
  {
    move: 'stepOut',
    name: t('Step Out'),
    key: 'Shift+F11',
    press: 'shift+F11',
    paths: ['M8,10 V2', 'M4.8,5.2 L8,2 L11.2,5.2', DOT],
  },
  {
    move: 'continue',
    name: t('Continue: run on to the next breakpoint'),
    key: 'F5',
    press: 'F5',
    paths: ['M3.5,3 L11,8 L3.5,13 z', 'M13,3.2 v9.6'],
  },
];

/** Ticks and iterations have their buttons in the timeline. */
const OTHER: Record<string, Move> = {
  'alt+Period': 'tickForward',
  'alt+Comma': 'tickBack',
  'alt+shift+Period': 'iterationForward',
  'alt+shift+Comma': 'iterationBack',
};

export function buttons(move: (move: Move) => void): HTMLElement {
  const bar = el('div', { class: 's-steps', role: 'toolbar', 'aria-label': t('Steps') });
  for (const { move: step, name, key, paths, mirrored } of STEPS) {
    const drawn = icon(...paths);
    if (mirrored) drawn.classList.add('s-mirrored');
    const button = el(
      'button',
      { type: 'button', title: `${name} (${key})`, 'aria-label': name, 'data-step': step },
      drawn,
    );
    if (step === 'next') bar.append(el('span', { class: 's-between' }));
    button.addEventListener('click', () => move(step));
    bar.append(button);
  }
  return bar;
}

/** Hears the keys anywhere in the page, and keeps the browser from reloading or going to full screen by them. */
export function listen(move: (move: Move) => void, goTo: () => void): void {
  const steps = new Map(STEPS.map(({ press, move: step }) => [press, step]));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const name = `${event.altKey ? 'alt+' : ''}${event.shiftKey ? 'shift+' : ''}${event.code}`;
    const found = steps.get(name) ?? OTHER[name];
    if (found) move(found);
    else if (name === 'alt+KeyG') goTo();
    else return;
    event.preventDefault();
  });
}
