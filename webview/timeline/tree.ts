/** The runs beneath each other as they branched: choosing one shows it. */
import type { RunLine } from '../../src/protocol/webview';
import { button, el, keyed } from '../dom';
import { post } from '../host';
import { colourOf, treeOf } from './runs';

/** Hidden for a single run. */
export function drawTree(tree: HTMLElement, runs: readonly RunLine[]): void {
  const rows = runs.length > 1 ? treeOf(runs) : [];
  tree.hidden = rows.length === 0;
  const key = JSON.stringify(rows.map(({ run, depth }) => [run.id, run.name, run.shown, depth]));
  keyed(tree, key, () =>
    rows.map(({ run, index, depth }) => {
      const mark = el('i', { class: 'key', 'aria-hidden': true });
      mark.style.background = `var(${run.shown ? '--loss' : colourOf(index)})`;
      const choose = button(run.name, () => post({ type: 'focus', run: run.id }), {}, mark, run.name);
      choose.setAttribute('aria-pressed', String(run.shown));
      const row = el('li', {}, choose);
      row.style.marginLeft = `${depth * 14}px`;
      return row;
    }),
  );
}
