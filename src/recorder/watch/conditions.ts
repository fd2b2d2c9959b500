/** A breakpoint's condition in our own expressions: no Python has to run for it, over a hundred thousand iterations or in a recording. */
import type { RecordedValue } from '../../protocol/recorded';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { Parameters } from '../views/parameters';
import { type Compiled, compile } from './compile';
import { evaluate, Fault, NotThere, truth } from './evaluate';
import { visibleName } from './names';
import { nodesOf, SyntaxFault } from './parse';
import { type Instance, ScopeAt } from './scope';

/** Functions of an expression that Python does not have: where one is used, nobody but us can say what is meant. */
const OURS = new Set([
  'norm',
  'mean',
  'std',
  'rms',
  'nonfinite',
  'isnan',
  'isinf',
  'changed',
  'rises',
  'update',
  'numel',
]);

export class Conditions {
  private readonly compiled = new Map<string, Compiled | null>();

  constructor(
    private readonly r: Recording,
    private readonly replay: Replay,
  ) {}

  /** Whether a condition is true at a tick; null where that is Python's to say. Throws with words for the user. */
  at(condition: string, tick: number): RecordedValue | null {
    let c = this.compiled.get(condition);
    if (c === undefined) this.compiled.set(condition, (c = read(condition)));
    if (c?.node.kind !== 'call' || c.node.name !== 'bool') return null;
    const frame = this.r.frameAt(tick);
    const variable = (name: string) => visibleName(this.r, name, frame, tick, false) !== undefined;
    const ofWatch = c.word !== null && !variable(c.word);
    if (ofWatch && c.domain !== 'parameter') return null;
    const instances: Instance[] = ofWatch
      ? Parameters.of(this.r)
          .list(tick)
          .map((parameter) => ({ parameter }))
      : [{}];
    const ours = ofWatch || usesOurs(c, variable);
    try {
      const holds = instances.some((instance) => this.holds(c, instance, tick, frame, ours));
      return { k: 'prim', type: 'bool', repr: holds ? 'True' : 'False' };
    } catch (error) {
      if (!(error instanceof Fault || error instanceof NotThere) || ours) throw error;
      return null;
    }
  }

  private holds(c: Compiled, instance: Instance, tick: number, frame: number, ours: boolean): boolean {
    const scope = new ScopeAt({ recording: this.r, replay: this.replay, tick, frame, instance, asPython: true });
    try {
      return truth(evaluate(c.node, scope), scope);
    } catch (error) {
      if (ours && error instanceof NotThere) return false;
      throw error;
    }
  }
}

function read(condition: string): Compiled | null {
  try {
    return compile(condition);
  } catch (error) {
    if (error instanceof SyntaxFault) return null;
    throw error;
  }
}

function usesOurs(c: Compiled, variable: (name: string) => boolean): boolean {
  for (const node of nodesOf(c.node)) {
    if (node.kind === 'call' && OURS.has(node.name) && !variable(node.name)) return true;
    if (node.kind === 'name' && ['loss', 'grads', 'params'].includes(node.name) && !variable(node.name)) return true;
  }
  return false;
}
