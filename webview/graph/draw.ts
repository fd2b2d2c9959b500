/** Draws a laid-out graph and keeps it current. Structure is drawn once per layout, state at every cursor. */
import { type Selection, select } from 'd3';
import type { GraphNode, HealthChip, NeuronsView } from '../../src/protocol/views';
import { setText, svg } from '../dom';
import { t } from '../l10n';
import { calm } from '../theme';
import { cardParts, chipParts, updateCard } from './card';
import { fitText } from './measure';
import { type Box, boxTitle, type Card, type Drawn, type Link } from './model';
import type { Mode, Scale } from './modes';
import { showNeurons, type WeightPart } from './neurons';
import { gradientPoints, roundPath } from './paths';
import type { Layout, Point, Rect } from './place';
import { type LinkShown, linkState, medianGradient, type States } from './state';

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
  nodeOf(id: number): GraphNode | undefined;
  /** Findings that are said for all nodes at once. */
  said: ReadonlyMap<HealthChip['kind'], string>;
}

type Layer<T> = Selection<SVGGElement, T, SVGGElement, unknown>;
type Parent = Selection<SVGGElement, unknown, null, undefined>;
const MOVE = 260;
/** With more cards than this, only what is near the view is on the page. */
const MANY = 120;
/** With more cards than this near the view nobody reads them: they are painted as dots. */
const CROWD = 450;
/** Below this scale no word is read: more than MANY cards are dots. */
const TINY = 0.18;
/** How far beyond the view cards are there already, and how near its edge the next ones come, in sizes of the view. */
const AHEAD = 0.4;
const SOON = 0.2;

const grown = ({ x, y, w, h }: Rect, by: number): Rect => ({
  x: x - w * by,
  y: y - h * by,
  w: w * (1 + by * 2),
  h: h * (1 + by * 2),
});
const touches = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y;
const within = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h;

function around(points: readonly Point[]): Rect {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** What is drawn, with the places that decide whether it is near the view. */
interface Scene {
  drawing: Drawn;
  layout: Layout;
  cards: Card[];
  boxes: { box: Box; rects: Rect[] }[];
  links: { link: Link; rect: Rect }[];
}

export class Drawing {
  private readonly boxes: Parent = select<SVGGElement, unknown>(svg('g', { class: 'boxes' }));
  private readonly links: Parent = select<SVGGElement, unknown>(svg('g', { class: 'links' }));
  private readonly grads: Parent = select<SVGGElement, unknown>(svg('g', { class: 'grads' }));
  private readonly cards: Parent = select<SVGGElement, unknown>(svg('g', { class: 'cards' }));
  private readonly shown = new Map<string, string>();
  private scene: Scene | null = null;
  /** The part of the drawing that is on the page; null is all of it. */
  private filled: Rect | null = null;
  private now: { states: States; marks: Marks; median: number | null } | null = null;
  /** The card with the tab stop: it stays on the page wherever the view is. */
  private pinned: string | null = null;
  private scale = 1;
  /** Too many cards are in view to be drawn one by one. */
  crowded = false;

  constructor(
    world: SVGGElement,
    private readonly handlers: Handlers,
  ) {
    for (const layer of [this.boxes, this.links, this.grads, this.cards]) world.append(layer.node()!);
  }

  /** Puts the structure on the page, as far as it is near the view; what was there moves to its new place. */
  structure(drawing: Drawn, layout: Layout, view: Rect, scale: number): void {
    this.scale = scale;
    this.shown.clear();
    this.scene = {
      drawing,
      layout,
      cards: drawing.cards.flatMap((card) => [card, ...card.chips]),
      boxes: drawing.boxes.flatMap((box) => {
        const rect = layout.boxes.get(box.path);
        return rect ? [{ box, rects: [rect, ...(layout.more?.get(box.path) ?? [])] }] : [];
      }),
      links: drawing.links.flatMap((link) => {
        const points = layout.links.get(link.key);
        return points ? [{ link, rect: around(points) }] : [];
      }),
    };
    this.fill(this.areaOf(view), calm() ? 0 : MOVE);
  }

  /** Brings on the page what comes near the view, and takes off what is far from it. */
  cull(view: Rect, scale: number): void {
    const { scene, filled } = this;
    if (!scene || scene.layout.cards.size <= MANY) return;
    const enough = filled && within(filled, grown(view, SOON));
    const tooMuch = filled && filled.w * filled.h > view.w * view.h * (1 + AHEAD * 2) ** 2 * 4;
    const tiny = scale < TINY !== this.scale < TINY;
    this.scale = scale;
    if (!enough || tooMuch || tiny) this.fill(this.areaOf(view), 0);
  }

  /** Everything is on the page while `act` runs. */
  whole<T>(act: () => T): T {
    const { filled, crowded } = this;
    this.crowded = false;
    this.fill(null, 0, true);
    const made = act();
    this.crowded = crowded;
    this.fill(filled, 0);
    return made;
  }

  /** The card is on the page from now on, until another is. */
  pin(key: string | null): SVGGElement | null {
    this.pinned = key;
    const find = (): SVGGElement | null =>
      key === null ? null : this.cards.node()!.querySelector<SVGGElement>(`[data-key="${CSS.escape(key)}"]`);
    const there = find();
    if (there || key === null || !this.scene?.layout.cards.has(key)) return there;
    this.fill(this.filled, 0);
    return find();
  }

  private areaOf(view: Rect): Rect | null {
    return this.scene!.layout.cards.size <= MANY ? null : grown(view, AHEAD);
  }

  private fill(area: Rect | null, move: number, all = false): void {
    const { scene, now } = this;
    if (!scene) return;
    this.filled = area;
    const { layout } = scene;
    const rectOf = (key: string): Rect => layout.cards.get(key) ?? { x: 0, y: 0, w: 0, h: 0 };
    const near = (rect: Rect): boolean => area === null || touches(rect, area);
    let cards = scene.cards.filter((card) => near(rectOf(card.key)));
    this.crowded = !all && area !== null && cards.length > (this.scale < TINY ? MANY : CROWD);
    const { crowded } = this;
    const marked = (card: Card): boolean =>
      card.key === this.pinned ||
      (now !== null && card.members.some((id) => id === now.marks.cursor || id === now.marks.selected));
    if (area !== null) {
      const there = new Set(crowded ? [] : cards);
      cards = scene.cards.filter((card) => there.has(card) || marked(card));
    }

    const boxes = this.layer(
      this.boxes,
      crowded ? [] : scene.boxes.filter(({ rects }) => rects.some(near)),
      ({ box }) => box.path,
      ({ box }) => this.box(box),
    );
    const fresh = new Set<Element>();
    boxes.each(function ({ box, rects }) {
      const [rect, ...more] = rects;
      const place = JSON.stringify(rects);
      if (this.dataset.place === place) return;
      this.dataset.place = place;
      shapeBox(this, box, rect!, more, move);
    });

    // A card whose size or kind changed is built anew: its parts are placed by its width.
    const groups = this.layer(
      this.cards,
      cards,
      (card) => `${card.key}:${card.width}:${card.kind}:${card.title}:${card.detail}`,
      (card) => {
        this.shown.delete(card.key);
        const made = this.card(card);
        fresh.add(made);
        return made;
      },
    );
    groups.each(function (card) {
      const { x, y } = rectOf(card.key);
      moveTo(this, x, y, move);
    });

    const paths = crowded ? [] : scene.links.filter(({ rect }) => near(rect)).map(({ link }) => link);
    const draw = (layer: Parent, of: Link[], d: (link: Link) => string, name: string): void => {
      const lines = this.layer(
        layer,
        of,
        (link) => link.key,
        () => {
          const made = name
            ? svg('g', { class: 'link' }, svg('title'), svg('path', { class: 'hit' }), svg('path'))
            : svg('g', { class: 'link' }, svg('path'));
          fresh.add(made);
          return made;
        },
      );
      lines.each(function (link) {
        // The same link may have another way in another layout.
        const points = layout.links.get(link.key)!;
        if (drawnAs.get(this) === points) return;
        drawnAs.set(this, points);
        this.setAttribute('data-link', `${name}${link.key}`);
        const way = d(link);
        for (const path of this.querySelectorAll('path')) path.setAttribute('d', way);
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
    if (fresh.size > 0) this.show((node) => fresh.has(node));
  }

  private layer<T>(parent: Parent, data: T[], key: (item: T) => string, build: (item: T) => SVGGElement): Layer<T> {
    return parent
      .selectChildren<SVGGElement, T>()
      .data(data, key)
      .join((enter) => enter.append((item) => build(item))) as unknown as Layer<T>;
  }

  private box(box: Box): SVGGElement {
    const { type, extra } = box.module;
    const head = svg(
      'g',
      { class: 'head' },
      svg('title', {}, t('{0}: {1}\nClick to fold (C)', box.path, extra === '' ? type : `${type}(${extra})`)),
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

  /** Draws units and weights into the cards of layers that are looked into. */
  neurons(layers: ReadonlyMap<number, NeuronsView>, near: ReadonlySet<string>, part: WeightPart): void {
    this.cards.selectChildren<SVGGElement, Card>().each(function (card) {
      const layer = near.has(card.key) && card.node ? (layers.get(card.node.id) ?? null) : null;
      showNeurons(this, layer, part, card.width);
    });
  }

  /** Brings cards and links to the state at the cursor; only what changed is touched. */
  state(states: States, marks: Marks): void {
    const before = this.now?.marks;
    this.now = { states, marks, median: medianGradient(states) };
    // The card at the cursor is there even where the others are dots.
    const moved = before?.cursor !== marks.cursor || before?.selected !== marks.selected;
    if (this.filled && moved) this.fill(this.filled, 0);
    this.show(() => true);
  }

  private show(which: (node: Element) => boolean): void {
    const { shown, now } = this;
    if (!now) return;
    const { states, marks, median } = now;
    this.cards.selectChildren<SVGGElement, Card>().each(function (card) {
      if (which(this)) updateCard(this, card, states, marks, shown);
    });
    const stateOf = (link: Link): LinkShown => linkState(link, states, marks.cursor, marks.kind, median);
    this.links.selectChildren<SVGGElement, Link>().each(function (link) {
      if (!which(this)) return;
      const state = stateOf(link);
      const classes = `link${link.bridged ? ' bridged' : ''}${state.lit ? ' lit' : ''}${state.now === 'forward' ? ' now' : ''}`;
      if (this.getAttribute('class') !== classes) this.setAttribute('class', classes);
    });
    this.grads.selectChildren<SVGGElement, Link>().each(function (link) {
      if (!which(this)) return;
      const { flowed, now, health, label, width } = stateOf(link);
      const classes = `link grad${flowed ? ' flowed' : ''}${now === 'backward' ? ' now' : ''}${health && flowed ? ` ${health}` : ''}`;
      if (this.getAttribute('class') !== classes) this.setAttribute('class', classes);
      setText(this.firstElementChild!, label);
      const thick = width.toFixed(2);
      if (this.getAttribute('stroke-width') !== thick) this.setAttribute('stroke-width', thick);
    });
  }
}

/** The way that a link on the page was drawn by. */
const drawnAs = new WeakMap<Element, readonly Point[]>();

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
