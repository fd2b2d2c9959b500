/** One step of a recurrent network, and the cells that are only that. Source: the formulas on torch.nn's pages, ATen's RNN.cpp. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample, type SampleArg } from '../op';
import type { Tensor } from '../tensor';

/** A hidden state: h, and for an LSTM the cell state c. */
export type Hidden = Tensor[];

/** One direction of one layer. */
export interface Weights {
  ih: Tensor;
  hh: Tensor;
  bih: Tensor | null;
  bhh: Tensor | null;
  /** An LSTM's projection of the hidden state. */
  hr: Tensor | null;
}

/** A step, from what the input gives (x·Wᵢₕᵀ + bᵢₕ) and the state before. */
export type Step = (fromInput: Tensor, h: Hidden, w: Weights) => Hidden;

export const plain =
  (name: 'tanh' | 'relu'): Step =>
  (x, [h], w) => [f[name](f.add(f.linear(h, w.hh, w.bhh), x))];

const parts = (t: Tensor, n: number) => f.unsafe_chunk(t, n, 1) as unknown as Tensor[];

export const lstmStep: Step = (x, [h, c], w) => {
  const [i, forget, g, o] = parts(f.add(f.linear(h, w.hh, w.bhh), x), 4);
  const cell = f.add(f.mul(f.sigmoid(forget), c), f.mul(f.sigmoid(i), f.tanh(g)));
  const out = f.mul(f.sigmoid(o), f.tanh(cell));
  return [w.hr ? f.linear(out, w.hr) : out, cell];
};

export const gruStep: Step = (x, [h], w) => {
  const [xr, xz, xn] = parts(x, 3);
  const [hr, hz, hn] = parts(f.linear(h, w.hh, w.bhh), 3);
  const r = f.sigmoid(f.add(hr, xr));
  const z = f.sigmoid(f.add(hz, xz));
  const n = f.tanh(f.add(xn, f.mul(hn, r)));
  return [f.add(f.mul(f.sub(h, n), z), n)];
};

// ---- cells --------------------------------------------------------------------------------------------------------------

function checkInput(x: Tensor, wih: Tensor): void {
  if (x.shape[1] !== wih.shape[1])
    throw runtimeError(`input has inconsistent input_size: got ${x.shape[1]} expected ${wih.shape[1]}`);
}

function checkHidden(x: Tensor, h: Tensor, size: number, nr: number): void {
  if (x.shape[0] !== h.shape[0])
    throw runtimeError(`Input batch size ${x.shape[0]} doesn't match hidden${nr} batch size ${h.shape[0]}`);
  if (h.shape[1] !== size)
    throw runtimeError(`hidden${nr} has inconsistent hidden_size: got ${h.shape[1]}, expected ${size}`);
}

function checkWeights(wih: Tensor, whh: Tensor, gates: number): void {
  const wanted = gates * whh.shape[1];
  for (const [name, w] of [['ih', wih] as const, ['hh', whh] as const])
    if (w.shape[0] !== wanted)
      throw runtimeError(`weight_${name} first dim must be ${gates} * hidden_size = ${wanted}, but got ${w.shape[0]}`);
}

const cellSamples = (gates: number, hx: SampleArg): Sample[] => {
  const t = (...shape: number[]): SampleArg => ({ tensor: { shape } });
  const g = gates * 2;
  return [
    { args: [t(2, 3), hx, t(g, 3), t(g, 2), t(g), t(g)] },
    { args: [t(2, 3), hx, t(g, 3), t(g, 2)] },
    { args: [t(2, 4), hx, t(g, 3), t(g, 2)] },
    { args: [t(1, 3), hx, t(g, 3), t(g, 2)] },
    { args: [t(2, 3), hx, t(g, 3), t(g + 1, 2)] },
    { args: [t(2, 3), hx, t(g, 3), t(gates * 3, 3)] },
    { args: [t(2, 3), hx, t(g, 3), t(g, 2), t(g + 1), t(g)] },
  ];
};
const state: SampleArg = { tensor: { shape: [2, 2] } };

type CellArgs<H> = [Tensor, H, Tensor, Tensor, Tensor | null, Tensor | null];
const cellSchema = (name: string, hx: string, returns: string) =>
  `${name}_cell(Tensor input, ${hx} hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> ${returns}`;

for (const name of ['tanh', 'relu'] as const)
  op<CellArgs<Tensor>>({
    schema: cellSchema(`rnn_${name}`, 'Tensor', 'Tensor'),
    faces: ['torch'],
    composite: true,
    formula: `h′ = ${name}(x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ)`,
    gradient: 'by the gradients of its parts',
    forward: (x, h, ih, hh, bih, bhh) => {
      checkInput(x, ih);
      checkWeights(ih, hh, 1);
      checkHidden(x, h, hh.shape[1], 0);
      return plain(name)(f.linear(x, ih, bih), [h], { ih, hh, bih, bhh, hr: null })[0];
    },
    samples: () => cellSamples(1, state),
  });

op<CellArgs<Tensor>>({
  schema: cellSchema('gru', 'Tensor', 'Tensor'),
  faces: ['torch'],
  composite: true,
  formula: 'r, z = σ, n = tanh of the gates;  h′ = (h − n) · z + n',
  gradient: 'by the gradients of its parts',
  forward: (x, h, ih, hh, bih, bhh) => {
    checkInput(x, ih);
    checkHidden(x, h, hh.shape[1], 0);
    checkWeights(ih, hh, 3);
    return gruStep(f.linear(x, ih, bih), [h], { ih, hh, bih, bhh, hr: null })[0];
  },
  samples: () => cellSamples(3, state),
});

op<CellArgs<Tensor[]>>({
  schema: cellSchema('lstm', 'Tensor[]', '(Tensor, Tensor)'),
  faces: ['torch'],
  composite: true,
  formula: 'i, f, o = σ, g = tanh of the gates;  c′ = f · c + i · g;  h′ = o · tanh(c′)',
  gradient: 'by the gradients of its parts',
  forward: (x, hx, ih, hh, bih, bhh) => {
    if (hx.length !== 2) throw runtimeError('lstm_cell expects two hidden states');
    checkInput(x, ih);
    checkWeights(ih, hh, 4);
    hx.forEach((h, nr) => {
      checkHidden(x, h, hh.shape[1], nr);
    });
    return lstmStep(f.linear(x, ih, bih), hx, { ih, hh, bih, bhh, hr: null });
  },
  samples: () => cellSamples(4, { tensors: [{ shape: [2, 2] }, { shape: [2, 2] }] }),
});
