/** Where the cursor is, and how a run comes along, in a line. */
import type { LiveProgress } from '../../src/protocol/session';
import type { Cursor } from '../../src/protocol/views';
import { count, num, phaseText } from '../format';
import { t } from '../l10n';

export function statusText(cursor: Cursor): string {
  const parts = [
    t('iteration {0}', count(cursor.iteration + 1)),
    phaseText(cursor.phase),
    t('tick {0}', count(cursor.tick + 1)),
  ];
  return parts.join(' · ');
}

/** `Running · iteration 120 · 42 it/s · epoch 3 of 10 · 1:05 left`: what is not known is left out. */
export function liveText(cursor: Cursor, live: LiveProgress | null): string {
  const parts = [t('Running'), t('iteration {0}', count(cursor.iteration + 1))];
  const { rate, loop } = live ?? {};
  if (rate) parts.push(rate >= 1 ? t('{0} it/s', num(rate, 3)) : t('{0} s/it', num(1 / rate, 3)));
  if (loop) parts.push(t('{0}: {1} of {2}', loop.name, count(loop.at), count(loop.of)));
  if (loop && loop.seconds !== null) parts.push(t('{0} left', clock(loop.seconds)));
  return parts.join(' · ');
}

/** `8 s`, `1:05`, `2:03:20` */
function clock(seconds: number): string {
  const s = Math.ceil(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 60) return t('{0} s', s);
  const minutes = Math.floor(s / 60);
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}
