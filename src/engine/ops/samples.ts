/** Sample inputs that many ops share. */
import type { DType } from '../dtype';
import type { Sample, SampleArg } from '../op';

type Range = [number, number];

/** A matrix, a scalar, a transposed matrix, float64, nothing. */
export const oneInput = (range?: Range, ...more: SampleArg[]): Sample[] => [
  { args: [{ tensor: { shape: [2, 3], range } }, ...more] },
  { args: [{ tensor: { shape: [], range } }, ...more] },
  { args: [{ tensor: { shape: [3, 4], permute: [1, 0], range } }, ...more] },
  { args: [{ tensor: { shape: [5], dtype: 'float64', range } }, ...more] },
  { args: [{ tensor: { shape: [0], range } }, ...more] },
];

/** These very numbers, in float32 and float64. */
export const exactly = (data: number[], ...more: SampleArg[]): Sample[] => [
  { args: [{ tensor: { shape: [data.length], data, requiresGrad: false } }, ...more] },
  { args: [{ tensor: { shape: [data.length], data, dtype: 'float64', requiresGrad: false } }, ...more] },
];

/** A vector of each of these dtypes. */
export const ofTypes = (dtypes: DType[], ...more: SampleArg[]): Sample[] =>
  dtypes.map((dtype) => ({ args: [{ tensor: { shape: [4], dtype } }, ...more] }));

/** Same shapes, broadcast both ways, a number, integers with floats. */
export const pairs = (second?: Range, first?: Range): Sample[] => [
  { args: [{ tensor: { shape: [2, 3], range: first } }, { tensor: { shape: [2, 3], range: second } }] },
  { args: [{ tensor: { shape: [2, 1, 3], range: first } }, { tensor: { shape: [4, 1], range: second } }] },
  { args: [{ tensor: { shape: [], range: first } }, { tensor: { shape: [3], range: second } }] },
  {
    args: [{ tensor: { shape: [3, 2], permute: [1, 0], range: first } }, { tensor: { shape: [2, 3], range: second } }],
  },
  { args: [{ tensor: { shape: [4], range: first } }, 1.5] },
  {
    args: [{ tensor: { shape: [4], dtype: 'int64' } }, { tensor: { shape: [4], dtype: 'float64', range: second } }],
  },
  { args: [{ tensor: { shape: [0, 3] } }, { tensor: { shape: [3], range: second } }] },
];

/** Pairs of integers; the second ones are not 0. */
export const wholePairs = (): Sample[] => [
  {
    args: [
      { tensor: { shape: [5], dtype: 'int64', data: [-7, -3, 0, 4, 9] } },
      { tensor: { shape: [5], dtype: 'int64', data: [2, -2, 3, -3, 4] } },
    ],
  },
  { args: [{ tensor: { shape: [3], dtype: 'int32' } }, { tensor: { shape: [3], dtype: 'uint8', data: [1, 2, 3] } }] },
  { args: [{ tensor: { shape: [4], dtype: 'int64', data: [-5, 0, 3, 8] } }, 3] },
];

/** Two vectors of bools. */
export const boolPair = (): Sample => ({
  args: [
    { tensor: { shape: [4], dtype: 'bool', data: [0, 0, 1, 1] } },
    { tensor: { shape: [4], dtype: 'bool', data: [0, 1, 0, 1] } },
  ],
});

/** The same, but nothing asks for a gradient. */
export const withoutGrad = (samples: Sample[]): Sample[] =>
  samples.map((s) => ({
    ...s,
    args: s.args.map((a) =>
      typeof a === 'object' && a !== null && 'tensor' in a ? { tensor: { ...a.tensor, requiresGrad: false } } : a,
    ),
  }));
