/** The line between network and panels: drag it, or move it with the arrow keys. */
import { el } from './dom';
import { t } from './l10n';
import type { Store } from './store';

const LEAST = 0.2;
const MOST = 0.8;
const STEP = 0.04;
const USUAL = 0.5;

export function divider(store: Store, frame: HTMLElement): HTMLElement {
  const bar = el('div', {
    class: 'divider',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'horizontal',
    'aria-label': t('Height of the network'),
    title: t('Height of the network: drag, or Up and Down; a double click halves it'),
    'aria-valuemin': LEAST * 100,
    'aria-valuemax': MOST * 100,
  });
  const set = (share: number): void => {
    const split = Math.max(LEAST, Math.min(MOST, share));
    frame.style.setProperty('--graph-share', `${split}fr`);
    frame.style.setProperty('--side-share', `${1 - split}fr`);
    bar.setAttribute('aria-valuenow', String(Math.round(split * 100)));
    store.keep({ split });
  };
  set(store.model.ui.split ?? USUAL);
  bar.addEventListener('pointerdown', (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener('pointermove', (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = frame.getBoundingClientRect();
    set((event.clientY - box.top) / Math.max(1, box.height));
  });
  bar.addEventListener('dblclick', () => set(USUAL));
  bar.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowDown' ? STEP : event.key === 'ArrowUp' ? -STEP : 0;
    if (by === 0) return;
    set((store.model.ui.split ?? USUAL) + by);
    event.preventDefault();
  });
  return bar;
}
