/** What the colours and shapes mean, in words, beside the drawing. */
import { el } from '../dom';

const item = (name: string, text: string, hint: string): HTMLElement =>
  el('li', { title: hint }, el('i', { class: `key ${name}`, 'aria-hidden': true }), text);

export function legend(): HTMLElement {
  return el(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    item('hollow', 'not run yet', 'Dashed: this op has not run in this iteration, up to the cursor'),
    item('fwd', '→ forward ran', 'Filled: the op has run'),
    item('bwd', '← gradient ran', 'The gradient went through; the line is thicker where its norm is larger'),
    item('upd', '✓ updated', 'The parameter was changed by the optimizer in this iteration'),
    item('cursor', 'cursor', 'What happens at this very tick'),
    item('bars', 'size of value and gradient', 'Root mean square on a logarithmic scale, from 1e-6 to 1e3'),
  );
}
