import type { Formulas } from './op';

/** The dispatch point's `call`, handed over when it loads: formulas and dispatch need each other, imports must not. */
export const late: { call: (name: string, ...args: unknown[]) => unknown } = {
  call: () => {
    throw new Error('dispatch is not loaded');
  },
};

/** Ops by name, for gradient formulas: `f.mul(a, b)`; left-out arguments take their defaults, plain numbers are wrapped. */
export const formulas: Formulas = new Proxy({} as Formulas, {
  get:
    (_, name: string) =>
    (...args: unknown[]) =>
      late.call(name, ...args),
}) as Formulas;
