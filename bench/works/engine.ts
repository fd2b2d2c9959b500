/** The bench's works (works.py) on Backstep's engine without Python, as lightly as it allows. */
import { backward } from '../../src/engine/autograd/backward';
import { context, withGrad } from '../../src/engine/context';
import { call, discard } from '../../src/engine/dispatch';
import '../../src/engine/ops';
import { Tensor } from '../../src/engine/tensor';
import { Recorder } from '../../src/recorder/recorder';
import { classes, fill, named } from './measure.mjs';

export { lendThreads } from '../../src/python/threads';
export { measure } from './measure.mjs';

const op = (name: string, ...args: unknown[]) => call(name, ...args) as Tensor;
const tensor = (number: number, shape: number[], scale: number) =>
  Tensor.of('float32', shape, fill(number, shape, scale));
const targets = (n: number, count: number) =>
  Tensor.of(
    'int64',
    [n],
    BigInt64Array.from(classes(n, count), (c) => BigInt(c)),
  );

/** Parameters in the order in which PyTorch has them, each filled by its number. */
class Parameters {
  readonly all: Tensor[] = [];

  private add(t: Tensor): Tensor {
    t.leafRequiresGrad = true;
    this.all.push(t);
    return t;
  }

  weight(...shape: number[]): Tensor {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    return this.add(tensor(this.all.length + 1, shape, 2 / Math.sqrt(inputs)));
  }

  zeros(n: number): Tensor {
    return this.add(Tensor.zeros('float32', [n]));
  }

  ones(n: number): Tensor {
    return this.add(Tensor.of('float32', [n], new Float32Array(n).fill(1)));
  }

  linear(inputs: number, outputs: number, bias = true) {
    const [w, b] = [this.weight(outputs, inputs), bias ? this.zeros(outputs) : null];
    return (x: Tensor) => op('linear', x, w, b);
  }

  mlp(...sizes: number[]) {
    const layers = sizes.slice(1).map((n, i) => this.linear(sizes[i], n));
    return (x: Tensor) => layers.reduce((h, layer, i) => layer(i === 0 ? h : op('relu', h)), x);
  }

  norm(n: number) {
    const [w, b] = [this.ones(n), this.zeros(n)];
    return (x: Tensor) => op('layer_norm', x, [n], w, b);
  }

  /** nn.TransformerEncoderLayer, batch first: x is [batch, length, width]. */
  encoderLayer(width: number, heads: number, wide: number) {
    const [w, b] = [this.weight(3 * width, width), this.zeros(3 * width)];
    const out = this.linear(width, width);
    const [up, down] = [this.linear(width, wide), this.linear(wide, width)];
    const [norm1, norm2] = [this.norm(width), this.norm(width)];
    return (x: Tensor) => {
      const [batch, length] = x.shape;
      const split = (part: Tensor) => op('transpose', op('view', part, [batch, length, heads, width / heads]), 1, 2);
      const [q, k, v] = (call('chunk', op('linear', x, w, b), 3, 2) as Tensor[]).map(split);
      const seen = op('transpose', op('scaled_dot_product_attention', q, k, v), 1, 2);
      const h = norm1(op('add', x, out(op('reshape', seen, [batch, length, width]))));
      return norm2(op('add', h, down(op('relu', up(h)))));
    };
  }
}

interface Work {
  parameters: Tensor[];
  loss(): Tensor;
  optimizer: Optimizer;
}

/** The rule, for one parameter, by the ops of our torch.optim; `n` counts the steps. */
type Optimizer = (p: Tensor, grad: Tensor, state: Map<string, Tensor>, n: number) => void;

const sgd =
  (lr: number, momentum = 0): Optimizer =>
  (p, grad, state) => {
    let v = grad;
    if (momentum !== 0) {
      const before = state.get('momentum_buffer');
      if (before) {
        op('mul_', before, momentum);
        op('add_', before, grad, 1);
        v = before;
      } else state.set('momentum_buffer', (v = op('clone', grad)));
    }
    op('add_', p, v, -lr);
  };

const adam =
  (lr: number, decay = 0): Optimizer =>
  (p, grad, state, n) => {
    if (decay !== 0) op('mul_', p, 1 - lr * decay);
    let m = state.get('exp_avg');
    let v = state.get('exp_avg_sq');
    if (!m || !v) {
      state.set('exp_avg', (m = op('zeros_like', p)));
      state.set('exp_avg_sq', (v = op('zeros_like', p)));
    }
    op('lerp_', m, grad, 1 - 0.9);
    op('mul_', v, 0.999);
    op('addcmul_', v, grad, grad, 1 - 0.999);
    const root = op('sqrt', v);
    const size = op('div', root, (1 - 0.999 ** n) ** 0.5);
    discard(root);
    op('add_', size, 1e-8);
    op('addcdiv_', p, m, size, -(lr / (1 - 0.9 ** n)));
    discard(size);
  };

function workOf(work: string): Work {
  const { name, size } = named(work);
  const p = new Parameters();
  const entropy = (net: (x: Tensor) => Tensor, x: Tensor, y: Tensor) => () => op('cross_entropy', net(x), y);
  const made = (loss: () => Tensor, optimizer: Optimizer) => ({ parameters: p.all, loss, optimizer });
  switch (name) {
    case 'W1': {
      const n = size ?? 500;
      const [a, b, c] = [p.linear(20, 13, false), p.linear(13, 8, false), p.linear(8, 3)];
      const net = (x: Tensor) => c(op('sigmoid', b(op('relu', a(x)))));
      return made(entropy(net, tensor(0, [n, 20], 2), targets(n, 3)), sgd(0.1, 0.9));
    }
    case 'W2': {
      const [net, x, y] = [p.mlp(2, 8, 1), tensor(0, [4, 2], 2), tensor(99, [4, 1], 2)];
      return made(() => op('mse_loss', net(x), y), sgd(0.1));
    }
    case 'W3':
      return made(entropy(p.mlp(784, 128, 64, 10), tensor(0, [64, 784], 2), targets(64, 10)), adam(1e-3));
    case 'W4':
      return made(entropy(p.mlp(784, 1024, 1024, 10), tensor(0, [128, 784], 2), targets(128, 10)), sgd(0.01));
    case 'W5': {
      const layers = [
        [p.weight(8, 1, 3, 3), p.zeros(8)],
        [p.weight(16, 8, 3, 3), p.zeros(16)],
      ];
      const head = p.linear(16 * 49, 10);
      const net = (x: Tensor) => {
        for (const [w, b] of layers) x = op('max_pool2d', op('relu', op('conv2d', x, w, b, [1, 1], [1, 1])), [2, 2]);
        return head(op('flatten', x, 1));
      };
      return made(entropy(net, tensor(0, [32, 1, 28, 28], 2), targets(32, 10)), sgd(0.1));
    }
    case 'W7': {
      const layers = [p.encoderLayer(64, 4, 256), p.encoderLayer(64, 4, 256)];
      const head = p.linear(64, 10);
      const net = (x: Tensor) =>
        head(
          op(
            'mean',
            layers.reduce((h, layer) => layer(h), x),
            [1],
          ),
        );
      return made(entropy(net, tensor(0, [16, 32, 64], 2), targets(16, 10)), adam(1e-3, 1e-2));
    }
    case 'W8': {
      const weights = [p.weight(256, 64), p.weight(256, 64), p.zeros(256), p.zeros(256)];
      const head = p.linear(64, 10);
      const net = (x: Tensor) => {
        const start = [0, 1].map(() => Tensor.zeros('float32', [1, x.shape[0], 64]));
        const [y] = call('lstm', x, start, weights, true, 1, 0, true, false, true) as Tensor[];
        return head(op('select', y, 1, -1));
      };
      return made(entropy(net, tensor(0, [16, 32, 64], 2), targets(16, 10)), adam(1e-3));
    }
    case 'mlp':
      return made(entropy(p.mlp(size!, size!, size!, 10), tensor(0, [64, size!], 2), targets(64, 10)), sgd(0.1));
    default:
      throw new Error(`There is no work ${name}.`);
  }
}

/** One step of a work: a function that gives the loss before it. `recorder` hears what it would hear of a script without lines. */
export function trainer(name: string, recorder: Recorder | null): () => Tensor {
  if (name === 'W6') {
    const [a, b] = [tensor(0, [256, 256], 2), tensor(1, [256, 256], 2)];
    return () => op('matmul', a, b);
  }
  const { parameters, loss, optimizer } = workOf(name);
  const states = parameters.map(() => new Map<string, Tensor>());
  let n = 0;
  return () => {
    for (const p of parameters) {
      if (!p.grad) continue;
      p.grad = null;
      context.observer?.ran({ kind: 'grad', tensor: p, cause: 'set' });
    }
    const found = loss();
    backward([{ tensor: found, grad: null }], { retainGraph: false, createGraph: false, accumulate: true });
    n++;
    recorder?.beginStep(0, 'Optimizer (…)', '');
    withGrad(false, () => {
      for (let i = 0; i < parameters.length; i++) optimizer(parameters[i], parameters[i].grad!, states[i], n);
    });
    recorder?.endStep();
    return found;
  };
}

/** What `step` gave, as a number: a loss, or the product's element that works.py looks at. */
export const read = (t: Tensor) => t.values()[t.count === 1 ? 0 : 3 * 256 + 5] as number;

/** Records in memory, within the debugger's own bound. */
export function record(): Recorder {
  const recorder = new Recorder({ memoryLimit: 256 * 1024 * 1024 });
  recorder.attach();
  return recorder;
}
