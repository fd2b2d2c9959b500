/** The bar at the bottom: where the cursor is, the moves, and a slider over every tick of the recording. */
import type { Bookmark, Cursor, StretchView, TickMark } from '../../src/protocol/views';
import type { FromWebview } from '../../src/protocol/webview';
import { zoomed } from '../charts/zoom';
import { button, el, keyed, setText } from '../dom';
import { count, num, placeText } from '../format';
import { post } from '../host';
import { iterationKey, keyText } from '../keys';
import { t } from '../l10n';
import type { Seeker } from '../seek';
import type { Model, Store } from '../store';
import { onTheme } from '../theme';
import { type IconName, icon } from './icons';
import { paintAll, paintStrip } from './paint';
import { nextTick, type PlayBy, Player } from './play';
import { type OtherRun, othersOf, roomFor, runAt } from './runs';
import { type Axis, positive, spanAt, tickOf, xOf } from './scale';
import { drawTree } from './tree';
import { liveText, statusText } from './words';

type Move = Extract<FromWebview, { type: 'move' }>['move'];
const MOVES: [Move & IconName, string][] = [
  ['reverseContinue', t('Run backward to the last breakpoint ({0} while debugging)', keyText('Alt+F5'))],
  [
    'iterationBack',
    t('One iteration back ({0} on the timeline, {1} while debugging)', iterationKey('←'), keyText('Shift+Alt+,')),
  ],
  ['tickBack', t('One tick back ({0} on the timeline, {1} while debugging)', '←', keyText('Alt+,'))],
  ['tickForward', t('One tick forward ({0} on the timeline, {1} while debugging)', '→', keyText('Alt+.'))],
  [
    'iterationForward',
    t('One iteration forward ({0} on the timeline, {1} while debugging)', iterationKey('→'), keyText('Shift+Alt+.')),
  ],
  ['continue', t('Run on to the next breakpoint ({0} while debugging)', 'F5')],
];
const SPEEDS = [1, 2, 5, 10, 30];
const WHAT: [PlayBy, string][] = [
  ['tick', t('ticks')],
  ['op', t('ops')],
  ['iteration', t('iterations')],
];
/** Milliseconds without another zoom after which its ticks are asked for. */
const SETTLED = 150;
/** Fewer ticks than this are not zoomed into. */
const FEWEST = 8;
const LEFT = 56;
const RIGHT = 12;
/** A pointer this near to a flag is at it, in pixels. */
const NEAR = 5;

/** Is there more in the recording after the cursor? */
const past = (cursor: Cursor): boolean => cursor.tick < cursor.ticks - 1;

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
  private readonly slider = el('div', { class: 'slider', role: 'slider', tabindex: 0, 'aria-label': t('Timeline') });
  private model: Model | null = null;
  /** Where the pointer or a held key has asked to go; the picture follows. */
  private target: number | null = null;
  /** A move is under way: only the recording knows where it ends. */
  private moving = false;
  private dragging: HTMLCanvasElement | null = null;
  private dragAxis: Axis | null = null;
  private readonly tree = el('ul', { class: 'runs', hidden: true, 'aria-label': t('Runs') });
  private others: OtherRun[] = [];
  /** Ticks in sight in the lower canvas; null for all. */
  private sight: [number, number] | null = null;
  private readonly player = new Player(
    (direction) => this.playOn(direction),
    () => this.drawPlayer(),
  );
  private readonly playButtons: HTMLButtonElement[];
  private readonly playBy = el('select', { 'aria-label': t('Play by') });
  private readonly playSpeed = el('select', { 'aria-label': t('How many in a second') });
  private readonly whole: HTMLButtonElement;
  private readonly pause: HTMLButtonElement;
  private asked = '';
  private askTimer: ReturnType<typeof setTimeout> | undefined;
  /** A tick under the pointer that was asked about. */
  private hoverAsked = -1;
  private lastPointer: { event: PointerEvent; canvas: HTMLCanvasElement } | null = null;

  constructor(
    private readonly store: Store,
    private readonly seeker: Seeker,
  ) {
    this.buttons = MOVES.map(([move, label]) =>
      button(label, () => this.move(move), { class: 'icon', 'data-move': move }, icon(move)),
    );
    this.log = button(
      t('Logarithmic scale of the loss'),
      () => store.setUi({ logLoss: !store.model.ui.logLoss }),
      { class: 'toggle' },
      t('log'),
    );
    this.latest = button(
      t('You look at the past: everything on screen is as it was then. Go to the latest moment (End on the timeline)'),
      () => this.go(Math.max(0, (this.model?.cursor?.ticks ?? 0) - 1)),
      { class: 'latest', 'aria-label': t('In the past: go to the latest moment') },
      el('span', {}, t('past')),
      icon('latest'),
    );
    this.thinned = button(
      t('Not everything could be kept: see what'),
      () => {
        this.bound.hidden = !this.bound.hidden;
        this.thinned.setAttribute('aria-expanded', String(!this.bound.hidden));
      },
      { class: 'thinned', 'aria-expanded': 'false' },
      icon('thinned'),
      el('span', {}, t('thinned')),
    );
    const play = (direction: 1 | -1): HTMLButtonElement =>
      button('', () => this.toggle(direction), { class: 'icon', 'data-play': direction }, icon('play'));
    this.playButtons = [play(-1), play(1)];
    this.playBy.append(...WHAT.map(([by, text]) => el('option', { value: by }, text)));
    this.playSpeed.append(...SPEEDS.map((n) => el('option', { value: n }, `${n}/s`)));
    this.playBy.title = t('What is played one after the other');
    this.playSpeed.title = t('How many in a second');
    this.playBy.addEventListener('change', () => this.replay({ playBy: this.playBy.value as PlayBy }));
    this.playSpeed.addEventListener('change', () => this.replay({ playSpeed: Number(this.playSpeed.value) }));
    const player = el(
      'div',
      { class: 'player', role: 'group', 'aria-label': t('Play') },
      ...this.playButtons,
      this.playBy,
      this.playSpeed,
    );
    this.pause = button(
      t('Pause the script where it is ({0} while debugging)', 'F6'),
      () => post({ type: 'pause' }),
      { class: 'toggle' },
      icon('pause'),
      ` ${t('Pause')}`,
    );
    this.whole = button(
      t('Show the whole run (0 on the timeline)'),
      () => this.zoom(null),
      { class: 'toggle' },
      t('whole run'),
    );
    const moves = el('div', { class: 'moves', role: 'toolbar', 'aria-label': t('Moves') }, ...this.buttons);
    const controls = el(
      'div',
      { class: 'controls' },
      moves,
      player,
      this.pause,
      this.status,
      this.thinned,
      this.latest,
      this.whole,
      this.log,
    );
    this.slider.append(this.strip, this.all, this.loss, this.hint);
    this.element = el(
      'footer',
      { class: 'panel timeline', 'aria-label': t('Timeline') },
      controls,
      this.bound,
      this.tree,
      this.slider,
    );
    for (const canvas of [this.strip, this.all]) this.listen(canvas);
    this.all.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.all.addEventListener('dblclick', () => this.zoom(null));
    // Space plays and pauses wherever no other thing has the focus.
    document.addEventListener('keydown', (event) => {
      if (event.key === ' ' && event.target === document.body) this.space(event);
    });
    this.slider.addEventListener('keydown', (event) => this.key(event));
    onTheme(() => this.paint());
    new ResizeObserver(() => this.paint()).observe(this.slider);
    window.addEventListener('resize', () => this.paint());
  }

  // ---- playing --------------------------------------------------------------------------------------------------

  private toggle(direction: 1 | -1): void {
    if (this.player.direction === direction) this.player.stop();
    else if (this.model?.cursor && !this.model.running) this.player.play(direction, this.store.model.ui.playSpeed);
  }

  private space(event: KeyboardEvent): void {
    if (this.player.playing) this.player.stop();
    else this.toggle(event.shiftKey ? -1 : 1);
    event.preventDefault();
  }

  /** Another speed goes on at once. */
  private replay(patch: { playBy?: PlayBy; playSpeed?: number }): void {
    this.store.setUi(patch);
    const { direction } = this.player;
    if (direction !== 0) this.player.play(direction, this.store.model.ui.playSpeed);
  }

  private playOn(direction: 1 | -1): boolean {
    const { model } = this;
    if (!model?.cursor || model.running) return false;
    const { ui, spans, stretches, cursor } = model;
    const next = nextTick(this.tick(), direction, ui.playBy, cursor.ticks, spans, stretches);
    if (next !== null) this.go(next);
    return next !== null;
  }

  private drawPlayer(): void {
    const { direction } = this.player;
    const { ui } = this.store.model;
    for (const one of this.playButtons) {
      const own = Number(one.dataset.play);
      const on = own === direction;
      const label = on
        ? t('Pause ({0})', t('Space'))
        : own > 0
          ? t('Play forward ({0} on the timeline)', t('Space'))
          : t('Play backward ({0} on the timeline)', keyText(`Shift+${t('Space')}`));
      keyed(one, label, () => [icon(on ? 'pause' : own > 0 ? 'play' : 'playBack')]);
      one.title = label;
      one.setAttribute('aria-label', label);
      one.setAttribute('aria-pressed', String(on));
      one.setAttribute('aria-disabled', String(this.model?.running ?? true));
    }
    if (document.activeElement !== this.playBy) this.playBy.value = ui.playBy;
    if (document.activeElement !== this.playSpeed) this.playSpeed.value = String(ui.playSpeed);
  }

  // ---- zoom -----------------------------------------------------------------------------------------------------

  private wholeTicks(): number {
    const { model } = this;
    const end = Math.max(model?.cursor?.ticks ?? 1, model?.spans.at(-1)?.end ?? 0, 1);
    return model ? roomFor(model.runs, model.spans, end) : end;
  }

  private zoom(sight: [number, number] | null): void {
    this.sight = sight;
    this.paint();
    this.askLater();
  }

  /** The wheel zooms about the pointer; sideways, or with Shift, it moves. */
  private wheel(event: WheelEvent): void {
    const axis = this.axis(this.all);
    if (!axis) return;
    event.preventDefault();
    const per = (axis.to - axis.from) / Math.max(1, axis.right - axis.left);
    const x = event.clientX - this.all.getBoundingClientRect().left;
    const at = Math.max(axis.from, Math.min(axis.to, axis.from + (x - axis.left) * per));
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const pixels = event.deltaMode === 1 ? 24 : 1;
    const by = Math.max(-120, Math.min(120, event.deltaY * pixels));
    this.zoomBy(at, sideways ? 1 : Math.exp(by * 0.004), sideways ? (event.deltaX || event.deltaY) * pixels * per : 0);
  }

  private zoomBy(at: number, factor: number, moved = 0): void {
    const whole: [number, number] = [0, this.wholeTicks()];
    this.zoom(zoomed(this.sight ?? whole, whole, at, factor, moved, FEWEST));
  }

  /** What is in sight follows the cursor where it leaves it. */
  private follow(): void {
    const tick = this.tick();
    if (!this.sight) return;
    const [from, to] = this.sight;
    if (tick >= from && tick < to) return;
    const whole: [number, number] = [0, this.wholeTicks()];
    this.sight = zoomed(this.sight, whole, from, 1, tick - (from + to) / 2, FEWEST);
    this.askLater();
  }

  /** Asks for the ticks of the iteration at the cursor and of what is in sight, when they are others than before. */
  private askLater(): void {
    clearTimeout(this.askTimer);
    this.askTimer = setTimeout(() => this.ask(), SETTLED);
  }

  private ask(anew = false): void {
    const { model } = this;
    if (!model?.cursor || model.running) return;
    const span = spanAt(model.spans, this.tick());
    const all = this.axis(this.all);
    const wanted = [
      ...(all ? [[Math.max(0, Math.floor(all.from)), Math.ceil(all.to)] as const] : []),
      ...(span ? [[span.start, span.end] as const] : []),
    ];
    const key = JSON.stringify(wanted);
    if (key === this.asked && !anew) return;
    this.asked = key;
    for (const [from, to] of wanted) post({ type: 'stretch', from, to });
  }

  private marks(axis: Axis): readonly TickMark[] {
    const { stretches = [] } = this.model ?? {};
    // The finest that covers what is in sight.
    const covers = stretches.filter(
      (s) => s.from <= axis.from && s.to >= Math.min(axis.to, this.model?.cursor?.ticks ?? 0),
    );
    return (
      covers.reduce<StretchView | null>((best, s) => (best && best.to - best.from <= s.to - s.from ? best : s), null)
        ?.marks ?? []
    );
  }

  /** A picture came: the cursor is where the recording says, unless the pointer still holds it. */
  landed(): void {
    this.moving = false;
    if (!this.dragging) this.target = null;
    // Breakpoints may be others by now.
    this.asked = '';
    this.askLater();
  }

  update(model: Model): void {
    const old = this.model?.stretches;
    this.model = model;
    const { cursor, spans } = model;
    if (!cursor) return;
    if (model.running) this.player.stop();
    this.follow();
    this.drawPlayer();
    this.whole.hidden = this.sight === null;
    if (this.asked === '') this.askLater();
    // The line under the pointer came.
    if (old !== model.stretches && this.lastPointer && !this.hint.hidden) this.hintAgain();
    drawTree(this.tree, model.runs);
    setText(this.status, model.running ? liveText(cursor, model.live) : statusText(cursor));
    this.pause.hidden = !model.running;
    this.status.title = t('{0}. Tick {1} of {2}', cursor.label, count(cursor.tick + 1), count(cursor.ticks));
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
    this.slider.setAttribute('aria-valuetext', mark ? t('{0}, bookmark {1}', cursor.label, mark.note) : cursor.label);
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
      const [from, to] = this.sight ?? [0, this.wholeTicks()];
      return { from, to, ...edge };
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
    if (span && axis)
      paintStrip(this.strip, width, axis, span, this.tick(), model.bookmarks, model.stretches, this.marks(axis));
    const log = model.ui.logLoss && positive(model.spans) && othersPositive(model);
    const whole = this.axis(this.all)!;
    this.others = othersOf(model.runs, whole, model.spans);
    const { spans, bookmarks, stretches, info } = model;
    const [tick, marks, others] = [this.tick(), this.marks(whole), this.others];
    paintAll(this.all, width, { axis: whole, spans, tick, log, bookmarks, marks, stretches, others, info });
    this.whole.hidden = this.sight === null;
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
      this.player.stop();
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

  /** What was thinned to stay within the bound, in words, and the way to the bound. */
  private drawBound({ info }: Model): void {
    const said = info?.thinned ?? [];
    this.thinned.hidden = said.length === 0;
    if (said.length === 0) this.bound.hidden = true;
    this.thinned.title = t('{0}\nSelect to read this below.', said.join('\n'));
    keyed(this.bound, `${said.join('|')}${info?.limit}`, () => [
      el('ul', {}, ...said.map((text) => el('li', {}, text))),
      // A recording from disk was made under another bound.
      info && info.limit > 0
        ? button(
            t('Open the setting backstep.memoryLimit'),
            () => post({ type: 'bound' }),
            { class: 'link' },
            t('Keep more than {0} MB…', Math.round(info.limit / 1024 / 1024)),
          )
        : null,
    ]);
  }

  private hintAgain(): void {
    const { event, canvas } = this.lastPointer!;
    const axis = this.axis(canvas);
    const x = event.clientX - canvas.getBoundingClientRect().left;
    if (axis) this.showHint(event, canvas, this.bookmarkAt(axis, x)?.tick ?? tickOf(axis, x));
  }

  /** `train.py:12 loss.backward()`; asked for where it is not known. */
  private lineOf(tick: number): string {
    const known = this.model?.stretches.find((s) => s.kinds !== '' && tick >= s.from && tick < s.to);
    if (!known) {
      if (this.hoverAsked !== tick && !this.model?.running) post({ type: 'stretch', from: tick, to: tick + 1 });
      this.hoverAsked = tick;
      return '';
    }
    const line = known.lines[known.at[tick - known.from]!];
    return line ? ` · ${placeText(line.place)} ${line.text.slice(0, 60)}` : '';
  }

  /** Breakpoints and such at the pointer. */
  private markedAt(axis: Axis, x: number): string {
    const near = this.marks(axis).filter(({ tick }) => Math.abs(xOf(axis, tick) - x) < NEAR);
    const words = {
      breakpoint: t('breakpoint'),
      condition: t('condition not asked here yet:'),
      watchpoint: t('watchpoint'),
      branch: t('branched here:'),
    };
    return [...new Set(near.map(({ kind, text }) => ` · ${words[kind]} ${text.slice(0, 60)}`))].slice(0, 2).join('');
  }

  private showHint(event: PointerEvent, canvas: HTMLCanvasElement, tick: number | null): void {
    this.lastPointer = { event, canvas };
    const span = tick === null ? null : spanAt(this.model?.spans ?? [], tick);
    this.hint.hidden = span === null;
    if (!span || tick === null) return;
    const loss = span.loss === null ? '' : ` · ${this.model?.lossName} ${num(span.loss)}`;
    const mark = this.model?.bookmarks.find((b) => b.tick === tick);
    const note = mark ? ` · ${mark.note.slice(0, 200) || 'bookmark'}` : '';
    const axis = this.axis(canvas);
    const marked = axis ? this.markedAt(axis, event.clientX - canvas.getBoundingClientRect().left) : '';
    const gone = span.iteration < (this.model?.info?.leftOutBefore ?? 0) ? t(' · its data was left out') : '';
    setText(
      this.hint,
      t(
        'iteration {0} · tick {1}{2}{3}{4}{5}{6}',
        count(span.iteration + 1),
        count(tick + 1),
        loss,
        gone,
        note,
        marked,
        this.lineOf(tick),
      ),
    );
    this.hint.style.maxWidth = `${this.slider.clientWidth}px`;
    const box = this.slider.getBoundingClientRect();
    const half = this.hint.offsetWidth / 2;
    const x = Math.max(half, Math.min(box.width - half, event.clientX - box.left));
    this.hint.style.left = `${x - half}px`;
    this.hint.style.top = `${canvas.offsetTop - 24}px`;
  }

  private move(move: Move): void {
    this.player.stop();
    this.seeker.flush();
    this.target = null;
    this.moving = true;
    post({ type: 'move', move });
  }

  private go(tick: number | null): void {
    if (tick === null || this.model?.running || tick === this.target) return;
    if (this.target === null && !this.moving && tick === this.model?.cursor?.tick) return;
    this.target = tick;
    this.follow();
    this.paint();
    this.seeker.seek(tick);
  }

  private key(event: KeyboardEvent): void {
    const cursor = this.model?.cursor;
    if (event.key === ' ' && event.target === this.slider) {
      this.space(event);
      return;
    }
    if (!cursor || event.metaKey || (event.shiftKey && event.key !== '+')) return;
    this.player.stop();
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
    } else if (event.key === '+' || event.key === '=') this.zoomBy(this.tick(), 0.5);
    else if (event.key === '-') this.zoomBy(this.tick(), 2);
    else if (event.key === '0') this.zoom(null);
    else if (event.key === 'Home') this.go(0);
    else if (event.key === 'End') this.go(Math.max(0, cursor.ticks - 1));
    else return;
    event.preventDefault();
  }
}
