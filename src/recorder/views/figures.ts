/** matplotlib's figures, as they were at a tick. Each drawing is an output of its own: a line about it, and the picture behind that. */
import type { FigureHead, FigureView } from '../../protocol/views';
import type { OutputRecord, Recording } from '../recording';

/** Figures in one answer, the newest: a script may open one in each of its epochs. */
const AT_ONCE = 40;

interface Known extends FigureHead {
  output: number;
}

const found = new WeakMap<Recording, { upTo: number; figures: Known[] }>();

/** What is recorded of a drawing. */
export const figureText = ({ svg, ...head }: Omit<FigureView, 'tick'>): string => `${JSON.stringify(head)}\n${svg}`;

/** What is said of a drawing. */
export function headOf({ tick, text }: OutputRecord): Omit<FigureHead, 'output'> {
  const end = text.indexOf('\n');
  const head = { number: 0, title: '', summary: '', tick };
  try {
    const { number, title, summary } = JSON.parse(end < 0 ? text : text.slice(0, end)) as FigureHead;
    return { number: Number(number), title: String(title), summary: String(summary), tick };
  } catch {
    return head; // a file from elsewhere
  }
}

/** The newest drawing of each figure that there was at a tick, by number. */
export function figuresAt(r: Recording, tick: number): FigureHead[] {
  let known = found.get(r);
  if (!known) found.set(r, (known = { upTo: 0, figures: [] }));
  for (; known.upTo < r.outputCount; known.upTo++) {
    const output = r.output(known.upTo);
    if (output.stream === 'figure') known.figures.push({ ...headOf(output), output: known.upTo });
  }
  const last = new Map<number, FigureHead>();
  for (const figure of known.figures) if (figure.tick <= tick) last.set(figure.number, figure);
  return [...last.values()].sort((a, b) => a.number - b.number).slice(-AT_ONCE);
}

/** A drawing's picture; empty where it was not kept. */
export function figureOf(r: Recording, output: number): { svg: string } {
  const record = Number.isSafeInteger(output) && output >= 0 && output < r.outputCount ? r.output(output) : null;
  if (record?.stream !== 'figure') return { svg: '' };
  return { svg: record.text.slice(record.text.indexOf('\n') + 1) };
}
