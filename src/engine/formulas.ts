import type { Formulas } from './op';

/** The dispatch point's `caller`, handed over when it loads: formulas and dispatch need each other, imports must not. */
export const late: { caller: (name: string) => (...args: unknown[]) => unknown } = {
  caller: () => {
    throw new Error('dispatch is not loaded');
  },
};

/** Ops by name, for gradient formulas: `f.mul(a, b)`; left-out arguments take their defaults, plain numbers are wrapped. */
export const formulas: Formulas = Object.create(
  // Asked for a name that is not known yet, which it then is: a proxy in front would cost each call more than a small op.
  new Proxy({} as Formulas, {
    get: (_, name: string, formulas) => {
      const value = late.caller(name);
      Object.defineProperty(formulas, name, { value });
      return value;
    },
  }),
);
