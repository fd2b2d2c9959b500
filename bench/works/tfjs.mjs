// The bench's works (works.py) on TensorFlow.js, as its users write them: tfjs-core, with the wasm or the cpu backend.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { classes, fill, named } from './measure.mjs';

export async function open(libraries, backend) {
  const require = createRequire(join(libraries, 'package.json'));
  const tf = require('@tensorflow/tfjs');
  const version = tf.version_core;
  const file = require.resolve(`@tensorflow/tfjs-backend-${backend}`);
  if (backend === 'wasm') require(file).setWasmPaths(`${dirname(file)}/`);
  // It says on stderr how else it might be faster.
  tf.env().set('PROD', true);
  await tf.setBackend(backend);
  await tf.ready();
  return {
    trainer: (work) => trainer(tf, work),
    read: (t) => (t.rank === 2 ? t.arraySync()[3][5] : t.dataSync()[0]),
    version,
  };
}

function trainer(tf, work) {
  const { name, size } = named(work);
  const made = (number, shape, scale) => tf.tensor(fill(number, shape, scale), shape);
  let count = 0;
  const weight = (...shape) => {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    return made(++count, shape, 2 / Math.sqrt(inputs));
  };
  const zeros = (n) => {
    count++;
    return tf.variable(tf.zeros([n]));
  };
  /** x·wᵀ + b */
  const linear = (inputs, outputs, bias = true) => {
    const w = tf.variable(weight(outputs, inputs));
    const b = bias ? zeros(outputs) : null;
    return (x) => {
      const flat = x.reshape([-1, inputs]).matMul(w, false, true);
      return (b ? flat.add(b) : flat).reshape([...x.shape.slice(0, -1), outputs]);
    };
  };
  const mlp = (...sizes) => {
    const layers = sizes.slice(1).map((n, i) => linear(sizes[i], n));
    return (x) => layers.reduce((h, layer, i) => layer(i === 0 ? h : h.relu()), x);
  };
  const norm = (n) => {
    count++;
    const [w, b] = [tf.variable(tf.ones([n])), zeros(n)];
    return (x) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(w).add(b);
    };
  };
  const entropy = (net, x, n, kinds) => {
    const y = tf.oneHot(tf.tensor1d(classes(n, kinds), 'int32'), kinds).toFloat();
    return () => tf.losses.softmaxCrossEntropy(y, net(x));
  };
  const steps = (loss, optimizer, before = () => {}) => {
    let last = null;
    return () => {
      last?.dispose();
      before();
      return (last = optimizer.minimize(loss, true));
    };
  };
  switch (name) {
    case 'W1': {
      const [a, b, c] = [linear(20, 13, false), linear(13, 8, false), linear(8, 3)];
      const n = size ?? 500;
      return steps(
        entropy((x) => c(b(a(x).relu()).sigmoid()), made(0, [n, 20], 2), n, 3),
        tf.train.momentum(0.1, 0.9),
      );
    }
    case 'W2': {
      const [net, x, y] = [mlp(2, 8, 1), made(0, [4, 2], 2), made(99, [4, 1], 2)];
      return steps(() => tf.losses.meanSquaredError(y, net(x)), tf.train.sgd(0.1));
    }
    case 'W3':
      return steps(
        entropy(mlp(784, 128, 64, 10), made(0, [64, 784], 2), 64, 10),
        tf.train.adam(1e-3, 0.9, 0.999, 1e-8),
      );
    case 'W4':
      return steps(entropy(mlp(784, 1024, 1024, 10), made(0, [128, 784], 2), 128, 10), tf.train.sgd(0.01));
    case 'W5': {
      // NHWC, so that PyTorch's weights are turned once.
      const conv = (out, inputs) => {
        const [w, b] = [tf.variable(weight(out, inputs, 3, 3).transpose([2, 3, 1, 0])), zeros(out)];
        return (x) => x.conv2d(w, 1, 'same').add(b).relu().maxPool(2, 2, 'valid');
      };
      const [a, b] = [conv(8, 1), conv(16, 8)];
      const w = tf.variable(
        weight(10, 16 * 49)
          .reshape([10, 16, 7, 7])
          .transpose([2, 3, 1, 0])
          .reshape([16 * 49, 10]),
      );
      const bias = zeros(10);
      const net = (x) =>
        b(a(x))
          .reshape([32, 16 * 49])
          .matMul(w)
          .add(bias);
      return steps(entropy(net, made(0, [32, 1, 28, 28], 2).transpose([0, 2, 3, 1]), 32, 10), tf.train.sgd(0.1));
    }
    case 'W6': {
      const [a, b] = [made(0, [256, 256], 2), made(1, [256, 256], 2)];
      let last = null;
      return () => {
        last?.dispose();
        return (last = a.matMul(b));
      };
    }
    case 'W7': {
      const variables = [];
      const heads = (t) => t.reshape([16, 32, 4, 16]).transpose([0, 2, 1, 3]);
      const layer = () => {
        const [into, out, up, down] = [linear(64, 192), linear(64, 64), linear(64, 256), linear(256, 64)];
        const [norm1, norm2] = [norm(64), norm(64)];
        return (x) => {
          const [q, k, v] = into(x).split(3, 2).map(heads);
          const seen = q.matMul(k, false, true).mul(0.25).softmax().matMul(v).transpose([0, 2, 1, 3]);
          const h = norm1(x.add(out(seen.reshape([16, 32, 64]))));
          return norm2(h.add(down(up(h).relu())));
        };
      };
      const [a, b] = [layer(), layer()];
      const head = linear(64, 10);
      const loss = entropy((x) => head(b(a(x)).mean(1)), made(0, [16, 32, 64], 2), 16, 10);
      variables.push(...Object.values(tf.engine().registeredVariables));
      // It has no AdamW: the decay by itself.
      const decay = () => tf.tidy(() => variables.forEach((v) => void v.assign(v.mul(1 - 1e-3 * 1e-2))));
      return steps(loss, tf.train.adam(1e-3, 0.9, 0.999, 1e-8), decay);
    }
    case 'W8': {
      const [wih, whh] = [weight(256, 64), weight(256, 64)].map((w) => tf.variable(w));
      const [bih, bhh] = [zeros(256), zeros(256)];
      const head = linear(64, 10);
      const net = (x) => {
        const given = x.reshape([-1, 64]).matMul(wih, false, true).add(bih).add(bhh).reshape([16, 32, 256]).unstack(1);
        let [h, c] = [tf.zeros([16, 64]), tf.zeros([16, 64])];
        for (const x of given) {
          const [i, f, g, o] = x.add(h.matMul(whh, false, true)).split(4, 1);
          c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
          h = o.sigmoid().mul(c.tanh());
        }
        return head(h);
      };
      return steps(entropy(net, made(0, [16, 32, 64], 2), 16, 10), tf.train.adam(1e-3, 0.9, 0.999, 1e-8));
    }
    default:
      throw new Error(`there is no work ${name} for it`);
  }
}
