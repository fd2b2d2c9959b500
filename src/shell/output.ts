/** A run's printed output in a terminal, each line with its iteration. */
import { Printed } from '../feed/printed';
import type { Session } from '../protocol/session';
import type { PrintedLine } from '../protocol/views';
import { harmless } from './words';

export const lineText = ({ text }: PrintedLine): string => text.replace(/\r$/, '');

/** Lines with the iteration before those that begin one, as an editor shows line numbers. */
export function withIterations(lines: readonly PrintedLine[]): string {
  const width = Math.max(4, String((lines.at(-1)?.iteration ?? 0) + 1).length);
  return lines
    .map((line, i) => {
      const fresh = line.iteration !== lines[i - 1]?.iteration;
      return `${(fresh ? String(line.iteration + 1) : '').padStart(width)} │ ${harmless(lineText(line))}\n`;
    })
    .join('');
}

/** Everything that the run printed, to the streams it went to. */
export async function printPlain(session: Session, write: (stream: 'stdout' | 'stderr', text: string) => void) {
  for (let from = 0; ; ) {
    const { outputs, total } = await session.request('outputs', { from });
    for (const { category, text } of outputs) if (category !== 'console') write(category, text);
    from += outputs.length;
    if (from >= total || outputs.length === 0) return;
  }
}

export const printed = (session: Session): Promise<Printed> => new Printed().fill(session);
