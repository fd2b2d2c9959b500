/** What a screen reader hears of each move. */
import { count, num, phaseText } from './format';
import { t } from './l10n';
import type { Model } from './store';

/** `iteration 3, backward, gradient of linear2, gradient norm 0.02`; a line of the script is its own words. */
export function spokenText({ error, cursor, states }: Model): string {
  if (error !== null) return error;
  if (!cursor) return '';
  const iteration = t('iteration {0}', count(cursor.iteration + 1));
  // The place is what the editor says.
  const label = cursor.label.replace(/ \([^()]*:\d+\)$/, '');
  if (cursor.kind === 'line' || cursor.kind === 'output') return `${iteration}, ${label}`;
  const state = cursor.node === null ? undefined : states.get(cursor.node);
  const parts = [iteration, phaseText(cursor.phase), label];
  const gradient = cursor.phase !== 'forward' && state ? state.gradNorm : null;
  if (gradient !== null) parts.push(t('gradient norm {0}', num(gradient, 2)));
  else if (state && state.valueNorm !== null) parts.push(t('value norm {0}', num(state.valueNorm, 2)));
  if (state?.bad) parts.push(t('has NaN or infinity'));
  return parts.join(', ');
}
