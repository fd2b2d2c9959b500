/** The charts as a file: their numbers as CSV, the drawing as SVG or PNG. */

import { CanvasSurface, type Surface, SvgSurface } from '../charts/surface';
import { t } from '../l10n';
import { paintChart, type View } from './paint';
import { type Cell, type ChartData, SECTIONS } from './series';

const GAP = 14;
const HEAD = 18;
const LEGEND = 14;

/** A field with a comma, a quote or a break is put into quotes (RFC 4180). */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const cell = (v: Cell | undefined): string => (v === null || v === undefined ? '' : String(v));

/** Outside of its section a chart says of which it is where its title does not: `linear1 (gradient norms)`, `loss (printed)`. */
function titleOf({ section, title }: ChartData, charts: readonly ChartData[]): string {
  const layers = section === 'gradient' || section === 'weight' || section === 'ratio';
  const twin = section !== 'loss' && charts.some((other) => other.title === title && other.section !== section);
  if (!layers && !twin) return title;
  const of = SECTIONS.find(({ name }) => name === section)!.title;
  return t('{0} ({1})', title, of.toLowerCase());
}

/** One row for each iteration, a column for each line, every digit; what has more points in an iteration has more rows for it. */
export function csvOf(charts: readonly ChartData[]): string {
  const lines = charts.flatMap((chart) => {
    const title = titleOf(chart, charts);
    return chart.lines.map((line, i) => ({ ...line, title: i === 0 ? title : t('{1} of {0}', line.name, title) }));
  });
  const rows = new Map<number, string[][]>();
  for (const [column, { iterations, values }] of lines.entries()) {
    let before = -1;
    let nth = 0;
    for (const [i, iteration] of iterations.entries()) {
      nth = iteration === before ? nth + 1 : 0;
      before = iteration;
      const own = rows.get(iteration) ?? [];
      rows.set(iteration, own);
      own[nth] ??= new Array<string>(lines.length).fill('');
      own[nth]![column] = cell(values[i]);
    }
  }
  const head = ['iteration', ...lines.map(({ title }) => title)].map(field).join(',');
  const body = [...rows]
    .sort(([a], [b]) => a - b)
    .flatMap(([iteration, own]) => own.map((cells) => [iteration + 1, ...cells].join(',')));
  return `${[head, ...body].join('\n')}\n`;
}

/** How a chart is seen; all are of one size. */
type ViewOf = (chart: ChartData) => View;

/** All charts in columns, with their titles. */
function paintSheet(
  charts: readonly ChartData[],
  columns: number,
  viewOf: ViewOf,
  on: (w: number, h: number) => Surface,
): void {
  if (charts.length === 0) return;
  const view = viewOf(charts[0]!);
  const rows = Math.ceil(charts.length / columns);
  const tall = view.height + HEAD + GAP + LEGEND;
  const surface = on(columns * (view.width + GAP) + GAP, rows * tall + GAP);
  surface.rect(0, 0, columns * (view.width + GAP) + GAP, rows * tall + GAP, view.css('--bg'));
  for (const [i, chart] of charts.entries()) {
    surface.at(GAP + (i % columns) * (view.width + GAP), GAP + Math.floor(i / columns) * tall, () => {
      surface.text(0, 12, titleOf(chart, charts), view.css('--fg'), 12);
      let x = 0;
      if (chart.lines.length > 1)
        for (const { name, color } of chart.lines) {
          surface.rect(x, HEAD + 3, 10, 3, view.css(color));
          surface.text(x + 13, HEAD + 8, name, view.css('--dim'), 10);
          x += 24 + name.length * 6;
        }
      surface.at(0, HEAD + LEGEND, () => void paintChart(surface, chart, viewOf(chart)));
    });
  }
}

export function svgOf(charts: readonly ChartData[], columns: number, view: ViewOf, family: string): string {
  let markup: SvgSurface | null = null;
  paintSheet(charts, columns, view, (w, h) => (markup = new SvgSurface(w, h, family)));
  return (markup as SvgSurface | null)?.markup ?? '';
}

/** Base64 of a PNG with two pixels for each of the page's. */
export function pngOf(charts: readonly ChartData[], columns: number, view: ViewOf): string {
  const canvas = document.createElement('canvas');
  paintSheet(charts, columns, view, (w, h) => {
    // No browser draws on a canvas that is larger.
    const ratio = Math.min(2, 16_000 / h, 16_000 / w);
    Object.assign(canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
    const context = canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    return new CanvasSurface(context);
  });
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}
