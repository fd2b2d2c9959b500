/** What it means that a tensor is unwell, in the words of watchpoints: the inspector's chips and the watchpoints that are offered by name say the same. */

/** The bounds that are proposed. */
export const EXPLODES = '100';
export const VANISHES = '1e-4';
export const SATURATES = '0.9';

export const nonfinite = (of: string): string => `nonfinite(${of})`;
export const exploding = (gradient: string, most = EXPLODES): string => `norm(${gradient}) > ${most}`;
export const vanishing = (gradient: string, part = VANISHES): string => `norm(${gradient}) < ${part} * norm(grads)`;
export const dead = (relu: string): string => `all(${relu} == 0)`;
export const saturated = (sigmoid: string, share = SATURATES): string =>
  `mean(abs(${sigmoid} - 0.5) > 0.49) > ${share}`;
/** tanh is 2·sigmoid(2x) - 1. */
export const saturatedTanh = (tanh: string, share = SATURATES): string => `mean(abs(${tanh}) > 0.98) > ${share}`;
export const withoutGradient = (gradient: string): string => `${gradient} is None`;
export const notUpdated = (weight: string): string => `norm(update(${weight})) == 0`;
