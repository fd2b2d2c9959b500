/** Units and weights of a small linear layer, drawn into its card: the nearest of the zooms. */

import type { NeuronsView, UnitView } from '../../src/protocol/views';
import { svg } from '../dom';
import { count, num } from '../format';
import { plural, t } from '../l10n';
import type { Card } from './model';

/** What the lines between units show. */
export type WeightPart = 'weight' | 'grad' | 'update';
const WORDS: Record<WeightPart, string> = { weight: t('weight'), grad: t('gradient'), update: t('last update') };

/** As in the session: larger ones are a heat-map's. */
const MOST = 40;
const LINEAR = new Set(['linear', 'addmm', 'mm', 'matmul']);
/** The part of the card that the units get: below the title, the length of the card. */
const TOP = 9;
const BOTTOM = 63;
const LEFT = 5;

/** May a card show its units? Its op is linear, and its matrix small. */
export function isSmallLayer(card: Card): boolean {
  if (card.kind !== 'op' || !LINEAR.has(card.node!.op)) return false;
  return card.chips.some(({ node }) => node?.shape.length === 2 && node.shape.every((n) => n <= MOST));
}

const largest = (all: readonly (number | string | null)[]): number =>
  all.reduce<number>((most, v) => (typeof v === 'number' ? Math.max(most, Math.abs(v)) : most), 0);

const BLOCKS = '▁▂▃▄▅▆▇█';
/** Counts as a row of bars that fits in a line of text. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts.map((n) => (n === 0 ? '·' : BLOCKS[Math.ceil((n / most) * BLOCKS.length) - 1])).join('');
}

function unitText(unit: UnitView, side: 'input' | 'output', i: number): string {
  if (unit.mean === null) return t('{0} {1}: no finite value', side, i);
  return [
    plural(
      unit.samples,
      '{1} {2}: mean {3} over {0} sample',
      '{1} {2}: mean {3} over {0} samples',
      count(unit.samples),
      side,
      i,
      num(unit.mean),
    ),
    `${num(unit.min)} ${bars(unit.counts)} ${num(unit.max)}`,
  ].join('\n');
}

/** Puts the layer into its card, or takes it out where there is none. Redrawn only when it is another. */
export function showNeurons(node: SVGGElement, layer: NeuronsView | null, part: WeightPart, width: number): void {
  const old = node.querySelector<SVGGElement>(':scope > .neurons');
  node.classList.toggle('neural', layer !== null);
  if (!layer) {
    old?.remove();
    return;
  }
  const key = `${layer.tick} ${layer.tensor} ${part}`;
  if (old?.dataset.key === key) return;
  const made = neurons(layer, part, width);
  made.dataset.key = key;
  if (old) old.replaceWith(made);
  else node.append(made);
}

function neurons(layer: NeuronsView, part: WeightPart, width: number): SVGGElement {
  const { ins, outs } = layer;
  const cells = layer[part];
  const pitch = (n: number): number => (BOTTOM - TOP) / n;
  const radius = (n: number): number => Math.min(2.4, pitch(n) * 0.38);
  const y = (i: number, n: number): number => TOP + pitch(n) * (i + 0.5);
  const [x1, x2] = [LEFT + radius(ins), width - LEFT - radius(outs)];
  const group = svg('g', { class: 'neurons' });
  if (cells) {
    const most = largest(cells);
    const lines = cells.map((value, at) => ({ value, out: Math.floor(at / ins), k: at % ins }));
    // The large ones over the small ones.
    const size = (v: number | string): number => (typeof v === 'number' ? (most === 0 ? 0 : Math.abs(v) / most) : 1);
    for (const { value, out, k } of lines.sort((a, b) => size(a.value) - size(b.value))) {
      const share = size(value);
      const kind = typeof value === 'string' ? 'bad' : value < 0 ? 'below' : 'above';
      const line = svg('line', { class: `weight ${kind}`, x1, y1: y(k, ins), x2, y2: y(out, outs) });
      line.setAttribute('stroke-width', (0.06 + 0.64 * share).toFixed(3));
      line.setAttribute('stroke-opacity', (0.12 + 0.88 * share).toFixed(3));
      line.append(svg('title', {}, `${WORDS[part]} ${layer.name}[${out}, ${k}] = ${num(value)}`));
      group.append(line);
    }
  } else {
    const words = part === 'grad' ? t('no gradient yet') : t('no update yet');
    group.append(svg('text', { class: 'none', x: width / 2, y: (TOP + BOTTOM) / 2 }, words));
  }
  const column = (units: UnitView[] | null, n: number, x: number, side: 'input' | 'output'): void => {
    const most = largest(units?.map((unit) => unit.mean) ?? []);
    for (let i = 0; i < n; i++) {
      const unit = units?.[i];
      const mean = unit?.mean ?? null;
      const circle = svg('circle', { class: 'unit', cx: x, cy: y(i, n), r: radius(n).toFixed(2) });
      if (mean !== null && most > 0) {
        const towards = mean < 0 ? '--cell-below' : '--cell-above';
        const share = Math.round((Math.abs(mean) / most) * 100);
        circle.style.fill = `color-mix(in srgb, var(${towards}) ${share}%, var(--cell-zero))`;
      }
      circle.append(svg('title', {}, unit ? unitText(unit, side, i) : `${side} ${i}`));
      group.append(circle);
    }
  };
  column(layer.inputs, ins, x1, 'input');
  column(layer.outputs, outs, x2, 'output');
  return group;
}
