// The bench's works (works.py) on jax-js, as its users write them: pure functions of the parameters, one jit for a step, on its wasm device.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { classes, fill, named } from './measure.mjs';

export async function open(libraries) {
  const require = createRequire(join(libraries, 'package.json'));
  // Node 20 has none, and jax-js asks it how many threads to start.
  globalThis.navigator ??= { hardwareConcurrency: cpus().length };
  const jax = require('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { version } = require(join(libraries, 'node_modules/@jax-js/jax/package.json'));
  return {
    trainer: (work) => trainer(jax, work),
    read: (t) => t.ref.dataSync()[t.size === 1 ? 0 : 3 * 256 + 5],
    version,
  };
}

function trainer(jax, work) {
  const { numpy: np, nn, lax, jit, valueAndGrad, tree } = jax;
  const { name, size } = named(work);
  const made = (number, shape, scale) => np.array(fill(number, shape, scale)).reshape(shape);
  // An array is consumed where it is used, unless by its `ref`: here the parameters are given as `p`, and used by their refs.
  const parameters = [];
  const weight = (...shape) => {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    return parameters.push(made(parameters.length + 1, shape, 2 / Math.sqrt(inputs))) - 1;
  };
  const zeros = (n) => parameters.push(np.zeros([n])) - 1;
  const ones = (n) => parameters.push(np.ones([n])) - 1;
  const linear = (inputs, outputs, bias = true) => {
    const [w, b] = [weight(outputs, inputs), bias ? zeros(outputs) : null];
    return (p, x) => {
      const y = np.matmul(x, p[w].ref.transpose());
      return b === null ? y : y.add(p[b].ref);
    };
  };
  const mlp = (...sizes) => {
    const layers = sizes.slice(1).map((n, i) => linear(sizes[i], n));
    return (p, x) => layers.reduce((h, layer, i) => layer(p, i === 0 ? h : nn.relu(h)), x);
  };
  const norm = (n) => {
    const [w, b] = [ones(n), zeros(n)];
    return (p, x) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(p[w].ref).add(p[b].ref);
  };
  const entropy = (net, x, n, kinds) => {
    const y = np.array(
      Float32Array.from(classes(n, kinds).flatMap((c) => Array.from({ length: kinds }, (_, k) => +(k === c)))),
    );
    const hot = y.reshape([n, kinds]);
    return (p) =>
      nn
        .logSoftmax(net(p, x.ref))
        .mul(hot.ref)
        .sum()
        .mul(-1 / n);
  };
  /** `rule(p, g, state, n)` gives the new parameter and its new state. */
  const steps = (loss, rule, kept) => {
    const whole = jit((given) => {
      const [value, grads] = valueAndGrad((p) => {
        const found = loss(p);
        tree.dispose(p);
        return found;
      })(tree.ref(given.p));
      const next = given.p.map((p, i) => rule(p, grads[i], given.state[i], given.n.ref));
      return { value, p: next.map((one) => one[0]), state: next.map((one) => one[1]), n: given.n.add(1) };
    });
    let now = {
      p: parameters,
      state: parameters.map((p) => Array.from({ length: kept }, () => np.zerosLike(p.ref))),
      n: np.array(1),
    };
    let last = null;
    return () => {
      last?.dispose();
      const { value, ...next } = whole(now);
      now = next;
      last = value;
      // It may be lazy: the last parameter is there.
      value.ref.dataSync();
      return value;
    };
  };
  const sgd = (lr) => (p, g) => [p.sub(g.mul(lr)), []];
  const momentum =
    (lr, m) =>
    (p, g, [v]) => {
      const next = v.mul(m).add(g);
      return [p.sub(next.ref.mul(lr)), [next]];
    };
  const adam =
    (lr, decay = 0) =>
    (p, g, [m, v], n) => {
      const nextM = m.mul(0.9).add(g.ref.mul(0.1));
      const nextV = v.mul(0.999).add(np.square(g).mul(0.001));
      const hat = nextM.ref.div(np.subtract(1, np.power(0.9, n.ref)));
      const size = np.sqrt(nextV.ref.div(np.subtract(1, np.power(0.999, n)))).add(1e-8);
      const shrunk = decay === 0 ? p : p.mul(1 - lr * decay);
      return [shrunk.sub(hat.div(size).mul(lr)), [nextM, nextV]];
    };
  switch (name) {
    case 'W1': {
      const [a, b, c] = [linear(20, 13, false), linear(13, 8, false), linear(8, 3)];
      const n = size ?? 500;
      const net = (p, x) => c(p, nn.sigmoid(b(p, nn.relu(a(p, x)))));
      return steps(entropy(net, made(0, [n, 20], 2), n, 3), momentum(0.1, 0.9), 1);
    }
    case 'W2': {
      const [net, x, y] = [mlp(2, 8, 1), made(0, [4, 2], 2), made(99, [4, 1], 2)];
      return steps((p) => np.square(net(p, x.ref).sub(y.ref)).mean(), sgd(0.1), 0);
    }
    case 'W3':
      return steps(entropy(mlp(784, 128, 64, 10), made(0, [64, 784], 2), 64, 10), adam(1e-3), 2);
    case 'W4':
      return steps(entropy(mlp(784, 1024, 1024, 10), made(0, [128, 784], 2), 128, 10), sgd(0.01), 0);
    case 'W5': {
      const conv = (out, inputs) => {
        const [w, b] = [weight(out, inputs, 3, 3), zeros(out)];
        return (p, x) => {
          const y = nn.relu(lax.conv(x, p[w].ref, [1, 1], 'SAME').add(p[b].ref.reshape([1, out, 1, 1])));
          const [n, c, h, wide] = y.shape;
          return y.reshape([n, c, h / 2, 2, wide / 2, 2]).max([3, 5]);
        };
      };
      const [a, b, head] = [conv(8, 1), conv(16, 8), linear(16 * 49, 10)];
      const net = (p, x) => head(p, b(p, a(p, x)).reshape([32, 16 * 49]));
      return steps(entropy(net, made(0, [32, 1, 28, 28], 2), 32, 10), sgd(0.1), 0);
    }
    case 'W6': {
      const [a, b] = [made(0, [256, 256], 2), made(1, [256, 256], 2)];
      const product = jit((x, y) => np.matmul(x, y));
      let last = null;
      return () => {
        last?.dispose();
        last = product(a.ref, b.ref);
        jax.blockUntilReady(last.ref);
        return last;
      };
    }
    case 'W7': {
      const heads = (t) => t.reshape([16, 32, 4, 16]).transpose([0, 2, 1, 3]);
      const layer = () => {
        const [into, out, up, down] = [linear(64, 192), linear(64, 64), linear(64, 256), linear(256, 64)];
        const [norm1, norm2] = [norm(64), norm(64)];
        return (p, x) => {
          const [q, k, v] = np.split(into(p, x.ref), 3, 2).map(heads);
          const seen = np.matmul(nn.softmax(np.matmul(q, k.transpose([0, 1, 3, 2])).mul(0.25)), v);
          const h = norm1(p, x.add(out(p, seen.transpose([0, 2, 1, 3]).reshape([16, 32, 64]))));
          return norm2(p, h.ref.add(down(p, nn.relu(up(p, h)))));
        };
      };
      const [a, b] = [layer(), layer()];
      const head = linear(64, 10);
      const net = (p, x) => head(p, b(p, a(p, x)).mean(1));
      return steps(entropy(net, made(0, [16, 32, 64], 2), 16, 10), adam(1e-3, 1e-2), 2);
    }
    case 'W8': {
      const [wih, whh, bih, bhh] = [weight(256, 64), weight(256, 64), zeros(256), zeros(256)];
      const head = linear(64, 10);
      const net = (p, x) => {
        const given = np.matmul(x, p[wih].ref.transpose()).add(p[bih].ref).add(p[bhh].ref);
        let [h, c] = [np.zeros([16, 64]), np.zeros([16, 64])];
        for (const one of np.unstack(given, 1)) {
          const [i, f, g, o] = np.split(one.add(np.matmul(h, p[whh].ref.transpose())), 4, 1);
          c = nn
            .sigmoid(f)
            .mul(c)
            .add(nn.sigmoid(i).mul(np.tanh(g)));
          h = nn.sigmoid(o).mul(np.tanh(c.ref));
        }
        c.dispose();
        return head(p, h);
      };
      return steps(entropy(net, made(0, [16, 32, 64], 2), 16, 10), adam(1e-3), 2);
    }
    default:
      throw new Error(`there is no work ${name} for it`);
  }
}
