import { t } from '../protocol/l10n';

/** Requests of the protocol that a recorded training run has no meaning for: each is refused in words. */
const REFUSALS: { readonly [command: string]: () => string } = {
  attach: () => t('Backstep cannot attach to a running process; use a "launch" configuration.'),
  disassemble: () =>
    t('There are no machine instructions here: step with the granularity "instruction" to go op by op.'),
  locations: () =>
    t('A value here was made by an op, not at an address: evaluate it, or ask Backstep to go to its last write.'),
  modules: () => t('The files that ran are answered to "loadedSources".'),
  readMemory: () => t('A tensor\'s elements are its children: ask for them by "variables".'),
  setInstructionBreakpoints: () =>
    t('There are no machine instructions here: set a data breakpoint or a watchpoint on a tensor.'),
  terminateThreads: () => t('A script is one thread: end it by "terminate".'),
  writeMemory: () => t('Elements are set by "setVariable" or "setExpression", while the script is at its newest tick.'),
};

/** Why a request is refused; null where it is answered. */
export const refusalOf = (command: string): string | null =>
  Object.hasOwn(REFUSALS, command) ? REFUSALS[command]!() : null;
