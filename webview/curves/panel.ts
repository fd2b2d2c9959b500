/** Curves: numbers over the iterations as small charts with one axis and one cursor. */

import { prepare } from '../charts/canvas';
import { CanvasSurface } from '../charts/surface';
import { zoomed } from '../charts/zoom';
import { button, el, keyed, named, setText } from '../dom';
import { count, num } from '../format';
import { post } from '../host';
import { plural, t } from '../l10n';
import type { Model, Store } from '../store';
import { css, onTheme } from '../theme';
import { csvOf, pngOf, svgOf } from './exports';
import { hasNone, LEFT, paintChart, RIGHT, rangeOf, type View, xScale, type Y } from './paint';
import {
  type ChartData,
  chartsOf,
  finite,
  firstAfter,
  nearest,
  SECTIONS,
  type Section,
  settled,
  smoothed,
  wholeOf,
} from './series';

const HEIGHT = 118;
/** A chart is at least this wide; as many as fit stand side by side. */
const NARROWEST = 250;
const GAP = 14;
/** Layers of a section that are shown until the user asks for all. */
const FIRST = 12;
/** A pointer that moved less than this has clicked. */
const CLICK = 4;

const WATCHED = 'watched:';

/** What the chosen sections ask the session for; of very many layers the first, until all are wanted. */
export function keysOf({ ui, curves }: Model): string[] {
  const offers = curves?.offers ?? [];
  const keys = SECTIONS.flatMap(({ name }) => {
    if (!ui.sections.includes(name)) return [];
    const own = offers.filter(({ kind }) => kind === name).map(({ key }) => key);
    return all.has(name) ? own : own.slice(0, FIRST);
  });
  return [...keys, ...ui.watched.map((text) => WATCHED + text)];
}

/** Sections of which every layer is shown. */
const all = new Set<Section>();

interface Drawn {
  data: ChartData;
  figure: HTMLElement;
  canvas: HTMLCanvasElement;
  plot: HTMLElement;
  value: HTMLElement;
  note: HTMLElement;
  hover: HTMLElement;
  brush: HTMLElement;
  /** The cursor's iteration, and the point in it. */
  now: HTMLElement;
  at: HTMLElement;
  /** What the canvas shows, and its scale: drawn again only where it would be another drawing. */
  shown: readonly unknown[];
  y: Y | null;
}

export class CurvesPanel {
  readonly element = el('div', { class: 'curves' });
  private readonly bar = el('div', { class: 'curve-bar', role: 'toolbar', 'aria-label': t('Curves') });
  private readonly sections: HTMLButtonElement[];
  private readonly log: HTMLButtonElement;
  private readonly same: HTMLButtonElement;
  private readonly reset: HTMLButtonElement;
  private readonly smooth = el('input', {
    type: 'range',
    min: 0,
    max: 0.99,
    step: 0.01,
    id: 'smooth',
    title: t('How much of the past goes into the smoothed line (← and →)'),
  });
  private readonly smoothText = el('output', { for: 'smooth' });
  private readonly progress = el('progress', { max: 1, 'aria-label': t('Computing again') });
  private readonly progressText = el('span');
  private readonly fill = button(t('Stop computing: what is there stays'), () => this.toggleFill(), {
    class: 'toggle',
  });
  private readonly working = el(
    'div',
    { class: 'curve-working', hidden: true },
    this.progress,
    this.progressText,
    this.fill,
  );
  private readonly expression = el('input', {
    type: 'text',
    placeholder: 'norm(linear1.weight.grad)',
    ...named(t('Expression to plot: any that a watchpoint can be about')),
    spellcheck: 'false',
  });
  private readonly grid = el('div', { class: 'curve-grid' });
  private readonly empty = el('p', { class: 'missing', hidden: true });
  private drawn: Drawn[] = [];
  private model: Model | null = null;
  private whole: [number, number] = [0, 1];
  /** Iteration under the pointer, in every chart. */
  private hovered: number | null = null;
  private width = 0;
  private scheduled = false;
  /** Counts the themes. */
  private theme = 0;
  /** Sections that the user chose here. */
  private readonly asked = new Set<Section>();

  constructor(private readonly store: Store) {
    this.sections = SECTIONS.filter(({ name }) => name !== 'watched').map(({ name, title, about, color }) => {
      const key = el('i', { class: 'key stroke', 'aria-hidden': true });
      key.style.background = `var(${color})`;
      return button(
        about,
        () => this.toggle(name),
        { class: 'toggle', 'data-section': name, 'aria-label': title },
        key,
        title,
      );
    });
    const toggle = (text: string, about: string, field: 'logCurves' | 'sameScale'): HTMLButtonElement =>
      button(about, () => store.setUi({ [field]: !store.model.ui[field] }), { class: 'toggle' }, text);
    this.log = toggle(t('log'), t('Logarithmic scale'), 'logCurves');
    this.same = toggle(
      t('same scale'),
      t('One scale for all charts of a kind, so that they can be compared'),
      'sameScale',
    );
    this.reset = button(t('Show all iterations (0)'), () => this.zoom(null), { class: 'toggle' }, t('all iterations'));
    this.smooth.addEventListener('input', () => store.setUi({ smooth: Number(this.smooth.value) }));
    const saves = (['csv', 'svg', 'png'] as const).map((kind) =>
      button(
        kind === 'csv'
          ? t('Save the numbers of these curves, with every digit')
          : t('Save the drawing as {0}', kind.toUpperCase()),
        () => this.save(kind),
        { class: 'toggle', 'data-export': kind, 'aria-label': t('Export as {0}', kind.toUpperCase()) },
        kind.toUpperCase(),
      ),
    );
    const add = el(
      'form',
      { class: 'curve-add' },
      this.expression,
      el(
        'button',
        { type: 'submit', class: 'toggle', title: t('Plot this expression over the iterations (Enter)') },
        t('Plot'),
      ),
    );
    add.addEventListener('submit', (event) => {
      event.preventDefault();
      this.watch(this.expression.value.trim());
    });
    this.bar.append(
      el('span', { class: 'curve-group' }, ...this.sections),
      el(
        'span',
        { class: 'curve-group' },
        this.log,
        this.same,
        this.reset,
        el(
          'label',
          {
            for: 'smooth',
            title: t('Exponential moving average; the line of what was recorded stays behind it, pale'),
          },
          t('smooth'),
        ),
        this.smooth,
        this.smoothText,
      ),
      add,
      el('span', { class: 'curve-group' }, ...saves),
    );
    this.element.append(this.bar, this.working, this.empty, this.grid);
    onTheme(() => {
      this.theme++;
      this.paint();
    });
    new ResizeObserver(() => this.paint()).observe(this.grid);
  }

  update(model: Model): void {
    this.model = model;
    const { ui, curves } = model;
    for (const one of this.sections)
      one.setAttribute('aria-pressed', String(ui.sections.includes(one.dataset.section as Section)));
    this.log.setAttribute('aria-pressed', String(ui.logCurves));
    this.same.setAttribute('aria-pressed', String(ui.sameScale));
    this.reset.hidden = ui.span === null;
    if (document.activeElement !== this.smooth) this.smooth.value = String(ui.smooth);
    setText(this.smoothText, ui.smooth === 0 ? t('off') : ui.smooth.toFixed(2));
    const data = chartsOf(model, ui.sections, ui.watched);
    this.whole = wholeOf(data);
    this.drawWorking(model);
    setText(
      this.empty,
      data.length === 0
        ? t('Nothing is chosen. Choose what to plot above, or write an expression and press Enter.')
        : '',
    );
    this.empty.hidden = data.length > 0;
    const key = data.map((d) => `${d.key}|${d.title}|${d.lines.map((l) => l.name + l.color).join()}`).join('\n');
    const more = SECTIONS.map(({ name }) => this.moreOf(name, curves?.offers ?? [])).join();
    if (keyed(this.grid, `${key}\n${more}`, () => this.build(data, model))) this.width = 0;
    for (const [i, one] of data.entries()) {
      const drawn = this.drawn[i];
      if (drawn) drawn.data = { ...one, lines: one.lines.map((line, j) => settled(line, drawn.data.lines[j])) };
    }
    this.paint();
  }

  private moreOf(section: Section, offers: readonly { kind: string }[]): number {
    if (all.has(section) || !this.model?.ui.sections.includes(section)) return 0;
    return Math.max(0, offers.filter(({ kind }) => kind === section).length - FIRST);
  }

  private build(data: readonly ChartData[], { curves }: Model): HTMLElement[] {
    this.drawn = data.map((one) => this.chart(one));
    const found: HTMLElement[] = [];
    for (const { name, title } of SECTIONS) {
      const own = this.drawn.filter((one) => one.data.section === name);
      const more = this.moreOf(name, curves?.offers ?? []);
      if (own.length === 0) {
        // What the user chose and is not there says so.
        const none = {
          printed: t('The script printed no numbers in lines of one pattern, such as “acc 0.91”.'),
          rate: t('No optimizer of torch.optim made a step.'),
        };
        if (
          this.asked.has(name) &&
          this.model?.ui.sections.includes(name) &&
          curves &&
          (name === 'printed' || name === 'rate')
        )
          found.push(el('p', { class: 'missing curve-none' }, none[name]));
        continue;
      }
      if (name !== 'loss') found.push(el('h3', { class: 'curve-head' }, title));
      found.push(...own.map(({ figure }) => figure));
      if (more > 0) {
        const every = () => {
          all.add(name);
          this.store.setUi({});
        };
        found.push(
          button(
            t('The other {0} layers too', more),
            every,
            { class: 'link curve-none' },
            plural(more, 'Show {0} more layer', 'Show {0} more layers', count(more)),
          ),
        );
      }
    }
    return found;
  }

  private chart(data: ChartData): Drawn {
    const canvas = el('canvas', { 'aria-hidden': true });
    const hover = el('i', { class: 'curve-hover', hidden: true });
    const brush = el('i', { class: 'curve-brush', hidden: true });
    const now = el('i', { class: 'curve-now', hidden: true });
    const at = el('i', { class: 'curve-at', hidden: true });
    const plot = el(
      'div',
      { class: 'curve-plot', role: 'slider', tabindex: 0, 'aria-label': data.title },
      canvas,
      now,
      at,
      brush,
      hover,
    );
    const value = el('b');
    const note = el('p', { class: 'curve-note', hidden: true });
    const legend =
      data.lines.length > 1
        ? el('span', { class: 'curve-legend' }, ...data.lines.map((line) => legendOf(line.name, line.color, line.run)))
        : null;
    const close =
      data.section === 'watched'
        ? button(
            t('Take this curve away'),
            () => this.store.setUi({ watched: this.store.model.ui.watched.filter((text) => text !== data.title) }),
            { class: 'icon' },
            '×',
          )
        : null;
    const head = el(
      'figcaption',
      {},
      el('span', { class: 'curve-title', title: data.title }, data.title),
      value,
      close,
    );
    const figure = el('figure', { class: 'curve', 'data-curve': data.key }, head, legend, plot, note);
    const drawn: Drawn = { data, figure, canvas, plot, value, note, hover, brush, now, at, shown: [], y: null };
    this.listen(drawn);
    return drawn;
  }

  // ---- drawing --------------------------------------------------------------------------------------------------

  private domain(): readonly [number, number] {
    return this.model?.ui.span ?? this.whole;
  }

  private viewOf(data: ChartData, width: number): View {
    const { ui } = this.model!;
    const log = ui.logCurves && data.lines.some(({ values }) => values.some((v) => (finite(v) ?? 0) > 0));
    const view: View = {
      width,
      height: HEIGHT,
      domain: this.domain(),
      log,
      smooth: ui.smooth,
      range: null,
      css,
    };
    if (!ui.sameScale || data.section === 'loss' || data.section === 'printed') return view;
    const ranges = this.drawn
      .filter((one) => one.data.section === data.section)
      .map((one) => rangeOf(one.data, view))
      .filter((range) => range !== null);
    if (ranges.length === 0) return view;
    return { ...view, range: [Math.min(...ranges.map(([a]) => a)), Math.max(...ranges.map(([, b]) => b))] };
  }

  private paint(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.paintNow();
    });
  }

  private paintNow(): void {
    const full = this.grid.clientWidth;
    if (!this.model || full === 0) return;
    const columns = this.columns(full);
    this.width = Math.floor((full - GAP * (columns - 1)) / columns);
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    for (const drawn of this.drawn) {
      const { data, note } = drawn;
      const view = this.viewOf(data, this.width);
      this.paintOne(drawn, view);
      const words = drawn.y
        ? view.log && hasNone(data)
          ? t('Values that are not above 0 are not shown on this scale.')
          : ''
        : (data.missing ?? (this.model.working ? t('Computing…') : t('No numbers here yet.')));
      setText(note, words);
      note.hidden = words === '';
      note.classList.toggle('over', !drawn.y);
    }
    this.drawValues();
  }

  /** Draws a chart where it is not the drawing that is there already; the cursor moves over it. */
  private paintOne(drawn: Drawn, view: View): void {
    const { data, canvas } = drawn;
    const { width, domain, log, smooth, range } = view;
    const looks = [width, devicePixelRatio, ...domain, log, smooth, range?.join(), this.theme];
    const lines = data.lines.flatMap((line) => [line.values, line.iterations, line.color, line.rings?.join()]);
    const shown = [...looks, ...lines];
    if (shown.length === drawn.shown.length && shown.every((one, i) => one === drawn.shown[i])) return;
    const context = prepare(canvas, width, HEIGHT);
    if (!context) return;
    drawn.shown = shown;
    drawn.y = paintChart(new CanvasSurface(context), data, view);
  }

  /** As many as fit, and no more than stand in one row: the others have their room. */
  private columns(full: number): number {
    const rows = new Map<Section, number>();
    for (const { data } of this.drawn) rows.set(data.section, (rows.get(data.section) ?? 0) + 1);
    return Math.max(1, Math.min(4, Math.floor((full + GAP) / (NARROWEST + GAP)), Math.max(1, ...rows.values())));
  }

  /** Numbers in the captions: at the pointer, else at the cursor. */
  private drawValues(): void {
    const { model, hovered, width } = this;
    if (!model) return;
    const at = hovered ?? model.cursor?.iteration ?? 0;
    const x = xScale({ domain: this.domain(), width });
    for (const drawn of this.drawn) {
      const { data, value, plot, hover } = drawn;
      const [line] = data.lines;
      // At the cursor only what is of that iteration; at the pointer what is nearest.
      const i = line ? nearest(line.iterations, at) : -1;
      const own = line && i >= 0 && (hovered !== null || line.iterations[i] === at) ? i : -1;
      const words = line && own >= 0 ? this.wordsAt(data, own, hovered !== null) : hovered === null ? '' : '–';
      setText(value, words);
      hover.hidden = hovered === null || !line || i < 0;
      if (line && i >= 0 && hovered !== null) hover.style.left = `${x(line.iterations[i]!)}px`;
      this.drawCursor(drawn, x);
      plot.setAttribute('aria-valuemin', '1');
      plot.setAttribute('aria-valuemax', String((line?.iterations.at(-1) ?? 0) + 1));
      plot.setAttribute('aria-valuenow', String((line && i >= 0 ? line.iterations[i]! : at) + 1));
      const said =
        line && i >= 0 ? t('iteration {0}, {1}', count(line.iterations[i]! + 1), num(line.values[i])) : t('no numbers');
      plot.setAttribute('aria-valuetext', said);
    }
  }

  /** A line at the cursor's iteration, and a dot on what the run shown has there. */
  private drawCursor({ data, y, now, at }: Drawn, x: (iteration: number) => number): void {
    const { ui, cursor } = this.model!;
    const domain = this.domain();
    const iteration = cursor?.iteration ?? -1;
    now.hidden = !y || iteration < domain[0] || iteration > domain[1];
    at.hidden = true;
    if (!y || now.hidden) return;
    now.style.left = `${x(iteration)}px`;
    const [line] = data.lines;
    const i = line ? firstAfter(line.iterations, iteration) - 1 : -1;
    if (!line || line.iterations[i] !== iteration) return;
    const v = finite((ui.smooth > 0 ? smoothed(line.values, ui.smooth) : line.values)[i]);
    const top = v === null ? Number.NaN : y(v);
    if (!Number.isFinite(top)) return;
    at.hidden = false;
    Object.assign(at.style, { left: `${x(iteration)}px`, top: `${top}px`, background: `var(${line.color})` });
  }

  private wordsAt({ lines }: ChartData, i: number, where: boolean): string {
    const [line] = lines;
    const { smooth } = this.model!.ui;
    const mean = smooth > 0 ? smoothed(line!.values, smooth)[i] : null;
    const others = where
      ? lines.slice(1).map((other) => {
          const j = nearest(other.iterations, line!.iterations[i]!);
          return j >= 0 && other.iterations[j] === line!.iterations[i] ? ` · ${num(other.values[j])}` : '';
        })
      : [];
    const parts = [
      `${num(line!.values[i])}${others.join('')}`,
      ...(mean === null || mean === undefined ? [] : [t('smoothed {0}', num(mean))]),
      ...(where ? [t('iteration {0}', count(line!.iterations[i]! + 1))] : []),
    ];
    return parts.join(' · ');
  }

  private drawWorking({ curves, working, ui }: Model): void {
    const { done = 0, of = 0 } = curves ?? {};
    const rest = of > 0 && done < of;
    this.working.hidden = !rest || (!working && ui.fill);
    this.progress.value = of > 0 ? done / of : 0;
    setText(
      this.progressText,
      plural(of, '{1} of {0} point computed', '{1} of {0} points computed', count(of), count(done)),
    );
    setText(this.fill, ui.fill ? t('Cancel') : t('Compute the rest'));
    this.fill.title = ui.fill
      ? t('Stop computing: what is there stays')
      : t('What was not kept is computed again from the recording, exactly as it was');
  }

  // ---- choosing -------------------------------------------------------------------------------------------------

  private toggle(section: Section): void {
    this.asked.add(section);
    const { sections } = this.store.model.ui;
    const next = sections.includes(section) ? sections.filter((one) => one !== section) : [...sections, section];
    this.store.setUi({ sections: next, fill: true });
  }

  private watch(text: string): void {
    const { watched } = this.store.model.ui;
    if (text === '' || text.length > 500) return;
    this.expression.value = '';
    if (!watched.includes(text)) this.store.setUi({ watched: [...watched, text].slice(-50), fill: true });
  }

  private toggleFill(): void {
    this.store.setUi({ fill: !this.store.model.ui.fill });
  }

  private save(kind: 'csv' | 'svg' | 'png'): void {
    const charts = this.drawn
      .map(({ data }) => data)
      .filter(({ lines }) => lines.some((line) => line.values.length > 0));
    if (charts.length === 0) return;
    const columns = this.columns(this.grid.clientWidth);
    const width = Math.max(NARROWEST, this.width);
    const view = (data: ChartData) => this.viewOf(data, width);
    const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
    const text =
      kind === 'csv'
        ? csvOf(charts)
        : kind === 'svg'
          ? svgOf(charts, columns, view, family)
          : pngOf(charts, columns, view);
    post({ type: 'export', name: 'curves', kind, text });
  }

  // ---- pointer and keys -------------------------------------------------------------------------------------------

  private zoom(span: [number, number] | null): void {
    this.store.setUi({ span });
  }

  /** To a point of the first line: its own tick, else the iteration's end, after its update. */
  private seek({ data }: Drawn, iteration: number): void {
    const [line] = data.lines;
    const i = line ? nearest(line.iterations, iteration) : -1;
    if (!line || i < 0 || this.model?.running) return;
    const span = this.model?.spans[line.iterations[i]!];
    const tick = line.ticks?.[i] ?? (span && Math.max(span.start, span.end - 1));
    if (tick !== undefined) post({ type: 'seek', tick });
  }

  private listen(drawn: Drawn): void {
    const { plot, brush } = drawn;
    const xAt = (event: MouseEvent): number => {
      const box = plot.getBoundingClientRect();
      return Math.max(LEFT, Math.min(this.width - RIGHT, event.clientX - box.left));
    };
    const iterationAt = (x: number): number => xScale({ domain: this.domain(), width: this.width }).invert(x);
    let from: number | null = null;
    plot.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      from = xAt(event);
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener('pointermove', (event) => {
      const x = xAt(event);
      this.hovered = iterationAt(x);
      this.drawValues();
      brush.hidden = from === null || Math.abs(x - from) < CLICK;
      if (from === null) return;
      brush.style.left = `${Math.min(from, x)}px`;
      brush.style.width = `${Math.abs(x - from)}px`;
    });
    plot.addEventListener('pointerup', (event) => {
      if (from === null) return;
      const [a, b] = [from, xAt(event)].sort((one, other) => one - other) as [number, number];
      from = null;
      brush.hidden = true;
      if (b - a < CLICK) this.seek(drawn, iterationAt(a));
      else this.about(iterationAt(a), iterationAt(b));
    });
    plot.addEventListener('pointercancel', () => {
      from = null;
      brush.hidden = true;
    });
    plot.addEventListener('pointerleave', () => {
      this.hovered = null;
      this.drawValues();
    });
    plot.addEventListener('dblclick', () => this.zoom(null));
    plot.addEventListener('wheel', (event) => this.wheel(event, iterationAt(xAt(event))), { passive: false });
    plot.addEventListener('keydown', (event) => this.key(event, drawn));
  }

  /** A stretch that was dragged over, at least two iterations of it. */
  private about(a: number, b: number): void {
    this.zoom(zoomed([a, b], this.whole, a, 1));
  }

  /** Ctrl or a pinch zooms, sideways pans; a plain wheel zooms where there is nothing to scroll. */
  private wheel(event: WheelEvent, at: number): void {
    const scrolls = this.element.scrollHeight > this.element.clientHeight + 1;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (scrolls && !event.ctrlKey && !event.metaKey && !event.altKey && !sideways) return;
    event.preventDefault();
    const domain = this.domain();
    const per = (domain[1] - domain[0]) / Math.max(1, this.width - LEFT - RIGHT);
    if (sideways) this.zoom(zoomed(domain, this.whole, at, 1, (event.deltaX || event.deltaY) * per));
    else this.zoom(zoomed(domain, this.whole, at, Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.005)));
  }

  private key(event: KeyboardEvent, drawn: Drawn): void {
    const domain = this.domain();
    const [line] = drawn.data.lines;
    const at = this.hovered ?? this.model?.cursor?.iteration ?? domain[0];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step && line) {
      const i = Math.max(0, Math.min(line.iterations.length - 1, nearest(line.iterations, at) + step));
      this.hovered = line.iterations[i] ?? null;
      this.drawValues();
    } else if (event.key === 'Enter' || event.key === ' ') this.seek(drawn, at);
    else if (event.key === '+' || event.key === '=') this.zoom(zoomed(domain, this.whole, at, 0.5));
    else if (event.key === '-') this.zoom(zoomed(domain, this.whole, at, 2));
    else if (event.key === '0') this.zoom(null);
    else if (event.key === 'Escape' && this.hovered !== null) {
      this.hovered = null;
      this.drawValues();
    } else return;
    event.preventDefault();
  }
}

/** A run's colour and name; another run's shows it. */
function legendOf(name: string, color: string, run: string | undefined): HTMLElement {
  const key = el('i', { class: 'key stroke', 'aria-hidden': true });
  key.style.background = `var(${color})`;
  return run === undefined
    ? el('span', {}, key, name)
    : button(t('Show {0}', name), () => post({ type: 'focus', run }), {}, key, name);
}
