/** The graph panel: ties model, layout, drawing, camera and keys together. */
import { button, el, keyed, svg } from '../dom';
import { post } from '../host';
import type { Model, Store } from '../store';
import { Camera } from './camera';
import { Drawing } from './draw';
import { type Direction, extreme, neighbour } from './keyboard';
import { layout } from './layout';
import { Legend } from './legend';
import { type Card, type Drawn, drawn, folds } from './model';
import { ALL_MODES, type Scale, scaleFor } from './modes';
import type { Layout } from './place';
import { modeOf } from './state';
import { wrap } from './wrap';

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export class GraphPanel {
  readonly element: HTMLElement;
  /** The line under the drawing: legend and tools. */
  readonly below: HTMLElement;
  private readonly frame = svg('svg', {
    class: 'graph',
    role: 'group',
    'aria-label': 'Network: forward runs from left to right, gradients from right to left',
    'aria-describedby': 'graph-keys',
  });
  private readonly world = svg('g');
  private readonly note = el('p', { class: 'note', hidden: true });
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
  private scale: Scale | null = null;
  private scaleOf = '';
  private readonly legend: Legend;

  constructor(private readonly store: Store) {
    this.frame.append(this.world);
    this.drawing = new Drawing(this.world, {
      card: (card, event) => this.choose(card, event),
      seek: (card, event) => this.seek(card, event.shiftKey),
      hover: (card) => {
        const place = card?.node?.place;
        post(place ? { type: 'mark', path: place.path, line: place.line } : { type: 'unmark' });
      },
      fold: (path) => this.toggle(path),
    });
    this.camera = new Camera(
      this.frame,
      this.world,
      (zoom) => this.store.keep({ zoom }),
      () => this.cull(),
    );
    this.frame.addEventListener('keydown', (event) => this.key(event));
    this.frame.addEventListener('focusin', (event) => {
      const key = (event.target as SVGElement).closest?.<SVGElement>('[data-key]')?.dataset.key;
      if (key) this.setActive(key);
    });
    const legend = new Legend((mode) => this.store.setUi({ mode }));
    this.legend = legend;
    const tools = el(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': 'Graph' },
      button('Zoom in (+)', () => this.camera.by(1.3), {}, '+'),
      button('Zoom out (-)', () => this.camera.by(1 / 1.3), {}, '−'),
      button('Fit the whole network (f)', () => this.fit(), { class: 'fit' }, 'Fit'),
      button('Find the op that is running (.)', () => this.showCursor(true), { class: 'fit' }, 'Find'),
    );
    const stage = el('div', { class: 'stage' }, this.frame, this.note, legend.popup);
    tools.append(legend.help);
    this.below = el('div', { class: 'below' }, legend.choice, legend.line, legend.scale, tools);
    this.element = el('section', { class: 'panel graph-panel', 'aria-label': 'Network' }, stage, this.below);
    new ResizeObserver(() => {
      if (this.now && !this.camera.taken) this.refit();
    }).observe(stage);
  }

  update(model: Model): void {
    this.model = model;
    if (!model.graph) {
      // Another session: its network is looked at anew.
      this.now = null;
      this.wanted = '';
      this.camera.taken = false;
      return;
    }
    const folded = folds(model.graph, model.ui.folded);
    const key = `${model.graph.structure}|${[...folded].sort().join(',')}`;
    if (this.wanted !== key) {
      this.wanted = key;
      const drawing = drawn(model.graph, folded);
      layout(drawing).then((placed) => {
        if (this.wanted === key) this.put(drawing, placed);
      });
    } else if (this.now?.drawing.key === key) this.state();
    keyed(this.note, model.graph.nodes.length === 0 ? 'empty' : '', () => [
      'The network appears here, op by op, as the script runs it. Step on, or run to a breakpoint in forward().',
    ]);
    this.note.hidden = model.graph.nodes.length > 0;
  }

  private put(drawing: Drawn, placed: Layout): void {
    const first = this.now === null;
    const focused = this.frame.contains(document.activeElement);
    this.now = { drawing, flat: placed, layout: wrap(placed, this.camera.room()) };
    this.drawing.structure(drawing, this.now.layout);
    const zoom = this.model?.ui.zoom;
    if (first && zoom) this.camera.restore(zoom);
    else if (!this.camera.taken) this.open();
    if (!this.active || !drawing.byKey.has(this.active)) this.active = this.successor(drawing);
    this.state();
    if (focused) this.focus(this.active);
    this.cull();
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
      if (this.now) this.drawing.cull(this.now.layout, this.camera.seen());
    });
  }

  private state(): void {
    const { model, now } = this;
    if (!model || !now) return;
    const { cursor } = model;
    const { mode } = model.ui;
    this.rescale(model, now.drawing);
    this.drawing.state(now.drawing, model.states, {
      cursor: cursor?.node ?? null,
      kind: cursor?.kind ?? 'line',
      mode,
      scale: this.scale,
      fresh: new Set(model.picture?.change?.fresh),
      selected: model.ui.node,
      caret: model.caret,
    });
    this.setActive(this.active);
    const seen = `${cursor?.tick}|${now.layout.key}`;
    if (seen !== this.cursorSeen) {
      this.cursorSeen = seen;
      this.showCursor(false);
    }
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
      this.drawing.structure(now.drawing, placed);
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
    const after = key === null ? null : this.elementOf(key);
    if (before === after) return;
    before?.setAttribute('tabindex', '-1');
    after?.setAttribute('tabindex', '0');
    this.active = key;
  }

  private elementOf(key: string): SVGGElement | null {
    return this.frame.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  private focus(key: string | null): void {
    if (key === null) return;
    this.setActive(key);
    const element = this.elementOf(key);
    if (element) element.style.display = '';
    element?.focus({ preventScroll: true });
    const rect = this.now?.layout.cards.get(key);
    if (rect) this.camera.show(rect);
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
      ...{ node: node.id, ref: null, part: null, slice: [], row0: 0, col0: 0, tab: 'tensor', panels: true },
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
    const graph = this.model?.graph;
    if (!graph) return;
    const { folded } = this.store.model.ui;
    this.store.setUi({ folded: { ...folded, [path]: !folds(graph, folded).includes(path) } });
  }

  private nextMode(by: 1 | -1): void {
    const at = ALL_MODES.indexOf(this.store.model.ui.mode);
    this.store.setUi({ mode: ALL_MODES[(at + by + ALL_MODES.length) % ALL_MODES.length]! });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.now) return;
    const card = this.active === null ? undefined : this.now.drawing.byKey.get(this.active);
    const direction = ARROWS[event.key];
    if (direction && this.active) this.focus(neighbour(this.now.drawing, this.now.layout, this.active, direction));
    else if (event.key === 'Home' || event.key === 'End') this.focus(extreme(this.now.flat, event.key === 'End'));
    else if ((event.key === 'Enter' || event.key === ' ') && card) this.choose(card, null);
    else if ((event.key === 's' || event.key === 'S') && card) this.seek(card, event.shiftKey);
    else if (event.key === 'c' && card) {
      const path = card.kind === 'folded' ? card.module!.path : card.box;
      if (path) this.toggle(path);
    } else if (event.key === 'f') this.fit();
    else if (event.key === 'm' || event.key === 'M') this.nextMode(event.shiftKey ? -1 : 1);
    else if (event.key === '.') this.showCursor(true);
    else if (event.key === '+' || event.key === '=') this.camera.by(1.3);
    else if (event.key === '-') this.camera.by(1 / 1.3);
    else if (event.key === 'Escape') this.store.setUi({ node: null, ref: null, part: null, tab: null });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
