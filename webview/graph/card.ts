/** A card's parts, and how they show its state. */
import { select } from 'd3';
import { setText, svg } from '../dom';
import { barSize, short } from '../format';
import { t } from '../l10n';
import type { Marks } from './draw';
import { unwell as unwellOf } from './health';
import { fitText } from './measure';
import type { Card } from './model';
import { inkOn, modeText, position, shade } from './modes';
import { isSmallLayer } from './neurons';
import { cardState, type Shown, type States } from './state';

function frame(card: Card, height: number, radius: number): SVGElement[] {
  return [
    svg('rect', { class: 'ring', x: -5, y: -5, width: card.width + 10, height: height + 10, rx: radius + 4 }),
    svg('rect', { class: 'face', width: card.width, height, rx: radius }),
  ];
}

/** What VS Code's context menu hands to its commands: the node that the card stands for. */
function menu(card: Card): Record<string, string> {
  if (card.members.length !== 1) return {};
  const context = { webviewSection: 'node', node: card.members[0], preventDefaultContextMenuItems: true };
  return { 'data-vscode-context': JSON.stringify(context) };
}

function group(card: Card): SVGGElement {
  const attrs = { role: 'button', tabindex: -1, 'data-key': card.key, 'data-kind': card.kind, ...menu(card) };
  return svg('g', { class: 'card', ...attrs }, svg('title'));
}

function bar(name: string, x: number, y: number, width: number, height: number): SVGElement[] {
  return [
    svg('rect', { class: 'track', x, y, width, height, rx: height / 2 }),
    svg('rect', { class: `bar ${name}`, x, y, width: 0, height, rx: height / 2, 'data-full': width }),
  ];
}

export function cardParts(card: Card): SVGGElement {
  const { width } = card;
  const node = group(card);
  const height = 66;
  if (card.repeated) node.append(svg('rect', { class: 'under', x: 8, y: 8, width, height, rx: 8 }));
  if (card.kind === 'folded') node.append(svg('rect', { class: 'under', x: 4, y: 4, width, height, rx: 8 }));
  const radius = card.kind === 'input' ? 20 : 8;
  const inset = card.kind === 'input' ? 14 : 11;
  const track = width - inset * 2 - 42;
  node.append(
    ...frame(card, height, radius),
    svg('text', { class: 'title', x: inset, y: 19 }, fitText(card.title, width - inset - 40, true)),
    svg('text', { class: 'marks', x: width - 9, y: 19 }),
    svg('text', { class: 'detail', x: inset, y: 34 }, fitText(card.detail, width - inset * 2, false)),
    ...bar('value', inset, 42, track, 5),
    ...(card.node?.gradFn === null ? [] : bar('grad', inset, 54, track, 5)),
    svg('text', { class: 'number value', x: width - inset, y: 48 }),
    svg('text', { class: 'number grad', x: width - inset, y: 60 }),
    svg('text', { class: 'measure', x: inset, y: 55 }),
    ...(isSmallLayer(card) ? [intoSign(width - 16, 30)] : []),
    svg('text', { class: 'far', x: width / 2, y: height / 2 + 6 }, fitText(card.title, width * 0.6, true)),
  );
  return node;
}

/** On the corner of a card with which something is wrong. */
function healthSign({ kind, width }: Card): SVGGElement {
  // A parameter's shape comes near its corner.
  const at = kind === 'parameter' ? `translate(${width + 1},0) scale(0.8)` : `translate(${width - 3},1)`;
  return svg(
    'g',
    { class: 'unwell', transform: at },
    svg('title'),
    svg('path', { d: 'M0,-8.5L8.5,6.5H-8.5Z' }),
    svg('text', { y: 5 }, '!'),
  );
}

/** Three units and their weights: leads into the layer. */
function intoSign(x: number, y: number): SVGGElement {
  return svg(
    'g',
    { class: 'into', transform: `translate(${x},${y})` },
    svg('title', {}, t('Show units and weights (N, or zoom in)')),
    svg('rect', { class: 'hit', x: -6, y: -7, width: 20, height: 14 }),
    svg('path', { d: 'M0,-3L8,0L0,3' }),
    ...[
      [0, -3],
      [0, 3],
      [8, 0],
    ].map(([cx, cy]) => svg('circle', { cx: cx!, cy: cy!, r: 1.8 })),
  );
}

export function chipParts(card: Card): SVGGElement {
  const { width } = card;
  const node = group(card);
  node.append(
    svg('path', { class: 'stem', d: 'M18,-5 v5' }),
    ...frame(card, 32, 5),
    svg('text', { class: 'detail name', x: 9, y: 14 }, card.title),
    svg('text', { class: 'detail shape', x: width - 9, y: 14 }, card.detail),
    svg('text', { class: 'measure', x: 9, y: 27 }),
    ...bar('value', 9, 19, width - 18, 3),
    ...bar('grad', 9, 25, width - 18, 3),
  );
  return node;
}

function changedLabel(label: string, fresh: boolean, lost: string[]): string {
  const gone = lost.length > 0 ? t('; gone since the iteration before: {0}', lost.join(', ')) : '';
  return `${label}${fresh ? t(', new in this iteration') : ''}${gone}`;
}

/** Brings a card to what is known of it; `shown` holds what it shows already. */
export function updateCard(
  node: SVGGElement,
  card: Card,
  states: States,
  marks: Marks,
  shown: Map<string, string>,
): void {
  const state = cardState(card, states, marks.cursor, marks.mode);
  const selected = marks.selected !== null && card.members.includes(marks.selected);
  const caret = card.members.some((id) => marks.caret.has(id));
  const fresh = card.members.some((id) => marks.fresh.has(id));
  const lost = card.members.map((id) => marks.gone.get(id)).filter((words) => words !== undefined);
  const hit = card.members.some((id) => marks.hits.has(id));
  const { low, high } = marks.scale ?? {};
  const unwell = unwellOf(card.members, states, marks.nodeOf, marks.said);
  const key = `${JSON.stringify(state)}${unwell?.reasons}${selected}${caret}${fresh}${hit}${lost.join()}${marks.mode}${low}${high}`;
  if (shown.get(card.key) === key) return;
  shown.set(card.key, key);
  const own = { selected, caret, fresh, hit, lost: lost.length > 0 };
  showHealth(node, card, unwell);
  const label = unwell ? `${state.label}, ${unwell.names}` : state.label;
  showCard(node, card, { ...state, label: changedLabel(label, fresh, lost) }, own, marks);
}

function showHealth(node: SVGGElement, card: Card, unwell: ReturnType<typeof unwellOf>): void {
  let sign = node.querySelector('.unwell');
  if (!unwell) {
    sign?.remove();
    return;
  }
  if (!sign) node.append((sign = healthSign(card)));
  setText(sign.firstElementChild!, unwell.reasons);
}

function showCard(node: SVGGElement, card: Card, state: Shown, own: Record<string, boolean>, marks: Marks): void {
  const classes = ['card', card.kind];
  for (const [name, on] of Object.entries({
    hollow: !state.forward && !state.partly,
    partly: state.partly,
    fwd: state.forward,
    bwd: state.backward,
    upd: state.updated,
    bad: state.bad,
    cursor: state.cursor,
    ...own,
  })) {
    if (on) classes.push(name);
  }
  classes.push(...shadeOf(node, state, marks));
  if (node.querySelector('.neurons')) classes.push('neural');
  node.setAttribute('class', classes.join(' '));
  node.setAttribute('aria-label', state.label);
  node.setAttribute('aria-pressed', String(own.selected));
  if (state.cursor) node.setAttribute('aria-current', 'step');
  else node.removeAttribute('aria-current');
  const group = select(node);
  group.select('title').text(state.label);
  const ran = state.forward && card.kind !== 'input';
  group
    .select('.marks')
    .text(
      `${own.fresh ? '+' : ''}${own.lost ? '−' : ''}${ran ? '→' : ''}${state.backward ? '←' : ''}${state.updated ? '✓' : ''}`,
    );
  for (const [name, rms] of [
    ['value', state.value],
    ['grad', state.grad],
  ] as const) {
    const fill = node.querySelector<SVGRectElement>(`.bar.${name}`);
    if (fill) fill.setAttribute('width', String(barSize(rms) * Number(fill.dataset.full)));
    group.select(`.number.${name}`).text(rms === null ? '' : short(rms));
  }
}

/** Colours a card on the mode's scale, and writes its number: the classes that say so. */
function shadeOf(node: SVGGElement, { measure }: Shown, { mode, scale }: Marks): string[] {
  if (mode === 'progress') {
    node.style.removeProperty('--shade');
    return [];
  }
  const text = node.querySelector('.measure');
  if (text) setText(text, measure === null ? '' : modeText(mode, measure));
  if (measure === null || !scale) {
    node.style.removeProperty('--shade');
    return ['measured', 'none'];
  }
  const colour = shade(position(scale, measure));
  node.style.setProperty('--shade', colour);
  return ['measured', `${inkOn(colour)}-ink`];
}
