/** The tape does what PyTorch's does: every scenario of test/golden/autograd.py, with the facts that it wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { backward, checkRequiresGrad } from '../../../src/engine/autograd/backward';
import { gradEdge } from '../../../src/engine/autograd/edges';
import { withGrad } from '../../../src/engine/context';
import type { DType } from '../../../src/engine/dtype';
import { formulas as f } from '../../../src/engine/formulas';
import { numel } from '../../../src/engine/shape';
import type { Tensor } from '../../../src/engine/tensor';
import { tensorFrom } from './opHarness';

const facts = JSON.parse(readFileSync(join(__dirname, '../../golden/autograd.json'), 'utf8')) as Record<
  string,
  unknown
>;

const of = (values: number[], shape = [values.length], dtype: DType = 'float64') => tensorFrom(dtype, shape, values);
const range = (n: number, shape: number[]) =>
  of(
    Array.from({ length: n }, (_, i) => i),
    shape,
    'float32',
  );
const leafOf = (dtype: DType, ...values: number[]) => {
  const t = of(values, [values.length], dtype);
  t.leafRequiresGrad = true;
  return t;
};
const leaf = (...values: number[]) => leafOf('float64', ...values);

/** tolist() */
function list(t: Tensor | null): unknown {
  if (!t) return null;
  const flat = Array.from(t.values() as Float64Array, Number);
  const nest = (values: number[], shape: number[]): unknown => {
    if (shape.length === 0) return values[0];
    const each = numel(shape.slice(1));
    return Array.from({ length: shape[0] }, (_, i) => nest(values.slice(i * each, (i + 1) * each), shape.slice(1)));
  };
  return nest(flat, t.shape);
}

const nameOf = (t: Tensor) => t.gradFn?.name ?? null;
const back = (t: Tensor, grad: Tensor | null = null, options = {}) =>
  void backward([{ tensor: t, grad }], { retainGraph: false, createGraph: false, accumulate: true, ...options });
const gradOf = (t: Tensor, inputs: Tensor[], options = {}) =>
  backward([{ tensor: t, grad: null }], {
    retainGraph: false,
    createGraph: false,
    inputs,
    accumulate: false,
    ...options,
  });
const sum = (t: Tensor) => f.sum(t);
const all = (t: Tensor) => f.unbind(t) as unknown as Tensor[];

function error(body: () => unknown): string | null {
  try {
    body();
  } catch (e) {
    if (!('python' in (e as object))) throw e;
    return (e as Error).message;
  }
  return null;
}

const noGrad = <T>(body: () => T) => withGrad(false, body);

const scenarios: Record<string, () => unknown[]> = {
  leaves() {
    const x = leaf(1, 2);
    const y = f.mul(x, 2);
    return [x, y, f.ones([2]), f.detach(y), f.mul(f.ones([2]), 2)].map((t) => [t.isLeaf, t.requiresGrad, nameOf(t)]);
  },

  accumulation() {
    const x = leaf(1, 2);
    const none = x.grad === null;
    back(sum(f.mul(x, x)));
    const first = x.grad!;
    const one = list(first);
    back(sum(f.mul(x, 3)));
    return [none, one, list(x.grad), x.grad === first];
  },

  second_backward() {
    const x = leaf(1, 2);
    const y = sum(f.mul(x, x));
    back(y);
    const saved = error(() => back(y));
    const z = sum(f.add(x, 1));
    back(z);
    const plain = error(() => back(z));
    const w = sum(f.mul(x, x));
    back(w, null, { retainGraph: true });
    back(w);
    return [saved, plain, list(x.grad)];
  },

  inplace_versions() {
    const x = leafOf('float32', 1, 2, 3);
    const y = f.sigmoid(x);
    f.mul_(y, 2);
    const own = error(() => back(sum(y)));
    const a = f.mul(x, 1);
    const b = f.mul(a, a);
    f.add_(a, 1);
    const other = error(() => back(sum(b)));
    const c = f.ones([2, 3]);
    const d = f.mul(x, c);
    f.zero_(c);
    const constant = error(() => back(sum(d)));
    const e = f.exp(x);
    const doubled = f.mul(e, 2);
    f.add_(e, 1);
    const through = error(() => back(sum(doubled)));
    const g = f.mul(x, 1);
    const h = f.add(g, 1);
    f.mul_(g, 5);
    const fine = error(() => back(sum(f.add(h, g))));
    return [own, other, constant, through, fine, list(x.grad)];
  },

  inplace_on_leaf() {
    const x = leaf(1, 2, 3);
    const whole = error(() => f.add_(x, 1));
    const view = error(() => f.mul_(f.select(x, 0, 0), 2));
    const view2 = error(() => f.zero_(f.view(x, [3, 1])));
    noGrad(() => f.add_(x, 1));
    back(sum(f.mul(x, x)));
    return [whole, view, view2, list(x), list(x.grad), x.counter.version];
  },

  inplace_chain() {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, 2);
    f.mul_(y, f.clone(f.detach(y)));
    f.add_(y, x);
    f.sub_(f.slice(y, 0, 1), 1);
    back(sum(f.mul(y, of([1, 10, 100], [3], 'float32'))));
    return [list(y), nameOf(y), list(x.grad), y.counter.version];
  },

  view_written() {
    const x = leaf(1, 2, 3, 4);
    const w = leaf(5, 7);
    const y = f.mul(x, 2);
    const v = f.view(y, [2, 2]);
    const row = f.select(v, 0, 1);
    const before = nameOf(row);
    f.mul_(row, w);
    // A user's look at v.grad_fn makes it anew; so does any use.
    const names = [before, nameOf(y), nameOf(f.alias(v)) && nameOf(v), nameOf(row)];
    back(sum(f.mul(y, of([1, 2, 3, 4], [4], 'float32'))));
    return [names, list(y), list(x.grad), list(w.grad)];
  },

  base_written() {
    const x = leaf(1, 2, 3, 4);
    const y = f.mul(x, 2);
    const v = f.slice(y, 0, 1, 3);
    f.mul_(y, f.detach(x));
    const loss = sum(f.mul(v, of([3, 5], [2], 'float32')));
    const after = nameOf(v);
    back(loss);
    return [after, list(v), list(x.grad)];
  },

  copied_into_view() {
    const x = leaf(1, 2, 3, 4);
    const s = leaf(10, 20);
    const y = f.view(f.mul(x, 2), [2, 2]);
    f.copy_(f.select(y, 1, 1), s);
    f.add_(f.select(y, 0, 0), 1);
    back(sum(f.mul(y, of([1, 2, 3, 4], [2, 2], 'float32'))));
    return [list(y), list(x.grad), list(s.grad)];
  },

  zeros_filled() {
    const x = leaf(1, 2, 3);
    const y = f.zeros([3], 'float64');
    for (let i = 0; i < 3; i++) f.copy_(f.select(y, 0, i), f.mul(f.select(x, 0, i), f.select(x, 0, i)));
    f.mul_(f.slice(y, 0, 1), 2);
    back(sum(y));
    return [y.requiresGrad, list(y), list(x.grad)];
  },

  transposed_written() {
    const x = leaf(1, 2, 3, 4, 5, 6);
    const y = f.view(f.mul(x, 1), [2, 3]);
    f.mul_(f.select(f.t(y), 0, 0), 10);
    f.add_(f.narrow(f.t(y), 0, 1, 2), f.ones([2, 2]));
    back(sum(f.mul(y, range(6, [2, 3]))));
    return [list(y), list(x.grad)];
  },

  refused_views() {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, 1);
    const unbound = error(() => f.add_(all(y)[0], 1));
    const split = error(() => f.mul_((f.split(y, 1) as unknown as Tensor[])[1], 2));
    const [v, many] = noGrad(() => [f.slice(y, 0, 0, 2), all(y)] as const);
    const once = error(() => f.add_(v, 1));
    const each = error(() => f.add_(many[0], 1));
    const z = f.mul(x, 1);
    const expanded = error(() => f.add_(f.expand(f.slice(z, 0, 0, 1), [3]), 1));
    return [unbound, split, once, each, expanded];
  },

  detached() {
    const y = f.sigmoid(leaf(1, 2));
    const d = f.detach(y);
    const flags = [d.requiresGrad, d.isLeaf, d.storage === y.storage];
    f.zero_(d);
    return [flags, list(y), error(() => back(sum(y)))];
  },

  data_written() {
    const x = leaf(1, 2);
    const y = f.mul(x, x);
    // x.data: the same memory, its own version counter.
    f.mul_(x.alias(x.shape, x.strides), 10);
    back(sum(y));
    return [list(x), list(x.grad), x.counter.version];
  },

  retained() {
    const x = leaf(1, 2);
    const y = f.mul(x, 3);
    retain(y);
    const z = f.mul(y, y);
    back(sum(z));
    return [list(y.grad), list(x.grad), z.grad === null];
  },

  hooks() {
    const x = leaf(1, 2);
    const seen: unknown[] = [];
    const y = f.mul(x, 3);
    const note = (name: string) => (g: Tensor) => {
      seen.push([name, list(g)]);
      return null;
    };
    hook(y, note('y'));
    hook(y, (g) => f.mul(g, 2));
    retain(y);
    hook(x, note('x'));
    hook(x, (g) => f.add(g, 1));
    back(sum(f.mul(y, y)));
    return [seen, list(y.grad), list(x.grad)];
  },

  double_backward() {
    const x = leaf(1, 2);
    const [g] = gradOf(sum(f.pow(x, 3)), [x], { createGraph: true, retainGraph: true });
    const [h] = gradOf(sum(g!), [x], { createGraph: true, retainGraph: true });
    const [k] = gradOf(sum(h!), [x]);
    back(sum(f.mul(x, x)), null, { createGraph: true, retainGraph: true });
    const loss = sum(f.mul(x.grad, x.grad));
    const graph = x.grad!.requiresGrad;
    x.grad = null;
    back(loss);
    return [g!.requiresGrad, list(g), list(h), list(k), graph, list(x.grad)];
  },

  chosen_inputs() {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const y = f.mul(x, w);
    const z = sum(f.mul(y, y));
    const [gx, gy] = gradOf(z, [x, y], { retainGraph: true });
    const nothing = x.grad === null;
    const [unused] = gradOf(z, [leaf(1)], { retainGraph: true });
    back(z, null, { inputs: [w] });
    return [list(gx), list(gy), nothing, unused === null, x.grad === null, list(w.grad)];
  },

  no_grad() {
    const x = leaf(1, 2);
    const [y, v] = noGrad(() => [f.mul(x, 2), f.select(x, 0, 0)]);
    return [y.requiresGrad, nameOf(y), v.requiresGrad];
  },

  errors() {
    const x = leaf(1, 2);
    return [
      error(() => back(sum(f.ones([2])))),
      error(() => back(f.mul(x, 2))),
      error(() => back(f.mul(x, 2), f.ones([3], 'float64'))),
      error(() => checkRequiresGrad(f.ones([2], 'int64'))),
      error(() => gradOf(sum(x), [f.ones([2])])),
    ];
  },

  shared_gradients() {
    const [a, b] = [leaf(1, 2), leaf(3, 4)];
    back(sum(f.add(a, b)));
    noGrad(() => f.mul_(a.grad, 10));
    const c = leaf(1, 2);
    back(sum(f.add(c, c)));
    const d = leaf(1, 2, 3, 4);
    const m = f.view(d, [2, 2]);
    back(sum(f.mm(f.t(m), m)));
    const e = of([0, 1, 2, 3, 4, 5], [2, 3]);
    e.leafRequiresGrad = true;
    back(sum(f.mul(f.t(e), range(6, [3, 2]))));
    const x = leaf(1, 2);
    const g = f.ones([2], 'float64');
    back(f.mul(x, 1), g);
    back(f.add(x, 0), g);
    return [list(a.grad), list(b.grad), list(c.grad), list(d.grad), e.grad!.contiguous, list(g), list(x.grad)];
  },

  order_of_sums() {
    const x = leafOf('float32', 0.1, 0.2, 0.3);
    let total = f.zeros([]);
    for (let i = 1; i < 30; i++) total = f.add(f.add(total, sum(f.sin(f.mul(x, i * 0.37)))), sum(f.exp(f.div(x, i))));
    back(total);
    return [list(total), list(x.grad)];
  },

  late_history() {
    const x = leaf(1, 2, 3);
    const y = f.zeros([3], 'float64');
    const v = f.slice(y, 0, 1);
    const before = v.requiresGrad;
    f.add_(y, x);
    const flags = [v.requiresGrad, v.isLeaf];
    const loss = sum(f.mul(v, 2));
    const after = [...flags, nameOf(v)];
    back(loss);
    return [before, after, list(x.grad)];
  },

  self_times_self() {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, 1);
    f.mul_(y, y);
    const text = error(() => back(sum(y)));
    const z = f.mul(x, 1);
    f.add_(z, z);
    back(sum(z));
    return [text, list(x.grad)];
  },

  no_grad_view_used() {
    const x = leaf(1, 2);
    const v = noGrad(() => f.view(x, [2, 1]));
    back(sum(f.mul(v, 3)));
    return [v.requiresGrad, v.grad === null, x.grad === null];
  },

  retained_then_written() {
    const x = leaf(1, 2);
    const y = f.mul(x, 2);
    retain(y);
    f.mul_(y, 3);
    back(sum(f.mul(y, y)));
    return [list(y.grad), list(x.grad)];
  },

  hooked_then_written() {
    const x = leaf(1, 2);
    const seen: unknown[] = [];
    const y = f.mul(x, 2);
    hook(y, (g) => {
      seen.push(list(g));
      return null;
    });
    f.mul_(y, 3);
    back(sum(f.mul(y, y)));
    return [seen, list(x.grad)];
  },

  written_twice_differentiated() {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, x);
    f.mul_(f.select(y, 0, 0), f.select(x, 0, 1));
    f.mul_(f.slice(y, 0, 1), f.clone(f.detach(f.slice(y, 0, 0, 2))));
    f.copy_(f.select(f.view(y, [3, 1]), 0, 2), f.pow(f.slice(x, 0, 2), 3));
    const [g] = gradOf(sum(f.mul(y, y)), [x], { createGraph: true, retainGraph: true });
    const [h] = gradOf(sum(g!), [x]);
    return [list(y), list(g), list(h)];
  },

  stale_view_twice_differentiated() {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, x);
    const v = f.slice(y, 0, 1);
    f.mul_(y, x);
    const loss = sum(f.mul(v, v));
    const [g] = gradOf(loss, [x], { createGraph: true, retainGraph: true });
    const [h] = gradOf(sum(g!), [x]);
    return [nameOf(v), list(g), list(h)];
  },

  view_of_many() {
    const y = f.view(f.mul(leaf(1, 2, 3, 4), 1), [2, 2]);
    const part = all(y)[0];
    return [error(() => f.add_(f.select(part, 0, 0), 1)), error(() => f.add_(f.detach(part), 1)), list(y)];
  },

  expanded_writes() {
    const wide = () => f.expand(f.ones([1]), [3]);
    const y = range(4, [4]);
    const m = range(4, [2, 2]);
    return [
      error(() => f.mul_(f.slice(y, 0, 1), f.slice(y, 0, 0, 3))),
      error(() => f.mul_(f.slice(y, 0, 0, 2), f.slice(y, 0, 2))),
      error(() => f.add_(m, f.t(m))),
      error(() => f.add_(m, m)),
      error(() => f.add_(wide(), 1)),
      error(() => f.zero_(wide())),
      error(() => f.fill_(wide(), 2)),
      error(() => f.copy_(wide(), f.ones([3]))),
      error(() => f.uniform_(wide())),
    ];
  },

  optimizer_step() {
    const w = leaf(1, 2);
    const v = f.zeros([2], 'float64');
    return Array.from({ length: 3 }, () => {
      const loss = sum(f.mul(w, w));
      w.grad = null;
      back(loss);
      noGrad(() => {
        f.add_(f.mul_(v, 0.9), w.grad);
        f.sub_(w, v, { kind: 'float', value: 0.1 });
      });
      return [list(loss), list(w), list(v), w.counter.version];
    });
  },

  mixed_dtypes() {
    const x = leafOf('float32', 1, 2);
    const w = leaf(3, 4);
    back(sum(f.mul(x, w)));
    return [`torch.${x.grad!.dtype}`, `torch.${w.grad!.dtype}`, list(x.grad)];
  },
};

/** What the bridge does for register_hook and retain_grad. */
function hook(t: Tensor, body: (g: Tensor) => Tensor | null): void {
  const node = t.gradFn ?? gradNode(t);
  node.tensorHooks ??= new Map();
  const list = node.tensorHooks.get(t.outputNr) ?? [];
  list.push(body);
  node.tensorHooks.set(t.outputNr, list);
}
const gradNode = (t: Tensor) => gradEdge(t)!.node;
function retain(t: Tensor): void {
  t.retainsGrad = true;
  t.gradFn!.retained ??= new Map();
  t.gradFn!.retained.set(t.outputNr, t);
}

it.each(Object.keys(facts).filter((k) => k !== 'torch'))('%s', (name) => {
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`the golden has a scenario ${name} that this test does not play`);
  expect(close(scenario(), facts[name])).toEqual(facts[name]);
});

/** `found`, with its numbers replaced by the wanted ones that they equal in float32. */
function close(found: unknown, wanted: unknown): unknown {
  if (Array.isArray(found) && Array.isArray(wanted)) return found.map((v, i) => close(v, wanted[i]));
  if (typeof found === 'number' && typeof wanted === 'number' && Math.abs(found - wanted) <= 1.3e-6 * Math.abs(wanted))
    return wanted;
  return found;
}
