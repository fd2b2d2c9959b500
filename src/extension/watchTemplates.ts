/** Watchpoints by name, as the palette offers them: in English, which are the keys of their translations. Pure: no vscode. */

import {
  dead,
  EXPLODES,
  exploding,
  nonfinite,
  notUpdated,
  SATURATES,
  saturated,
  VANISHES,
  vanishing,
  withoutGradient,
} from '../protocol/health';

export interface WatchTemplate {
  label: string;
  detail: string;
  /** What is asked for, with a first proposal. */
  asks: { prompt: string; value: string }[];
  /** `value` and `gradient`: a tensor's; left out where the whole net is meant. */
  of?: 'value' | 'gradient';
  /** The expression, of a tensor (`p`: any parameter) and the answers. */
  expression(of: string, ...answers: string[]): string;
}

const bound = (value: string) => [{ prompt: 'Bound', value }];

export const TEMPLATES: readonly WatchTemplate[] = [
  {
    label: 'NaN or Inf appears',
    detail: 'in a tensor, or in any parameter',
    asks: [],
    of: 'value',
    expression: nonfinite,
  },
  {
    label: 'NaN or Inf appears in a gradient',
    detail: 'as backward() puts it into .grad',
    asks: [],
    of: 'gradient',
    expression: nonfinite,
  },
  {
    label: 'First NaN or Inf anywhere',
    detail: 'the op, forward or backward, that makes it out of finite inputs',
    asks: [],
    expression: () => 'origin()',
  },
  {
    label: 'A norm is above a bound',
    detail: 'of a weight or another tensor',
    asks: bound('100'),
    of: 'value',
    expression: (of, most) => `norm(${of}) > ${most}`,
  },
  {
    label: 'A norm is below a bound',
    detail: 'of a weight or another tensor',
    asks: bound('1e-3'),
    of: 'value',
    expression: (of, least) => `norm(${of}) < ${least}`,
  },
  {
    label: 'A gradient explodes',
    detail: 'its norm is above a bound',
    asks: bound(EXPLODES),
    of: 'gradient',
    expression: exploding,
  },
  {
    label: 'A gradient vanishes',
    detail: "its norm is below a fraction of the whole net's",
    asks: [{ prompt: "Fraction of the norm of all the net's gradients", value: VANISHES }],
    of: 'gradient',
    expression: vanishing,
  },
  {
    label: 'A ReLU is dead',
    detail: 'nothing passes it for the whole batch',
    asks: [],
    expression: () => dead('relu'),
  },
  {
    label: 'A sigmoid is saturated',
    detail: 'most of its results are next to 0 or 1',
    asks: [{ prompt: 'Share of the results within 0.01 of 0 or 1', value: SATURATES }],
    expression: (_, share) => saturated('sigmoid', share),
  },
  {
    label: 'An update is large for its weight',
    detail: 'the norm of a step against the norm of the weight',
    asks: [{ prompt: 'Update to weight', value: '0.1' }],
    of: 'value',
    expression: (of, most) => `norm(update(${of})) / norm(${of}) > ${most}`,
  },
  {
    label: 'An update is small for its weight',
    detail: 'the norm of a step against the norm of the weight',
    asks: [{ prompt: 'Update to weight', value: '1e-6' }],
    of: 'value',
    expression: (of, least) => `norm(update(${of})) / norm(${of}) < ${least}`,
  },
  {
    label: 'A parameter gets no gradient',
    detail: 'its .grad is None when backward() is over',
    asks: [],
    of: 'gradient',
    expression: withoutGradient,
  },
  {
    label: 'A step leaves a parameter as it was',
    detail: 'though it has a gradient',
    asks: [],
    of: 'value',
    expression: notUpdated,
  },
  {
    label: 'The loss rises',
    detail: 'several times in a row',
    asks: [{ prompt: 'How many times in a row', value: '5' }],
    expression: (_, times) => `rises(loss, ${times})`,
  },
  {
    label: 'A tensor changes',
    detail: 'every write that leaves another value',
    asks: [],
    of: 'value',
    expression: (of) => `changed(${of})`,
  },
];

/** May it be a bound? */
export const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));
