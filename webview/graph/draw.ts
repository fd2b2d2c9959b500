/** Draws a laid-out graph and keeps it current. Structure is drawn once per layout, state at every cursor. */
import { type Selection, select } from 'd3';
import type { NeuronsView } from '../../src/protocol/views';
import { setText, svg } from '../dom';
import { barSize, short } from '../format';
import { t } from '../l10n';
import { calm } from '../theme';
import { fitText } from './measure';
import { type Box, boxTitle, type Card, type Drawn, type Link } from './model';
import { inkOn, type Mode, modeText, position, type Scale, shade } from './modes';
import { isSmallLayer, showNeurons, type WeightPart } from './neurons';
import { gradientPoints, roundPath } from './paths';
import type { Layout, Rect } from './place';
import { cardState, linkState, medianGradient, type Shown, type States } from './state';

export interface Handlers {
  card(card: Card, event: MouseEvent): void;
  seek(card: Card, event: MouseEvent): void;
  hover(card: Card | null): void;
  fold(path: string): void;
  into(card: Card): void;
}

export interface Marks {
  mode: Mode;
  scale: Scale | null;
  fresh: ReadonlySet<number>;
  /** What ran after a node in the iteration before, and is gone. */
  gone: ReadonlyMap<number, string>;
  /** What was found by a search. */
  hits: ReadonlySet<number>;
  cursor: number | null;
  kind: string;
  selected: number | null;
  caret: ReadonlySet<number>;
}

type Layer<T> = Selection<SVGGElement, T, SVGGElement, unknown>;
type Parent = Selection<SVGGElement, unknown, null, undefined>;
const MOVE = 260;
/** With more cards than this, those out of view are taken off the page. */
const MANY = 120;

export class Drawing {
  private readonly boxes: Parent = select<SVGGElement, unknown>(svg('g', { class: 'boxes' }));
  private readonly links: Parent = select<SVGGElement, unknown>(svg('g', { class: 'links' }));
  private readonly grads: Parent = select<SVGGElement, unknown>(svg('g', { class: 'grads' }));
  private readonly cards: Parent = select<SVGGElement, unknown>(svg('g', { class: 'cards' }));
  private readonly shown = new Map<string, string>();

  constructor(
    world: SVGGElement,
    private readonly handlers: Handlers,
  ) {
    for (const layer of [this.boxes, this.links, this.grads, this.cards]) world.append(layer.node()!);
  }

  /** Puts the structure on the page; what was there moves to its new place. */
  structure(drawing: Drawn, layout: Layout): void {
    this.shown.clear();
    const move = calm() ? 0 : MOVE;
    const rectOf = (key: string): Rect => layout.cards.get(key) ?? { x: 0, y: 0, w: 0, h: 0 };

    const boxes = this.layer<Box>(
      this.boxes,
      drawing.boxes,
      (box) => box.path,
      (box) => this.box(box),
    );
    boxes.each(function (box) {
      const rect = layout.boxes.get(box.path);
      this.style.display = rect ? '' : 'none';
      if (rect) shapeBox(this, box, rect, layout.more?.get(box.path) ?? [], move);
    });

    const all = drawing.cards.flatMap((card) => [card, ...card.chips]);
    // A card whose size or kind changed is built anew: its parts are placed by its width.
    const cards = this.layer<Card>(
      this.cards,
      all,
      (card) => `${card.key}:${card.width}:${card.kind}:${card.title}:${card.detail}`,
      (card) => this.card(card),
    );
    cards.each(function (card) {
      const { x, y } = rectOf(card.key);
      moveTo(this, x, y, move);
    });

    const paths = drawing.links.filter((link) => layout.links.has(link.key));
    const draw = (layer: typeof this.links, of: Link[], d: (link: Link) => string, name: string): void => {
      const groups = this.layer<Link>(
        layer,
        of,
        (link) => link.key,
        () =>
          name
            ? svg('g', { class: 'link' }, svg('title'), svg('path', { class: 'hit' }), svg('path'))
            : svg('g', { class: 'link' }, svg('path')),
      );
      groups.attr('data-link', (link) => `${name}${link.key}`);
      groups.each(function (link) {
        for (const path of this.querySelectorAll('path')) path.setAttribute('d', d(link));
      });
    };
    if (move > 0) {
      for (const layer of [this.links, this.grads])
        layer
          .attr('opacity', 0)
          .transition()
          .duration(MOVE * 1.5)
          .attr('opacity', 1);
    }
    draw(this.links, paths, (link) => roundPath(layout.links.get(link.key)!), '');
    draw(
      this.grads,
      paths.filter((link) => link.grad),
      (link) => roundPath(gradientPoints(layout.links.get(link.key)!)),
      'g:',
    );
  }

  private layer<T>(parent: Parent, data: T[], key: (item: T) => string, build: (item: T) => SVGGElement): Layer<T> {
    return parent
      .selectChildren<SVGGElement, T>()
      .data(data, key)
      .join((enter) => enter.append((item) => build(item))) as unknown as Layer<T>;
  }

  private box(box: Box): SVGGElement {
    const head = svg(
      'g',
      { class: 'head' },
      svg('title', {}, t('{0}: {1}({2})\nClick to fold (c)', box.path, box.module.type, box.module.extra)),
      svg('rect', { class: 'hit', height: 24 }),
      svg('path', { class: 'chevron', d: 'M9,10 l4,4 l4,-4' }),
      svg('text', { class: 'title', x: 22, y: 17 }),
      svg('text', { class: 'type', y: 17 }),
    );
    head.addEventListener('click', () => this.handlers.fold(box.path));
    return svg('g', { class: 'box', 'data-path': box.path }, svg('rect', { class: 'body', rx: 8 }), head);
  }

  private card(card: Card): SVGGElement {
    const node = card.kind === 'parameter' ? chipParts(card) : cardParts(card);
    node.addEventListener('click', (event) => this.handlers.card(card, event));
    node.querySelector('.into')?.addEventListener('click', (event) => {
      event.stopPropagation();
      this.handlers.into(card);
    });
    node.addEventListener('dblclick', (event) => this.handlers.seek(card, event));
    node.addEventListener('pointerenter', () => this.handlers.hover(card));
    node.addEventListener('pointerleave', () => this.handlers.hover(null));
    return node;
  }

  /** Hides cards that are far from what is seen, in a drawing with many. */
  cull(layout: Layout, view: Rect): void {
    const many = layout.cards.size > MANY;
    const seen = { x: view.x - view.w / 2, y: view.y - view.h / 2, w: view.w * 2, h: view.h * 2 };
    this.cards.selectChildren<SVGGElement, Card>().each(function (card) {
      const rect = layout.cards.get(card.key);
      const out =
        many &&
        !!rect &&
        (rect.x > seen.x + seen.w ||
          rect.x + rect.w < seen.x ||
          rect.y > seen.y + seen.h ||
          rect.y + rect.h < seen.y) &&
        this.getAttribute('tabindex') !== '0';
      const display = out ? 'none' : '';
      if (this.style.display !== display) this.style.display = display;
    });
  }

  /** Draws units and weights into the cards of layers that are looked into. */
  neurons(layers: ReadonlyMap<number, NeuronsView>, near: ReadonlySet<string>, part: WeightPart): void {
    this.cards.selectChildren<SVGGElement, Card>().each(function (card) {
      const layer = near.has(card.key) && card.node ? (layers.get(card.node.id) ?? null) : null;
      showNeurons(this, layer, part, card.width);
    });
  }

  /** Brings cards and links to the state at the cursor; only what changed is touched. */
  state(drawing: Drawn, states: States, marks: Marks): void {
    const { shown } = this;
    this.cards.selectChildren<SVGGElement, Card>().each(function (card) {
      const state = cardState(card, states, marks.cursor, marks.mode);
      const selected = marks.selected !== null && card.members.includes(marks.selected);
      const caret = card.members.some((id) => marks.caret.has(id));
      const fresh = card.members.some((id) => marks.fresh.has(id));
      const lost = card.members.map((id) => marks.gone.get(id)).filter((words) => words !== undefined);
      const hit = card.members.some((id) => marks.hits.has(id));
      const { low, high } = marks.scale ?? {};
      const key = `${JSON.stringify(state)}${selected}${caret}${fresh}${hit}${lost.join()}${marks.mode}${low}${high}`;
      if (shown.get(card.key) === key) return;
      shown.set(card.key, key);
      const own = { selected, caret, fresh, hit, lost: lost.length > 0 };
      showCard(this, card, { ...state, label: changedLabel(state.label, fresh, lost) }, own, marks);
    });
    const median = medianGradient(states);
    const linkStates = new Map(
      drawing.links.map((l) => [l.key, linkState(l, states, marks.cursor, marks.kind, median)]),
    );
    this.links.selectChildren<SVGGElement, Link>().each(function (link) {
      const state = linkStates.get(link.key)!;
      const classes = `link${state.lit ? ' lit' : ''}${state.now === 'forward' ? ' now' : ''}`;
      if (this.getAttribute('class') !== classes) this.setAttribute('class', classes);
    });
    this.grads.selectChildren<SVGGElement, Link>().each(function (link) {
      const state = linkStates.get(link.key)!;
      const { flowed, now, health, label } = state;
      const classes = `link grad${flowed ? ' flowed' : ''}${now === 'backward' ? ' now' : ''}${health && flowed ? ` ${health}` : ''}`;
      if (this.getAttribute('class') !== classes) this.setAttribute('class', classes);
      setText(this.firstElementChild!, label);
      const width = state.width.toFixed(2);
      if (this.getAttribute('stroke-width') !== width) this.setAttribute('stroke-width', width);
    });
  }
}

function moveTo(node: SVGGElement, x: number, y: number, duration: number): void {
  const target = `translate(${x},${y})`;
  if (!node.hasAttribute('transform') || duration === 0) select(node).interrupt().attr('transform', target);
  else select(node).transition().duration(duration).attr('transform', target);
}

function shapeBox(node: SVGGElement, box: Box, rect: Rect, more: Rect[], duration: number): void {
  moveTo(node, rect.x, rect.y, duration);
  const group = select(node);
  for (const old of node.querySelectorAll('.more')) old.remove();
  for (const { x, y, w, h } of more) {
    const at = { x: x - rect.x, y: y - rect.y, width: w, height: h };
    node.prepend(svg('rect', { class: 'body more', rx: 8, ...at }));
  }
  const body = group.select<SVGRectElement>('.body:not(.more)');
  if (duration > 0 && body.attr('width')) {
    body.transition().duration(duration).attr('width', rect.w).attr('height', rect.h);
  } else body.interrupt().attr('width', rect.w).attr('height', rect.h);
  group.select('.hit').attr('width', rect.w);
  const title = fitText(boxTitle(box), rect.w - 30, true);
  group.select('.title').text(title);
  const left = 22 + (group.select<SVGTextElement>('.title').node()?.getComputedTextLength() ?? 0) + 7;
  const type = rect.w - left - 8 > 24 ? fitText(box.module.type, rect.w - left - 8, false) : '';
  group.select('.type').attr('x', left).text(type);
}

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

function cardParts(card: Card): SVGGElement {
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

/** Three units and their weights: leads into the layer. */
function intoSign(x: number, y: number): SVGGElement {
  return svg(
    'g',
    { class: 'into', transform: `translate(${x},${y})` },
    svg('title', {}, t('Show units and weights (n, or zoom in)')),
    svg('rect', { class: 'hit', x: -6, y: -7, width: 20, height: 14 }),
    svg('path', { d: 'M0,-3L8,0L0,3' }),
    ...[
      [0, -3],
      [0, 3],
      [8, 0],
    ].map(([cx, cy]) => svg('circle', { cx: cx!, cy: cy!, r: 1.8 })),
  );
}

function chipParts(card: Card): SVGGElement {
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
