/** Entry of the view of what was printed, beside VS Code's Debug Console. */
import type { PrintedLine } from '../../src/protocol/views';
import { readPrinted } from '../check';
import { keepFocus } from '../focus';
import { post } from '../host';
import { PrintedList } from './list';

/** VS Code gives the focus to the editor at every stop; within this many milliseconds of a key it is asked back. */
const FOCUS_LOST_WITHIN = 1000;

const lines: PrintedLine[] = [];
/** When a line was chosen by a key; there can be two losses of focus at one stop. */
let askedAt = Number.NEGATIVE_INFINITY;
let byKey = false;
const list = new PrintedList({
  seek: (tick) => {
    if (byKey) askedAt = performance.now();
    post({ type: 'seek', tick });
  },
  copy: (text) => post({ type: 'copy', text }),
});
document.body.classList.add('printed');
document.body.append(list.element);
keepFocus();
for (const name of ['keydown', 'pointerdown'])
  window.addEventListener(name, () => (byKey = name === 'keydown'), { capture: true });
window.addEventListener('blur', () => {
  if (performance.now() - askedAt < FOCUS_LOST_WITHIN) post({ type: 'refocus' });
});

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = readPrinted(event.data);
  if (!message) {
    console.warn('Backstep: a message of an unknown shape was ignored');
    return;
  }
  if (message.type === 'at') {
    list.at(message.tick, message.running);
    return;
  }
  lines.length = Math.min(lines.length, message.from);
  for (const line of message.lines) lines.push(line);
  list.show(lines);
});
post({ type: 'ready' });
