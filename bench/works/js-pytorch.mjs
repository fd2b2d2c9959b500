// The bench's works (works.py) on js-pytorch. It has one optimizer, Adam without PyTorch's correction, its ReLU leaks 0.001, and its
// mean squared error divides twice: losses differ from PyTorch's for that.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { classes, fill, named } from './measure.mjs';

const MISSING = {
  W5: 'it has no convolution',
  W7: 'its attention is always causal',
  W8: 'it has no LSTM, nor slices to write one',
};

export async function open(libraries) {
  const require = createRequire(join(libraries, 'package.json'));
  const { torch } = require('js-pytorch');
  const { version } = require(join(libraries, 'node_modules/js-pytorch/package.json'));
  return {
    trainer: (work) => trainer(torch, work),
    read: (t) => t.data.flat(2)[t.data.length === 1 ? 0 : 3 * 256 + 5],
    version,
  };
}

const nested = (values, rows, columns, at) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => values[at(i, j)]));

function trainer(torch, work) {
  const { nn, optim } = torch;
  const { name, size } = named(work);
  if (MISSING[name]) throw new Error(MISSING[name]);
  const made = (number, rows, columns) =>
    nested(fill(number, [rows, columns], 2), rows, columns, (i, j) => i * columns + j);
  const parameters = [];
  /** Its weight is PyTorch's turned. */
  const linear = (inputs, outputs, bias = true) => {
    const layer = new nn.Linear(inputs, outputs, 'cpu', bias);
    const values = fill(parameters.length + 1, [outputs, inputs], 2 / Math.sqrt(inputs));
    layer.W = torch.tensor(
      nested(values, inputs, outputs, (i, j) => j * inputs + i),
      true,
    );
    parameters.push(layer.W);
    if (bias) parameters.push(layer.b);
    return layer;
  };
  const relu = new nn.ReLU();
  const mlp = (...sizes) => {
    const layers = sizes.slice(1).map((n, i) => linear(sizes[i], n));
    return (x) => layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : relu.forward(h)), x);
  };
  const sgd = (lr, momentum = 0) => {
    const velocities = parameters.map(() => null);
    const update = (p, g, v) => {
      for (let i = 0; i < p.length; i++)
        if (typeof p[i] !== 'number') update(p[i], g[i], v?.[i]);
        else {
          if (v) v[i] = momentum * v[i] + g[i];
          p[i] -= lr * (v ? v[i] : g[i]);
        }
    };
    return {
      zero_grad: () => parameters.forEach((p) => void p.zero_grad()),
      step: () =>
        parameters.forEach((p, i) => {
          if (momentum !== 0) velocities[i] ??= torch.zeros(p.shape)._data;
          update(p._data, p.grad, velocities[i]);
        }),
    };
  };
  const steps = (loss, optimizer) => () => {
    optimizer.zero_grad();
    const found = loss();
    found.backward();
    optimizer.step();
    return found;
  };
  const entropy = (net, x, n, kinds) => {
    const [criterion, inputs, y] = [new nn.CrossEntropyLoss(), torch.tensor(x), torch.tensor(classes(n, kinds))];
    return () => criterion.forward(net(inputs), y);
  };
  switch (name) {
    case 'W1': {
      const [a, b, c] = [linear(20, 13, false), linear(13, 8, false), linear(8, 3)];
      const n = size ?? 500;
      const ones = torch.ones([n, 8]);
      const sigmoid = (z) => torch.div(ones, torch.add(torch.exp(torch.neg(z)), 1));
      const net = (x) => c.forward(sigmoid(b.forward(relu.forward(a.forward(x)))));
      return steps(entropy(net, made(0, n, 20), n, 3), sgd(0.1, 0.9));
    }
    case 'W2': {
      const [net, x, y] = [mlp(2, 8, 1), torch.tensor(made(0, 4, 2)), torch.tensor(made(99, 4, 1))];
      const criterion = new nn.MSELoss();
      return steps(() => criterion.forward(net(x), y), sgd(0.1));
    }
    case 'W3': {
      const net = mlp(784, 128, 64, 10);
      return steps(entropy(net, made(0, 64, 784), 64, 10), new optim.Adam(parameters, 1e-3, 0, [0.9, 0.999], 1e-8));
    }
    case 'W4': {
      const net = mlp(784, 1024, 1024, 10);
      return steps(entropy(net, made(0, 128, 784), 128, 10), sgd(0.01));
    }
    case 'W6': {
      const [a, b] = [torch.tensor(made(0, 256, 256)), torch.tensor(made(1, 256, 256))];
      return () => torch.matmul(a, b);
    }
    default:
      throw new Error(`there is no work ${name} for it`);
  }
}
