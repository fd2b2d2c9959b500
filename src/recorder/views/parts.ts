/** What a tensor has at a tick (its value, its gradient, an optimizer's state of it), and what that is called. */
import { t } from '../../protocol/l10n';
import type { Recording, TensorUse } from '../recording';
import { opName, placeText } from './common';
import { gradientAt } from './grads';
import { keptAt } from './kept';
import { Names } from './names';

/** The asked part's content at the tick, or why there is none. */
export function partAt(r: Recording, tensor: number, part: string, tick: number): TensorUse | string {
  const known = r.tensor(tensor)!;
  const made = known.producer;
  if (tick < 0) return t('Nothing has run yet.');
  const own = made && made.tick > tick ? null : r.useAt(tensor, tick);
  if (part === 'value') return own ?? t('This tensor does not exist yet at the cursor.');
  if (part === 'grad') {
    const grad = own && gradientAt(r, tensor, tick);
    if (grad) return grad;
    if (!known.requiresGrad) return t('No gradient flows into this tensor: it does not require one.');
    const { backward } = r.iteration(r.iterationAt(tick));
    if (backward < 0 || backward > tick) return t('No gradient yet: backward() has not run in this iteration.');
    return t('No gradient yet: the backward pass has not come to this tensor at the cursor.');
  }
  const name = part.slice('state:'.length);
  const use = keptAt(r, tensor, name, tick);
  if (use) return use;
  const ever = [...r.optimizers.values()].some((o) => o.kept.get(tensor)?.has(name));
  return ever
    ? t('The optimizer has no {0} for this parameter yet: it is made by the first step().', name)
    : t('Neither an optimizer nor the script keeps a {0} for this parameter.', name);
}

/** `linear1.weight`, `zhat`, `relu at three_class.py:31`. */
export function nameOf(r: Recording, tensor: number, part: string, tick: number): string {
  const made = r.tensor(tensor)?.producer ?? null;
  const names = Names.of(r);
  const from = Math.min(Math.max(0, made?.tick ?? tick), Math.max(0, r.ticks - 1));
  const named = names.tensor(tensor, from, made ? 'inner' : 'outer') ?? names.tensor(tensor, tick);
  const place = made && r.placeAt(made.tick);
  const base =
    named ?? (made ? `${opName(made)}${place ? t(' at {0}', placeText(place)) : ''}` : t('tensor {0}', tensor));
  if (part === 'grad') return named ? `${base}.grad` : t('gradient of {0}', base);
  return part.startsWith('state:') ? t('{1} of {0}', base, part.slice('state:'.length)) : base;
}
