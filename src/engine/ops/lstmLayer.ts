/**
 * A layer of a float32 LSTM is one op, as it is in PyTorch on a CPU (oneDNN). Gates in the order i, f, g, o; source: torch.nn.LSTM's page.
 */
import { once } from '../autograd/once';
import { context } from '../context';
import { formulas as f } from '../formulas';
import { lstmBackwardFast, lstmForwardFast } from '../kernels/layersSimd';
import { lstmBackward, lstmForward } from '../kernels/lstm';
import { type BackwardContext, op, type SampleArg } from '../op';
import { Tensor } from '../tensor';

type Floats = Float32Array | Float64Array;
const floats = (t: Tensor) => t.values() as Floats;

/** The workspace is bytes to autograd, as in PyTorch: no gradient flows through it. Here are the numbers in it. */
function numbersIn(workspace: Tensor, like: Tensor): Floats {
  const bytes = workspace.values() as Uint8Array;
  const { constructor: make, BYTES_PER_ELEMENT: size } = floats(like);
  return new (make as new (b: ArrayBufferLike, at: number, n: number) => Floats)(
    bytes.buffer,
    bytes.byteOffset,
    bytes.length / size,
  );
}

const shapeOf = (x: Tensor, hidden: number, reverse: boolean) => ({
  steps: x.shape[0],
  batch: x.shape[1],
  input: x.shape[2],
  hidden,
  reverse,
});

const one = (shape: number[]): SampleArg => ({ tensor: { shape } });
/** x, weights, biases, h0 and c0 of a layer of one hidden unit. */
const layer = [one([3, 1, 2]), one([4, 2]), one([4, 1]), one([4]), one([4]), one([1, 1]), one([1, 1])];

op<[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, boolean, number]>({
  schema:
    'mkldnn_rnn_layer(Tensor input, Tensor weight0, Tensor weight1, Tensor weight2, Tensor weight3, Tensor hx_, Tensor cx_, bool reverse, int hidden_size) -> (Tensor output, Tensor hy, Tensor cy, Tensor workspace)',
  faces: [],
  formula:
    'i, f, o = σ, g = tanh of x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ;  c = f · c + i · g;  h = o · tanh(c), step by step; output = every h',
  gradient: 'backward through time: dc = dc + dh · o · (1 − tanh²(c)), the gates’ gradients by the chain rule',
  forward: (x, wih, whh, bih, bhh, h0, c0, reverse, hidden) => {
    const s = shapeOf(x, hidden, reverse);
    const fast = lstmForwardFast(s, [x, wih, whh, bih, bhh, h0, c0]);
    if (fast) return fast;
    const make = (...shape: number[]) => Tensor.zeros(x.dtype, shape);
    const [steps, batch] = x.shape;
    const bytes = 5 * hidden * floats(x).BYTES_PER_ELEMENT;
    const workspace = Tensor.zeros('uint8', [steps, batch, bytes]);
    const outs = [make(steps, batch, hidden), make(batch, hidden), make(batch, hidden)];
    const [b1, b2] = [floats(bih), floats(bhh)];
    const bias = b1.map((v, i) => v + b2[i]) as Floats;
    lstmForward(s, floats(x), floats(wih), floats(whh), bias, floats(h0), floats(c0), [
      ...outs.map(floats),
      numbersIn(workspace, x),
    ]);
    return [...outs, workspace];
  },
  saves: ['input', 'weight0', 'weight1', 'weight2', 'weight3', 'hx_', 'cx_', 'result0', 'result3'],
  grads: {
    input: (c) => gradients(c)[0],
    weight0: (c) => gradients(c)[1],
    weight1: (c) => gradients(c)[2],
    weight2: (c) => gradients(c)[3],
    weight3: (c) => gradients(c)[3],
    hx_: (c) => gradients(c)[4],
    cx_: (c) => gradients(c)[5],
  },
  samples: () => [{ args: [...layer, false, 1] }, { args: [...layer, true, 1] }],
});

/** All gradients of a layer, computed once for one backward step. */
const gradients = (c: BackwardContext): Tensor[] =>
  once(c, () => (context.gradEnabled ? composedGradients : fusedGradients)(c));

function fusedGradients(c: BackwardContext): Tensor[] {
  const s = (name: string) => c.saved(name);
  const list = [s('input'), s('weight0'), s('weight1'), s('hx_'), s('cx_'), s('result0'), s('result3')];
  return f.mkldnn_rnn_layer_backward(
    ...list,
    c.grads[0],
    c.grads[1],
    c.grads[2],
    c.attr('reverse'),
  ) as unknown as Tensor[];
}

type Given = Tensor | null;

op<[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Given, Given, Given, boolean]>({
  schema:
    'mkldnn_rnn_layer_backward(Tensor input, Tensor weight1, Tensor weight2, Tensor hx_, Tensor cx_, Tensor output, Tensor workspace, Tensor? grad_output, Tensor? grad_hy, Tensor? grad_cy, bool reverse) -> (Tensor grad_input, Tensor grad_weight1, Tensor grad_weight2, Tensor grad_bias, Tensor grad_hx, Tensor grad_cx)',
  faces: [],
  formula: 'the gradients of an LSTM layer, from its last step to its first',
  forward: (x, wih, whh, h0, c0, y, kept, dy, dhn, dcn, reverse) => {
    const s = shapeOf(x, whh.shape[1], reverse);
    const fast = lstmBackwardFast(s, [x, wih, whh, h0, c0, y], numbersIn(kept, x), dy, dhn, dcn);
    if (fast) return fast;
    const outs = [x.shape, wih.shape, whh.shape, [wih.shape[0]], h0.shape, c0.shape].map((shape) =>
      Tensor.zeros(x.dtype, [...shape]),
    );
    const ins = [x, wih, whh, h0, c0, y].map(floats) as [Floats, Floats, Floats, Floats, Floats, Floats];
    const [up, last, cell] = [dy, dhn, dcn].map((t) => t && floats(t));
    lstmBackward(s, ...ins, numbersIn(kept, x), up, last, cell, outs.map(floats));
    return outs;
  },
  samples: () => [
    {
      args: [
        ...layer.slice(0, 3),
        ...layer.slice(5),
        one([3, 1, 1]),
        { tensor: { shape: [3, 1, 20], dtype: 'uint8' } },
        one([3, 1, 1]),
        null,
        one([1, 1]),
        false,
      ],
    },
  ],
});

/** The same out of ops that have gradients of their own, for create_graph. The gates are computed anew, so that they depend on what went in. */
function composedGradients(c: BackwardContext): Tensor[] {
  const [x, wih, whh] = [c.saved('input'), c.saved('weight0'), c.saved('weight1')];
  const [steps, batch] = x.shape;
  const H = whh.shape[1];
  const order = Array.from({ length: steps }, (_, k) => (c.attr('reverse') ? steps - 1 - k : k));
  const fromInput = f.linear(x, wih, f.add(c.saved('weight2'), c.saved('weight3')));
  const seen: { t: number; h: Tensor; c: Tensor; gates: Tensor[]; tanh: Tensor }[] = [];
  let [h, cell] = [c.saved('hx_'), c.saved('cx_')];
  for (const t of order) {
    const parts = f.chunk(f.add(f.select(fromInput, 0, t), f.linear(h, whh)), 4, 1) as unknown as Tensor[];
    const gates = parts.map((p, k) => (k === 2 ? f.tanh(p) : f.sigmoid(p)));
    const [i, forget, g, o] = gates;
    const next = f.add(f.mul(forget, cell), f.mul(i, g));
    const tanh = f.tanh(next);
    seen.push({ t, h, c: cell, gates, tanh });
    [h, cell] = [f.mul(o, tanh), next];
  }
  const [dy, dhn, dcn] = c.grads;
  const zeros = f.zeros([batch, H], x.dtype);
  let [dh, dc] = [dhn ?? zeros, dcn ?? zeros];
  const slopes = new Array<Tensor>(steps);
  const hiddens = new Array<Tensor>(steps);
  // σ′ = σ(1 − σ), tanh′ = 1 − tanh².
  const bend = (y: Tensor) => f.mul(y, f.rsub(y, 1));
  for (const s of seen.reverse()) {
    const [i, forget, g, o] = s.gates;
    const up = dy ? f.add(dh, f.select(dy, 0, s.t)) : dh;
    const down = f.add(dc, f.mul(f.mul(up, o), f.rsub(f.mul(s.tanh, s.tanh), 1)));
    slopes[s.t] = f.cat(
      [
        f.mul(f.mul(down, g), bend(i)),
        f.mul(f.mul(down, s.c), bend(forget)),
        f.mul(f.mul(down, i), f.rsub(f.mul(g, g), 1)),
        f.mul(f.mul(up, s.tanh), bend(o)),
      ],
      1,
    );
    hiddens[s.t] = s.h;
    dh = f.mm(slopes[s.t], whh);
    dc = f.mul(down, forget);
  }
  const dGates = f.stack(slopes, 0);
  const flat = f.t(f.reshape(dGates, [steps * batch, 4 * H]));
  return [
    f.matmul(dGates, wih),
    f.mm(flat, f.reshape(x, [steps * batch, x.shape[2]])),
    f.mm(flat, f.reshape(f.stack(hiddens, 0), [steps * batch, H])),
    f.sum(flat, [1]),
    dh,
    dc,
  ];
}
