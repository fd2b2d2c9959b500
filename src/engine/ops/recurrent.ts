/** Recurrent networks, step by step out of other ops. Source: the formulas on torch.nn's pages for RNN, LSTM and GRU; ATen's RNN.cpp. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample } from '../op';
import type { Tensor } from '../tensor';
import { rename } from './named';
import { gruStep, type Hidden, lstmStep, plain, type Step, type Weights } from './recurrentCells';

interface Settings {
  layers: number;
  dropout: number;
  train: boolean;
  both: boolean;
}

/** What one direction of a layer gives: its outputs as one tensor, and the state at its end. */
type Pass = (x: Tensor, h: Hidden, w: Weights, reverse: boolean) => { y: Tensor; last: Hidden };

/** All steps of a padded sequence [steps, batch, features]. */
const overSteps =
  (step: Step): Pass =>
  (x, start, w, reverse) => {
    const steps = f.unbind(f.linear(x, w.ih, w.bih), 0) as unknown as Tensor[];
    if (steps.length === 0) throw runtimeError('Expected sequence length to be larger than 0 in RNN');
    const outs = new Array<Tensor>(steps.length);
    let h = start;
    for (let k = 0; k < steps.length; k++) {
      const t = reverse ? steps.length - 1 - k : k;
      h = step(steps[t], h, w);
      outs[t] = h[0];
    }
    return { y: f.stack(outs, 0), last: h };
  };

const rowsOf = (h: Hidden, from: number, to: number): Hidden => h.map((t) => f.narrow(t, 0, from, to - from));
const joined = (pieces: Hidden[]): Hidden => pieces[0].map((_, i) => f.cat(pieces.map((p) => p[i])));

/** All steps of a packed sequence: the batch gets smaller as sequences end; the other way round, it grows. */
const overPacked =
  (step: Step, sizes: readonly number[]): Pass =>
  (x, start, w, reverse) => {
    const fromInput = f.linear(x, w.ih, w.bih);
    const outs = new Array<Tensor>(sizes.length);
    const run = (t: number, offset: number, h: Hidden) => {
      const next = step(f.narrow(fromInput, 0, offset, sizes[t]), h, w);
      outs[t] = next[0];
      return next;
    };
    if (reverse) {
      let offset = x.shape[0];
      let size = sizes[sizes.length - 1];
      let h = rowsOf(start, 0, size);
      for (let t = sizes.length - 1; t >= 0; t--) {
        if (sizes[t] > size) h = joined([h, rowsOf(start, size, sizes[t])]);
        size = sizes[t];
        offset -= size;
        h = run(t, offset, h);
      }
      return { y: f.cat(outs), last: h };
    }
    let offset = 0;
    let size = sizes[0];
    let h = start;
    const ended: Hidden[] = [];
    for (let t = 0; t < sizes.length; t++) {
      if (sizes[t] < size) {
        ended.unshift(rowsOf(h, sizes[t], size));
        h = rowsOf(h, 0, sizes[t]);
      }
      size = sizes[t];
      h = run(t, offset, h);
      offset += size;
    }
    return { y: f.cat(outs), last: joined([h, ...ended]) };
  };

/** A whole layer of a float32 LSTM as one op (see lstmLayer.ts). */
const fusedLayer: Pass = (x, [h, c], w, reverse) => {
  const zeros = () => f.zeros([w.ih.shape[0]], x.dtype);
  const [y, hy, cy] = f.mkldnn_rnn_layer(
    x,
    w.ih,
    w.hh,
    w.bih ?? zeros(),
    w.bhh ?? zeros(),
    h,
    c,
    reverse,
    w.hh.shape[1],
  ) as unknown as Tensor[];
  return { y, last: [hy, cy] };
};

function weightsOf(params: readonly Tensor[], biases: boolean, projected: boolean): Weights[] {
  const each = (biases ? 4 : 2) + Number(projected);
  if (params.length % each) throw runtimeError('got an incorrect number of RNN parameters');
  return Array.from({ length: params.length / each }, (_, k) => {
    const own = params.slice(k * each, (k + 1) * each);
    const [bih, bhh] = biases ? own.slice(2) : [null, null];
    return { ih: own[0], hh: own[1], bih, bhh, hr: projected ? own[each - 1] : null };
  });
}

/** Layer over layer; both directions of each side by side. Gives the last layer's outputs and every direction's last state. */
function stacked(pass: Pass, x: Tensor, hiddens: Hidden[], weights: Weights[], s: Settings): [Tensor, Hidden[]] {
  const directions = s.both ? 2 : 1;
  if (s.both && (hiddens.length % 2 || weights.length % 2))
    throw runtimeError('Odd number of params or hiddens given to a bidirectional RNN');
  if (s.layers * directions !== hiddens.length) throw runtimeError('Expected more hidden states in stacked_rnn');
  if (s.layers * directions !== weights.length) throw runtimeError('Expected more weights in stacked_rnn');
  const last: Hidden[] = [];
  let y = x;
  for (let layer = 0; layer < s.layers; layer++) {
    const ways = Array.from({ length: directions }, (_, d) => {
      const nr = layer * directions + d;
      return pass(y, hiddens[nr], weights[nr], d === 1);
    });
    last.push(...ways.map((way) => way.last));
    y =
      directions === 1
        ? ways[0].y
        : f.cat(
            ways.map((way) => way.y),
            -1,
          );
    if (s.dropout !== 0 && s.train && layer < s.layers - 1) y = f.dropout(y, s.dropout, true);
  }
  return [y, last];
}

const rows = (t: Tensor) => f.unbind(t, 0) as unknown as Tensor[];

/** [h of every direction, …] of each kind of state, and stacked again at the end. */
function run(pass: Pass, x: Tensor, hx: Tensor[], weights: Weights[], s: Settings): Tensor[] {
  const states = hx.map(rows);
  const hiddens = states[0].map((_, i) => states.map((all) => all[i]));
  const [y, last] = stacked(pass, x, hiddens, weights, s);
  return [y, ...hx.map((_, kind) => f.stack(last.map((h) => h[kind])))];
}

/** The same for sequences whose batch may stand first. */
function runPadded(
  pass: Pass,
  input: Tensor,
  hx: Tensor[],
  weights: Weights[],
  s: Settings,
  batchFirst: boolean,
): Tensor[] {
  const [y, ...last] = run(pass, batchFirst ? f.transpose(input, 0, 1) : input, hx, weights, s);
  if (!batchFirst) return [y, ...last];
  const turned = f.transpose(y, 0, 1);
  // RNN and GRU turn their result round in place, an LSTM does not.
  return [hx.length === 1 ? rename(turned, 'TransposeBackward1') : turned, ...last];
}

const sizesOf = (t: Tensor) => Array.from(t.values(), Number);

const OPTIONS = 'bool has_biases, int num_layers, float dropout, bool train, bool bidirectional';
type Options = [boolean, number, number, boolean, boolean];
const settings = ([, layers, dropout, train, both]: Options): Settings => ({ layers, dropout, train, both });

const netSamples = (gates: number, states: number): Sample[] => {
  const H = 2;
  const params = (layers: number, directions: number, biases: boolean, dtype: 'float32' | 'float64') => ({
    tensors: Array.from({ length: layers * directions }, (_, k) => [
      { shape: [gates * H, k < directions ? 3 : H * directions], dtype },
      { shape: [gates * H, H], dtype },
      ...(biases
        ? [
            { shape: [gates * H], dtype },
            { shape: [gates * H], dtype },
          ]
        : []),
    ]).flat(),
  });
  const one = (layers: number, directions: number, biases: boolean, first: boolean, dtype: 'float32' | 'float64') => {
    const h = { shape: [layers * directions, 2, H], dtype };
    return {
      args: [
        { tensor: { shape: first ? [2, 3, 3] : [3, 2, 3], dtype } },
        states === 1 ? { tensor: h } : { tensors: [h, h] },
        params(layers, directions, biases, dtype),
        biases,
        layers,
        0,
        true,
        directions === 2,
        first,
      ],
      // Finite differences of the smallest are enough.
      kink: dtype === 'float32',
    } as Sample;
  };
  const wrong = one(1, 1, true, false, 'float32');
  return [
    one(1, 1, true, false, 'float32'),
    one(2, 2, true, true, 'float32'),
    one(1, 2, false, false, 'float64'),
    { args: wrong.args.with(4, 2) },
    { args: wrong.args.with(7, true) },
  ];
};

const packedSamples = (gates: number, states: number): Sample[] => {
  const [padded] = netSamples(gates, states).slice(2, 3);
  const [, hx, params, biases, layers, dropout, train, both] = padded.args;
  return [
    {
      args: [
        { tensor: { shape: [5, 3], dtype: 'float64' } },
        { tensor: { shape: [3], dtype: 'int64', data: [2, 2, 1] } },
        hx,
        params,
        biases,
        layers,
        dropout,
        train,
        both,
      ],
    },
  ];
};

for (const [name, gates, step, words] of [
  ['rnn_tanh', 1, plain('tanh'), 'h = tanh(x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ)'],
  ['rnn_relu', 1, plain('relu'), 'h = relu(x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ)'],
  ['gru', 3, gruStep, 'r, z = σ, n = tanh of the gates;  h = (h − n) · z + n'],
] as const) {
  op<[Tensor, Tensor, Tensor[], ...Options, boolean]>({
    schema: `${name}(Tensor input, Tensor hx, Tensor[] params, ${OPTIONS}, bool batch_first) -> (Tensor, Tensor)`,
    faces: ['torch'],
    composite: true,
    formula: `${words}, step by step`,
    gradient: 'by the gradients of its parts',
    forward: (x, hx, params, ...rest) =>
      runPadded(
        overSteps(step),
        x,
        [hx],
        weightsOf(params, rest[0], false),
        settings(rest.slice(0, 5) as Options),
        rest[5],
      ),
    samples: () => netSamples(gates, 1),
  });

  op<[Tensor, Tensor, Tensor, Tensor[], ...Options]>({
    schema: `${name}_data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, ${OPTIONS}) -> (Tensor, Tensor)`,
    faces: [`torch:${name}`],
    composite: true,
    formula: `${words}, step by step of a packed sequence`,
    gradient: 'by the gradients of its parts',
    forward: (data, sizes, hx, params, ...rest) =>
      run(overPacked(step, sizesOf(sizes)), data, [hx], weightsOf(params, rest[0], false), settings(rest)),
    samples: () => packedSamples(gates, 1),
  });
}

/** Are the states of different sizes? Then the hidden state is projected. */
const isProjected = (hx: Tensor[]) => hx[0].shape[2] !== hx[1].shape[2];

function lstmFused(x: Tensor, hx: Tensor[], params: Tensor[], biases: boolean, s: Settings, first: boolean): Tensor[] {
  const each = biases ? 4 : 2;
  if (params.length % each)
    throw runtimeError(`MatrixRef: ArrayRef size ${params.length} not divisible by stride ${each}`);
  if ([x, ...hx, ...params].some((t) => t.dtype !== 'float32'))
    throw runtimeError('get_mkldnn_dtype: unsupported data type');
  const input = f.contiguous(first ? f.transpose(x, 0, 1) : x);
  if (input.shape[0] === 0) throw runtimeError('Expected sequence length to be larger than 0 in RNN');
  const states = hx.map((t) => f.contiguous(t));
  const count = s.layers * (s.both ? 2 : 1);
  // Weights and states that are too many are left alone.
  const hiddens = Array.from({ length: count }, (_, i) => {
    if (i * each >= params.length)
      throw runtimeError(`ArrayRef: invalid slice, N = ${i * each}; M = ${each}; size = ${params.length}`);
    return states.map((t) => f.select(t, 0, i));
  });
  const [y, last] = stacked(fusedLayer, input, hiddens, weightsOf(params.slice(0, count * each), biases, false), s);
  return [first ? f.transpose(y, 0, 1) : y, f.stack(last.map((l) => l[0])), f.stack(last.map((l) => l[1]))];
}

op<[Tensor, Tensor[], Tensor[], ...Options, boolean]>({
  schema: `lstm(Tensor input, Tensor[] hx, Tensor[] params, ${OPTIONS}, bool batch_first) -> (Tensor, Tensor, Tensor)`,
  faces: ['torch'],
  composite: true,
  formula: 'i, f, o = σ, g = tanh of the gates;  c = f · c + i · g;  h = o · tanh(c), step by step',
  gradient: 'by the gradients of its parts',
  forward: (x, hx, params, ...rest) => {
    if (hx.length !== 2) throw runtimeError('lstm expects two hidden states');
    const s = settings(rest.slice(0, 5) as Options);
    const projected = isProjected(hx);
    if (!projected && x.dtype === 'float32' && x.count > 0) return lstmFused(x, hx, params, rest[0], s, rest[5]);
    return runPadded(overSteps(lstmStep), x, hx, weightsOf(params, rest[0], projected), s, rest[5]);
  },
  samples: () => netSamples(4, 2),
});

op<[Tensor, Tensor, Tensor[], Tensor[], ...Options]>({
  schema: `lstm_data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, ${OPTIONS}) -> (Tensor, Tensor, Tensor)`,
  faces: ['torch:lstm'],
  composite: true,
  formula:
    'i, f, o = σ, g = tanh of the gates;  c = f · c + i · g;  h = o · tanh(c), step by step of a packed sequence',
  gradient: 'by the gradients of its parts',
  forward: (data, sizes, hx, params, ...rest) => {
    if (hx.length !== 2) throw runtimeError('lstm expects two hidden states');
    const weights = weightsOf(params, rest[0], isProjected(hx));
    return run(overPacked(lstmStep, sizesOf(sizes)), data, hx, weights, settings(rest));
  },
  samples: () => packedSamples(4, 2),
});
