import type { Formulas } from './op';

/** The dispatch point's `caller`, handed over when it loads: formulas and dispatch need each other, imports must not. */
export const late: { caller: (name: string) => (...args: unknown[]) => unknown } = {
  caller: () => {
    throw new Error('dispatch is not loaded');
  },
};

/** Ops by name, for gradient formulas: `f.mul(a, b)`; left-out arguments take their defaults, plain numbers are wrapped. */
export const formulas: Formulas = new Proxy({} as Formulas, {
  get: (known, name: string) => (known[name] ??= late.caller(name) as Formulas[string]),
});
