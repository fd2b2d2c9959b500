/** The graph panel: ties model, layout, drawing, camera and keys together. */

import type { GraphChange, GraphView } from '../../src/protocol/views';
import { button, el, keyed, setText, svg } from '../dom';
import { count } from '../format';
import { post } from '../host';
import { keyText } from '../keys';
import { plural, t } from '../l10n';
import type { Model, Store } from '../store';
import { css } from '../theme';
import { FROM_THE_START } from '../ui';
import { Camera, NEAR } from './camera';
import { Dots } from './dots';
import { Drawing } from './draw';
import { type ExportKind, Exports } from './exports';
import { filtered } from './filter';
import { shared } from './health';
import { svgText } from './image';
import { type Direction, extreme, neighbour, Walk } from './keyboard';
import { layout, prepare } from './layout';
import { Legend } from './legend';
import { MiniMap } from './minimap';
import { type Card, type Drawn, drawn, folds } from './model';
import { ALL_MODES, position, type Scale, scaleFor, shade } from './modes';
import { isSmallLayer } from './neurons';
import type { Layout, Rect } from './place';
import { inRows, type Shape } from './repeats';
import { Search } from './search';
import { cardState, modeOf } from './state';
import { wrap } from './wrap';

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** `In this iteration: 2 ops new (+), 1 gone (−): relu of fc1`. */
function changeWords({ fresh, gone }: GraphChange): string {
  const said = [
    fresh.length > 0 ? plural(fresh.length, '{0} new node (+)', '{0} new nodes (+)', count(fresh.length)) : '',
  ];
  const names = gone.slice(0, 3).map((g) => g.label);
  const more = gone.length > names.length ? ' …' : '';
  if (gone.length > 0) said.push(t('{0} gone (−): {1}{2}', gone.length, names.join(', '), more));
  return t('Against the iteration before: {0}', said.filter(Boolean).join(', '));
}

function goneAfter(change: GraphChange | undefined): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const { after, label } of change?.gone ?? []) {
    if (after !== null) words.set(after, [words.get(after), label].filter(Boolean).join(', '));
  }
  return words;
}

const NOTHING: ReadonlySet<number> = new Set();

const rectOf = (layout: Layout, path: string): Rect | undefined =>
  layout.cards.get(`m:${path}`) ?? layout.boxes.get(path);

export class GraphPanel {
  readonly element: HTMLElement;
  /** The line under the drawing: legend and tools. */
  readonly below: HTMLElement;
  private readonly frame = svg('svg', {
    class: 'graph',
    role: 'group',
    'aria-label': t('Network: forward runs from left to right, gradients from right to left'),
    'aria-describedby': 'graph-keys',
  });
  private readonly world = svg('g');
  private readonly note = el('p', { class: 'note', hidden: true });
  /** What differs from the iteration before. */
  private readonly changed = el('p', { class: 'changed', role: 'status', hidden: true });
  /** What is wrong with most nodes. */
  private readonly common = el('p', { class: 'common', role: 'status', hidden: true });
  private readonly drawing: Drawing;
  private readonly camera: Camera;
  private wanted = '';
  private model: Model | null = null;
  /** `flat` is the layout in one row; `layout` is what is drawn, in as many rows as the panel asks for. */
  private now: { drawing: Drawn; flat: Layout; layout: Layout } | null = null;
  /** The card that holds the tab stop. */
  private active: string | null = null;
  private cursorSeen = '';
  private culling = false;
  /** A module that is being opened or closed, where it was: it stays there. */
  private anchor: { path: string; rect: Rect | undefined } | null = null;
  /** Sought, and shown once its modules are open. */
  private sought: number | null = null;
  private hits: ReadonlySet<number> = NOTHING;
  /** What is drawn of the network: rows of equal layers together, and only what was found if that is wanted. */
  private graph: Shape | null = null;
  private made: { of: GraphView; only: ReadonlySet<number> | null } | null = null;
  private only: ReadonlySet<number> | null = null;
  /** Cards whose units are drawn. */
  private near: ReadonlySet<string> = new Set();
  private readonly walk = new Walk();
  private readonly map = new MiniMap((centre) => this.camera.centre(centre));
  private readonly dots = new Dots();
  private dotsStale = true;
  private readonly search = new Search({
    sought: (hits, only) => this.looksFor(hits, only),
    go: (id) => this.goTo(id),
    closed: () => this.focus(this.active),
  });
  private readonly exports = new Exports(() => {
    const { now, frame, world } = this;
    const { width, height } = now?.layout ?? { width: 0, height: 0 };
    return now && this.drawing.whole(() => svgText(frame, world, width, height));
  });
  private scale: Scale | null = null;
  private scaleOf = '';
  private readonly legend: Legend;

  constructor(private readonly store: Store) {
    prepare();
    this.frame.append(this.world);
    this.drawing = new Drawing(this.world, {
      card: (card, event) => this.choose(card, event),
      seek: (card, event) => this.seek(card, event.shiftKey),
      hover: (card) => {
        const place = card?.node?.place;
        post(place ? { type: 'mark', path: place.path, line: place.line } : { type: 'unmark' });
      },
      fold: (path) => this.toggle(path),
      into: (card) => this.into(card),
    });
    this.camera = new Camera(
      this.frame,
      this.world,
      (zoom) => this.store.keep({ zoom }),
      () => this.cull(),
    );
    this.frame.addEventListener('keydown', (event) => this.key(event));
    this.frame.addEventListener('click', (event) => this.visit(event));
    this.frame.addEventListener('focusin', (event) => {
      const key = (event.target as SVGElement).closest?.<SVGElement>('[data-key]')?.dataset.key;
      if (key) this.setActive(key);
    });
    const legend = new Legend(
      (mode) => this.store.setUi({ mode }),
      (weights) => this.store.setUi({ weights }),
    );
    this.legend = legend;
    const tools = el(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': t('Graph') },
      button(t('Zoom in (+)'), () => this.camera.by(1.3), {}, '+'),
      button(t('Zoom out (-)'), () => this.camera.by(1 / 1.3), {}, '−'),
      button(t('Fit the whole network (F)'), () => this.fit(), { class: 'fit' }, t('Fit')),
      button(t('Find the op that is running (.)'), () => this.showCursor(true), { class: 'fit' }, t('Now')),
      button(
        t('Find in the network ({0} or /)', keyText('Mod+F')),
        () => this.search.open(),
        { class: 'fit' },
        t('Find'),
      ),
      this.exports.button,
    );
    const stage = el(
      'div',
      { class: 'stage' },
      this.dots.element,
      this.frame,
      this.map.element,
      this.note,
      this.search.element,
      legend.popup,
      this.exports.menu,
    );
    stage.addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      this.search.open();
      event.preventDefault();
      event.stopPropagation();
    });
    tools.append(legend.help);
    this.below = el('div', { class: 'below' }, legend.choice, legend.line, legend.scale, legend.weights, tools);
    this.element = el(
      'section',
      { class: 'panel graph-panel', 'aria-label': t('Network') },
      this.common,
      this.changed,
      stage,
      this.below,
    );
    new ResizeObserver(() => {
      if (this.now && !this.camera.taken) this.refit();
    }).observe(stage);
  }

  /** Hands the drawing to the extension, to be written to a file. */
  save(kind: ExportKind): void {
    this.exports.save(kind);
  }

  update(model: Model): void {
    this.model = model;
    if (!model.graph) {
      // Another session: its network is looked at anew.
      this.now = null;
      this.graph = null;
      this.wanted = '';
      this.camera.taken = false;
      return;
    }
    this.search.update(model.graph);
    const graph = this.shape(model.graph);
    const folded = folds(graph, model.ui.folded);
    const key = `${graph.structure}|${[...folded].sort().join(',')}`;
    if (this.wanted !== key) {
      this.wanted = key;
      const drawing = drawn(graph, folded);
      layout(drawing).then((placed) => {
        if (this.wanted === key) this.put(drawing, placed);
      });
    } else if (this.now?.drawing.key === key) this.state();
    keyed(this.note, model.graph.nodes.length === 0 ? 'empty' : '', () => [
      t('The network appears here, op by op, as the script runs it. Step on, or run to a breakpoint in forward().'),
    ]);
    this.note.hidden = model.graph.nodes.length > 0;
  }

  private shape(of: GraphView): Shape {
    const { made, only } = this;
    if (!this.graph || made?.of !== of || made.only !== only) {
      this.made = { of, only };
      this.graph = only ? filtered(inRows(of), only) : inRows(of);
    }
    return this.graph;
  }

  /** What is looked for; `only` leaves out the rest, and lays out anew. */
  private looksFor(hits: ReadonlySet<number>, only: boolean): void {
    const before = this.only;
    this.only = only ? hits : null;
    // Where there is nothing else, nothing has to stand out.
    this.hits = only ? NOTHING : hits;
    if (!this.model) return;
    if (before === this.only) this.state();
    else {
      this.camera.taken = false;
      this.update(this.model);
    }
  }

  private put(drawing: Drawn, placed: Layout): void {
    const first = this.now === null;
    const focused = this.frame.contains(document.activeElement);
    this.now = { drawing, flat: placed, layout: wrap(placed, this.camera.room()) };
    const zoom = this.model?.ui.zoom;
    const { anchor } = this;
    this.anchor = null;
    const there = anchor && rectOf(this.now.layout, anchor.path);
    if (first && zoom) this.camera.restore(zoom);
    else if (anchor?.rect && there) this.camera.keep(anchor.rect, there);
    else if (!this.camera.taken) this.open();
    this.drawing.structure(drawing, this.now.layout, this.camera.seen(), this.camera.scale);
    if (!this.active || !drawing.byKey.has(this.active)) this.active = this.successor(drawing);
    // Who opens a module looks at it, not at the cursor.
    if (anchor) this.cursorSeen = this.seenNow();
    this.state();
    if (focused) this.focus(this.active, anchor === null);
    this.cull();
    if (this.sought !== null) this.goTo(this.sought);
    this.sought = null;
  }

  /** Where the tab stop goes when its card was folded away or opened. */
  private successor(drawing: Drawn): string | null {
    if (this.active?.startsWith('m:')) {
      const path = this.active.slice(2);
      const child = drawing.cards.find((c) => c.box === path || c.key.startsWith(`m:${path}.`));
      if (child) return child.key;
    } else if (this.active) {
      const card = drawing.cardOf.get(Number(this.active.slice(1)));
      if (card) return card.key;
    }
    return drawing.cards[0]?.key ?? null;
  }

  /** A large drawing keeps only what is near the view on the page. */
  private cull(): void {
    if (this.culling || !this.now) return;
    this.culling = true;
    requestAnimationFrame(() => {
      this.culling = false;
      if (!this.now) return;
      const seen = this.camera.seen();
      this.drawing.cull(seen, this.camera.scale);
      this.paintDots();
      this.map.show(seen, this.now.layout);
      this.look(seen);
    });
  }

  /** Where cards are too many to be drawn one by one they are painted. */
  private paintDots(): void {
    const { now, dots, frame } = this;
    const { crowded } = this.drawing;
    dots.element.hidden = !crowded;
    frame.classList.toggle('crowded', crowded);
    if (!now || !crowded) return;
    if (this.dotsStale) dots.prepare(now.drawing, now.layout, (key) => this.colourOf(now.drawing, key));
    this.dotsStale = false;
    dots.paint(this.camera.place, frame.clientWidth, frame.clientHeight);
  }

  /** A click on painted cards goes there. */
  private visit(event: MouseEvent): void {
    if (!this.drawing.crowded || (event.target as Element).closest('[data-key]')) return;
    const { k, x, y } = this.camera.place;
    const box = this.frame.getBoundingClientRect();
    this.camera.visit({ x: (event.clientX - box.x - x) / k, y: (event.clientY - box.y - y) / k });
  }

  private state(): void {
    const { model, now } = this;
    if (!model || !now) return;
    const { cursor } = model;
    const { mode } = model.ui;
    this.rescale(model, now.drawing);
    const { change } = model.picture ?? {};
    this.changed.hidden = !change;
    if (change) setText(this.changed, changeWords(change));
    this.changed.title = this.changed.textContent;
    const said = shared(model.states, model.graph?.nodes ?? []);
    this.common.hidden = said.size === 0;
    setText(this.common, [...said.values()].join(' · '));
    this.common.title = this.common.textContent;
    this.drawing.state(model.states, {
      cursor: cursor?.node ?? null,
      kind: cursor?.kind ?? 'line',
      mode,
      scale: this.scale,
      hits: this.hits,
      fresh: new Set(change?.fresh),
      gone: goneAfter(change),
      selected: model.ui.node,
      caret: model.caret,
      nodeOf: (id) => model.graph?.nodes[id],
      said,
    });
    this.units();
    this.dotsStale = true;
    this.paintDots();
    this.map.draw(now.layout, (key) => this.colourOf(now.drawing, key));
    this.setActive(this.active);
    const seen = this.seenNow();
    if (seen !== this.cursorSeen) {
      this.cursorSeen = seen;
      this.showCursor(false);
    }
  }

  /** Near enough to a small layer its units are drawn: asked for while it is in view. */
  private look(seen: Rect): void {
    const { now } = this;
    if (!now) return;
    const near = this.camera.scale >= NEAR ? now.drawing.cards.filter((card) => isSmallLayer(card)) : [];
    const keys = near
      .map((card) => card.key)
      .filter((key) => {
        const { x, y, w, h } = now.layout.cards.get(key)!;
        return x < seen.x + seen.w && x + w > seen.x && y < seen.y + seen.h && y + h > seen.y;
      })
      .slice(0, 8);
    const changed = keys.join() !== [...this.near].join();
    this.near = new Set(keys);
    this.store.look(keys.map((key) => now.drawing.byKey.get(key)!.node!.id));
    if (changed) this.units();
  }

  private units(): void {
    const { model } = this;
    if (!model) return;
    this.drawing.neurons(model.layers, this.near, model.ui.weights);
    this.legend.weights.hidden = this.near.size === 0;
    this.legend.weights.value = model.ui.weights;
  }

  /** Into a layer, so that its units fill the view; and back. */
  private into(card: Card): void {
    const rect = this.now?.layout.cards.get(card.key);
    if (rect && isSmallLayer(card) && !this.camera.back()) this.camera.enclose(rect);
  }

  /** A card's colour on the map. */
  private colourOf(drawing: Drawn, key: string): string {
    const { mode } = this.store.model.ui;
    const card = drawing.byKey.get(key)!;
    const states = this.model!.states;
    if (this.hits.size > 0) return css(card.members.some((id) => this.hits.has(id)) ? '--vel' : '--line');
    const { measure, ...state } = cardState(card, states, this.model!.cursor?.node ?? null, mode);
    if (state.cursor) return css('--ring');
    if (mode !== 'progress') {
      return measure === null || !this.scale ? css('--line') : shade(position(this.scale, measure));
    }
    if (state.updated) return css('--upd');
    if (state.backward) return css('--bwd');
    return state.forward && card.kind !== 'parameter' && card.kind !== 'input' ? css('--fwd') : css('--edge');
  }

  /** A node that was searched for: modules that hide it are opened. */
  private goTo(id: number): void {
    const { model } = this;
    const { graph } = this;
    const node = graph?.nodes.find((n) => n.id === id);
    if (!node || !model || !graph) return;
    const hiding = folds(graph, model.ui.folded).filter((p) => node.module === p || node.module.startsWith(`${p}.`));
    if (hiding.length > 0) {
      this.sought = id;
      this.store.setUi({ folded: { ...model.ui.folded, ...Object.fromEntries(hiding.map((p) => [p, false])) } });
      return;
    }
    const card = this.now?.drawing.cardOf.get(id);
    const rect = card && this.now!.layout.cards.get(card.key);
    if (!card || !rect) return;
    this.setActive(card.key);
    this.camera.taken = true;
    this.camera.show(rect);
  }

  private seenNow(): string {
    return `${this.model?.cursor?.tick}|${this.now?.layout.key}`;
  }

  /** The colours' scale for what is drawn; another network or mode begins a new one. */
  private rescale(model: Model, drawing: Drawn): void {
    const { mode } = model.ui;
    const of = `${mode} ${model.graph!.structure}`;
    const cards = drawing.cards.flatMap((card) => [card, ...card.chips]);
    const values = cards.map((card) => modeOf(card, model.states, mode)).filter((v) => v !== null);
    this.scale = mode === 'progress' ? null : scaleFor(mode, values, this.scaleOf === of ? this.scale : null);
    this.scaleOf = of;
    this.legend.show(mode, this.scale);
  }

  private rectAtCursor() {
    const node = this.model?.cursor?.node ?? null;
    const card = node === null ? undefined : this.now?.drawing.cardOf.get(node);
    return card ? (this.now?.layout.cards.get(card.key) ?? null) : null;
  }

  private showCursor(focus: boolean): void {
    const at = this.model?.cursor?.node ?? null;
    if (focus && at !== null && this.only && !this.now?.drawing.cardOf.has(at)) this.search.all();
    const rect = this.rectAtCursor();
    if (rect) this.camera.show(rect);
    const node = this.model?.cursor?.node ?? null;
    const card = focus && node !== null ? this.now?.drawing.cardOf.get(node) : undefined;
    if (card) this.focus(card.key);
  }

  /** The panel has another size: other rows may suit it better. */
  private refit(): void {
    const { now } = this;
    if (!now) return;
    const placed = wrap(now.flat, this.camera.room());
    if (placed.key !== now.layout.key) {
      this.now = { ...now, layout: placed };
      this.drawing.structure(now.drawing, placed, this.camera.seen(), this.camera.scale);
      this.state();
    }
    this.open();
  }

  private open(): void {
    if (this.now) this.camera.open(this.now.layout.width, this.now.layout.height, this.rectAtCursor());
  }

  private fit(): void {
    this.camera.taken = false;
    this.store.keep({ zoom: null });
    this.refit();
    if (this.now) this.camera.fit(this.now.layout.width, this.now.layout.height);
  }

  private setActive(key: string | null): void {
    const before = this.frame.querySelector('[data-key][tabindex="0"]');
    const after = this.drawing.pin(key);
    this.active = key;
    if (before === after) return;
    before?.setAttribute('tabindex', '-1');
    after?.setAttribute('tabindex', '0');
  }

  private focus(key: string | null, show = true): void {
    if (key === null) return;
    this.setActive(key);
    this.drawing.pin(key)?.focus({ preventScroll: true });
    const rect = this.now?.layout.cards.get(key);
    if (rect && show) this.camera.show(rect);
  }

  private choose(card: Card, event: MouseEvent | null): void {
    if (event && event.detail > 1) return;
    this.setActive(card.key);
    if (card.kind === 'folded') {
      this.toggle(card.module!.path);
      return;
    }
    const node = card.node!;
    const tensor = node.kind === 'parameter' ? (this.model?.states.get(node.id)?.tensor ?? null) : null;
    this.store.setUi({
      ...{ node: node.id, ref: null, part: null, ...FROM_THE_START, tab: 'tensor' },
      // Numbers that are docked are not shown a second time.
      ...(this.model?.docked ? {} : { panels: true }),
      ...(tensor === null ? {} : { parameter: tensor, element: null }),
    });
    if (node.place) post({ type: 'reveal', path: node.place.path, line: node.place.line, focus: false });
  }

  private seek(card: Card, backward: boolean): void {
    const state = card.node ? this.model?.states.get(card.node.id) : undefined;
    const tick = backward ? state?.backwardTick : (state?.forwardTick ?? state?.updateTick);
    if (tick !== null && tick !== undefined) post({ type: 'seek', tick });
  }

  private toggle(path: string): void {
    const { graph } = this;
    if (!graph) return;
    const { folded } = this.store.model.ui;
    this.anchor = this.now && { path, rect: rectOf(this.now.layout, path) };
    this.store.setUi({ folded: { ...folded, [path]: !folds(graph, folded).includes(path) } });
  }

  private nextMode(by: 1 | -1): void {
    const at = ALL_MODES.indexOf(this.store.model.ui.mode);
    this.store.setUi({ mode: ALL_MODES[(at + by + ALL_MODES.length) % ALL_MODES.length]! });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || !this.now) return;
    const way = ARROWS[event.key];
    if (event.altKey) {
      if (!way || this.active === null) return;
      this.focus(this.walk.step(this.now.drawing, this.now.layout, this.active, way, event.shiftKey));
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const card = this.active === null ? undefined : this.now.drawing.byKey.get(this.active);
    // Caps Lock makes other letters of them.
    const letter = event.key.toLowerCase();
    if (way && this.active) this.focus(neighbour(this.now.drawing, this.now.layout, this.active, way));
    else if (event.key === 'Home' || event.key === 'End') this.focus(extreme(this.now.flat, event.key === 'End'));
    else if ((event.key === 'Enter' || event.key === ' ') && card) this.choose(card, null);
    else if (letter === 's' && card) this.seek(card, event.shiftKey);
    else if (letter === 'c' && card) {
      const path = card.kind === 'folded' ? card.module!.path : card.box;
      if (path) this.toggle(path);
    } else if (letter === 'f') this.fit();
    else if (letter === 'n' && card) this.into(card);
    else if (event.key === '/') this.search.open();
    else if (letter === 'e') this.exports.open();
    else if (letter === 'm') this.nextMode(event.shiftKey ? -1 : 1);
    else if (event.key === '.') this.showCursor(true);
    else if (event.key === '+' || event.key === '=') this.camera.by(1.3);
    else if (event.key === '-') this.camera.by(1 / 1.3);
    else if (event.key === 'Escape' && this.camera.back()) this.cull();
    else if (event.key === 'Escape') this.store.setUi({ node: null, ref: null, part: null, tab: null });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
