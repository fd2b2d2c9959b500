/**
 * A whole group of an optimizer's parameters in one crossing: the very ops that torch/optim's own `update` asks for, one parameter after
 * the other, in the same order and with the same numbers. Python keeps the rules for everything that is not plain.
 */
import { context } from '../../engine/context';
import { defaultsOf, discard, run, wrapNumber } from '../../engine/dispatch';
import { isComplex } from '../../engine/dtype';
import { type Arg, opNamed, type Scalar } from '../../engine/op';
import type { Tensor } from '../../engine/tensor';
import { scalar } from './arguments';
import type { Handles } from './handles';
import type { Mail } from './mail';

/** Nothing was run: the group is not as plain as it looked. */
const REFUSED = 0;
const DONE = 1;

/** An op by name, on its first arguments; `last` is its only keyword (alpha, value). */
function op(name: string) {
  const found = opNamed(name);
  const known = defaultsOf(found);
  return (args: readonly Arg[], last?: Scalar): Tensor => {
    const full: Arg[] = [...args, ...known.slice(args.length)];
    if (last !== undefined) full[full.length - 1] = last;
    return run(found, full) as Tensor;
  };
}

/** A parameter that has a gradient, and what its optimizer keeps for it. */
type Row<T> = { p: Tensor; grad: Tensor } & T;

export function updateFunctions(tensors: Handles<Tensor>, mail: Mail) {
  const truth = () => mail.next() !== 0;
  const number = () => scalar(mail, tensors) as Scalar | null;
  const given = () => number() as Scalar;
  const maybe = () => {
    const handle = mail.next();
    return handle < 0 ? null : tensors.get(handle);
  };

  /** The parameters that have a gradient, each with `names` of its state; null where such a one lacks any, or is complex. */
  function rows<N extends string>(...names: N[]): Row<Record<N, Tensor>>[] | null {
    const found: Row<Record<N, Tensor>>[] = [];
    let plain = true;
    while (!mail.done) {
      const p = tensors.get(mail.next());
      const state = names.map((name) => [name, maybe()] as const);
      if (!p.grad) continue;
      plain &&= !isComplex(p.dtype) && state.every(([, t]) => t !== null);
      found.push({ p, grad: p.grad, ...(Object.fromEntries(state) as Record<N, Tensor>) });
    }
    return plain ? found : null;
  }

  /** Runs `body` as Python's step runs: nothing is recorded for gradients. */
  function without(body: () => void): number {
    const before = context.gradEnabled;
    context.gradEnabled = false;
    try {
      body();
    } finally {
      context.gradEnabled = before;
    }
    return DONE;
  }

  return {
    /** SGD.update for a group: nesterov, -lr, momentum, 1 - dampening, weight decay (None where they are 0), then parameter, buffer. */
    updateSgd() {
      mail.open();
      const nesterov = truth();
      const [rate, momentum, rest, decay] = [given(), number(), given(), number()];
      // Without momentum there is no buffer, and none is asked for: the parameter stands in for it.
      const all = rows('v');
      if (!all) return REFUSED;
      return without(() => {
        const [add, addTo, scale] = [op('add'), op('add_'), op('mul_')];
        for (const { p, v, grad } of all) {
          let g = decay ? add([grad, p], decay) : grad;
          if (momentum) {
            scale([v, wrapNumber(momentum)]);
            addTo([v, g], rest);
            g = nesterov ? add([g, v], momentum) : v;
          }
          addTo([p, g], rate);
        }
      });
    },
    /**
     * Adam.update for a group, at its step number `n`: n, weight decay (None for 0), what a decoupled one leaves of the parameter (or None),
     * 1 - beta1, beta2, 1 - beta2, the second correction, eps, -lr over the first correction; then parameter, step, exp_avg, exp_avg_sq.
     */
    updateAdam() {
      mail.open();
      const n = mail.next();
      const [decay, left, toward, beta2, rest, correction, eps, rate] = [
        number(),
        number(),
        given(),
        given(),
        given(),
        given(),
        given(),
        given(),
      ];
      const all = rows('step', 'm', 'v');
      if (!all?.every(({ step }) => step.count === 1 && step.values()[0] === n - 1)) return REFUSED;
      return without(() => {
        const [add, addTo, scale] = [op('add'), op('add_'), op('mul_')];
        const [mix, addSquare, root, divide, addQuotient] = ['lerp_', 'addcmul_', 'sqrt', 'div', 'addcdiv_'].map(op);
        for (const { p, step, m, v, grad } of all) {
          addTo([step, wrapNumber({ kind: 'int', value: 1 })]);
          if (left) scale([p, wrapNumber(left)]);
          const g = decay ? add([grad, p], decay) : grad;
          mix([m, g, wrapNumber(toward)]);
          scale([v, wrapNumber(beta2)]);
          addSquare([v, g, g], rest);
          const rooted = root([v]);
          const size = divide([rooted, wrapNumber(correction)]);
          discard(rooted);
          addTo([size, wrapNumber(eps)]);
          addQuotient([p, m, size], rate);
          discard(size);
        }
      });
    },
    /** zero_grad(set_to_none=True) of these parameters. */
    clearGrads() {
      mail.open();
      const all: Tensor[] = [];
      while (!mail.done) all.push(tensors.get(mail.next()));
      for (const tensor of all) {
        if (!tensor.grad) continue;
        tensor.grad = null;
        context.observer?.ran({ kind: 'grad', tensor, cause: 'set' });
      }
      return DONE;
    },
  };
}
