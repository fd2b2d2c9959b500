/** The bar at the bottom: where the cursor is, the moves, and a slider over every tick of the recording. */
import type { Bookmark, Cursor } from '../../src/protocol/views';
import type { FromWebview } from '../../src/protocol/webview';
import { button, el, keyed, setText } from '../dom';
import { count, num } from '../format';
import { post } from '../host';
import type { Seeker } from '../seek';
import type { Model, Store } from '../store';
import { onTheme } from '../theme';
import { type IconName, icon } from './icons';
import { paintAll, paintStrip } from './paint';
import { colourOf, type OtherRun, othersOf, roomFor, runAt, treeOf } from './runs';
import { type Axis, positive, spanAt, tickOf, xOf } from './scale';

type Move = Extract<FromWebview, { type: 'move' }>['move'];
const MOVES: [Move & IconName, string][] = [
  ['reverseContinue', 'Run backward to the last breakpoint'],
  ['iterationBack', 'One iteration back (Ctrl+Left on the timeline)'],
  ['tickBack', 'One tick back (Left on the timeline)'],
  ['tickForward', 'One tick forward (Right on the timeline)'],
  ['iterationForward', 'One iteration forward (Ctrl+Right on the timeline)'],
  ['continue', 'Run on to the next breakpoint'],
];
const LEFT = 56;
const RIGHT = 12;
/** A pointer this near to a flag is at it, in pixels. */
const NEAR = 5;

/** Is there more in the recording after the cursor? */
const past = (cursor: Cursor): boolean => cursor.tick < cursor.ticks - 1;

export function statusText(cursor: Cursor): string {
  const parts = [`iteration ${count(cursor.iteration + 1)}`, cursor.phase, `tick ${count(cursor.tick + 1)}`];
  return parts.join(' · ');
}

/** A logarithm must be able to show every curve. */
const othersPositive = (model: Model): boolean =>
  model.runs.every(({ losses }) => losses.every((loss) => loss === null) || positive(losses.map((loss) => ({ loss }))));

export class TimelinePanel {
  readonly element: HTMLElement;
  private readonly status = el('p', { class: 'status' });
  private readonly loss = el('span', { class: 'loss-now' });
  private readonly log: HTMLButtonElement;
  private readonly latest: HTMLButtonElement;
  private readonly thinned: HTMLButtonElement;
  private readonly bound = el('div', { class: 'bound', hidden: true });
  private readonly buttons: HTMLButtonElement[];
  private readonly strip = el('canvas', { class: 'strip', 'aria-hidden': true });
  private readonly all = el('canvas', { class: 'all', 'aria-hidden': true });
  private readonly hint = el('div', { class: 'hint', hidden: true, 'aria-hidden': true });
  private readonly slider = el('div', { class: 'slider', role: 'slider', tabindex: 0, 'aria-label': 'Timeline' });
  private model: Model | null = null;
  /** Where the pointer or a held key has asked to go; the picture follows. */
  private target: number | null = null;
  /** A move is under way: only the recording knows where it ends. */
  private moving = false;
  private dragging: HTMLCanvasElement | null = null;
  private dragAxis: Axis | null = null;
  private readonly tree = el('ul', { class: 'runs', hidden: true, 'aria-label': 'Runs' });
  private others: OtherRun[] = [];

  constructor(
    store: Store,
    private readonly seeker: Seeker,
  ) {
    this.buttons = MOVES.map(([move, label]) =>
      button(label, () => this.move(move), { class: 'icon', 'data-move': move }, icon(move)),
    );
    this.log = button(
      'Logarithmic scale of the loss',
      () => store.setUi({ logLoss: !store.model.ui.logLoss }),
      { class: 'toggle' },
      'log',
    );
    this.latest = button(
      'You look at the past: everything on screen is as it was then. Go to the latest moment (End on the timeline)',
      () => this.go(Math.max(0, (this.model?.cursor?.ticks ?? 0) - 1)),
      { class: 'latest', 'aria-label': 'In the past: go to the latest moment' },
      el('span', {}, 'past'),
      icon('latest'),
    );
    this.thinned = button(
      'Not everything could be kept: see what',
      () => {
        this.bound.hidden = !this.bound.hidden;
        this.thinned.setAttribute('aria-expanded', String(!this.bound.hidden));
      },
      { class: 'thinned', 'aria-expanded': 'false' },
      icon('thinned'),
      el('span', {}, 'thinned'),
    );
    const moves = el('div', { class: 'moves', role: 'toolbar', 'aria-label': 'Moves' }, ...this.buttons);
    const controls = el('div', { class: 'controls' }, moves, this.status, this.thinned, this.latest, this.log);
    this.slider.append(this.strip, this.all, this.loss, this.hint);
    this.element = el(
      'footer',
      { class: 'panel timeline', 'aria-label': 'Timeline' },
      controls,
      this.bound,
      this.tree,
      this.slider,
    );
    for (const canvas of [this.strip, this.all]) this.listen(canvas);
    this.slider.addEventListener('keydown', (event) => this.key(event));
    onTheme(() => this.paint());
    new ResizeObserver(() => this.paint()).observe(this.slider);
    window.addEventListener('resize', () => this.paint());
  }

  /** A picture came: the cursor is where the recording says, unless the pointer still holds it. */
  landed(): void {
    this.moving = false;
    if (!this.dragging) this.target = null;
  }

  update(model: Model): void {
    this.model = model;
    const { cursor, spans } = model;
    if (!cursor) return;
    this.drawTree(model);
    setText(this.status, model.running ? `Running · iteration ${count(cursor.iteration + 1)}` : statusText(cursor));
    this.status.title = `${cursor.label}. Tick ${count(cursor.tick + 1)} of ${count(cursor.ticks)}`;
    this.latest.hidden = model.running || !past(cursor);
    this.drawBound(model);
    const span = spanAt(spans, cursor.tick);
    const value = span?.loss ?? null;
    this.loss.hidden = value === null;
    keyed(this.loss, `${model.lossName} ${num(value)}`, () => [el('span', {}, `${model.lossName} `), num(value)]);
    this.log.hidden = !positive(spans);
    this.log.setAttribute('aria-pressed', String(model.ui.logLoss));
    for (const one of this.buttons) {
      const back = one.dataset.move?.endsWith('Back') || one.dataset.move === 'reverseContinue';
      const stuck = model.running || (back ? cursor.tick <= 0 : cursor.tick >= cursor.ticks - 1 && !cursor.live);
      one.setAttribute('aria-disabled', String(stuck));
    }
    this.slider.setAttribute('aria-valuemin', '0');
    this.slider.setAttribute('aria-valuemax', String(Math.max(0, cursor.ticks - 1)));
    this.slider.setAttribute('aria-valuenow', String(cursor.tick));
    const mark = model.bookmarks.find((b) => b.tick === cursor.tick);
    this.slider.setAttribute('aria-valuetext', mark ? `${cursor.label}, bookmark ${mark.note}` : cursor.label);
    this.about(cursor.tick);
    this.paint();
  }

  private tick(): number {
    return this.target ?? this.model?.cursor?.tick ?? 0;
  }

  private axis(canvas: HTMLCanvasElement): Axis | null {
    const { model } = this;
    if (!model?.cursor) return null;
    const width = this.slider.clientWidth;
    const edge = { left: LEFT, right: Math.max(LEFT + 20, width - RIGHT) };
    if (canvas === this.all) {
      const end = Math.max(model.cursor.ticks, model.spans.at(-1)?.end ?? 0, 1);
      return { from: 0, to: roomFor(model.runs, model.spans, end), ...edge };
    }
    const span = spanAt(model.spans, this.tick());
    return span && { from: span.start, to: Math.max(span.end, span.start + 1), ...edge };
  }

  private paint(): void {
    const { model } = this;
    const width = this.slider.clientWidth;
    if (!model?.cursor || width === 0) return;
    const span = spanAt(model.spans, this.tick());
    const axis = this.axis(this.strip);
    if (span && axis) paintStrip(this.strip, width, axis, span, this.tick(), model.bookmarks);
    const log = model.ui.logLoss && positive(model.spans) && othersPositive(model);
    const whole = this.axis(this.all)!;
    this.others = othersOf(model.runs, whole, model.spans);
    paintAll(this.all, width, whole, model.spans, this.tick(), log, model.bookmarks, this.others, model.info);
  }

  private listen(canvas: HTMLCanvasElement): void {
    const tickAt = (event: MouseEvent): number | null => {
      const axis = this.dragging === canvas ? this.dragAxis : this.axis(canvas);
      const x = event.clientX - canvas.getBoundingClientRect().left;
      // A flag is taken where it is seen: many ticks may share its pixel.
      return axis && (this.bookmarkAt(axis, x)?.tick ?? tickOf(axis, x));
    };
    // VS Code's menu for webviews reads what it is about from here.
    const about = (tick: number | null): void => this.about(tick ?? this.tick());
    canvas.addEventListener('contextmenu', (event) => about(tickAt(event)), { capture: true });
    canvas.addEventListener('pointerdown', (event) => {
      about(tickAt(event));
      if (event.button !== 0) return;
      const other = this.otherAt(event, canvas);
      if (other) {
        post({ type: 'focus', run: other.run.id });
        return;
      }
      // The axis stays as it is while dragging, so that the tick under the pointer is the tick that is shown.
      this.dragAxis = this.axis(canvas);
      this.dragging = canvas;
      canvas.setPointerCapture(event.pointerId);
      this.slider.focus({ preventScroll: true });
      this.go(tickAt(event));
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', (event) => {
      const tick = tickAt(event);
      if (this.dragging === canvas) this.go(tick);
      this.showHint(event, canvas, tick);
    });
    const done = (): void => {
      this.dragging = null;
      this.hint.hidden = true;
    };
    canvas.addEventListener('pointerup', done);
    canvas.addEventListener('pointercancel', done);
    canvas.addEventListener('pointerleave', () => {
      if (!this.dragging) this.hint.hidden = true;
    });
  }

  private bookmarkAt(axis: Axis, x: number): Bookmark | null {
    let best: Bookmark | null = null;
    let distance = NEAR;
    for (const bookmark of this.model?.bookmarks ?? []) {
      const d = Math.abs(xOf(axis, bookmark.tick) - x);
      if (bookmark.tick >= axis.from && bookmark.tick < axis.to && d < distance) [best, distance] = [bookmark, d];
    }
    return best;
  }

  private about(tick: number): void {
    const marked = this.model?.bookmarks.some((b) => b.tick === tick) ?? false;
    this.slider.dataset.vscodeContext = JSON.stringify({
      webviewSection: marked ? 'backstep.bookmark' : 'backstep.tick',
      tick,
      preventDefaultContextMenuItems: true,
    });
  }

  private otherAt(event: PointerEvent, canvas: HTMLCanvasElement): OtherRun | null {
    if (canvas !== this.all) return null;
    const box = canvas.getBoundingClientRect();
    return runAt(this.others, event.clientX - box.left, event.clientY - box.top);
  }

  /** The runs as a tree; choosing one shows it. */
  private drawTree(model: Model): void {
    const rows = model.runs.length > 1 ? treeOf(model.runs) : [];
    this.tree.hidden = rows.length === 0;
    const key = JSON.stringify(rows.map(({ run, depth }) => [run.id, run.name, run.shown, depth]));
    keyed(this.tree, key, () =>
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

  /** What was thinned to stay within the bound, in words, and the way to the bound. */
  private drawBound({ info }: Model): void {
    const said = info?.thinned ?? [];
    this.thinned.hidden = said.length === 0;
    if (said.length === 0) this.bound.hidden = true;
    this.thinned.title = `${said.join('\n')}\nSelect to read this below.`;
    keyed(this.bound, `${said.join('|')}${info?.limit}`, () => [
      el('ul', {}, ...said.map((text) => el('li', {}, text))),
      // A recording from disk was made under another bound.
      info && info.limit > 0
        ? button(
            'Open the setting backstep.memoryLimit',
            () => post({ type: 'bound' }),
            { class: 'link' },
            `Keep more than ${Math.round(info.limit / 1024 / 1024)} MB…`,
          )
        : null,
    ]);
  }

  private showHint(event: PointerEvent, canvas: HTMLCanvasElement, tick: number | null): void {
    const span = tick === null ? null : spanAt(this.model?.spans ?? [], tick);
    this.hint.hidden = span === null;
    if (!span || tick === null) return;
    const loss = span.loss === null ? '' : ` · ${this.model?.lossName} ${num(span.loss)}`;
    const mark = this.model?.bookmarks.find((b) => b.tick === tick);
    const note = mark ? ` · ${mark.note.slice(0, 200) || 'bookmark'}` : '';
    const gone = span.iteration < (this.model?.info?.leftOutBefore ?? 0) ? ' · its data was left out' : '';
    setText(this.hint, `iteration ${count(span.iteration + 1)} · tick ${count(tick + 1)}${loss}${gone}${note}`);
    const box = this.slider.getBoundingClientRect();
    const half = this.hint.offsetWidth / 2;
    const x = Math.max(half, Math.min(box.width - half, event.clientX - box.left));
    this.hint.style.left = `${x - half}px`;
    this.hint.style.top = `${canvas.offsetTop - 24}px`;
  }

  private move(move: Move): void {
    this.seeker.flush();
    this.target = null;
    this.moving = true;
    post({ type: 'move', move });
  }

  private go(tick: number | null): void {
    if (tick === null || this.model?.running || tick === this.target) return;
    if (this.target === null && !this.moving && tick === this.model?.cursor?.tick) return;
    this.target = tick;
    this.paint();
    this.seeker.seek(tick);
  }

  private key(event: KeyboardEvent): void {
    const cursor = this.model?.cursor;
    if (!cursor || event.metaKey || event.shiftKey) return;
    const by =
      event.key === 'ArrowRight' || event.key === 'ArrowUp'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowDown'
          ? -1
          : 0;
    if (by !== 0 && (event.ctrlKey || event.altKey)) {
      this.move(by > 0 ? 'iterationForward' : 'iterationBack');
    } else if (by !== 0 && this.moving) {
      this.move(by > 0 ? 'tickForward' : 'tickBack');
    } else if (by !== 0) {
      const next = this.tick() + by;
      // Past the end of a script that still lives, a move runs it on.
      if (next >= cursor.ticks) {
        if (cursor.live) this.move('tickForward');
      } else if (next >= 0) this.go(next);
    } else if (event.key === 'PageUp' || event.key === 'PageDown') {
      this.move(event.key === 'PageUp' ? 'iterationForward' : 'iterationBack');
    } else if (event.key === 'Home') this.go(0);
    else if (event.key === 'End') this.go(Math.max(0, cursor.ticks - 1));
    else return;
    event.preventDefault();
  }
}
